//! JSON web tokens (RFC 7519): signed (RFC 7515) and encrypted (RFC 7516) ones.

use super::base64;
use super::class::{self, url64};
use std::ops::Range;

/// The longest header, in bytes: it has a few members; only tokens between servers have a certificate chain (`x5c`) in it.
const MAX_HEADER: usize = 2_048;

/// The longest other part, in bytes: servers accept 8 to 16 KB of request headers.
const MAX_PART: usize = 16 * 1024;

/// The shortest beginning of a token, in bytes, at the end of a text: a stream is decided before all of a long token is there.
const MIN_BEGUN: usize = 40;

/// The names of the first member of a header (RFC 7515, 4.1; RFC 7516, 4.1).
const FIRST_MEMBERS: [&str; 13] = [
    "alg", "typ", "cty", "kid", "enc", "zip", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "crit",
];

/// The token whose header begins here; the header is JSON that names an algorithm. At the end of the text, its beginning.
pub fn token(bytes: &[u8], anchor: Range<usize>) -> Option<Range<usize>> {
    let start = anchor.start;
    if url64(class::before(bytes, start)) && !class::starts_word(bytes, start)
        || class::before(bytes, start) == b'-'
    {
        return None;
    }
    let begun = || Some(start..bytes.len()).filter(|begun| begun.len() >= MIN_BEGUN);
    let header_end = class::run_end(bytes, start, MAX_HEADER, url64);
    let header = || base64::decoded(bytes.get(start..header_end)?);
    if header_end == bytes.len() {
        return begun().filter(|_| header().is_some_and(|header| begins_header(&header)));
    }
    let payload_end = part(bytes, header_end, 4)?;
    let header = String::from_utf8_lossy(&header()?).into_owned();
    if !header.starts_with('{') || !header.contains("\"alg\"") {
        return None;
    }
    if payload_end == bytes.len() {
        return begun();
    }
    let min_signature = if header.contains("\"none\"") { 0 } else { 8 };
    let end = part(bytes, payload_end, min_signature)?;
    if end == bytes.len() && end - payload_end <= min_signature {
        return begun();
    }
    let encrypted = part(bytes, end, 1)
        .and_then(|end| if end == bytes.len() { Some(end) } else { part(bytes, end, 1) });
    Some(start..encrypted.unwrap_or(end))
}

/// Whether decoded bytes are the beginning of a header: an object that is not closed, with a header's first member.
fn begins_header(header: &[u8]) -> bool {
    let header = String::from_utf8_lossy(header);
    let first = header.strip_prefix("{\"").and_then(|rest| rest.split('"').next());
    first.is_some_and(|first| FIRST_MEMBERS.contains(&first)) && !header.ends_with('}')
}

/// The end of the part after a point: of at least `min` bytes, unless the text ends there.
fn part(bytes: &[u8], point: usize, min: usize) -> Option<usize> {
    let start = point + 1;
    let end = class::run_end(bytes, start, MAX_PART, url64);
    let is_part = class::at(bytes, point) == b'.' && (end - start >= min || end == bytes.len());
    is_part.then_some(end)
}
