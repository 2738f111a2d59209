//! Appending to a stream.

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

/// The end of a stream, to which links are appended. It is all that has to be kept between two links.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    stream: Name,
    /// The number of the next link.
    next: u64,
    hash: LinkHash,
    /// Links since the last checkpoint, and the time of the first of them.
    unsigned: u64,
    unsigned_since_unix_ms: u64,
}

impl Chain {
    /// A stream without links.
    pub fn new(stream: Name) -> Self {
        Chain { stream, next: 0, hash: LinkHash::NONE, unsigned: 0, unsigned_since_unix_ms: 0 }
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
        let (line, hash) = line::write(self.stream.as_str(), self.next, unix_ms, self.hash, event);
        if self.unsigned == 0 {
            self.unsigned_since_unix_ms = unix_ms;
        }
        self.unsigned = self.unsigned.saturating_add(1);
        self.next = self.next.saturating_add(1);
        self.hash = hash;
        line
    }

    /// Whether a checkpoint should follow.
    pub fn is_checkpoint_due(&self, unix_ms: u64, plan: CheckpointPlan) -> bool {
        let age_ms = unix_ms.saturating_sub(self.unsigned_since_unix_ms);
        self.unsigned > 0 && (self.unsigned >= plan.links || age_ms >= plan.age_ms)
    }

    /// Appends a checkpoint, which signs all links before it.
    pub fn checkpoint(&mut self, unix_ms: u64, key: &AuditKey) -> String {
        let event = self.signed(unix_ms, key, false);
        let line = self.append(unix_ms, &event);
        self.unsigned = 0;
        line
    }

    /// The last line of an export: a checkpoint that says that the export ends here. It is not appended to the stream.
    pub fn closing(&self, unix_ms: u64, key: &AuditKey) -> String {
        let event = self.signed(unix_ms, key, true);
        line::write(self.stream.as_str(), self.next, unix_ms, self.hash, &event).0
    }

    fn signed(&self, unix_ms: u64, key: &AuditKey, closing: bool) -> AuditEvent {
        let key_id = key.public().id();
        let stream = self.stream.as_str();
        let message = line::signed(stream, self.next, unix_ms, self.hash, &key_id, closing);
        let signature = key.sign(message.as_bytes());
        AuditEvent::Checkpoint { key_id: Name::from_policy(&key_id), closing, signature }
    }
}
