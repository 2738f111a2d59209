//! Hedging: a second attempt elsewhere when the first one takes unusually long. The first answer wins, the other attempt is
//! cancelled (J. Dean, L. A. Barroso: The Tail at Scale, 2013).

use super::Latency;

/// When a request is hedged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HedgePolicy {
    /// Never before this long.
    pub min_wait_ms: u64,
    /// The wait if nothing is known of the deployment; it is the longest wait, too.
    pub max_wait_ms: u64,
    /// At most this share of requests is hedged.
    pub percent: u32,
}

impl Default for HedgePolicy {
    fn default() -> Self {
        Self { min_wait_ms: 50, max_wait_ms: 10_000, percent: 10 }
    }
}

/// The hedges of an instance so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hedge {
    policy: HedgePolicy,
    /// What may still be hedged, in hundredths of a request.
    hundredths: u32,
}

/// Hedges that may follow one another at once.
const BURST: u32 = 1_000;

impl Hedge {
    /// No hedges yet.
    #[must_use]
    pub fn new(policy: HedgePolicy) -> Self {
        Self { policy, hundredths: BURST }
    }

    /// A request has come. The wait for its first token after which it is hedged: what 95 % stay within.
    pub fn wait_ms(&mut self, latency: Option<&Latency>) -> u64 {
        self.hundredths = self.hundredths.saturating_add(self.policy.percent).min(BURST);
        let usual = latency.map_or(self.policy.max_wait_ms, |latency| latency.first_token_ms(0.95));
        usual.clamp(self.policy.min_wait_ms, self.policy.max_wait_ms)
    }

    /// The wait is over, and nothing has come: whether to try another one. Only where a second attempt is safe, another
    /// deployment is left, and no other hedge of this request runs.
    pub fn begin(&mut self, is_safe: bool, has_another: bool, is_hedged: bool) -> bool {
        if !is_safe || !has_another || is_hedged {
            return false;
        }
        let Some(left) = self.hundredths.checked_sub(100) else { return false };
        self.hundredths = left;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_for_what_is_unusual_and_no_longer() {
        let mut hedge = Hedge::new(HedgePolicy::default());
        assert_eq!(hedge.wait_ms(None), 10_000, "nothing is known");
        let mut latency = Latency::default();
        (0..58).for_each(|_| latency.answered(300, 1_000, 10, 1));
        (0..2).for_each(|_| latency.answered(3_000, 4_000, 10, 1));
        let wait = hedge.wait_ms(Some(&latency));
        assert!((290..=400).contains(&wait), "{wait}");
        let mut fast = Latency::default();
        fast.answered(5, 10, 2, 1);
        assert_eq!(hedge.wait_ms(Some(&fast)), 50);
    }

    #[test]
    fn hedges_a_bounded_share_and_only_where_it_may() {
        let mut hedge = Hedge::new(HedgePolicy { percent: 5, ..HedgePolicy::default() });
        for (is_safe, has_another, is_hedged) in
            [(false, true, false), (true, false, false), (true, true, true)]
        {
            assert!(!hedge.begin(is_safe, has_another, is_hedged));
        }
        let mut hedged = 0;
        for _ in 0..10_000 {
            hedge.wait_ms(None);
            hedged += u32::from(hedge.begin(true, true, false));
        }
        assert!((500..=515).contains(&hedged), "{hedged}");
    }
}
