//! What is a token at all.

use postern_token::{MAX_TOKEN_BYTES, TokenError, Unverified, looks_like_jwt};
use proptest::prelude::*;
use serde_json::json;

use crate::signer::{HEADER, base64url, claims, sign, verify, with};

#[test]
fn tells_jwts_from_opaque_tokens_and_keys() {
    let good = sign(HEADER, &claims().to_string());
    let (input, _) = good.rsplit_once('.').unwrap();
    let bad = format!("{}.{}.AA", base64url("{ \"alg\": 1 }"), base64url("no claims"));
    for text in [&good, &format!("{input}."), &bad, &format!("{}..", base64url("{}"))] {
        assert!(looks_like_jwt(text), "{text}");
    }
    let array = format!("{}.AA.AA", base64url("[]"));
    let broken = format!("{}.AA.AA", base64url("{"));
    let encrypted = format!("{}.a.a.a.a", base64url("{}"));
    for text in [
        "",
        "..",
        "pk_live_00000000000000000000000000000000000000000003xC1Wz",
        "sk-abc",
        "a.b.c",
        "2YotnFZFEjr1zCsicMWpAA",
        input,
        &format!("{good}.AA"),
        &format!("{good}="),
        &good.replacen('.', ". ", 1),
        &array,
        &broken,
        &encrypted,
    ] {
        assert!(!looks_like_jwt(text), "{text}");
    }
}

#[test]
fn refuses_a_token_of_a_megabyte_without_reading_it() {
    let huge = sign(HEADER, &with("junk", json!("a".repeat(1_000_000))).to_string());
    assert_eq!(verify(&huge).unwrap_err(), TokenError::TooLong { bytes: huge.len() });
    assert!(looks_like_jwt(&huge), "it is refused here, and not asked about elsewhere");
    let huge = format!("{}.e30.AA", base64url(format!("{{{}}}", " ".repeat(1_000_000))));
    assert!(matches!(verify(&huge).unwrap_err(), TokenError::TooLong { .. }));
    assert!(looks_like_jwt(&huge));
    // 300 bytes are for the rest.
    let large =
        sign(HEADER, &with("junk", json!("a".repeat(MAX_TOKEN_BYTES * 3 / 4 - 300))).to_string());
    assert!(large.len() < MAX_TOKEN_BYTES && verify(&large).is_ok());
}

#[test]
fn refuses_other_numbers_of_parts() {
    let good = sign(HEADER, &claims().to_string());
    for (token, error) in [
        (String::new(), TokenError::Parts { found: 1 }),
        ("a".to_owned(), TokenError::Parts { found: 1 }),
        ("a.b".to_owned(), TokenError::Parts { found: 2 }),
        (format!("{good}.{}", "a"), TokenError::Parts { found: 4 }),
        (format!("{good}.a.a"), TokenError::Encrypted),
        (".".repeat(1_000), TokenError::Parts { found: 1_001 }),
    ] {
        assert_eq!(verify(&token).unwrap_err(), error);
    }
}

/// Two texts for the same bytes would be two tokens for a cache by their hash.
#[test]
fn refuses_every_other_spelling_of_base64url() {
    let good = sign(HEADER, &claims().to_string());
    let parts: Vec<&str> = good.split('.').collect();
    let spelt = |part: usize, text: String| {
        let mut parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        parts[part] = text;
        parts.join(".")
    };
    for (part, name) in ["header", "claims", "signature"].into_iter().enumerate() {
        for text in [
            format!("{}=", parts[part]),
            format!("{}==", parts[part]),
            format!("{}\n", parts[part]),
            format!(" {}", parts[part]),
            format!("{}+", parts[part]),
            format!("{}/", parts[part]),
            format!("{}%3D", parts[part]),
        ] {
            let error = verify(&spelt(part, text.clone())).unwrap_err();
            assert_eq!(error, TokenError::Encoding { part: name }, "{text:?}");
        }
    }
    // 64 bytes end in a character of which two bits count: the other four must be zero.
    let last = parts[2].chars().last().unwrap();
    assert!("AQgw".contains(last));
    let loose = char::from(u8::try_from(u32::from(last)).unwrap() + 1);
    let error = verify(&spelt(2, format!("{}{loose}", &parts[2][..85]))).unwrap_err();
    assert_eq!(error, TokenError::Encoding { part: "signature" });
}

#[test]
fn never_repeats_a_token_in_what_it_says() {
    let token = sign(HEADER, &with("email", json!("alice@example.com")).to_string());
    let shown = format!("{:?}", Unverified::read(&token).unwrap());
    assert_eq!(shown, "Unverified(ES256)");
    let cut = &token[..token.len() - 3];
    let error = verify(cut).unwrap_err().to_string();
    assert!(token.split('.').all(|part| !error.contains(part)), "{error}");
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*", header in "\\PC{0,50}", claims in "\\PC{0,50}") {
        let _ = (looks_like_jwt(&text), verify(&text));
        let token = format!("{}.{}.AA", base64url(header), base64url(claims));
        prop_assert!(verify(&token).is_err());
    }

    #[test]
    fn no_bytes_of_claims_panic(claims in prop::collection::vec(any::<u8>(), 0..200)) {
        let token = format!("{}.{}.AA", base64url(HEADER), base64url(&claims));
        prop_assert!(verify(&token).is_err());
    }

    /// Nothing that would be verified as a JWT is asked about elsewhere.
    #[test]
    fn what_is_read_looks_like_a_jwt(
        separator in "\\.|[ .=A]{0,2}",
        signature in "[A-Za-z0-9_-]{0,9}|\\PC{0,9}",
        members in "(,\"(kid|b64|x)\":(1|\"a\"|\\{\\}|\\[\\])){0,2}",
    ) {
        let header = base64url(format!(r#"{{"alg":"ES256"{members}}}"#));
        let text = format!("{header}{separator}{}.{signature}", base64url(claims().to_string()));
        if Unverified::read(&text).is_ok() {
            prop_assert!(looks_like_jwt(&text), "{}", text);
        }
    }
}
