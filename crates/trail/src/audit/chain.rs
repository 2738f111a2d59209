//! Appending to a stream.

use super::checkpoint::{Signature, Unsigned};
use super::event::AuditEvent;
use super::hash::LinkHash;
use super::key::AuditKey;
use super::line;
use crate::name::Name;
use serde::{Deserialize, Serialize};

/// When a checkpoint is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CheckpointPlan {
    /// After this many links.
    pub links: u64,
    /// When the oldest link without a signature is this old.
    pub age_ms: u64,
}

impl Default for CheckpointPlan {
    /// A minute or 1,000 links: what an attacker with write access, but without the key, could still rewrite.
    fn default() -> Self {
        CheckpointPlan { links: 1_000, age_ms: 60_000 }
    }
}

/// The most links between a checkpoint and the last link that it signs: what a verifier has to remember.
pub const MAX_BEHIND: u64 = 65_536;

/// The end of a stream, to which links are appended. It is all that has to be kept between two links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    pub(super) stream: Name,
    /// The number of the next link.
    pub(super) next: u64,
    pub(super) hash: LinkHash,
    /// How many links are signed, from the first one on.
    pub(super) signed: u64,
    /// Links that are not, without checkpoints, and the time of the first of them.
    pub(super) unsigned: u64,
    pub(super) unsigned_since_unix_ms: u64,
}

impl Chain {
    /// A stream without links.
    pub fn new(stream: Name) -> Self {
        let hash = LinkHash::NONE;
        Chain { stream, next: 0, hash, signed: 0, unsigned: 0, unsigned_since_unix_ms: 0 }
    }

    /// Its name.
    pub fn stream(&self) -> &Name {
        &self.stream
    }

    /// The number of its next link.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The hash of its last link.
    pub fn hash(&self) -> LinkHash {
        self.hash
    }

    /// Appends an event, and returns its line without a line end.
    pub fn append(&mut self, unix_ms: u64, event: &AuditEvent) -> String {
        if self.unsigned == 0 {
            self.unsigned_since_unix_ms = unix_ms;
        }
        self.unsigned = self.unsigned.saturating_add(1);
        self.link(unix_ms, event)
    }

    fn link(&mut self, unix_ms: u64, event: &AuditEvent) -> String {
        let (line, hash) = line::write(self.stream.as_str(), self.next, unix_ms, self.hash, event);
        self.next = self.next.saturating_add(1);
        self.hash = hash;
        line
    }

    /// Whether a checkpoint should follow.
    pub fn is_checkpoint_due(&self, unix_ms: u64, plan: CheckpointPlan) -> bool {
        let age_ms = unix_ms.saturating_sub(self.unsigned_since_unix_ms);
        self.unsigned > 0 && (self.unsigned >= plan.links || age_ms >= plan.age_ms)
    }

    /// What a checkpoint signs now; none without links.
    pub fn unsigned(&self, unix_ms: u64) -> Option<Unsigned> {
        let (stream, through) = (self.stream.clone(), self.next.checked_sub(1)?);
        let (hash, links) = (self.hash, self.unsigned);
        Some(Unsigned { stream, through, hash, unix_ms, closing: false, links })
    }

    /// Appends a checkpoint whose signature has arrived, and returns its line. Links that were appended meanwhile stand before it and
    /// are not signed by it. None if it is not needed any more: another one signs as much, or too much has followed.
    pub fn checkpoint(
        &mut self,
        unix_ms: u64,
        unsigned: &Unsigned,
        signature: &Signature,
    ) -> Option<String> {
        let behind = self.next.checked_sub(unsigned.through)?;
        let is_of_this = unsigned.stream == self.stream && !unsigned.closing;
        if !is_of_this || unsigned.through < self.signed || behind > MAX_BEHIND {
            return None;
        }
        self.signed = unsigned.through.saturating_add(1);
        self.unsigned = self.unsigned.saturating_sub(unsigned.links);
        self.unsigned_since_unix_ms = unix_ms;
        Some(self.link(unix_ms, &unsigned.event(signature)))
    }

    /// Appends a checkpoint that is signed at once.
    pub fn sign(&mut self, unix_ms: u64, key: &AuditKey) -> Option<String> {
        let unsigned = self.unsigned(unix_ms)?;
        self.checkpoint(unix_ms, &unsigned, &unsigned.signed_by(key))
    }

    /// The last line of an export that ends here: a checkpoint that is not appended to the stream.
    pub fn closing(&self, unix_ms: u64, key: &AuditKey) -> Option<String> {
        let unsigned = Unsigned { closing: true, ..self.unsigned(unix_ms)? };
        Some(unsigned.closing_line(&unsigned.signed_by(key)))
    }
}
