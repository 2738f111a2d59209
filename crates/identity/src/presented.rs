//! The credentials of a request, in the headers that may hold one.

use postern_fault::{Fault, Kind};
use postern_keys::{KEY_PREFIX, Key};

/// The secrets that are presented, each once, in order; none for a scheme other than `Bearer` (RFC 6750, 2.1).
///
/// Headers are pairs of lower-case name and value: `authorization`, `x-api-key` or `api-key`.
///
/// # Errors
///
/// [`ambiguous`] for more secrets than there are headers for them.
pub fn secrets<'h>(
    headers: impl IntoIterator<Item = (&'h str, &'h str)>,
) -> Result<Vec<&'h str>, Fault> {
    let mut found = Vec::new();
    for (header, value) in headers {
        let secret = match header {
            "authorization" => bearer(value),
            _ => Some(value.trim()),
        };
        let Some(secret) = secret.filter(|secret| !secret.is_empty()) else { continue };
        if !found.contains(&secret) {
            found.push(secret);
        }
        if found.len() > MAX_SECRETS {
            return Err(ambiguous());
        }
    }
    Ok(found)
}

/// One for each header.
const MAX_SECRETS: usize = 3;

/// The token of `Bearer <token>`; the scheme's case does not matter (RFC 9110, 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The refusal of credentials that disagree: the gateway does not guess which one counts.
#[must_use]
pub fn ambiguous() -> Fault {
    let public = "the request presents two different credentials of this gateway; send one, as `Authorization: Bearer`, `x-api-key` or `api-key`";
    Fault::new(Kind::InvalidRequest, public).with_code("ambiguous_credentials")
}

/// The form of a secret; whether it is valid is a different question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential<'s> {
    /// A key as [`Key`] makes it.
    Key(&'s str),
    /// It has a key's prefix, but its checksum or its length shows that it was miscopied.
    MistypedKey,
    /// A signed token.
    Jwt(&'s str),
    /// Any other text: a foreign key whose hash is in git, or an opaque token.
    Opaque(&'s str),
}

impl<'s> Credential<'s> {
    /// Decides by the form alone.
    #[must_use]
    pub fn of(secret: &'s str) -> Self {
        if secret.starts_with(KEY_PREFIX) {
            return match Key::parse(secret) {
                Ok(_) => Self::Key(secret),
                Err(_) => Self::MistypedKey,
            };
        }
        match postern_token::looks_like_jwt(secret) {
            true => Self::Jwt(secret),
            false => Self::Opaque(secret),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_either_header_in_either_sdks_style() {
        assert_eq!(secrets([("authorization", "Bearer k")]).unwrap(), ["k"]);
        assert_eq!(secrets([("authorization", "bearer  k ")]).unwrap(), ["k"]);
        assert_eq!(secrets([("x-api-key", "k")]).unwrap(), ["k"]);
        assert_eq!(secrets([("api-key", "k")]).unwrap(), ["k"]);
        let both = [("x-api-key", "k"), ("authorization", "Bearer k")];
        assert_eq!(secrets(both).unwrap(), ["k"]);
        let two = [("x-api-key", "k"), ("authorization", "Bearer l"), ("api-key", "k")];
        assert_eq!(secrets(two).unwrap(), ["k", "l"]);
    }

    #[test]
    fn takes_nothing_from_other_schemes_and_empty_values() {
        for value in ["Basic k", "Bearer", "Bearer ", "k", ""] {
            assert!(secrets([("authorization", value)]).unwrap().is_empty(), "{value}");
        }
        assert!(secrets([]).unwrap().is_empty());
    }

    #[test]
    fn refuses_more_secrets_than_headers_have_room_for() {
        let many = ["a", "b", "c", "d"].map(|value| ("x-api-key", value));
        assert_eq!(secrets(many).unwrap_err().kind, Kind::InvalidRequest);
    }

    #[test]
    fn tells_keys_tokens_and_the_rest_apart() {
        let key = Key::from_random([7; 32]);
        let text = key.expose();
        assert_eq!(Credential::of(text), Credential::Key(text));
        let shorter = text.get(..text.len() - 1).unwrap();
        assert_eq!(Credential::of(shorter), Credential::MistypedKey);
        assert_eq!(Credential::of(&format!("{shorter}!")), Credential::MistypedKey);
        let jwt = "eyJhbGciOiJub25lIn0.e30.";
        assert_eq!(Credential::of(jwt), Credential::Jwt(jwt));
        assert_eq!(Credential::of("sk-proj-1"), Credential::Opaque("sk-proj-1"));
    }
}
