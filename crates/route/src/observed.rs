//! What is known of deployments: how fast they are, how busy, and whether they fail.
//!
//! Many instances of the gateway observe the same deployments, and each sees little. They share small values in a store
//! ([`crate::Replica`]). A lost write costs observations, never correctness.

use crate::resilience::{Admit, Breaker, BreakerPolicy, Latency};
use std::collections::BTreeMap;

mod conversations;
mod load;
mod reader;
mod shared;

pub(crate) use conversations::Conversations;
pub(crate) use load::Load;

/// A deployment that was not observed for so long may be another by now.
const STALE_MS: u64 = 30_000;

/// What is known of one deployment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeploymentState {
    /// Whether it is tried.
    pub breaker: Breaker,
    /// Its times to the first token, and per token.
    pub latency: Latency,
    /// The requests of this instance that are under way.
    pub(crate) own_load: u32,
    /// Those of the other instances.
    pub(crate) loads: Vec<Load>,
}

/// What is known of all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    pub(crate) deployments: BTreeMap<String, DeploymentState>,
    pub(crate) conversations: Conversations,
    /// Why the shared state is not known.
    pub(crate) trouble: Option<&'static str>,
}

impl Observed {
    pub(crate) fn is_empty(&self) -> bool {
        self.deployments.is_empty()
    }

    /// Whether this deployment has ever been observed.
    pub(crate) fn knows(&self, name: &str, now_ms: u64) -> bool {
        self.deployments
            .get(name)
            .is_some_and(|state| !state.latency.is_empty() || state.load(now_ms) > 0)
    }

    /// How fast a deployment was observed to be.
    #[must_use]
    pub fn latency_of(&self, name: &str) -> Option<&Latency> {
        self.deployments.get(name).map(|state| &state.latency).filter(|one| !one.is_empty())
    }

    /// How fast it is, unless that is long ago.
    pub(crate) fn latency(&self, name: &str, now_ms: u64) -> Option<&Latency> {
        self.latency_of(name).filter(|latency| latency.is_of(now_ms))
    }

    /// The requests that are under way there.
    pub(crate) fn load(&self, name: &str, now_ms: u64) -> u32 {
        self.deployments.get(name).map_or(0, |state| state.load(now_ms))
    }

    /// Whether nothing was observed of it lately.
    pub(crate) fn is_stale(&self, name: &str, now_ms: u64) -> bool {
        let seen = self.deployments.get(name).map_or(0, |state| state.latency.seen_ms());
        now_ms.saturating_sub(seen) > STALE_MS
    }

    /// What is known of its breaker.
    pub(crate) fn breaker(&self, name: &str) -> Breaker {
        self.deployments.get(name).map(|state| state.breaker).unwrap_or_default()
    }

    /// Whether its breaker refuses requests.
    pub(crate) fn is_open(&self, name: &str, now_ms: u64) -> bool {
        self.breaker(name).is_open(now_ms)
    }

    /// Whether this conversation was served there lately, so that its prompt is cached.
    pub(crate) fn has_served(&self, conversation: u64, name: &str, now_ms: u64) -> bool {
        self.conversations.is_at(conversation, name, now_ms)
    }

    /// Notes that a deployment has answered a conversation: its prompt cache is there.
    pub fn serves(&mut self, conversation: u64, name: &str, now_ms: u64) {
        self.conversations.put(conversation, name, now_ms);
    }

    /// Asks whether a deployment may be tried now, and notes that it is.
    pub fn begin(&mut self, name: &str, now_ms: u64, policy: &BreakerPolicy) -> Admit {
        let state = self.state(name);
        let admit = state.breaker.admit(now_ms, policy);
        if !matches!(admit, Admit::Refused { .. }) {
            state.own_load = state.own_load.saturating_add(1);
        }
        admit
    }

    /// An attempt that had begun has ended.
    pub fn end(&mut self, name: &str, end: &Ended, now_ms: u64, policy: &BreakerPolicy) {
        let state = self.state(name);
        state.own_load = state.own_load.saturating_sub(1);
        let is_probe = state.breaker.is_odd();
        self.ended(name, end, is_probe, now_ms, policy);
    }

    /// What the end of an attempt says of a deployment.
    pub(crate) fn ended(
        &mut self,
        name: &str,
        end: &Ended,
        is_probe: bool,
        now_ms: u64,
        policy: &BreakerPolicy,
    ) {
        let state = self.state(name);
        end.observe(&mut state.latency, now_ms);
        match *end {
            Ended::Answered { .. } => state.breaker.record(true, is_probe, now_ms, policy),
            Ended::Failed { retry_after_ms, .. } => {
                state.breaker.record(false, is_probe, now_ms, policy);
                let after_ms = retry_after_ms.unwrap_or(0).min(policy.max_open_ms);
                state.breaker.open_until(now_ms.saturating_add(after_ms));
            }
            Ended::Late { .. } | Ended::Gone if is_probe => state.breaker.release(now_ms),
            Ended::Late { .. } | Ended::Gone => {}
        }
    }

    pub(crate) fn state(&mut self, name: &str) -> &mut DeploymentState {
        if !self.deployments.contains_key(name) {
            self.deployments.insert(name.to_owned(), DeploymentState::default());
        }
        self.deployments.entry(name.to_owned()).or_default()
    }
}

impl DeploymentState {
    fn load(&self, now_ms: u64) -> u32 {
        load::sum(&self.loads, now_ms).saturating_add(self.own_load)
    }
}

/// How an attempt has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With an answer.
    Answered {
        /// From sending the request to the first token; `None` for an answer that came whole.
        first_token_ms: Option<u64>,
        /// From sending the request to the end.
        answer_ms: u64,
        /// The tokens of the answer.
        tokens: u64,
    },
    /// The deployment is at fault; a request that it refuses for what it is does not count.
    Failed {
        /// How long it would have had.
        deadline_ms: u64,
        /// The wait that it asks for.
        retry_after_ms: Option<u64>,
    },
    /// It was given up because another one answered first, after so long.
    Late {
        /// The time since it began.
        after_ms: u64,
    },
    /// The client has left, or the request was at fault: nothing is known.
    Gone,
}

impl Ended {
    pub(crate) fn observe(&self, latency: &mut Latency, now_ms: u64) {
        match *self {
            Ended::Answered { first_token_ms, answer_ms, tokens } => {
                let first = first_token_ms.unwrap_or_else(|| latency.share_of(answer_ms, tokens));
                // The rate of an answer that came whole would be a guess.
                let tokens = if first_token_ms.is_some() { tokens } else { 0 };
                latency.answered(first, answer_ms, tokens, now_ms);
            }
            // It counts as slow, or the deployment that fails fastest would get all requests.
            Ended::Failed { deadline_ms: ms, .. } => latency.failed(ms, now_ms),
            // How much longer it would have taken is not known; times have long tails, so as long again.
            Ended::Late { after_ms } => latency.failed(after_ms.saturating_mul(2), now_ms),
            Ended::Gone => {}
        }
    }
}
