//! What one instance knows: what it has read of the shared values, and what it has observed since.

use crate::observed::{Ended, Load, Observed};
use crate::resilience::{Admit, BreakerPolicy, Latency};
use crate::shard::{SHARDS, Shard};
use std::collections::BTreeMap;

/// What was read is used for this long: each value is read at most once in it, however many requests come.
pub(crate) const KEEP_MS: u64 = 1_000;

/// So long after it began, a request that has not been heard of is over: its client has left before the answer began.
const RUNS_AT_MOST_MS: u64 = 600_000;

/// The store does not answer.
const UNREACHABLE: &str = "the shared state cannot be reached: decided by what this instance has observed, or else as written";

/// The store's value is not one of ours.
const CORRUPT: &str = "the shared state cannot be read: decided by what this instance has observed, or else as written";

/// What was observed of a deployment and is not shared yet.
#[derive(Debug, Default, Clone)]
struct Pending {
    latency: Latency,
    attempts: u16,
    failures: u16,
    window_ms: u64,
}

/// A request that is under way.
#[derive(Debug, Clone)]
struct Running {
    id: u64,
    deployment: String,
    since_ms: u64,
    /// It is the probe of an open breaker, of which nothing is known yet.
    is_probe: bool,
}

/// What is known of one value of the store.
#[derive(Debug, Default, Clone)]
struct Slot {
    read_ms: Option<u64>,
    written_ms: Option<u64>,
    trouble: Option<&'static str>,
    /// Something is to be shared.
    is_dirty: bool,
    /// At once: a failure, or a breaker has changed.
    is_urgent: bool,
}

/// An instance's view: what it has read, and what it has observed since.
#[derive(Debug, Clone, Default)]
pub(crate) struct View {
    /// A random number, by which others tell its load from their own.
    instance: u32,
    /// What decisions go by: all that is known.
    known: Observed,
    pending: BTreeMap<String, Pending>,
    running: Vec<Running>,
    slots: [Slot; SHARDS],
    ids: u64,
}

impl View {
    pub(crate) fn new(instance: u32) -> Self {
        Self { instance, ..Self::default() }
    }

    /// What is known.
    pub(crate) fn known(&self) -> &Observed {
        &self.known
    }

    fn slot(&mut self, shard: Shard) -> &mut Slot {
        shard.of(&mut self.slots)
    }

    /// Whether a value should be read again. It is taken for read at once, so that requests at the same time do not all read
    /// it; only the first time each waits for it.
    pub(crate) fn begin_reading(&mut self, shard: Shard, now_ms: u64) -> bool {
        let slot = self.slot(shard);
        let is_due = slot.read_ms.is_none_or(|read| now_ms >= read.saturating_add(KEEP_MS));
        if is_due && slot.read_ms.is_some() {
            slot.read_ms = Some(now_ms);
        }
        is_due
    }

    /// The store cannot be read: what this instance has observed goes on.
    pub(crate) fn unread(&mut self, shard: Shard, now_ms: u64) {
        let slot = self.slot(shard);
        (slot.read_ms, slot.trouble) = (Some(now_ms), Some(UNREACHABLE));
    }

    /// What is wrong with the values that a decision goes by.
    pub(crate) fn note_trouble(&mut self, shards: &[Shard]) {
        self.known.trouble = shards.iter().find_map(|shard| self.slot(*shard).trouble);
    }

    /// A value was read: it is known, and beside it what is not shared yet.
    pub(crate) fn absorb(&mut self, shard: Shard, value: Option<&[u8]>, now_ms: u64) {
        let is_corrupt = match shard.is_of_conversations() {
            true => self.absorb_conversations(value).is_none(),
            false => self.absorb_deployments(shard, value, now_ms).is_none(),
        };
        let slot = self.slot(shard);
        // It is replaced by the next write.
        slot.is_dirty |= is_corrupt;
        (slot.read_ms, slot.trouble) = (Some(now_ms), is_corrupt.then_some(CORRUPT));
    }

    fn absorb_conversations(&mut self, value: Option<&[u8]>) -> Option<()> {
        let Some(value) = value else { return Some(()) };
        let shared = crate::observed::Conversations::from_bytes(value).ok()?;
        self.known.conversations.merge(&shared);
        Some(())
    }

    fn absorb_deployments(
        &mut self,
        shard: Shard,
        value: Option<&[u8]>,
        now_ms: u64,
    ) -> Option<()> {
        let mut shared = match value {
            Some(value) => Observed::from_bytes(value, now_ms).ok()?,
            None => Observed::default(),
        };
        shared.deployments.retain(|name, _| Shard::of_deployment(name) == shard);
        let mut is_ahead = false;
        for (name, known) in &self.known.deployments {
            if Shard::of_deployment(name) != shard {
                continue;
            }
            let state = shared.state(name);
            state.own_load = known.own_load;
            let pending = self.pending.get(name);
            if known.breaker.epoch() != state.breaker.epoch() || known.breaker.is_odd() {
                let read = state.breaker;
                state.breaker.merge(&known.breaker);
                // A write that was lost is repeated.
                is_ahead |= state.breaker.differs(&read);
            } else if let Some(Pending { window_ms, attempts, failures, .. }) = pending {
                state.breaker.add(&known.breaker, *window_ms, *attempts, *failures);
            }
            if let Some(pending) = pending {
                state.latency.add(&pending.latency);
            }
        }
        let own = self.instance;
        for state in shared.deployments.values_mut() {
            state.loads.retain(|load| load.instance != own && load.is_live(now_ms));
        }
        self.known.deployments.retain(|name, _| Shard::of_deployment(name) != shard);
        self.known.deployments.append(&mut shared.deployments);
        self.slot(shard).is_urgent |= is_ahead;
        Some(())
    }

    /// Whether something is to be written now: what is urgent at once, the rest at most once in [`KEEP_MS`].
    pub(crate) fn is_flush_due(&mut self, shard: Shard, now_ms: u64) -> bool {
        let slot = self.slot(shard);
        let is_time = slot.written_ms.is_none_or(|at| now_ms >= at.saturating_add(KEEP_MS));
        slot.is_urgent || (slot.is_dirty && is_time)
    }

    /// The value to write, after what is there was absorbed. If the write is lost, so is what was observed since the last one;
    /// what is known of breakers is repeated.
    pub(crate) fn outgoing(&mut self, shard: Shard, now_ms: u64) -> Vec<u8> {
        let slot = self.slot(shard);
        (slot.is_dirty, slot.is_urgent, slot.written_ms) = (false, false, Some(now_ms));
        if shard.is_of_conversations() {
            let is_in = |hash| Shard::of_conversation(hash) == shard;
            return self.known.conversations.to_bytes(is_in, now_ms);
        }
        self.pending.retain(|name, _| Shard::of_deployment(name) != shard);
        let is_in = |name: &str| Shard::of_deployment(name) == shard;
        let instance = self.instance;
        for (name, state) in &mut self.known.deployments {
            let requests = u16::try_from(state.own_load).unwrap_or(u16::MAX);
            if requests > 0 && is_in(name) {
                state.loads.insert(0, Load { instance, requests, at_ms: now_ms });
            }
        }
        let value = self.known.to_bytes(is_in, now_ms);
        for state in self.known.deployments.values_mut() {
            state.loads.retain(|load| load.instance != instance);
        }
        value
    }

    /// Asks for the probe of an open breaker.
    pub(crate) fn claim(&mut self, name: &str, now_ms: u64, policy: &BreakerPolicy) -> bool {
        let breaker = &mut self.known.state(name).breaker;
        breaker.is_probe_due(now_ms) && breaker.admit(now_ms, policy) == Admit::Probe
    }

    /// A request has begun, at this deployment. Returns its number.
    pub(crate) fn begin(&mut self, name: &str, is_probe: bool, now_ms: u64) -> u64 {
        self.expire(now_ms);
        self.ids = self.ids.wrapping_add(1);
        let (id, deployment) = (self.ids, name.to_owned());
        self.load(name, 1);
        self.running.push(Running { id, deployment, since_ms: now_ms, is_probe });
        id
    }

    /// It goes on at another deployment.
    pub(crate) fn moves(&mut self, id: u64, to: &str, now_ms: u64) {
        let Some(running) = self.running.iter_mut().find(|one| one.id == id) else { return };
        let from = std::mem::replace(&mut running.deployment, to.to_owned());
        // A probe that was not made.
        if from != to && std::mem::take(&mut running.is_probe) {
            self.known.state(&from).breaker.release(now_ms);
            self.slot(Shard::of_deployment(&from)).is_urgent = true;
        }
        self.load(&from, -1);
        self.load(to, 1);
    }

    /// It has ended. Returns the value that this changes.
    pub(crate) fn finish(&mut self, id: u64, now_ms: u64) -> Option<Shard> {
        let place = self.running.iter().position(|one| one.id == id)?;
        let Running { deployment, is_probe, .. } = self.running.swap_remove(place);
        self.load(&deployment, -1);
        let shard = Shard::of_deployment(&deployment);
        if is_probe {
            self.known.state(&deployment).breaker.release(now_ms);
            self.slot(shard).is_urgent = true;
        }
        Some(shard)
    }

    fn load(&mut self, name: &str, by: i32) {
        let state = self.known.state(name);
        state.own_load = state.own_load.saturating_add_signed(by);
        self.slot(Shard::of_deployment(name)).is_dirty = true;
    }

    fn expire(&mut self, now_ms: u64) {
        let is_over = |one: &Running| now_ms >= one.since_ms.saturating_add(RUNS_AT_MOST_MS);
        let over: Vec<u64> =
            self.running.iter().filter(|one| is_over(one)).map(|one| one.id).collect();
        for id in over {
            self.finish(id, now_ms);
        }
    }

    /// Whether this request is the probe of this deployment, of which nothing was known.
    pub(crate) fn takes_probe(&mut self, id: u64, name: &str) -> bool {
        let probe = self.running.iter_mut().find(|one| one.id == id && one.deployment == name);
        probe.is_some_and(|one| std::mem::take(&mut one.is_probe))
    }

    /// An attempt has ended.
    pub(crate) fn ended(
        &mut self,
        name: &str,
        end: &Ended,
        is_probe: bool,
        now_ms: u64,
        policy: &BreakerPolicy,
    ) {
        let before = self.known.breaker(name);
        self.known.ended(name, end, is_probe, now_ms, policy);
        let has_changed = self.known.breaker(name).differs(&before);
        let failed = matches!(end, Ended::Failed { .. });
        let pending = self.pending.entry(name.to_owned()).or_default();
        end.observe(&mut pending.latency, now_ms);
        if !before.is_odd() && (failed || matches!(end, Ended::Answered { .. })) {
            pending.window_ms = policy.window_ms;
            pending.attempts = pending.attempts.saturating_add(1);
            pending.failures = pending.failures.saturating_add(u16::from(failed));
        }
        let slot = self.slot(Shard::of_deployment(name));
        slot.is_dirty = true;
        slot.is_urgent |= has_changed || (failed && !before.is_odd());
    }

    /// A conversation was served there.
    pub(crate) fn serves(&mut self, conversation: u64, name: &str, now_ms: u64) {
        if self.known.conversations.is_news(conversation, name, now_ms) {
            self.known.serves(conversation, name, now_ms);
            self.slot(Shard::of_conversation(conversation)).is_dirty = true;
        }
    }
}
