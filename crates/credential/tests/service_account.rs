//! The exchange of a signed token for an access token.

use jwt_simple::prelude::*;
use postern_credential::service_account::{Error, Key, Token as Given, Tokens};
use serde_json::json;

const UNIX_S: u64 = 1_788_264_000;

fn key_file(private_key: &str) -> String {
    json!({
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "k1",
        "private_key": private_key,
        "client_email": "gateway@p.iam.gserviceaccount.com",
        "token_uri": "https://oauth2.googleapis.com/token",
    })
    .to_string()
}

#[test]
fn signs_a_token_that_the_accounts_public_key_verifies() {
    let pair = RS256KeyPair::generate(2048).unwrap();
    let key = Key::from_json(&key_file(&pair.to_pem().unwrap())).unwrap();
    let body = key.token_request(UNIX_S).unwrap();
    let (grant, assertion) = body.split_once("&assertion=").unwrap();
    assert_eq!(grant, "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer");
    let options = VerificationOptions {
        artificial_time: Some(UnixTimeStamp::from_secs(UNIX_S + 10)),
        ..VerificationOptions::default()
    };
    let claims =
        pair.public_key().verify_token::<serde_json::Value>(assertion, Some(options)).unwrap();
    assert_eq!(claims.issuer.as_deref(), Some("gateway@p.iam.gserviceaccount.com"));
    assert_eq!(claims.custom["scope"], "https://www.googleapis.com/auth/cloud-platform");
    assert_eq!(claims.expires_at, Some(UnixTimeStamp::from_secs(UNIX_S + 3_600)));
    assert_eq!(
        claims.audiences.unwrap().into_string().unwrap(),
        "https://oauth2.googleapis.com/token"
    );
    assert_eq!(Token::decode_metadata(assertion).unwrap().key_id(), Some("k1"));
}

#[test]
fn says_what_is_wrong_with_a_key_and_never_repeats_it() {
    assert_eq!(Key::from_json("not json").err(), Some(Error::KeyFile));
    assert_eq!(Key::from_json(r#"{"client_email":"a"}"#).err(), Some(Error::KeyFile));
    let key = Key::from_json(&key_file("secret-but-no-key")).unwrap();
    let error = key.token_request(UNIX_S).unwrap_err();
    assert_eq!(error, Error::PrivateKey);
    assert!(!error.to_string().contains("secret-but"), "{error}");
}

#[test]
fn keeps_an_access_token_until_a_minute_before_it_expires() {
    let given = Given::from_json(r#"{"access_token":"t","expires_in":3600,"token_type":"Bearer"}"#);
    let mut tokens = Tokens::new();
    tokens.put("key file", given.unwrap(), UNIX_S);
    assert_eq!(tokens.get("key file", UNIX_S + 3_539), Some("t"));
    assert_eq!(tokens.get("key file", UNIX_S + 3_540), None);
    assert_eq!(tokens.get("another", UNIX_S), None);
}

#[test]
fn refuses_an_answer_without_a_token() {
    assert_eq!(Given::from_json("<html>").err(), Some(Error::Answer));
    assert_eq!(Given::from_json(r#"{"error":"invalid_grant"}"#).err(), Some(Error::Answer));
}
