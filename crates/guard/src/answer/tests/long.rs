//! Credentials that are longer than what is held back: the whole of each is covered, however the stream is cut.

use super::{AT, of, seen};
use crate::tests::rule;
use postern_policy::Action;

/// Text that looks generated, of the alphabet that all forms share.
fn drawn(length: usize, seed: u64) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = seed;
    let next = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(LETTERS[(state >> 33) as usize % LETTERS.len()])
    };
    (0..length).map(next).collect()
}

fn base64(text: &str) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let bits = (0..3)
            .fold(0_u32, |bits, at| bits << 8 | u32::from(three.get(at).copied().unwrap_or(0)));
        for sextet in 0..=three.len() {
            out.push(char::from(LETTERS[(bits >> (18 - 6 * sextet)) as usize & 63]));
        }
    }
    out
}

fn lines(length: usize, seed: u64) -> String {
    let body = drawn(length, seed);
    body.as_bytes()
        .chunks(64)
        .map(|line| format!("{}\n", std::str::from_utf8(line).unwrap()))
        .collect()
}

fn armour(label: &str, between: &str, length: usize) -> String {
    format!("-----BEGIN {label}-----\n{between}{}-----END {label}-----", lines(length, 7))
}

/// Each form, what stands before it, the credential, and what stands after it.
fn forms() -> Vec<(&'static str, &'static str, String, &'static str)> {
    let short = base64(r#"{"alg":"RS256","typ":"JWT"}"#);
    let chain = base64(&format!(r#"{{"alg":"RS256","x5c":["{}"]}}"#, drawn(900, 1)));
    let late = base64(&format!(r#"{{"x5c":["{}"],"alg":"RS256"}}"#, drawn(900, 2)));
    let claims = base64(&format!(r#"{{"sub":"1","roles":"{}"}}"#, drawn(1_100, 3)));
    let sealed = base64(r#"{"alg":"RSA-OAEP","enc":"A256GCM"}"#);
    let putty = format!(
        "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nComment: laptop\nPublic-Lines: 12\n{}Private-Lines: 28\n{}",
        lines(768, 4),
        lines(1_792, 5)
    );
    vec![
        ("claims", "Use ", format!("{short}.{claims}.{}", drawn(342, 8)), ", it works."),
        (
            "long signature",
            "Use ",
            format!("{short}.{}.{}", base64(r#"{"sub":"1"}"#), drawn(700, 9)),
            " now.",
        ),
        ("certificates", "Use ", format!("{chain}.{claims}.{}", drawn(342, 10)), " now."),
        ("algorithm last", "Use ", format!("{late}.{claims}.{}", drawn(342, 11)), " now."),
        (
            "encrypted",
            "Use ",
            format!(
                "{sealed}.{}.{}.{}.{}",
                drawn(342, 12),
                drawn(16, 13),
                drawn(900, 14),
                drawn(22, 15)
            ),
            " now.",
        ),
        ("PKCS 1", "Key:\n", armour("RSA PRIVATE KEY", "", 1_600), "\nKeep it."),
        ("PKCS 8", "Key:\n", armour("ENCRYPTED PRIVATE KEY", "", 1_600), "\nKeep it."),
        ("OpenSSH", "Key:\n", armour("OPENSSH PRIVATE KEY", "", 2_500), "\nKeep it."),
        (
            "encrypted by OpenSSL",
            "Key:\n",
            armour(
                "RSA PRIVATE KEY",
                "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,3F17F5316E2BAC89\n\n",
                1_600,
            ),
            "\nKeep it.",
        ),
        ("PGP", "Key:\n", armour("PGP PRIVATE KEY BLOCK", "\n", 1_600), "\nKeep it."),
        ("PuTTY", "Key:\n", putty, "**Keep it.**"),
        ("bearer", "Authorization: Bearer ", drawn(1_500, 16), "\nAccept: */*"),
        ("quoted", "{\"access_token\": \"", drawn(900, 17), "\", \"expires_in\": 3600}"),
        ("assigned", "ACCESS_TOKEN=", drawn(900, 18), "\nPORT=80"),
    ]
}

#[test]
fn a_long_credential_is_covered_from_its_beginning_to_its_end() {
    let mut wrong = Vec::new();
    for hold_back in [128, 256] {
        let guard = of(vec![rule("r", &["credential"], Action::Redact)], hold_back);
        for (form, before, credential, after) in forms() {
            // What stands before it moves it over the steps in which a text is decided.
            for filler in [0, 40, 90, 200] {
                let filler = "Nothing to see here. ".repeat(filler / 20);
                let text = format!("{filler}{before}{credential}{after}");
                let expected = format!("{filler}{before}[credential]{after}");
                let (whole, ..) = seen(&guard, &text, &[], AT);
                if whole != expected {
                    wrong.push(format!("{form}, {hold_back}, {}: {whole}", filler.len()));
                }
            }
            let text = format!("{before}{credential}{after}");
            let (whole, ..) = seen(&guard, &text, &[], AT);
            let cuts = (0..text.len())
                .step_by(if hold_back == 256 { 29 } else { 97 })
                .map(|cut| vec![cut]);
            let pieces = [1, 5, 64].map(|size| (0..text.len()).step_by(size).collect::<Vec<_>>());
            for cuts in cuts.chain(pieces) {
                assert_eq!(
                    seen(&guard, &text, &cuts, AT).0,
                    whole,
                    "{form}, cut at {:?}",
                    cuts.first()
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong: {}", wrong.len(), wrong.join("\n"));
}
