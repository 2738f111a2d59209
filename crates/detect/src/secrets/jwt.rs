//! JSON web tokens (RFC 7519): signed (RFC 7515) and encrypted (RFC 7516) ones.

use super::base64;
use super::class::{self, url64};
use std::ops::Range;

/// The longest header, in bytes: it has a few members; only tokens between servers have a certificate chain (`x5c`) in it.
const MAX_HEADER: usize = 2_048;

/// The longest other part, in bytes: servers accept 8 to 16 KB of request headers.
const MAX_PART: usize = 16 * 1024;

/// The token whose header begins here; the header is JSON that names an algorithm.
pub fn token(bytes: &[u8], anchor: Range<usize>) -> Option<Range<usize>> {
    let start = anchor.start;
    if url64(class::before(bytes, start)) && !class::starts_word(bytes, start)
        || class::before(bytes, start) == b'-'
    {
        return None;
    }
    let header_end = class::run_end(bytes, start, MAX_HEADER, url64);
    let payload_end = part(bytes, header_end, 4)?;
    let header = base64::decoded(bytes.get(start..header_end)?)?;
    let header = String::from_utf8_lossy(&header).into_owned();
    if !header.starts_with('{') || !header.contains("\"alg\"") {
        return None;
    }
    let min_signature = if header.contains("\"none\"") { 0 } else { 8 };
    let end = part(bytes, payload_end, min_signature)?;
    let encrypted = part(bytes, end, 1).and_then(|end| part(bytes, end, 1));
    Some(start..encrypted.unwrap_or(end))
}

fn part(bytes: &[u8], point: usize, min: usize) -> Option<usize> {
    let start = point + 1;
    let end = class::run_end(bytes, start, MAX_PART, url64);
    (class::at(bytes, point) == b'.' && end - start >= min).then_some(end)
}
