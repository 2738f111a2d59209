//! Private keys in armour: PEM (RFC 7468) of every kind, OpenSSH's, PGP's (RFC 9580, 6.2), PuTTY's.
//!
//! Programs and documents quote the armour alone, so a key needs a body.

use super::class::{self, base64};
use std::ops::Range;

/// The longest key, in bytes; a longer one is truncated. RSA with 16,384 bits has 12,800 characters.
const MAX_BYTES: usize = 16 * 1024;

/// The greatest distance from header to body, in bytes: lines such as `Proc-Type` may be in between.
const BODY_WITHIN: usize = 240;

/// How a footer begins.
const FOOTER: &str = "-----END";

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
        .filter(|border| body.get(*border..).is_some_and(|rest| rest.starts_with(FOOTER)));
    let end = match border {
        Some(end) => {
            has_body(head(body, end).as_bytes()).then_some(())?;
            end + footer(body.get(end..)?)
        }
        None => {
            has_body(head(body, BODY_WITHIN).as_bytes()).then_some(())?;
            let headers = headers(body);
            let end = class::run_end(body.as_bytes(), headers, MAX_BYTES, |byte| {
                base64(byte) || byte.is_ascii_whitespace() || byte == b'\\'
            });
            // The text may end within the footer.
            let rest = body.get(end..).unwrap_or_default();
            if FOOTER.starts_with(rest) { body.len() } else { end }
        }
    };
    Some(anchor.start..body_start + end)
}

/// The length of the lines before the body: `Proc-Type: 4,ENCRYPTED`.
fn headers(body: &str) -> usize {
    let lines = head(body, BODY_WITHIN).split_inclusive('\n');
    let is_name =
        |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_header = |line: &&str| {
        line.trim().is_empty() || line.split_once(": ").is_some_and(|(name, _)| is_name(name))
    };
    lines.take_while(is_header).map(str::len).sum()
}

/// The length of the footer that begins here: up to its last hyphens, or to the end of the text if that is within it.
fn footer(text: &str) -> usize {
    let label = text.get(FOOTER.len()..).unwrap_or_default();
    match head(label, 64).find("-----") {
        Some(end) => FOOTER.len() + end + 5,
        None if label.len() < 64 && !label.contains('\n') => text.len(),
        None => FOOTER.len(),
    }
}

/// The private lines of a PuTTY key file that begins here, with what stands before them.
pub fn putty(source: &str, anchor: Range<usize>) -> Option<Range<usize>> {
    let rest = head(source.get(anchor.start..)?, MAX_BYTES);
    let rest = head(
        rest,
        rest.get(anchor.len()..)
            .and_then(|rest| rest.find("PuTTY-User-Key-File-"))
            .map_or(MAX_BYTES, |next| next + anchor.len()),
    );
    let Some(lines) = rest.find("Private-Lines:") else {
        // The text ends within the public key, which stands before the private one.
        let is_begun = anchor.start + rest.len() == source.len() && rest.contains("\nEncryption:");
        return (is_begun && has_body(after(rest, "Public-Lines:")?.as_bytes()))
            .then_some(anchor.start..source.len());
    };
    let body = rest.get(lines + 14..)?;
    let length = class::run_end(body.as_bytes(), 0, MAX_BYTES, |byte| {
        base64(byte) || byte.is_ascii_whitespace()
    });
    has_body(body.as_bytes().get(..length)?)
        .then_some(anchor.start..anchor.start + lines + 14 + length)
}

fn after<'t>(text: &'t str, label: &str) -> Option<&'t str> {
    text.find(label).and_then(|at| text.get(at + label.len()..))
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
