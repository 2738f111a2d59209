//! The owner of a token.

use postern_keys::sha256_hex;

use crate::Claims;

/// The claims that name the owner, in order of precedence: the subject (RFC 7519, 4.1.2), else the client that the
/// token was issued to (RFC 9068, 2.2; RFC 7662, 2.2), which OpenID Connect calls the authorized party.
const CLAIMS: [&str; 3] = ["sub", "client_id", "azp"];

/// Enough hexadecimal digits that no two owners collide by chance.
const LENGTH: usize = 32;

/// The owner of a token, as a hash: the same for all tokens of one subject of an issuer, and for no others.
///
/// `issuer` is that of the policy by which the token was verified: an introspection answer need not name one.
/// `consumer` is the owner of a token that names none: then all tokens of a consumer have one owner, and a new token
/// does not change it.
#[must_use]
pub fn owner(issuer: &str, claims: &Claims, consumer: &str) -> String {
    let named = CLAIMS.iter().find_map(|claim| Some((*claim, claims.text(claim)?)));
    let (claim, value) = named.unwrap_or(("consumer", consumer.to_owned()));
    // Neither a URL nor a claim's name has a line break, so different owners make different texts.
    let mut hash = sha256_hex(&format!("{issuer}\n{claim}\n{value}"));
    hash.truncate(LENGTH);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(issuer: &str, json: &str) -> String {
        owner(issuer, &Claims::from_json(json).unwrap(), "app")
    }

    #[test]
    fn is_the_subject_whatever_else_a_token_says() {
        let ada = of("a", r#"{"sub":"ada","jti":"1","client_id":"x"}"#);
        assert_eq!(ada, of("a", r#"{"sub":"ada","jti":"2"}"#));
        assert_eq!(ada.len(), LENGTH);
        for other in [
            of("a", r#"{"sub":"bob","jti":"1","client_id":"x"}"#),
            of("b", r#"{"sub":"ada","jti":"1"}"#),
            of("a", r#"{"client_id":"ada"}"#),
            of("a", r#"{"azp":"ada"}"#),
        ] {
            assert_ne!(ada, other);
        }
    }

    #[test]
    fn is_the_client_or_the_consumer_where_there_is_no_subject() {
        assert_eq!(
            of("a", r#"{"client_id":"x","jti":"1"}"#),
            of("a", r#"{"client_id":"x","azp":"y"}"#)
        );
        assert_eq!(of("a", r#"{"jti":"1"}"#), of("a", r#"{"jti":"2","sub":""}"#));
        assert_ne!(of("a", r#"{"client_id":"app"}"#), of("a", "{}"));
    }
}
