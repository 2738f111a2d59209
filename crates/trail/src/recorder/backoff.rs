//! How long a store that failed is left alone.

/// The first wait.
const FIRST_MS: u64 = 100;

/// The longest wait: a store that is back is noticed within that time.
const LONGEST_MS: u64 = 5_000;

/// Waits that double.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
    not_before_ms: u64,
}

impl Backoff {
    /// The store has failed now. Returns the wait.
    pub fn failed(&mut self, now_ms: u64) -> u64 {
        let doubled = FIRST_MS.saturating_mul(1 << self.failures.min(16));
        let wait_ms = doubled.min(LONGEST_MS);
        self.failures = self.failures.saturating_add(1);
        self.not_before_ms = now_ms.saturating_add(wait_ms);
        wait_ms
    }

    /// The store has done what was asked.
    pub fn succeeded(&mut self) {
        *self = Backoff::default();
    }

    /// Whether the last thing that the store did was to fail.
    pub fn is_down(&self) -> bool {
        self.failures > 0
    }

    /// How long it is left alone from now on.
    pub fn wait_ms(&self, now_ms: u64) -> u64 {
        self.not_before_ms.saturating_sub(now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::Backoff;

    #[test]
    fn waits_double_to_a_bound_and_end_with_a_success() {
        let mut backoff = Backoff::default();
        let waits: Vec<_> = (0..8).map(|_| backoff.failed(1_000)).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
        assert!(backoff.is_down());
        assert_eq!((backoff.wait_ms(1_000), backoff.wait_ms(9_000)), (5_000, 0));
        backoff.succeeded();
        assert_eq!((backoff.is_down(), backoff.wait_ms(0)), (false, 0));
    }
}
