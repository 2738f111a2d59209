//! What an issuer's policy requires, and the one place that checks it.

use serde_json::{Map, Value};

use crate::claims::{at, scopes_of, texts_at};
use crate::json::kind;
use crate::{Algorithm, Claims, TokenError, shown};

/// The last second of the year 9999: a later time is in other units.
const MAX_UNIX_S: f64 = 253_402_300_799.0;

/// The requirements of an issuer's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// `iss`, compared byte for byte.
    pub issuer: String,
    /// `aud` must have one of these. No JWT satisfies an empty list; the `aud` of an introspection answer is then not
    /// checked.
    pub audience: Vec<String>,
    /// A token without `aud` must have one of these as `client_id`. Some issuers name the application for which a token
    /// was issued and no service that it is for (Amazon Cognito's access tokens).
    pub client_id: Vec<String>,
    /// The algorithms that the issuer may sign with.
    pub algorithms: Vec<Algorithm>,
    /// The allowed difference of the issuer's clock, in seconds.
    pub leeway_s: u64,
    /// Claims (paths, see [`Claims`]) that must be present, or must equal a text; a list must contain it.
    pub required_claims: Vec<(String, Option<String>)>,
    /// Scopes that the token must have, all of them.
    pub required_scopes: Vec<String>,
}

/// The times of a token in seconds since 1970-01-01T00:00:00Z, rounded to the token's disadvantage.
#[derive(Clone, Copy)]
struct Times {
    expires_at: Option<u64>,
    not_before: Option<u64>,
    issued_at: Option<u64>,
}

impl Rules {
    /// Checks the claims of a JWT with a valid signature, RFC 7519, section 4.1: `iss` and `exp` are required,
    /// and `aud` or, if policy names clients, `client_id`.
    pub(crate) fn check_token(
        &self,
        members: &Map<String, Value>,
        unix_s: u64,
    ) -> Result<Claims, TokenError> {
        for name in ["iss", "exp"] {
            if !members.contains_key(name) {
                return Err(TokenError::MissingClaim(name.to_owned()));
            }
        }
        self.check_issuer(members)?;
        self.check_recipient(members)?;
        self.check_rest(members, unix_s)
    }

    /// Checks the members of an introspection answer, RFC 7662, section 2.2: `iss` and `exp` if present, and for
    /// whom the token is if policy says so.
    pub(crate) fn check_answer(
        &self,
        members: &Map<String, Value>,
        unix_s: u64,
    ) -> Result<Claims, TokenError> {
        if members.contains_key("iss") {
            self.check_issuer(members)?;
        }
        if !(self.audience.is_empty() && self.client_id.is_empty()) {
            self.check_recipient(members)?;
        }
        self.check_rest(members, unix_s)
    }

    fn check_rest(&self, members: &Map<String, Value>, unix_s: u64) -> Result<Claims, TokenError> {
        let times = Times::read(members)?;
        times.check(unix_s, self.leeway_s)?;
        self.check_required_claims(members)?;
        self.check_scopes(members)?;
        Ok(Claims::of_checked(members.clone(), times.expires_at))
    }

    fn check_issuer(&self, members: &Map<String, Value>) -> Result<(), TokenError> {
        match members.get("iss") {
            Some(Value::String(found)) if *found == self.issuer => Ok(()),
            Some(Value::String(found)) => {
                Err(TokenError::Issuer { found: found.clone(), expected: self.issuer.clone() })
            }
            other => Err(wrong("iss", "a string", other)),
        }
    }

    /// For whom it is. A service that `aud` does not name refuses the token (RFC 7519, section 4.1.3), so that `client_id`
    /// counts only without.
    fn check_recipient(&self, members: &Map<String, Value>) -> Result<(), TokenError> {
        if members.contains_key("aud") {
            return self.check_audience(members);
        }
        match members.get("client_id") {
            _ if self.client_id.is_empty() => Err(TokenError::MissingClaim("aud".to_owned())),
            None => Err(TokenError::MissingClaim("client_id".to_owned())),
            Some(Value::String(found)) if self.client_id.contains(found) => Ok(()),
            Some(Value::String(found)) => {
                let expected = shown::list(self.client_id.iter().map(String::as_str));
                Err(TokenError::Client { found: found.clone(), expected })
            }
            other => Err(wrong("client_id", "a string", other)),
        }
    }

    /// `aud` is a string or a list of strings.
    fn check_audience(&self, members: &Map<String, Value>) -> Result<(), TokenError> {
        const MUST: &str = "a string or a list of strings";
        let found = match members.get("aud") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(list @ Value::Array(many)) => {
                let texts: Option<Vec<&str>> = many.iter().map(Value::as_str).collect();
                texts.ok_or_else(|| wrong("aud", MUST, Some(list)))?
            }
            other => return Err(wrong("aud", MUST, other)),
        };
        if self.audience.iter().any(|expected| found.contains(&expected.as_str())) {
            return Ok(());
        }
        let expected = match self.audience.is_empty() {
            true => "none".to_owned(),
            false => shown::list(self.audience.iter().map(String::as_str)),
        };
        Err(TokenError::Audience { found: shown::list(found), expected })
    }

    fn check_required_claims(&self, members: &Map<String, Value>) -> Result<(), TokenError> {
        for (name, expected) in &self.required_claims {
            if at(members, name).is_none_or(Value::is_null) {
                return Err(TokenError::MissingClaim(name.clone()));
            }
            if let Some(expected) = expected
                && !has_text(members, name, expected)
            {
                let (name, expected) = (name.clone(), expected.clone());
                return Err(TokenError::ClaimValue { name, expected });
            }
        }
        Ok(())
    }

    fn check_scopes(&self, members: &Map<String, Value>) -> Result<(), TokenError> {
        let scopes = scopes_of(members);
        match self.required_scopes.iter().find(|scope| !scopes.contains(&scope.as_str())) {
            Some(missing) => Err(TokenError::InsufficientScope(missing.clone())),
            None => Ok(()),
        }
    }
}

impl Times {
    fn read(members: &Map<String, Value>) -> Result<Self, TokenError> {
        Ok(Self {
            expires_at: time(members, "exp", f64::floor)?,
            not_before: time(members, "nbf", f64::ceil)?,
            issued_at: time(members, "iat", f64::ceil)?,
        })
    }

    fn check(self, unix_s: u64, leeway_s: u64) -> Result<(), TokenError> {
        if let Some(expires_at_unix_s) = self.expires_at
            && unix_s >= expires_at_unix_s.saturating_add(leeway_s)
        {
            return Err(TokenError::Expired { expires_at_unix_s, unix_s });
        }
        let latest = unix_s.saturating_add(leeway_s);
        if let Some(not_before_unix_s) = self.not_before
            && not_before_unix_s > latest
        {
            return Err(TokenError::NotYetValid { not_before_unix_s, unix_s });
        }
        if let Some(issued_at_unix_s) = self.issued_at
            && issued_at_unix_s > latest
        {
            return Err(TokenError::IssuedInFuture { issued_at_unix_s, unix_s });
        }
        Ok(())
    }
}

/// A `NumericDate` (RFC 7519, section 2), which may have a fraction; none if it is absent.
fn time(
    members: &Map<String, Value>,
    name: &'static str,
    round: fn(f64) -> f64,
) -> Result<Option<u64>, TokenError> {
    let Some(value) = members.get(name) else { return Ok(None) };
    let seconds = value.as_f64().ok_or_else(|| wrong(name, "a number", Some(value)))?;
    if !(0.0..=MAX_UNIX_S).contains(&seconds) {
        return Err(TokenError::Value {
            part: "claims",
            name,
            must: "Unix seconds of the years 1970 to 9999",
            found: value.to_string(),
        });
    }
    // In that range every whole number of seconds is exact.
    Ok(Some(round(seconds) as u64))
}

fn has_text(members: &Map<String, Value>, path: &str, expected: &str) -> bool {
    texts_at(members, path).iter().any(|text| text == expected)
}

fn wrong(name: &'static str, must: &'static str, found: Option<&Value>) -> TokenError {
    let found = found.map_or("nothing", kind).to_owned();
    TokenError::Value { part: "claims", name, must, found }
}
