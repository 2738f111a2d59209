//! Credentials in a header: Basic (RFC 7617) and Bearer (RFC 6750).

use super::class::{self, base64, tilde};
use super::{base64 as base_64, placeholder, random};
use std::ops::Range;

/// The shortest bearer token, in bytes; a shorter text is a word.
const MIN_BEARER: usize = 12;

/// The credentials after `Basic `: base64 of `user:password`.
pub fn basic(bytes: &[u8], anchor: Range<usize>) -> Option<Range<usize>> {
    let end = class::run_end(bytes, anchor.end, 512, base64);
    let encoded = bytes.get(anchor.end..end)?;
    let pair = base_64::decoded(encoded).filter(|_| encoded.len() >= 8)?;
    let colon = pair.iter().position(|byte| *byte == b':')?;
    let password = pair.get(colon + 1..).filter(|password| !password.is_empty())?;
    let readable = pair.iter().all(|byte| (0x20..0x7f).contains(byte));
    (readable && !placeholder::is_dummy(password)).then_some(anchor.end..end)
}

/// The token after `Bearer `.
pub fn bearer(bytes: &[u8], anchor: Range<usize>) -> Option<Range<usize>> {
    let end = class::run_end(bytes, anchor.end, 4_096, |byte| tilde(byte) || base64(byte));
    let end = class::run_start(bytes, end, end - anchor.end, |byte| byte == b'.');
    let token = bytes.get(anchor.end..end)?;
    let drawn = random::is_unlike_words(token) && token.iter().any(u8::is_ascii_digit);
    (token.len() >= MIN_BEARER && drawn && !placeholder::is_dummy(token)).then_some(anchor.end..end)
}
