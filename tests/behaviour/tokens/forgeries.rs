//! Tokens whose signature was not made with an issuer's key.

use super::scene;
use postern_tests::issuer::Key;
use postern_tests::issuer::token::{compact, signed, signed_as, with, with_bit_flipped};
use serde_json::json;

#[tokio::test]
async fn refuses_a_token_without_a_signature() {
    let scene = scene();
    let payload = scene.claims().to_string();
    for algorithm in [
        json!("none"),
        json!("None"),
        json!("NONE"),
        json!("nOnE"),
        json!("none "),
        json!(""),
        json!(null),
        json!(0),
        json!(["none"]),
        json!(["ES256"]),
    ] {
        let header = json!({ "alg": algorithm, "kid": "p256" }).to_string();
        for signature in [&b""[..], &[0; 64]] {
            let token = compact(&header, &payload, signature);
            scene.guarded.assert_refuses(&header, &token).await;
        }
    }
    let unsigned = compact(r#"{"kid":"p256"}"#, &payload, b"");
    scene.guarded.assert_refuses("no algorithm", &unsigned).await;
    let good = scene.token();
    let (input, _) = good.rsplit_once('.').unwrap();
    for token in [input.to_owned(), format!("{input}."), format!("{input}..")] {
        scene.guarded.assert_refuses("a signature taken off", &token).await;
    }
}

#[tokio::test]
async fn refuses_a_mac_made_with_a_public_key() {
    let scene = scene();
    let pem = scene.rsa.public_pem();
    let jwk = scene.rsa.jwk().unwrap();
    for secret in [
        pem.clone(),
        pem.trim_end().to_owned(),
        pem.replace('\n', "\r\n"),
        jwk.to_string(),
        jwk["n"].as_str().unwrap().to_owned(),
        String::new(),
    ] {
        let forger = Key::shared("rsa", secret);
        let token = signed(&forger, &scene.claims());
        scene.guarded.assert_refuses("HS256 with the public key", &token).await;
        let named = signed_as(&forger, &json!({ "kid": null }), &scene.claims().to_string());
        scene.guarded.assert_refuses("HS256 without a key id", &named).await;
    }
}

#[tokio::test]
async fn refuses_an_algorithm_that_is_not_of_the_issuers_list() {
    let scene = scene();
    // Validly signed, with a key of the issuer's set.
    let token = signed(&scene.partner_rsa, &scene.partner.claims("somebody"));
    scene.guarded.assert_refuses("RS256 of an issuer that signs with ES256", &token).await;
    // The header names another algorithm than the signature's.
    for algorithm in ["PS256", "RS384", "RS512", "RS1", "ES256", "EdDSA", "rs256"] {
        let members = json!({ "alg": algorithm });
        let token = signed_as(&scene.rsa, &members, &scene.claims().to_string());
        scene.guarded.assert_refuses(algorithm, &token).await;
    }
    for (key, algorithm) in
        [(&scene.ed25519, "ES256"), (&scene.p256, "EdDSA"), (&scene.p256, "ES384")]
    {
        let members = json!({ "alg": algorithm });
        let token = signed_as(key, &members, &scene.claims().to_string());
        scene.guarded.assert_refuses(algorithm, &token).await;
    }
}

#[tokio::test]
async fn refuses_a_token_signed_with_another_key_of_the_same_id() {
    let scene = scene();
    for forger in [Key::p256("p256"), Key::ed25519("ed25519"), Key::rsa("rsa", 1)] {
        let token = signed(&forger, &scene.claims());
        scene.guarded.assert_refuses(forger.algorithm(), &token).await;
    }
    // A valid signature of another token.
    let (one, other) = (scene.token(), scene.token());
    let mixed =
        format!("{}.{}", one.rsplit_once('.').unwrap().0, other.rsplit_once('.').unwrap().1);
    scene.guarded.assert_refuses("another token's signature", &mixed).await;
}

#[tokio::test]
async fn refuses_a_key_that_is_too_short_though_the_issuer_has_it() {
    let scene = scene();
    let token = signed(&scene.weak, &scene.claims());
    scene.guarded.assert_refuses("RSA of 1024 bits", &token).await;
    // The other keys of the set are still valid.
    let token = signed(&scene.rsa, &scene.claims());
    scene.guarded.assert_lets_in("RSA of 2048 bits", &token, "alice").await;
}

#[tokio::test]
async fn refuses_signatures_that_are_numbers_no_signature_has() {
    let scene = scene();
    let header = json!({ "alg": "ES256", "kid": "p256" }).to_string();
    let payload = scene.claims().to_string();
    // FIPS 186-5, 6.4.2: both are from 1 to the order of the curve, less one (CVE-2022-21449).
    let one = [&[0; 31][..], &[1]].concat();
    let order = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    for signature in [
        vec![0; 64],
        [&[0; 32][..], &one].concat(),
        [&one[..], &[0; 32]].concat(),
        [order, order].concat(),
        vec![0xff; 64],
        vec![0; 63],
        vec![0; 65],
        vec![0; 128],
        vec![0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00],
    ] {
        let token = compact(&header, &payload, &signature);
        scene.guarded.assert_refuses("ES256", &token).await;
    }
    let header = json!({ "alg": "EdDSA", "kid": "ed25519" }).to_string();
    let token = compact(&header, &payload, &[0; 64]);
    scene.guarded.assert_refuses("EdDSA", &token).await;
}

#[tokio::test]
async fn refuses_every_flipped_bit() {
    let scene = scene();
    for (key, every) in [(&scene.p256, 7), (&scene.ed25519, 7), (&scene.rsa, 61)] {
        let token = signed(key, &scene.claims());
        let bits = token.rsplit_once('.').unwrap().1.len() * 6;
        for bit in (0..bits).step_by(every) {
            let flipped = with_bit_flipped(&token, bit);
            scene.guarded.assert_refuses(&format!("{} bit {bit}", key.algorithm()), &flipped).await;
        }
        scene.guarded.assert_lets_in(key.algorithm(), &token, "alice").await;
    }
}

#[tokio::test]
async fn refuses_other_claims_under_a_good_signature() {
    let scene = scene();
    let good = scene.token();
    let parts: Vec<&str> = good.split('.').collect();
    let other = with(scene.claims(), &json!({ "realm_access": { "roles": ["admin"] } }));
    let forged = compact("{}", &other.to_string(), b"");
    let payload = forged.split('.').nth(1).unwrap();
    let token = format!("{}.{payload}.{}", parts[0], parts[2]);
    scene.guarded.assert_refuses("another payload", &token).await;
    for character in 0..parts[1].len() {
        if character % 29 == 0 {
            let mut payload = parts[1].as_bytes().to_vec();
            payload[character] = if payload[character] == b'A' { b'B' } else { b'A' };
            let payload = String::from_utf8(payload).unwrap();
            let token = format!("{}.{payload}.{}", parts[0], parts[2]);
            scene.guarded.assert_refuses(&format!("character {character}"), &token).await;
        }
    }
}
