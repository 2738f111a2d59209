//! Every algorithm, with keys and tokens made by OpenSSL (`openssl.py`), and attacks that confuse one with another.

use jwt_simple::prelude::{Claims, Duration, HS256Key, HS384Key, HS512Key, MACLike, UnixTimeStamp};
use postern_token::{Algorithm, KeySet, Rules, TokenError, Unverified};
use serde_json::{Value, json};

use crate::signer::{ISSUER, NOW, base64url, claims, decode, key_set, rules, sign, verify};

fn openssl() -> Value {
    serde_json::from_str(include_str!("openssl.json")).unwrap()
}

fn keys() -> KeySet {
    KeySet::from_json(&json!({ "keys": openssl()["keys"] }).to_string()).unwrap()
}

fn token(algorithm: Algorithm) -> String {
    openssl()["tokens"][algorithm.as_str()].as_str().unwrap().to_owned()
}

fn allowing(algorithms: &[Algorithm]) -> Rules {
    Rules { algorithms: algorithms.to_vec(), ..rules() }
}

fn signed() -> impl Iterator<Item = Algorithm> {
    Algorithm::ALL.into_iter().filter(|algorithm| !algorithm.is_mac())
}

#[test]
fn verifies_tokens_of_every_algorithm_signed_by_openssl() {
    let keys = keys();
    assert_eq!((keys.len(), keys.skipped()), (10, &[][..]));
    for algorithm in signed() {
        let read = Unverified::read(&token(algorithm)).unwrap();
        assert_eq!((read.algorithm(), read.key_id()), (algorithm, Some(algorithm.as_str())));
        let claims = read.verify(&keys, &allowing(&[algorithm]), NOW).unwrap();
        assert_eq!(claims.text("sub").as_deref(), Some("alice"), "{algorithm}");
        assert_eq!(claims.expires_at_unix_s(), Some(NOW + 3_600));
        assert!(claims.has_scope("ai.use"));
    }
}

#[test]
fn refuses_an_algorithm_that_is_not_of_the_issuers_list() {
    for algorithm in Algorithm::ALL {
        let others: Vec<Algorithm> =
            Algorithm::ALL.into_iter().filter(|other| *other != algorithm).collect();
        let read = Unverified::read(&token(algorithm)).unwrap();
        let error = read.verify(&keys(), &allowing(&others), NOW).unwrap_err();
        assert!(
            matches!(error, TokenError::AlgorithmNotAllowed { found, .. } if found == algorithm)
        );
        let error = read.verify_mac(&[0; 32], &allowing(&others), NOW).unwrap_err();
        assert!(matches!(error, TokenError::AlgorithmNotAllowed { .. }));
    }
    let read = Unverified::read(&token(Algorithm::Ps384)).unwrap();
    assert_eq!(
        read.verify(&keys(), &rules(), NOW).unwrap_err().to_string(),
        "the token is signed with PS384, and the issuer may sign with RS256, ES256, EdDSA"
    );
}

/// The header is rewritten to every other algorithm that the issuer allows; the signature stays.
#[test]
fn refuses_a_signature_presented_as_of_another_algorithm() {
    for algorithm in signed() {
        for other in signed().filter(|other| *other != algorithm) {
            let token = token(algorithm);
            let (_, rest) = token.split_once('.').unwrap();
            let header = json!({ "alg": other.as_str(), "kid": algorithm.as_str() }).to_string();
            let forged = format!("{}.{rest}", base64url(header));
            let error = Unverified::read(&forged)
                .unwrap()
                .verify(&keys(), &allowing(&[algorithm, other]), NOW)
                .unwrap_err();
            assert!(
                matches!(error, TokenError::Signature | TokenError::KeyOfOtherAlgorithm { .. }),
                "{algorithm} as {other}: {error}"
            );
        }
    }
}

#[test]
fn refuses_every_spelling_of_none_with_and_without_a_signature() {
    for none in ["none", "None", "NONE", "nOnE", " none", "none ", "none\\u0000", "", "null"] {
        let header = format!(r#"{{"alg":"{none}","kid":"k1"}}"#);
        let signed = sign(&header, &claims().to_string());
        let (input, _) = signed.rsplit_once('.').unwrap();
        for token in [signed.clone(), format!("{input}."), input.to_owned()] {
            let error = verify(&token).unwrap_err();
            assert!(
                matches!(
                    error,
                    TokenError::Unsigned
                        | TokenError::UnknownAlgorithm(_)
                        | TokenError::Parts { found: 2 }
                ),
                "{none}: {error}"
            );
        }
    }
    for header in [r#"{"typ":"JWT"}"#, r#"{"alg":null}"#, r#"{"alg":["ES256"]}"#] {
        let error = verify(&sign(header, &claims().to_string())).unwrap_err();
        assert!(matches!(error, TokenError::Value { name: "alg", .. }), "{header}: {error}");
    }
}

/// The classic attack: the public key is used as a shared secret.
#[test]
fn refuses_hs256_made_with_the_public_rsa_key() {
    let public = &openssl()["rs256_public"];
    let pem = public["pem"].as_str().unwrap();
    let der: Vec<u8> = hex::decode(public["der_hex"].as_str().unwrap()).unwrap();
    let modulus = openssl()["keys"][0]["n"].as_str().unwrap().to_owned();
    for secret in [pem.as_bytes(), pem.trim().as_bytes(), &der, modulus.as_bytes()] {
        let mut now = Claims::create(Duration::from_hours(1)).with_issuer(ISSUER);
        now.issued_at = Some(UnixTimeStamp::from_secs(NOW));
        now.expires_at = Some(UnixTimeStamp::from_secs(NOW + 3_600));
        let now = now.with_audience("postern");
        let forged = HS256Key::from_bytes(secret).with_key_id("RS256").authenticate(now).unwrap();
        let read = Unverified::read(&forged).unwrap();
        let error = read.verify(&keys(), &rules(), NOW).unwrap_err();
        assert!(matches!(error, TokenError::AlgorithmNotAllowed { .. }), "{error}");
        // Even where policy mixes both, a public key does not check codes.
        let mixed = allowing(&[Algorithm::Rs256, Algorithm::Hs256]);
        let error = read.verify(&keys(), &mixed, NOW).unwrap_err();
        assert_eq!(error, TokenError::WrongMeans(Algorithm::Hs256, "a public key"));
    }
}

/// The holder of the secret computes the MAC: here jwt-simple, for the tokens that Python made.
#[test]
fn verifies_a_token_by_a_mac_that_was_computed_elsewhere() {
    let secret = b"a secret of the issuer and of this gateway";
    let computed: [(Algorithm, usize, bool); 3] = [
        (Algorithm::Hs256, 32, HS256Key::from_bytes(secret).verifies(Algorithm::Hs256)),
        (Algorithm::Hs384, 48, HS384Key::from_bytes(secret).verifies(Algorithm::Hs384)),
        (Algorithm::Hs512, 64, HS512Key::from_bytes(secret).verifies(Algorithm::Hs512)),
    ];
    for (algorithm, bytes, verified) in computed {
        assert!(verified, "the fixture's {algorithm} is not of the secret");
        let token = token(algorithm);
        let (input, code) = token.rsplit_once('.').unwrap();
        let read = Unverified::read(&token).unwrap();
        assert_eq!(read.signing_input(), input);
        let code = decode(code);
        assert_eq!(code.len(), bytes);
        let rules = allowing(&[algorithm]);
        assert!(read.verify_mac(&code, &rules, NOW).is_ok());
        for at in 0..bytes {
            let mut wrong = code.clone();
            wrong[at] ^= 1;
            assert_eq!(read.verify_mac(&wrong, &rules, NOW).unwrap_err(), TokenError::Signature);
        }
        for length in [0, 1, bytes - 1, bytes + 1] {
            let wrong = vec![0; length];
            let expected = TokenError::ComputedCode { algorithm, found: length };
            assert_eq!(read.verify_mac(&wrong, &rules, NOW).unwrap_err(), expected);
        }
    }
}

#[test]
fn refuses_a_code_that_is_cut_or_goes_on() {
    let token = token(Algorithm::Hs256);
    let (input, code) = token.rsplit_once('.').unwrap();
    let code = decode(code);
    let longer = [code.as_slice(), &[0]].concat();
    for other in [&code[..16], &code[..31], &longer] {
        let forged = format!("{input}.{}", base64url(other));
        let rules = allowing(&[Algorithm::Hs256]);
        let error = Unverified::read(&forged).unwrap().verify_mac(&code, &rules, NOW).unwrap_err();
        assert_eq!(error, TokenError::Signature);
    }
}

#[test]
fn refuses_a_token_without_its_signature_as_unsigned() {
    let token = token(Algorithm::Es256);
    let (input, _) = token.rsplit_once('.').unwrap();
    assert_eq!(verify(&format!("{input}.")).unwrap_err(), TokenError::Unsigned);
}

#[test]
fn checks_no_signature_with_a_shared_secret() {
    let read = Unverified::read(&token(Algorithm::Rs256)).unwrap();
    let error = read.verify_mac(&[0; 32], &allowing(&[Algorithm::Rs256]), NOW).unwrap_err();
    assert_eq!(error, TokenError::WrongMeans(Algorithm::Rs256, "a shared secret"));
}

/// RFC 7515, appendix A.1: the code is right, and then the claims lack an audience.
#[test]
fn takes_the_code_of_rfc_7515_a_1() {
    let input = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let code = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let read = Unverified::read(&format!("{input}.{code}")).unwrap();
    assert_eq!((read.signing_input(), read.issuer()), (input, Some("joe")));
    let rules = Rules { issuer: "joe".to_owned(), ..allowing(&[Algorithm::Hs256]) };
    let error = read.verify_mac(&decode(code), &rules, 1_300_819_370).unwrap_err();
    assert_eq!(error, TokenError::MissingClaim("aud".to_owned()));
    assert_eq!(read.verify_mac(&[0; 32], &rules, 0).unwrap_err(), TokenError::Signature);
}

/// RFC 7518, section 3.5: the salt is as long as the digest, and no other length is taken.
#[test]
fn refuses_pss_with_a_shorter_salt() {
    let token = openssl()["ps256_short_salt_by_the_rs256_key"].as_str().unwrap().to_owned();
    let read = Unverified::read(&token).unwrap();
    let error = read.verify(&keys(), &allowing(&[Algorithm::Ps256]), NOW).unwrap_err();
    assert_eq!(error, TokenError::Signature);
}

#[test]
fn skips_weak_rsa_keys() {
    let weak: Vec<Value> = openssl()["weak"].as_array().unwrap().clone();
    let good = openssl()["keys"][0].clone();
    let changed = |name: &str, value: String| {
        let mut key = good.clone();
        key[name] = json!(value);
        key
    };
    let mut even = decode(good["n"].as_str().unwrap());
    *even.last_mut().unwrap() &= 0xfe;
    let keys = [
        weak[0].clone(),
        weak[1].clone(),
        changed("e", base64url([1])),
        changed("e", base64url([0])),
        changed("e", base64url([1, 0, 0])),
        changed("e", String::new()),
        changed("n", base64url([0xff; 255])),
        changed("n", base64url([0xff; 513])),
        changed("n", base64url([0; 256])),
        changed("n", base64url(even)),
        changed("n", String::new()),
        good,
    ];
    let set = key_set(&keys);
    assert_eq!(set.len(), 1);
    assert_eq!(set.skipped().len(), keys.len() - 1);
    assert_eq!(
        set.skipped()[0].to_string(),
        "keys[0] (kid \"1024 bits\"): the RSA key must have 2048 to 4096 bits and the exponent 65537"
    );
}

/// Whether jwt-simple finds the token of the fixture to be authentic.
trait Verifies {
    fn verifies(&self, algorithm: Algorithm) -> bool;
}

impl<K: MACLike> Verifies for K {
    fn verifies(&self, algorithm: Algorithm) -> bool {
        let options = jwt_simple::prelude::VerificationOptions {
            artificial_time: Some(UnixTimeStamp::from_secs(NOW)),
            ..Default::default()
        };
        self.verify_token::<Value>(&token(algorithm), Some(options)).is_ok()
    }
}
