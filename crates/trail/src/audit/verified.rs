//! A stream as far as it is verified.

use super::chain::MAX_BEHIND;
use super::hash::LinkHash;
use super::line::ReadLine;
use std::collections::VecDeque;

/// What was verified of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamReport {
    /// The number of its first link in the file.
    pub first: u64,
    /// The number of links, checkpoints included.
    pub links: u64,
    /// How many of them are checkpoints.
    pub checkpoints: u64,
    /// The last link that a checkpoint signs.
    pub signed_through: Option<u64>,
    /// The number and the hash of the last link; give them to the next verification.
    pub last: u64,
    /// Its hash.
    pub hash: LinkHash,
    /// It ends with a closing checkpoint.
    pub closed: bool,
}

/// A stream as far as it is verified.
pub(super) struct Verified {
    pub(super) report: StreamReport,
    /// The hashes of the last links, which a checkpoint may sign, and the number of the first of them.
    window: VecDeque<LinkHash>,
    window_first: u64,
    /// The line of its first link, if it is not proven yet that the stream may begin there.
    pub(super) begin_line: Option<usize>,
}

impl Verified {
    /// A stream that begins with this link.
    pub(super) fn new(link: &ReadLine<'_>, prev: LinkHash, line: usize) -> Self {
        let report = StreamReport {
            first: link.seq,
            links: 0,
            checkpoints: 0,
            signed_through: None,
            last: link.seq,
            hash: prev,
            closed: false,
        };
        // The link before the first one may be what a checkpoint signs.
        let before = link.seq.checked_sub(1);
        let window = before.map(|_| prev).into_iter().collect();
        let begin_line = before.map(|_| line);
        Verified { report, window, window_first: before.unwrap_or(0), begin_line }
    }

    /// The hash of the link with this number, if it is remembered.
    pub(super) fn hash_at(&self, seq: u64) -> Option<LinkHash> {
        let at = usize::try_from(seq.checked_sub(self.window_first)?).ok()?;
        self.window.get(at).copied()
    }

    pub(super) fn add(&mut self, link: &ReadLine<'_>, hash: LinkHash) {
        self.report.links = self.report.links.saturating_add(1);
        (self.report.last, self.report.hash) = (link.seq, hash);
        self.window.push_back(hash);
        if self.window.len() as u64 > MAX_BEHIND.saturating_add(1) {
            self.window.pop_front();
            self.window_first = self.window_first.saturating_add(1);
        }
    }

    pub(super) fn signed(&mut self, through: u64, closing: bool) {
        self.report.checkpoints = self.report.checkpoints.saturating_add(1);
        self.report.signed_through = Some(through);
        self.report.closed = closing;
        if through.saturating_add(1) == self.report.first {
            self.begin_line = None;
        }
    }
}
