//! How often a request is tried, and how long is waited before it is tried again.

use crate::hash::{fraction, mixed};

/// The attempts of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptPolicy {
    /// All attempts together, the first one included.
    pub max_attempts: u32,
    /// The wait before the second attempt at the same deployment, twice as long before each further one.
    pub backoff_ms: u64,
    /// But no longer than this.
    pub max_backoff_ms: u64,
}

impl Default for AttemptPolicy {
    fn default() -> Self {
        Self { max_attempts: 4, backoff_ms: 200, max_backoff_ms: 5_000 }
    }
}

/// What comes after a failed attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Another deployment, at once.
    Another,
    /// The same deployment, after a wait.
    Again {
        /// The wait.
        wait_ms: u64,
    },
    /// Nothing.
    GiveUp(GiveUp),
}

/// Why a request is not tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiveUp {
    /// The client has its first byte, or another attempt might do twice what must be done once.
    NotSafe,
    /// It has had its attempts.
    Attempts,
    /// The wait would be longer than the time that is left.
    Deadline,
    /// Too many of the gateway's requests are retries already.
    RetryTokens,
}

/// How an attempt has failed, as far as trying again goes by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FailedAttempt {
    /// Another deployment may succeed, and nothing has reached the client.
    pub is_safe: bool,
    /// The wait that the vendor asks for.
    pub retry_after_ms: Option<u64>,
    /// Another deployment is left.
    pub has_another: bool,
}

/// The attempts of one request so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptBudget {
    policy: AttemptPolicy,
    attempts: u32,
    /// The attempts at the same deployment.
    repeats: u32,
    /// The end of the request's time.
    until_ms: u64,
}

impl AttemptBudget {
    /// A request whose first attempt begins, and that has time until then.
    #[must_use]
    pub fn new(policy: AttemptPolicy, until_ms: u64) -> Self {
        Self { policy, attempts: 1, repeats: 0, until_ms }
    }

    /// The attempts that have begun.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Decides after a failed attempt. Another deployment is better than a wait; a wait is at least what the vendor asks
    /// for, and otherwise random up to the backoff, so that those who failed together do not come again together.
    pub fn next(
        &mut self,
        failed: FailedAttempt,
        now_ms: u64,
        random: u64,
        tokens: &mut RetryTokens,
    ) -> Next {
        if !failed.is_safe {
            return Next::GiveUp(GiveUp::NotSafe);
        }
        if self.attempts >= self.policy.max_attempts {
            return Next::GiveUp(GiveUp::Attempts);
        }
        let wait_ms = if failed.has_another { 0 } else { self.wait_ms(failed, random) };
        if now_ms.saturating_add(wait_ms) >= self.until_ms {
            return Next::GiveUp(GiveUp::Deadline);
        }
        if !tokens.take() {
            return Next::GiveUp(GiveUp::RetryTokens);
        }
        self.attempts += 1;
        if failed.has_another {
            self.repeats = 0;
            return Next::Another;
        }
        self.repeats += 1;
        Next::Again { wait_ms }
    }

    fn wait_ms(&self, failed: FailedAttempt, random: u64) -> u64 {
        let factor = 1_u64.checked_shl(self.repeats).unwrap_or(u64::MAX);
        let most = self.policy.backoff_ms.saturating_mul(factor).min(self.policy.max_backoff_ms);
        let jittered = (most as f64 * fraction(mixed(random))) as u64;
        failed.retry_after_ms.map_or(jittered, |asked| asked.saturating_add(jittered))
    }
}

/// Bounds the share of retries among all requests of an instance, so that a vendor in trouble is not given more load: each
/// request earns a fraction of a retry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryTokens {
    /// In hundredths of a retry.
    hundredths: u32,
    percent: u32,
    most: u32,
}

impl RetryTokens {
    /// At most this share of retries, with this many to begin with.
    #[must_use]
    pub fn new(percent: u32, burst: u32) -> Self {
        let most = burst.saturating_mul(100);
        Self { hundredths: most, percent, most }
    }

    /// A request has come.
    pub fn earn(&mut self) {
        self.hundredths = self.hundredths.saturating_add(self.percent).min(self.most);
    }

    fn take(&mut self) -> bool {
        let Some(left) = self.hundredths.checked_sub(100) else { return false };
        self.hundredths = left;
        true
    }
}

#[cfg(test)]
mod tests;
