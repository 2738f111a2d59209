//! How often a request is tried, and how long is waited before it is tried again.

use crate::hash::{fraction, mixed};

/// The attempts of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttemptPolicy {
    /// All attempts together, the first one included.
    pub max_attempts: u32,
    /// How often the same deployment is tried again although another one is left.
    pub repeats_before_next: u32,
    /// The longest wait before the second attempt at the same deployment, twice as long before each further one.
    pub backoff_ms: u64,
    /// But no longer than this. A vendor that asks for more is not waited for.
    pub max_backoff_ms: u64,
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
    /// No deployment is left, and the same one would fail again, or might do twice what must be done once.
    NotSafe,
    /// It has had its attempts.
    Attempts,
    /// The wait would be longer than the time that is left, or than policy allows.
    Deadline,
    /// Too many of the instance's requests are retries already.
    RetryTokens,
}

/// How an attempt has failed, as far as trying again goes by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FailedAttempt {
    /// The same deployment may succeed, and would not do twice what must be done once.
    pub may_repeat: bool,
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
    /// The repetitions at the same deployment.
    repeats: u32,
}

impl AttemptBudget {
    /// A request whose first attempt begins.
    #[must_use]
    pub fn new(policy: AttemptPolicy) -> Self {
        Self { policy, attempts: 1, repeats: 0 }
    }

    /// Whether one more attempt may be made.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.attempts < self.policy.max_attempts
    }

    /// Decides after a failed attempt, with `left_ms` of the request's time left. Another deployment is better than a wait,
    /// unless policy wants repetitions first. A wait is at least what the vendor asks for, and otherwise random up to the
    /// backoff, so that those who failed together do not come again together.
    pub fn next(
        &mut self,
        failed: FailedAttempt,
        left_ms: u64,
        random: u64,
        tokens: &mut RetryTokens,
    ) -> Next {
        if !self.has_more() {
            return Next::GiveUp(GiveUp::Attempts);
        }
        if left_ms == 0 {
            return Next::GiveUp(GiveUp::Deadline);
        }
        if failed.has_another && self.repeats >= self.policy.repeats_before_next {
            return self.another();
        }
        match self.repeat(failed, left_ms, random, tokens) {
            Ok(wait_ms) => Next::Again { wait_ms },
            Err(_) if failed.has_another => self.another(),
            Err(why) => Next::GiveUp(why),
        }
    }

    /// Another attempt begins beside one that is slow, if it may.
    pub fn hedge(&mut self, tokens: &mut RetryTokens) -> bool {
        let may = self.has_more() && tokens.take();
        self.attempts += u32::from(may);
        may
    }

    fn another(&mut self) -> Next {
        self.attempts += 1;
        self.repeats = 0;
        Next::Another
    }

    fn repeat(
        &mut self,
        failed: FailedAttempt,
        left_ms: u64,
        random: u64,
        tokens: &mut RetryTokens,
    ) -> Result<u64, GiveUp> {
        if !failed.may_repeat {
            return Err(GiveUp::NotSafe);
        }
        let asked_ms = failed.retry_after_ms.unwrap_or(0);
        let wait_ms = asked_ms.saturating_add(self.jittered_ms(random));
        if asked_ms > self.policy.max_backoff_ms || wait_ms >= left_ms {
            return Err(GiveUp::Deadline);
        }
        if !tokens.take() {
            return Err(GiveUp::RetryTokens);
        }
        self.attempts += 1;
        self.repeats += 1;
        Ok(wait_ms)
    }

    fn jittered_ms(&self, random: u64) -> u64 {
        let factor = 1_u64.checked_shl(self.repeats).unwrap_or(u64::MAX);
        let most = self.policy.backoff_ms.saturating_mul(factor).min(self.policy.max_backoff_ms);
        (most as f64 * fraction(mixed(random))) as u64
    }
}

/// Bounds the share of repetitions and hedges among all requests of an instance, so that a vendor in trouble is not given more
/// load: each request earns a fraction of one.
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
    pub const fn new(percent: u32, burst: u32) -> Self {
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
