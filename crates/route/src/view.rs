//! What one instance knows: what it has read of the shared value, and what it has observed since.

use crate::observed::{DeploymentState, Ended, Observed};
use crate::resilience::{Admit, Breaker, BreakerPolicy};
use std::collections::BTreeMap;

/// An instance's view: what it has read, and what it has observed since.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// What decisions go by: all that is known.
    known: Observed,
    /// What this instance has observed and not written yet.
    pending: Observed,
    read_ms: Option<u64>,
    /// A breaker has changed, which others should know.
    has_changed: bool,
}

impl View {
    /// What is known.
    #[must_use]
    pub fn known(&self) -> &Observed {
        &self.known
    }

    /// Whether the shared value should be read again: what was read is old, or this request might be a probe, which
    /// another instance may have made.
    #[must_use]
    pub fn is_due(&self, now_ms: u64, keep_ms: u64) -> bool {
        let is_old = self.read_ms.is_none_or(|read| now_ms >= read.saturating_add(keep_ms));
        is_old || self.known.deployments.values().any(|one| one.breaker.is_probe_due(now_ms))
    }

    /// Whether a breaker has changed since this was asked: then the value should be shared at once.
    pub fn take_change(&mut self) -> bool {
        std::mem::take(&mut self.has_changed)
    }

    /// The shared value was read. Returns what to write, if anything was observed here since.
    pub fn sync(&mut self, shared: &[u8], now_ms: u64) -> Option<Vec<u8>> {
        let mut merged = Observed::from_bytes(shared);
        let read: BTreeMap<String, Breaker> =
            merged.deployments.iter().map(|(name, one)| (name.clone(), one.breaker)).collect();
        merged.merge(&self.pending);
        // What is under way here and where conversations are stays with this instance.
        for (name, state) in &self.known.deployments {
            let state_of_all = merged.state(name);
            state_of_all.load = state.load;
            state_of_all.breaker.merge(&state.breaker);
        }
        // A write that was lost is repeated.
        let is_news = |(name, one): (&String, &DeploymentState)| {
            one.breaker.differs(&read.get(name).copied().unwrap_or_default())
        };
        let has_news =
            !self.pending.deployments.is_empty() || merged.deployments.iter().any(is_news);
        merged.conversations = std::mem::take(&mut self.known.conversations);
        merged.served = self.known.served;
        self.known = merged;
        self.pending = Observed::default();
        self.read_ms = Some(now_ms);
        has_news.then(|| self.known.to_bytes())
    }

    /// The store cannot be read: its own observations go on.
    pub fn unread(&mut self, now_ms: u64) {
        self.read_ms = Some(now_ms);
    }

    /// As of [`Observed::begin`].
    pub fn begin(&mut self, name: &str, now_ms: u64, policy: &BreakerPolicy) -> Admit {
        let before = self.known.state(name).breaker;
        let admit = self.known.begin(name, now_ms, policy);
        self.note(name, before);
        admit
    }

    /// As of [`Observed::end`].
    pub fn end(&mut self, name: &str, end: &Ended, now_ms: u64, policy: &BreakerPolicy) {
        let before = self.known.state(name).breaker;
        self.known.end(name, end, now_ms, policy);
        self.note(name, before);
        let pending = self.pending.state(name);
        match *end {
            Ended::Answered { first_token_ms, answer_ms, tokens } => {
                pending.latency.answered(first_token_ms, answer_ms, tokens, now_ms);
            }
            Ended::Failed { deadline_ms: ms } | Ended::Late { after_ms: ms } => {
                pending.latency.failed(ms, now_ms);
            }
            Ended::Gone => {}
        }
    }

    /// What has become of a breaker is to be shared.
    fn note(&mut self, name: &str, before: Breaker) {
        let breaker = self.known.state(name).breaker;
        self.pending.state(name).breaker = breaker;
        self.has_changed |= breaker.differs(&before);
    }

    /// As of [`Observed::waits`].
    pub fn waits(&mut self, name: &str, after_ms: u64, now_ms: u64) {
        self.known.waits(name, after_ms, now_ms);
        self.pending.waits(name, after_ms, now_ms);
    }

    /// As of [`Observed::serves`].
    pub fn serves(&mut self, conversation: u64, name: &str) {
        self.known.serves(conversation, name);
    }
}
