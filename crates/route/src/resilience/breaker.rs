//! A circuit breaker: a deployment that fails is left alone, but for probes that find out whether it is back.

use postern_policy::BreakerPolicy;

/// Whether a deployment may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admit {
    /// It may.
    Pass,
    /// It may, once: whether it is back is decided by this attempt.
    Probe,
    /// Not now.
    Refused {
        /// The wait until a probe may begin.
        retry_after_ms: u64,
    },
}

/// A breaker. Closed, it counts; open, it refuses until a time; then it is half-open, and admits one probe at a time.
///
/// Replicas share it by value. Each change between closed and open is an epoch, and the later epoch wins ([`Self::merge`]):
/// a replica that has not heard of a change cannot undo it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Breaker {
    /// Even: closed. Odd: open.
    epoch: u32,
    /// Closed: the start of the window. Open: when probes may begin.
    at_ms: u64,
    /// Closed: the attempts of the window.
    attempts: u16,
    /// Closed: those that have failed.
    failures: u16,
    /// How often in a row it has opened.
    openings: u8,
    /// Open: until when a probe is under way; 0: none is.
    probe_until_ms: u64,
}

impl Breaker {
    /// Whether a request would be refused now.
    #[must_use]
    pub fn is_open(&self, now_ms: u64) -> bool {
        self.is_odd() && now_ms < self.free_ms()
    }

    /// Whether the next request would be a probe.
    #[must_use]
    pub fn is_probe_due(&self, now_ms: u64) -> bool {
        self.is_odd() && now_ms >= self.free_ms()
    }

    /// Whether another state says something else about being open or closed.
    pub(crate) fn differs(&self, other: &Breaker) -> bool {
        let at = |one: &Breaker| if one.is_odd() { one.at_ms } else { 0 };
        (self.epoch, self.probe_until_ms, at(self))
            != (other.epoch, other.probe_until_ms, at(other))
    }

    /// Open: from when a probe may begin.
    pub(crate) fn free_ms(&self) -> u64 {
        self.at_ms.max(self.probe_until_ms)
    }

    pub(crate) fn is_odd(&self) -> bool {
        self.epoch % 2 == 1
    }

    /// Asks for an attempt. A probe is admitted once, and has to be recorded or released.
    pub fn admit(&mut self, now_ms: u64, policy: &BreakerPolicy) -> Admit {
        if !self.is_odd() {
            return Admit::Pass;
        }
        let free_ms = self.free_ms();
        if now_ms < free_ms {
            return Admit::Refused { retry_after_ms: free_ms - now_ms };
        }
        self.probe_until_ms = now_ms.saturating_add(policy.probe_ms).max(1);
        Admit::Probe
    }

    /// An attempt has ended. Open, only a probe says something new: other attempts are from before it opened.
    pub fn record(&mut self, succeeded: bool, is_probe: bool, now_ms: u64, policy: &BreakerPolicy) {
        match (self.is_odd(), is_probe) {
            (true, true) => self.of_probe(succeeded, now_ms, policy),
            (true, false) => {}
            (false, _) => self.count(succeeded, now_ms, policy),
        }
    }

    /// The probe's end says nothing: another one may begin. The later time tells the replicas.
    pub fn release(&mut self, now_ms: u64) {
        if self.is_odd() && self.probe_until_ms > 0 {
            (self.at_ms, self.probe_until_ms) = (self.at_ms.max(now_ms), 0);
        }
    }

    /// Counts attempts of another replica: into the window that is under way, or else into theirs. Whether they open it is
    /// decided by the next failure.
    pub(crate) fn add(&mut self, theirs: &Breaker, window_ms: u64, attempts: u16, failures: u16) {
        if self.is_odd() {
            return;
        }
        if theirs.at_ms >= self.at_ms.saturating_add(window_ms) {
            (self.at_ms, self.attempts, self.failures) = (theirs.at_ms, 0, 0);
        }
        self.attempts = self.attempts.saturating_add(attempts);
        self.failures = self.failures.saturating_add(failures);
    }

    /// An open one admits no probe before this time.
    pub(crate) fn open_until(&mut self, until_ms: u64) {
        if self.is_odd() {
            self.at_ms = self.at_ms.max(until_ms);
        }
    }

    pub(crate) fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Whether this may be a state at this time: none looks further ahead than policy allows.
    pub(crate) fn is_plausible(&self, now_ms: u64) -> bool {
        const AHEAD_MS: u64 = 2 * 3_600_000;
        self.at_ms.max(self.probe_until_ms) <= now_ms.saturating_add(AHEAD_MS)
    }

    fn of_probe(&mut self, succeeded: bool, now_ms: u64, policy: &BreakerPolicy) {
        self.probe_until_ms = 0;
        if succeeded {
            self.epoch = self.epoch.wrapping_add(1);
            (self.at_ms, self.attempts, self.failures, self.openings) = (now_ms, 0, 0, 0);
        } else {
            // Open again is a new opening: other replicas must not take the earlier one's time.
            self.epoch = self.epoch.wrapping_add(2);
            self.open(now_ms, policy);
        }
    }

    fn count(&mut self, succeeded: bool, now_ms: u64, policy: &BreakerPolicy) {
        if now_ms >= self.at_ms.saturating_add(policy.window_ms) {
            (self.at_ms, self.attempts, self.failures) = (now_ms, 0, 0);
        }
        self.attempts = self.attempts.saturating_add(1);
        self.failures = self.failures.saturating_add(u16::from(!succeeded));
        let (attempts, failures) = (u32::from(self.attempts), u32::from(self.failures));
        let is_failing = failures * 100 >= attempts * u32::from(policy.failure_percent);
        if !succeeded && self.attempts >= policy.min_attempts && is_failing {
            self.epoch = self.epoch.wrapping_add(1);
            self.open(now_ms, policy);
        }
    }

    fn open(&mut self, now_ms: u64, policy: &BreakerPolicy) {
        let factor = 1_u64.checked_shl(u32::from(self.openings)).unwrap_or(u64::MAX);
        let open_ms = policy.open_ms.saturating_mul(factor).min(policy.max_open_ms);
        self.openings = self.openings.saturating_add(1).min(32);
        self.at_ms = now_ms.saturating_add(open_ms);
        (self.attempts, self.failures) = (0, 0);
    }

    /// Takes another replica's state into this one: the later epoch; of one epoch the later window or opening, and the
    /// larger counts. Commutative, associative, idempotent.
    pub fn merge(&mut self, other: &Breaker) {
        let ours = (self.epoch, self.at_ms);
        let theirs = (other.epoch, other.at_ms);
        if theirs > ours {
            *self = *other;
        } else if theirs == ours {
            self.attempts = self.attempts.max(other.attempts);
            self.failures = self.failures.max(other.failures);
            self.openings = self.openings.max(other.openings);
            self.probe_until_ms = self.probe_until_ms.max(other.probe_until_ms);
        }
    }

    /// 25 bytes.
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend(self.epoch.to_le_bytes());
        bytes.extend(self.at_ms.to_le_bytes());
        bytes.extend(self.attempts.to_le_bytes());
        bytes.extend(self.failures.to_le_bytes());
        bytes.push(self.openings);
        bytes.extend(self.probe_until_ms.to_le_bytes());
    }

    pub(crate) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (epoch, bytes) = bytes.split_first_chunk()?;
        let (at_ms, bytes) = bytes.split_first_chunk()?;
        let (attempts, bytes) = bytes.split_first_chunk()?;
        let (failures, bytes) = bytes.split_first_chunk()?;
        let (openings, bytes) = bytes.split_first()?;
        let (probe_until_ms, bytes) = bytes.split_first_chunk()?;
        let breaker = Breaker {
            epoch: u32::from_le_bytes(*epoch),
            at_ms: u64::from_le_bytes(*at_ms),
            attempts: u16::from_le_bytes(*attempts),
            failures: u16::from_le_bytes(*failures),
            openings: (*openings).min(32),
            probe_until_ms: u64::from_le_bytes(*probe_until_ms),
        };
        Some((breaker, bytes))
    }
}

#[cfg(test)]
mod tests;
