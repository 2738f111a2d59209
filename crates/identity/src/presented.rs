//! The credential of a request, among the headers that may hold one.

use postern_fault::{Fault, Kind};
use postern_keys::{KEY_PREFIX, Key};

/// The presented secret, if any; `None` for a scheme other than `Bearer` (RFC 6750, 2.1).
///
/// Headers are pairs of lower-case name and value: `authorization`, `x-api-key` or `api-key`.
///
/// # Errors
///
/// `invalid-request` if headers present different secrets: the gateway does not guess which one counts.
pub fn secret<'h>(
    headers: impl IntoIterator<Item = (&'h str, &'h str)>,
) -> Result<Option<&'h str>, Fault> {
    let mut found = None;
    for (header, value) in headers {
        let secret = match header {
            "authorization" => bearer(value),
            _ => Some(value.trim()),
        };
        match (found, secret.filter(|secret| !secret.is_empty())) {
            (Some(first), Some(second)) if first != second => return Err(ambiguous()),
            (_, Some(secret)) => found = Some(secret),
            (_, None) => {}
        }
    }
    Ok(found)
}

/// The token of `Bearer <token>`; the scheme's case does not matter (RFC 9110, 11.1).
fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn ambiguous() -> Fault {
    let public = "the request presents two different credentials; send one, as `Authorization: Bearer`, `x-api-key` or `api-key`";
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
        assert_eq!(secret([("authorization", "Bearer k")]).unwrap(), Some("k"));
        assert_eq!(secret([("authorization", "bearer  k ")]).unwrap(), Some("k"));
        assert_eq!(secret([("x-api-key", "k")]).unwrap(), Some("k"));
        assert_eq!(secret([("api-key", "k")]).unwrap(), Some("k"));
        let both = [("x-api-key", "k"), ("authorization", "Bearer k")];
        assert_eq!(secret(both).unwrap(), Some("k"));
    }

    #[test]
    fn takes_nothing_from_other_schemes_and_empty_values() {
        for value in ["Basic k", "Bearer", "Bearer ", "k", ""] {
            assert_eq!(secret([("authorization", value)]).unwrap(), None, "{value}");
        }
        assert_eq!(secret([]).unwrap(), None);
    }

    #[test]
    fn refuses_two_credentials_that_disagree() {
        for two in [
            [("x-api-key", "a"), ("authorization", "Bearer b")],
            [("authorization", "Bearer a"), ("authorization", "Bearer b")],
            [("api-key", "a"), ("x-api-key", "b")],
        ] {
            assert_eq!(secret(two).unwrap_err().kind, Kind::InvalidRequest);
        }
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
