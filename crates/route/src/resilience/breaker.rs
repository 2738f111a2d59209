//! A circuit breaker: a deployment that fails is left alone, but for probes that find out whether it is back.

/// When a breaker opens, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BreakerPolicy {
    /// Failures are counted for this long.
    pub window_ms: u64,
    /// Fewer attempts say nothing.
    pub min_attempts: u16,
    /// It opens when this share of them has failed.
    pub failure_percent: u16,
    /// It stays open for this long, twice as long each time a probe fails.
    pub open_ms: u64,
    /// But no longer than this.
    pub max_open_ms: u64,
    /// A probe that has not ended after this long is lost, and another one may begin.
    pub probe_ms: u64,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            window_ms: 10_000,
            min_attempts: 5,
            failure_percent: 50,
            open_ms: 5_000,
            max_open_ms: 60_000,
            probe_ms: 30_000,
        }
    }
}

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

    /// Whether another state says more than this one about being open or closed.
    pub(crate) fn differs(&self, other: &Breaker) -> bool {
        (self.epoch, self.probe_until_ms) != (other.epoch, other.probe_until_ms)
    }

    /// Open: from when a probe may begin.
    fn free_ms(&self) -> u64 {
        self.at_ms.max(self.probe_until_ms)
    }

    fn is_odd(&self) -> bool {
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

    /// An attempt has ended, a probe or not.
    pub fn record(&mut self, succeeded: bool, now_ms: u64, policy: &BreakerPolicy) {
        if self.is_odd() {
            self.of_probe(succeeded, now_ms, policy);
        } else {
            self.count(succeeded, now_ms, policy);
        }
    }

    /// The probe's end says nothing: another one may begin.
    pub fn release(&mut self) {
        self.probe_until_ms = 0;
    }

    /// An end of an attempt from before it opened says nothing new: it is not a probe.
    fn of_probe(&mut self, succeeded: bool, now_ms: u64, policy: &BreakerPolicy) {
        if self.probe_until_ms == 0 {
            return;
        }
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
            let probe_until_ms = if other.epoch == self.epoch { self.probe_until_ms } else { 0 };
            *self = *other;
            self.probe_until_ms = self.probe_until_ms.max(probe_until_ms);
        } else if theirs == ours {
            self.attempts = self.attempts.max(other.attempts);
            self.failures = self.failures.max(other.failures);
            self.openings = self.openings.max(other.openings);
            self.probe_until_ms = self.probe_until_ms.max(other.probe_until_ms);
        } else if other.epoch == self.epoch {
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
