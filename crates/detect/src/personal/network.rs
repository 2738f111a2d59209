//! IP and MAC addresses.
//!
//! IPv4 addresses have four decimal parts, IPv6 addresses are written as in RFC 4291, 2.2 and RFC 5952, and MAC addresses as six pairs
//! or three groups of four (IEEE 802). Private and documentation ranges are found; unspecified, loopback and broadcast addresses and
//! network masks are not. Four small numbers with points are taken for a version unless a word near them means an address.

use super::cue::{Kind, Kinds};
use super::found::Found;
use super::view::View;
use crate::detector::Detector::NetworkAddress;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

const VERSION: Kinds = Kinds::of(&[Kind::Version]);
const NETWORK: Kinds = Kinds::of(&[Kind::Network]);

/// Appends every address.
pub fn find(view: &View<'_>, found: &mut Vec<Found>) {
    let mut end = 0;
    for word in view.words {
        if word.start < end {
            continue;
        }
        if let Some(address) = v4(view, word.start).or_else(|| mac(view, word)) {
            end = address.span.end;
            found.push(address);
        }
    }
    find_v6(view, found);
}

fn v4(view: &View<'_>, start: usize) -> Option<Found> {
    if !view.byte(start).is_ascii_digit() || !view.is_start(start) || is_dotted(view, start) {
        return None;
    }
    let length = view
        .from(start)
        .bytes()
        .take(16)
        .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
        .count();
    let written = view.part(start..start + length).trim_end_matches('.');
    let address: Ipv4Addr = written.parse().ok()?;
    let end = start + written.len();
    let [first, .., last] = address.octets();
    let is_reserved = address.is_loopback() || first == 0 || first == 255 || address.is_broadcast();
    if is_reserved || !view.is_end(end) || view.byte(end) == b'-' {
        return None;
    }
    let span = start..end;
    let is_named = view.before_within(NETWORK, start, 40).is_some();
    let is_small = address.octets().iter().all(|octet| *octet < 30)
        || last == 0 && address.octets().iter().filter(|octet| **octet == 0).count() > 1;
    let is_version = view.before_within(VERSION, start, 24).is_some() || is_small;
    match (is_named, is_version) {
        (true, _) => Some(Found::beside(NetworkAddress, "ipv4", span, 95)),
        (false, false) => Some(Found::new(NetworkAddress, "ipv4", span, 85)),
        (false, true) => None,
    }
}

/// Whether it is part of something longer: `4.1.2.3.4`, `v1.2.3.4`, `1.2-1.2.3.4`.
fn is_dotted(view: &View<'_>, start: usize) -> bool {
    let before = start.checked_sub(1).map_or(0, |at| view.byte(at));
    matches!(before, b'.' | b'-' | b'_')
        || before == b'/' && view.byte(start.saturating_sub(2)).is_ascii_alphanumeric()
}

fn mac(view: &View<'_>, word: &Range<usize>) -> Option<Found> {
    let start = word.start;
    let (pairs, width, joint) = match (word.end - start, view.byte(word.end)) {
        (2, joint @ (b':' | b'-')) => (6, 2, joint),
        (4, b'.') => (3, 4, b'.'),
        _ => return None,
    };
    let end = start + pairs * (width + 1) - 1;
    let written = view.part(start..end);
    let is_hex =
        |part: &str| part.len() == width && part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_shaped = written.split(char::from(joint)).filter(|part| is_hex(part)).count() == pairs;
    let before = start.checked_sub(1).map_or(0, |at| view.byte(at));
    if !is_shaped
        || !view.is_start(start)
        || before == joint
        || !view.is_end(end)
        || view.byte(end) == joint && view.byte(end + 1).is_ascii_hexdigit()
    {
        return None;
    }
    let mut digits =
        written.bytes().filter(u8::is_ascii_hexdigit).map(|byte| byte.to_ascii_lowercase());
    let is_reserved = digits
        .next()
        .is_some_and(|first| matches!(first, b'0' | b'f') && digits.all(|other| other == first));
    (!is_reserved && (width == 2 || written.bytes().any(|byte| byte.is_ascii_alphabetic())))
        .then(|| Found::new(NetworkAddress, "mac", start..end, 92))
}

/// Reads each run of hexadecimal digits, colons and points around a colon as a whole.
fn find_v6(view: &View<'_>, found: &mut Vec<Found>) {
    let bytes = view.text.as_bytes();
    let is_part = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':' || *byte == b'.';
    let mut from = 0;
    while let Some(colon) = bytes.get(from..).and_then(|rest| memchr::memchr(b':', rest)) {
        let colon = from + colon;
        let back = bytes
            .get(..colon)
            .unwrap_or(b"")
            .iter()
            .rev()
            .take(5)
            .take_while(|byte| byte.is_ascii_hexdigit())
            .count();
        let start = colon - back;
        let length =
            bytes.get(start..).unwrap_or(b"").iter().take_while(|byte| is_part(byte)).count();
        from = start + length.max(back + 1);
        if length <= 45 && view.is_start(start) {
            found.extend(v6(view, start, length));
        }
    }
}

fn v6(view: &View<'_>, start: usize, length: usize) -> Option<Found> {
    let mut written = view.part(start..start + length).trim_end_matches('.');
    if written.ends_with(':') && !written.ends_with("::") {
        written = written.trim_end_matches(':');
    }
    let address: Ipv6Addr = written.parse().ok()?;
    let end = start + written.len();
    let groups = written.split(':').filter(|group| !group.is_empty()).count();
    let [first, ..] = address.segments();
    // `a::b` and `ab::cd` are names in code.
    let is_code = !written.bytes().any(|byte| byte.is_ascii_digit()) || groups < 3 && first < 0x100;
    let is_reserved = address.is_loopback() || address.is_unspecified();
    (!is_reserved && !is_code && view.is_end(end))
        .then(|| Found::new(NetworkAddress, "ipv6", start..end, 95))
}
