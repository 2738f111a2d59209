//! What is known of deployments: how fast they are, how busy, and whether they fail.
//!
//! Many instances of the gateway observe the same deployments, and each sees little. They share one small value in a store:
//! an instance reads it at most once a request and keeps it for a bounded time, writes its own observations into it when it
//! reads, and knows all in between by its own. A lost write costs observations, never correctness.

use crate::resilience::{Admit, Breaker, BreakerPolicy, Latency};
use std::collections::BTreeMap;

/// A deployment that was not observed for so long may be another by now.
const STALE_MS: u64 = 30_000;

/// Conversations whose deployment is remembered; the oldest are forgotten first.
const MAX_CONVERSATIONS: usize = 4_096;

/// The version of the shared value; another one is not read.
const VERSION: u8 = 1;

/// What is known of one deployment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DeploymentState {
    /// Whether it is tried.
    pub breaker: Breaker,
    /// Its times to the first token, and per token.
    pub latency: Latency,
    /// The requests of this instance that are under way.
    pub(crate) load: u32,
}

/// What is known of all.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Observed {
    pub(crate) deployments: BTreeMap<String, DeploymentState>,
    /// The deployment that served a conversation last, and the number of that answer.
    pub(crate) conversations: BTreeMap<u64, (String, u64)>,
    pub(crate) served: u64,
}

impl Observed {
    pub(crate) fn is_empty(&self) -> bool {
        self.deployments.is_empty()
    }

    /// Whether this deployment has ever been observed.
    pub(crate) fn knows(&self, name: &str) -> bool {
        self.deployments.get(name).is_some_and(|state| !state.latency.is_empty() || state.load > 0)
    }

    /// How fast it is, if that is known.
    pub(crate) fn latency(&self, name: &str, now_ms: u64) -> Option<Latency> {
        let latency = self.deployments.get(name)?.latency.at(now_ms);
        (!latency.is_empty()).then_some(latency)
    }

    /// How fast a deployment was observed to be.
    #[must_use]
    pub fn latency_of(&self, name: &str) -> Option<&Latency> {
        self.deployments.get(name).map(|state| &state.latency).filter(|one| !one.is_empty())
    }

    /// The requests of this instance that are under way there.
    pub(crate) fn load(&self, name: &str) -> u32 {
        self.deployments.get(name).map_or(0, |state| state.load)
    }

    /// Whether nothing was observed of it lately.
    pub(crate) fn is_stale(&self, name: &str, now_ms: u64) -> bool {
        let seen = self.deployments.get(name).map_or(0, |state| state.latency.seen_ms());
        now_ms.saturating_sub(seen) > STALE_MS
    }

    /// Whether its breaker refuses requests.
    pub(crate) fn is_open(&self, name: &str, now_ms: u64) -> bool {
        self.deployments.get(name).is_some_and(|state| state.breaker.is_open(now_ms))
    }

    /// The deployment that has served this conversation last.
    pub(crate) fn served(&self, conversation: u64) -> Option<&str> {
        self.conversations.get(&conversation).map(|(name, _)| name.as_str())
    }

    /// Notes that a deployment has answered a conversation: its prompt cache is there.
    pub fn serves(&mut self, conversation: u64, name: &str) {
        self.served = self.served.saturating_add(1);
        self.conversations.insert(conversation, (name.to_owned(), self.served));
        if self.conversations.len() > MAX_CONVERSATIONS {
            // Half of them at once, so that this is rare.
            let older = self.served.saturating_sub(MAX_CONVERSATIONS as u64 / 2);
            self.conversations.retain(|_, (_, at)| *at > older);
        }
    }

    /// Asks whether a deployment may be tried now, and notes that it is.
    pub fn begin(&mut self, name: &str, now_ms: u64, policy: &BreakerPolicy) -> Admit {
        let state = self.state(name);
        let admit = state.breaker.admit(now_ms, policy);
        if !matches!(admit, Admit::Refused { .. }) {
            state.load = state.load.saturating_add(1);
        }
        admit
    }

    /// An attempt that had begun has ended.
    pub fn end(&mut self, name: &str, end: &Ended, now_ms: u64, policy: &BreakerPolicy) {
        let state = self.state(name);
        state.load = state.load.saturating_sub(1);
        match *end {
            Ended::Answered { first_token_ms, answer_ms, tokens } => {
                state.latency.answered(first_token_ms, answer_ms, tokens, now_ms);
                state.breaker.record(true, now_ms, policy);
            }
            // It counts as slow, or the deployment that fails fastest would get all requests.
            Ended::Failed { deadline_ms } => {
                state.latency.failed(deadline_ms, now_ms);
                state.breaker.record(false, now_ms, policy);
            }
            Ended::Late { after_ms } => state.latency.failed(after_ms, now_ms),
            Ended::Gone => state.breaker.release(),
        }
    }

    /// An attempt that is still under way has no first token after so long.
    pub fn waits(&mut self, name: &str, after_ms: u64, now_ms: u64) {
        self.state(name).latency.failed(after_ms, now_ms);
    }

    pub(crate) fn state(&mut self, name: &str) -> &mut DeploymentState {
        if !self.deployments.contains_key(name) {
            self.deployments.insert(name.to_owned(), DeploymentState::default());
        }
        self.deployments.entry(name.to_owned()).or_default()
    }

    /// Takes what others have observed into this. Latencies are sums of disjoint observations, breakers the later state.
    pub fn merge(&mut self, other: &Observed) {
        for (name, theirs) in &other.deployments {
            let ours = self.state(name);
            ours.breaker.merge(&theirs.breaker);
            ours.latency.add(&theirs.latency);
        }
    }

    /// The shared value: about 60 bytes a deployment.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![VERSION];
        for (name, state) in &self.deployments {
            let Ok(length) = u8::try_from(name.len()) else { continue };
            bytes.push(length);
            bytes.extend(name.as_bytes());
            state.breaker.write(&mut bytes);
            state.latency.write(&mut bytes);
        }
        bytes
    }

    /// Reads a shared value. What cannot be read is nothing: the gateway then goes by its own observations.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut observed = Observed::default();
        let Some((&VERSION, mut rest)) = bytes.split_first() else { return observed };
        while let Some((&length, after)) = rest.split_first() {
            let Some((name, after)) = after.split_at_checked(usize::from(length)) else { break };
            let Ok(name) = std::str::from_utf8(name) else { break };
            let Some((breaker, after)) = Breaker::read(after) else { break };
            let Some((latency, after)) = Latency::read(after) else { break };
            let state = DeploymentState { breaker, latency, load: 0 };
            observed.deployments.insert(name.to_owned(), state);
            rest = after;
        }
        observed
    }
}

/// How an attempt has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With an answer.
    Answered {
        /// From sending the request to the first token.
        first_token_ms: u64,
        /// From sending the request to the end.
        answer_ms: u64,
        /// The tokens of the answer.
        tokens: u64,
    },
    /// The deployment is at fault; a request that it refuses for what it is does not count.
    Failed {
        /// How long it would have had.
        deadline_ms: u64,
    },
    /// It was given up because another one answered first, after so long.
    Late {
        /// The time since it began.
        after_ms: u64,
    },
    /// The client has left, or the request was at fault: nothing is known.
    Gone,
}
