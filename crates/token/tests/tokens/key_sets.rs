//! Key sets as issuers publish them, and as they should not.

use postern_token::{KeySet, KeySetError, TokenError, Unverified};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::signer::{HEADER, NOW, base64url, claims, jwk, jwk_with, key_set, rules, sign};

/// A foreign key: the generator of P-256 (SEC 2, section 2.4.2), the key of the secret 1.
fn other() -> Value {
    jwk_with(json!({
        "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
        "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
    }))
}

fn verify_with(keys: &[Value], header: &str) -> Result<(), TokenError> {
    let token = sign(header, &claims().to_string());
    Unverified::read(&token)?.verify(&key_set(keys), &rules(), NOW).map(|_| ())
}

const NO_KID: &str = r#"{"alg":"ES256"}"#;

#[test]
fn finds_the_key_of_a_kid_among_others() {
    let renamed = |id: &str| jwk_with(json!({ "kid": id }));
    let mut second = other();
    second["kid"] = json!("k2");
    assert_eq!(verify_with(&[second.clone(), jwk()], HEADER), Ok(()));
    let error = verify_with(&[second, renamed("k3")], HEADER).unwrap_err();
    assert_eq!(error, TokenError::UnknownKeyId("k1".to_owned()));
    assert!(key_set(&[jwk()]).has("k1") && !key_set(&[jwk()]).has("k"));
    let error = verify_with(&[], HEADER).unwrap_err();
    assert!(error.asks_for_newer_keys());
    assert!(key_set(&[]).is_empty());
}

#[test]
fn tries_every_key_of_a_kid_that_is_there_several_times() {
    assert_eq!(verify_with(&[other(), jwk()], HEADER), Ok(()));
    assert_eq!(verify_with(&[other(), other()], HEADER).unwrap_err(), TokenError::Signature);
    let many = [other(), other(), other(), other(), jwk()];
    let error = verify_with(&many, HEADER).unwrap_err();
    assert!(matches!(error, TokenError::TooManyKeys { keys: 5, .. }), "{error}");
}

#[test]
fn tries_the_keys_of_its_type_for_a_token_without_kid() {
    let rsa: Value = serde_json::from_str(include_str!("openssl.json")).unwrap();
    let rsa = rsa["keys"][0].clone();
    assert_eq!(verify_with(&[rsa.clone(), other(), jwk()], NO_KID), Ok(()));
    let many: Vec<Value> = (0..4).map(|_| other()).chain([jwk()]).collect();
    let error = verify_with(&many, NO_KID).unwrap_err();
    assert_eq!(
        error.to_string(),
        "5 keys of the issuer may have signed the token (ES256); at most 4 are tried, so give each key a kid of its own"
    );
    let error = verify_with(&[rsa], NO_KID).unwrap_err();
    assert!(error.asks_for_newer_keys());
    assert_eq!(error.to_string(), "the token has no kid, and no key of the issuer is for ES256");
    let error = verify_with(&[other()], NO_KID).unwrap_err();
    assert_eq!(error, TokenError::SignatureOfNoKey);
    assert!(error.asks_for_newer_keys());
}

#[test]
fn uses_a_key_for_the_algorithm_it_is_for_only() {
    let all: Value = serde_json::from_str(include_str!("openssl.json")).unwrap();
    let mut rsa = all["keys"][0].clone();
    rsa["alg"] = json!("PS256");
    let token = all["tokens"]["RS256"].as_str().unwrap();
    let read = Unverified::read(token).unwrap();
    let error = read.verify(&key_set(&[rsa]), &rules(), NOW).unwrap_err();
    assert_eq!(error.to_string(), r#"the key with the kid "RS256" is not for RS256"#);
    assert!(!error.asks_for_newer_keys());
}

#[test]
fn skips_keys_of_no_use_and_says_why() {
    let skipped = [
        (json!({ "kty": null }), "kty is missing or not a string"),
        (json!({ "kty": "oct", "k": "AA" }), "kty \"oct\" is not RSA, EC or OKP"),
        (json!({ "kty": "AKP" }), "kty \"AKP\" is not RSA, EC or OKP"),
        (json!({ "kty": "RSA" }), "n is missing or not a string"),
        (json!({ "kty": "OKP" }), "crv \"P-256\" is not supported for kty OKP"),
        (json!({ "kty": "OKP", "crv": "X25519" }), "crv \"X25519\" is not supported for kty OKP"),
        (json!({ "kty": "OKP", "crv": "Ed448" }), "crv \"Ed448\" is not supported for kty OKP"),
        (json!({ "crv": "Ed25519" }), "crv \"Ed25519\" is not supported for kty EC"),
        (json!({ "crv": "secp256k1" }), "crv \"secp256k1\" is not supported for kty EC"),
        (json!({ "crv": "P-384", "alg": null }), "x and y are no point of P-384"),
        (json!({ "crv": "P-521", "alg": null }), "x and y are no point of P-521"),
        (json!({ "use": "enc" }), "use \"enc\" is not sig"),
        (json!({ "use": 1 }), "use is missing or not a string"),
        (json!({ "key_ops": ["sign"] }), "key_ops has no verify"),
        (json!({ "key_ops": "verify" }), "key_ops has no verify"),
        (json!({ "alg": "ES384" }), "alg \"ES384\" is no signature algorithm of this key"),
        (json!({ "alg": "HS256" }), "alg \"HS256\" is no signature algorithm of this key"),
        (json!({ "alg": "ECDH-ES" }), "alg \"ECDH-ES\" is no signature algorithm of this key"),
        (json!({ "kid": 7 }), "kid is missing or not a string"),
        (json!({ "x": "AA==" }), "x is missing or not base64url without padding"),
        (json!({ "y": null }), "y is missing or not a string"),
    ];
    for (members, reason) in skipped {
        let set = key_set(&[jwk_with(members.clone()), jwk()]);
        assert_eq!((set.len(), set.skipped().len()), (1, 1), "{members}");
        assert_eq!(set.skipped()[0].problem.to_string(), reason, "{members}");
    }
    let set = key_set(&[json!("k1"), json!(null), json!([])]);
    assert_eq!(set.skipped()[0].to_string(), "keys[0]: the key is missing or not an object");
    assert_eq!(set.len(), 0);
}

#[test]
fn skips_points_that_are_not_of_the_curve() {
    let zero = base64url([0; 32]);
    let ones = base64url([0xff; 32]);
    let short = base64url([1; 31]);
    let long = base64url([0; 33]);
    for x in [&zero, &ones, &short, &long] {
        let set = key_set(&[jwk_with(json!({ "x": x }))]);
        assert_eq!(set.skipped()[0].problem.to_string(), "x and y are no point of P-256");
    }
    // All 64 bytes are there, and cut in another place.
    let whole = jwk();
    let decode = |name: &str| crate::signer::decode(whole[name].as_str().unwrap());
    let both = [decode("x"), decode("y")].concat();
    let cut = json!({ "x": base64url(&both[..31]), "y": base64url(&both[31..]) });
    assert!(key_set(&[jwk_with(cut)]).is_empty());
    let set = key_set(&[jwk_with(json!({ "x": zero, "y": zero }))]);
    assert!(set.is_empty(), "the point at infinity");
}

/// With a key of small order, signatures of it can be made without any secret.
#[test]
fn skips_ed25519_keys_of_small_order_and_other_lengths() {
    let mut identity = [0; 32];
    identity[0] = 1;
    let mut minus_one = [0xff; 32];
    minus_one[0] = 0xec;
    minus_one[31] = 0x7f;
    for bytes in [&identity[..], &minus_one, &[0; 32], &[0xff; 32], &[1; 31], &[1; 33], &[]] {
        let key = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": base64url(bytes) });
        let set = key_set(&[key]);
        assert!(set.is_empty(), "{bytes:?}");
        assert_eq!(set.skipped()[0].problem.to_string(), "x is no safe Ed25519 key");
    }
}

#[test]
fn takes_a_private_key_for_the_public_one_in_it() {
    // The secret of the signer, and one that is not: neither is looked at.
    for secret in [base64url([7; 32]), base64url([8; 32]), "no base64 at all!".to_owned()] {
        let set = key_set(&[jwk_with(json!({ "d": secret }))]);
        assert_eq!(set.len(), 1);
        assert!(!format!("{set:?}").contains(&secret));
        assert_eq!(verify_with(&[jwk_with(json!({ "d": secret }))], HEADER), Ok(()));
    }
    let signing = jwk_with(json!({ "d": base64url([7; 32]), "key_ops": ["sign"] }));
    assert!(key_set(&[signing]).is_empty());
}

#[test]
fn refuses_a_set_of_ten_megabytes() {
    let body = json!({ "keys": [], "junk": "a".repeat(10_000_000) }).to_string();
    let error = KeySet::from_json(&body).unwrap_err();
    assert_eq!(error, KeySetError::TooLong { bytes: body.len() });
}

#[test]
fn refuses_a_set_of_ten_thousand_keys() {
    let body = json!({ "keys": vec![jwk(); 10_000] }).to_string();
    assert!(matches!(KeySet::from_json(&body), Err(KeySetError::TooLong { .. })));
    // As many as fit: the limit of size is not the only one.
    assert_eq!(key_set(&vec![jwk(); 100]).len(), 100);
    let body = json!({ "keys": vec![jwk(); 101] }).to_string();
    assert_eq!(KeySet::from_json(&body).unwrap_err(), KeySetError::TooMany);
    let useless = key_set(&vec![json!({}); 10_000]);
    assert_eq!((useless.len(), useless.skipped().len()), (0, 100));
}

#[test]
fn refuses_what_is_no_key_set() {
    for (body, reason) in [
        ("", "EOF"),
        ("<html>", "expected value"),
        ("[]", "a list instead of an object"),
        ("{}", "no list `keys`"),
        (r#"{"keys":{}}"#, "no list `keys`"),
        (r#"{"keys":[],"keys":[]}"#, "twice"),
        (r#"{"keys":[{"kid":"a","kid":"b"}]}"#, "twice"),
    ] {
        let error = KeySet::from_json(body).unwrap_err().to_string();
        assert!(error.contains(reason), "{body}: {error}");
    }
    let deep = format!(r#"{{"keys":{}{}}}"#, "[".repeat(50_000), "]".repeat(50_000));
    assert!(KeySet::from_json(&deep).unwrap_err().to_string().contains("levels deep"));
}

#[test]
fn can_live_in_a_static() {
    fn assert_shared<T: Send + Sync + 'static>() {}
    assert_shared::<KeySet>();
    assert_shared::<postern_token::Claims>();
}

proptest! {
    #[test]
    fn no_key_panics(
        name in "kty|crv|x|y|n|e|alg|use|kid|key_ops",
        value in prop_oneof![
            "\\PC{0,80}".prop_map(Value::from),
            "[A-Za-z0-9_-]{0,800}".prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
        ],
        kty in "RSA|EC|OKP",
    ) {
        let mut key = jwk_with(json!({ "kty": kty, "n": "AQAB", "e": "AQAB", "alg": null }));
        key[name] = value;
        let set = key_set(&[key]);
        prop_assert_eq!(set.len() + set.skipped().len(), 1);
    }

    #[test]
    fn no_text_panics(text in "\\PC*") {
        let _ = KeySet::from_json(&text);
    }
}
