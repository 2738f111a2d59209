//! `x-postern-explain: true`: the decisions on a request and its attempts, for callers who may know them, in the header
//! `x-postern-decision`.
//!
//! The caller needs the action `explain` on the gateway; without it the request is refused, before its body is read.

use crate::observations::TriedAttempt;
use serde::Serialize;
use serde_json::value::RawValue;
use std::fmt::Write as _;

/// The most of the header: all headers of an answer have to fit in 8 KB, which common servers and proxies take.
const MAX_BYTES: usize = 6 * 1024;

/// What is told.
#[derive(Serialize)]
struct Told<'e> {
    /// The router's decisions: more than one where a limit names another model, or an answer is asked for once more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    routing: Vec<&'e RawValue>,
    /// The attempts until the head of the answer.
    attempts: &'e [TriedAttempt],
    /// Decisions that do not fit; the record has them.
    #[serde(skip_serializing_if = "is_zero")]
    routing_left_out: usize,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// The header's value: JSON in ASCII, bounded.
pub fn header(decisions: &[String], attempts: &[TriedAttempt]) -> String {
    let routing: Vec<&RawValue> =
        decisions.iter().filter_map(|one| serde_json::from_str(one).ok()).collect();
    let count = routing.len();
    // The last decision is the one that is carried out.
    for from in 0..=count {
        let routing = routing.get(from..).unwrap_or_default().to_vec();
        let told = to_ascii(&Told { routing, attempts, routing_left_out: from });
        if told.len() <= MAX_BYTES {
            return told;
        }
    }
    to_ascii(&Told { routing: Vec::new(), attempts: &[], routing_left_out: count })
}

/// Names of policies may have any script, and headers are ASCII.
fn to_ascii(told: &Told<'_>) -> String {
    // Serializing strings and numbers cannot fail.
    let json = serde_json::to_string(told).unwrap_or_default();
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() && !character.is_ascii_control() {
            ascii.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing into a string cannot fail.
            let _ = write!(ascii, "\\u{unit:04x}");
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(deployment: &str) -> TriedAttempt {
        TriedAttempt {
            deployment: deployment.to_owned(),
            outcome: "answered",
            kind: None,
            first_token_ms: Some(3),
            duration_ms: 4,
        }
    }

    #[test]
    fn is_ascii_and_reads_as_what_it_was() {
        let decision = r#"{"strategy":"ordered","order":[{"deployment":"größe/😀"}]}"#.to_owned();
        let told = header(&[decision], &[attempt("größe/😀")]);
        assert!(told.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' '), "{told}");
        let read: serde_json::Value = serde_json::from_str(&told).unwrap();
        assert_eq!(read["routing"][0]["order"][0]["deployment"], "größe/😀");
        assert_eq!(read["attempts"][0]["deployment"], "größe/😀");
        assert_eq!(read["attempts"][0]["outcome"], "answered");
    }

    #[test]
    fn is_bounded_and_says_what_it_leaves_out() {
        let long = format!("{{\"strategy\":\"{}\"}}", "x".repeat(5_000));
        for (decisions, left_out) in [(1, 0), (2, 1), (3, 2)] {
            let decisions = vec![long.clone(); decisions];
            let told = header(&decisions, &[attempt("p/a")]);
            assert!(told.len() <= MAX_BYTES);
            let read: serde_json::Value = serde_json::from_str(&told).unwrap();
            assert_eq!(read["routing"].as_array().map(Vec::len), Some(1));
            assert_eq!(read["routing_left_out"].as_u64().unwrap_or(0), left_out);
        }
        let longer = format!("{{\"strategy\":\"{}\"}}", "x".repeat(9_000));
        let told = header(&[longer], &[attempt("p/a")]);
        assert!(told.contains("\"routing_left_out\":1") && told.contains("p/a"), "{told}");
    }
}
