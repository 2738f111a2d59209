//! What records call a token.

use postern_token::{Claims, credential_id};
use serde_json::json;

use crate::signer::{NOW, rules, verify_claims, with};

fn verified(id: &str, subject: &str) -> Claims {
    let mut claims = with("jti", json!(id));
    claims["sub"] = json!(subject);
    verify_claims(&claims, &rules(), NOW).unwrap()
}

#[test]
fn is_of_issuer_and_jti_where_both_are_verified() {
    // printf 'https://login.example.com/realms/acme\n4711' | sha256sum
    let id = credential_id("a.b.c", Some(&verified("4711", "alice")));
    assert_eq!(id, "e7cac7826b59");
    assert_eq!(id, credential_id("another text", Some(&verified("4711", "bob"))));
    assert_ne!(id, credential_id("a.b.c", Some(&verified("4712", "alice"))));
}

#[test]
fn is_made_of_the_token_without_a_jti_or_a_verification() {
    // printf 'a.b.c' | sha256sum
    let id = credential_id("a.b.c", None);
    assert_eq!(id, "845e30448809");
    let without = verify_claims(&crate::signer::claims(), &rules(), NOW).unwrap();
    assert_eq!(id, credential_id("a.b.c", Some(&without)));
}
