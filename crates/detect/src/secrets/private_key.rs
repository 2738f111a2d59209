//! Private keys in armour: PEM (RFC 7468) of every kind, OpenSSH's, PGP's (RFC 9580, 6.2), PuTTY's.
//!
//! Programs and documents quote the armour alone, so a key needs a body.

use super::class::{self, base64};
use std::ops::Range;

/// The longest key, in bytes; a longer one is truncated. RSA with 16,384 bits has 12,800 characters.
const MAX_BYTES: usize = 16 * 1024;

/// The greatest distance from header to body, in bytes: lines such as `Proc-Type` may be in between.
const BODY_WITHIN: usize = 240;

/// The shortest body, in bytes; a shorter run of base64 is a word.
const MIN_BODY: usize = 12;

/// The key whose `-----BEGIN ` is here.
pub fn pem(source: &str, anchor: Range<usize>) -> Option<Range<usize>> {
    let rest = source.get(anchor.end..)?;
    let label_end = head(rest, 64).find("-----")?;
    let label = rest.get(..label_end)?;
    if !label.contains("PRIVATE KEY") && !label.contains("SECRET KEY") {
        return None;
    }
    let body_start = anchor.end + label_end + 5;
    let body = source.get(body_start..)?;
    // The start of another key also bounds the search, so that it stays linear.
    let border = head(body, MAX_BYTES)
        .find("-----")
        .filter(|border| body.get(*border..).is_some_and(|rest| rest.starts_with("-----END")));
    let end = match border {
        Some(end) => {
            let footer = body
                .get(end + 8..)
                .map_or(0, |footer| head(footer, 64).find("-----").map_or(0, |at| at + 5));
            has_body(head(body, end).as_bytes()).then_some(end + 8 + footer)?
        }
        None => {
            has_body(head(body, BODY_WITHIN).as_bytes()).then_some(())?;
            class::run_end(body.as_bytes(), 0, MAX_BYTES, |byte| {
                base64(byte) || byte.is_ascii_whitespace() || byte == b'\\'
            })
        }
    };
    Some(anchor.start..body_start + end)
}

/// The private lines of a PuTTY key file that begins here.
pub fn putty(source: &str, anchor: Range<usize>) -> Option<Range<usize>> {
    let rest = head(source.get(anchor.start..)?, MAX_BYTES);
    let rest = head(
        rest,
        rest.get(anchor.len()..)
            .and_then(|rest| rest.find("PuTTY-User-Key-File-"))
            .map_or(MAX_BYTES, |next| next + anchor.len()),
    );
    let lines = rest.find("Private-Lines:")?;
    let body = rest.get(lines + 14..)?;
    let length = class::run_end(body.as_bytes(), 0, MAX_BYTES, |byte| {
        base64(byte) || byte.is_ascii_whitespace()
    });
    has_body(body.as_bytes().get(..length)?)
        .then_some(anchor.start..anchor.start + lines + 14 + length)
}

fn has_body(text: &[u8]) -> bool {
    let near = text.get(..BODY_WITHIN.min(text.len())).unwrap_or_default();
    near.split(|byte| !base64(*byte)).any(|run| {
        // In a string the line break is written `\n`, and its `n` looks like part of the body.
        run.len() >= MIN_BODY
            && run.iter().any(u8::is_ascii_uppercase)
            && run.iter().any(u8::is_ascii_lowercase)
    })
}

/// At most `max` bytes of a text, cut on a character border.
fn head(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}
