//! A link as a line of JSON.

use super::event::AuditEvent;
use super::hash::LinkHash;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::borrow::Cow;

/// The version of the form of links.
pub(super) const FORM: u8 = 1;

/// A link as it is read. Its hash is over its bytes, so that no form of the same values passes for another.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadLine<'l> {
    pub(super) v: u8,
    #[serde(borrow)]
    pub(super) stream: Cow<'l, str>,
    pub(super) seq: u64,
    pub(super) unix_ms: u64,
    #[serde(borrow)]
    pub(super) prev: Cow<'l, str>,
    #[serde(borrow)]
    pub(super) event: &'l RawValue,
    #[serde(borrow)]
    pub(super) hash: Cow<'l, str>,
}

#[derive(Serialize)]
struct Body<'l, E> {
    v: u8,
    stream: &'l str,
    seq: u64,
    unix_ms: u64,
    prev: LinkHash,
    event: &'l E,
}

/// Writes a link, and returns its line without a line end, and its hash.
pub(super) fn write<E: Serialize>(
    stream: &str,
    seq: u64,
    unix_ms: u64,
    prev: LinkHash,
    event: &E,
) -> (String, LinkHash) {
    let body = Body { v: FORM, stream, seq, unix_ms, prev, event };
    // Keys are strings and the writer is memory: there is nothing that can fail.
    let mut line = serde_json::to_string(&body).unwrap_or_default();
    line.truncate(line.len().saturating_sub(1));
    let hash = LinkHash::of(line.as_bytes());
    line.push_str(&format!(",\"hash\":\"{hash}\"}}"));
    (line, hash)
}

/// The part of a line that its hash is over; none if the line does not end with this hash.
pub(super) fn hashed<'l>(line: &'l str, hash: &str) -> Option<&'l str> {
    line.strip_suffix("\"}")?.strip_suffix(hash)?.strip_suffix(",\"hash\":\"")
}

/// What a checkpoint signs: a link and, by its hash, all before it. Names have no control characters, so that no two checkpoints
/// share a message. The key is a part of what Ed25519 hashes.
pub(super) fn signed(
    stream: &str,
    through: u64,
    hash: LinkHash,
    unix_ms: u64,
    closing: bool,
) -> String {
    format!("postern-trail-checkpoint-v2\n{stream}\n{through}\n{hash}\n{unix_ms}\n{closing}\n")
}

/// The hash that a line ends with.
pub(super) fn hash_of(line: &str) -> Option<LinkHash> {
    let hash = line.strip_suffix("\"}")?;
    LinkHash::from_hex(hash.get(hash.len().checked_sub(64)?..)?)
}

/// The event of a line of our own.
pub(super) fn event_of(line: &str) -> Option<AuditEvent> {
    let link: ReadLine<'_> = serde_json::from_str(line).ok()?;
    serde_json::from_str(link.event.get()).ok()
}
