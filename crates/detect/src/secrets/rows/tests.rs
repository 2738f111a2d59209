#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use super::check::{base62, crc32};
use super::{ALL, Check, Class, Part, Row};
use crate::{DetectorSet, Scanner, Text};

/// A random text of a class, the same for the same seed.
fn drawn(class: Class, length: usize, seed: &mut u64) -> String {
    let alphabet: Vec<char> = (0_u8..128)
        .filter(|byte| class(*byte) && byte.is_ascii_alphanumeric())
        .map(char::from)
        .collect();
    let mut text = String::new();
    while text.len() < length {
        *seed =
            seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        text.push(alphabet[(*seed >> 33) as usize % alphabet.len()]);
    }
    text
}

fn example(row: &Row, seed: &mut u64) -> String {
    let mut token = match row.before {
        Some((class, min, _)) => drawn(class, min.max(1), seed),
        None => String::new(),
    };
    if row.check == Check::NumberFirst {
        token = "MTA4MDU2MjQ3OTI4NTU3NTY4OQ".to_owned();
    }
    token.push_str(row.anchor);
    for part in row.parts {
        match part {
            Part::Run(class, min, _) => token.push_str(&drawn(*class, *min, seed)),
            Part::Text(text) => token.push_str(text),
        }
    }
    let body = token.len().saturating_sub(6);
    match row.check {
        Check::Crc => {
            let sum = base62(crc32(&token.as_bytes()[row.anchor.len()..body]));
            token.replace_range(body.., std::str::from_utf8(&sum).unwrap());
        }
        Check::OwnCrc => {
            let sum = base62(crc32(&token.as_bytes()[..body]));
            token.replace_range(body.., std::str::from_utf8(&sum).unwrap());
        }
        _ => {}
    }
    token
}

fn found(scanner: &Scanner, text: &str) -> Vec<(String, String)> {
    let findings =
        scanner.scan(&Text::new(text), DetectorSet::from_iter([crate::Detector::Credential]));
    findings
        .into_iter()
        .map(|finding| (finding.form.to_owned(), text[finding.span].to_owned()))
        .collect()
}

#[test]
fn a_token_of_each_row_is_found_where_it_stands() {
    let scanner = Scanner::new();
    let mut missed = Vec::new();
    for (index, row) in ALL.into_iter().flatten().enumerate() {
        let mut seed = index as u64 + 11;
        for context in ["{}", "see {}, please", "x={}&y", "\"{}\"", "\u{4f60}{}\u{3002}"] {
            let token = example(row, &mut seed);
            let text = context.replace("{}", &token);
            if !found(&scanner, &text).iter().any(|(_, span)| span.contains(&token)) {
                missed.push(format!("{} in {text:?}: {:?}", row.form, found(&scanner, &text)));
            }
        }
    }
    assert!(missed.len() * 100 <= ALL.into_iter().flatten().count(), "{}", missed.join("\n"));
}

#[test]
fn a_row_names_its_form() {
    for row in ALL.into_iter().flatten() {
        assert!(
            row.form.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{}",
            row.form
        );
        assert!(!row.anchor.is_empty(), "{}", row.form);
    }
}

#[test]
fn a_checksum_decides_how_sure_a_token_is() {
    // A dummy with a correct checksum that secretlint publishes.
    let right = super::Check::Crc.confidence(b"", b"qkJaB6MffYVzZXWqmcoF49yrUxP3wf0LsakP");
    let wrong = super::Check::Crc.confidence(b"", b"qkJaB6MffYVzZXWqmcoF49yrUxP3wf0LsakQ");
    assert!(right > wrong, "{right:?} {wrong:?}");
}
