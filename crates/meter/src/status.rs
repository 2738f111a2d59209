//! The status of a limit: what is left, and when more will be.

use crate::limit_match::{LimitMatch, Values};
use crate::reservation::Layout;

/// The wait for a place among concurrent requests, or for what others have reserved: the end of other requests is not
/// known.
const SOON_MS: u64 = 1_000;

/// The status of a limit at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LimitStatus {
    /// The limit's amount.
    pub at_most: u64,
    /// Used and reserved together.
    pub taken: u64,
    /// The time until all that is taken now has stopped counting.
    pub resets_in_ms: u64,
}

impl LimitStatus {
    /// The amount that can still be reserved.
    pub fn left(&self) -> u64 {
        self.at_most.saturating_sub(self.taken)
    }

    /// The taken part in percent, rounded down.
    pub fn percent(&self) -> u64 {
        let percent = u128::from(self.taken) * 100 / u128::from(self.at_most.max(1));
        u64::try_from(percent).unwrap_or(u64::MAX)
    }
}

impl LimitMatch<'_> {
    /// The status, by the values of the gate.
    pub fn status(&self, values: &[i64], now_ms: u64) -> LimitStatus {
        LimitStatus {
            at_most: self.limit.amount,
            taken: self.read(values).taken(),
            resets_in_ms: self.resets_in_ms(now_ms),
        }
    }

    fn resets_in_ms(&self, now_ms: u64) -> u64 {
        let window = self.reservation.current();
        match self.reservation.layout {
            Layout::Lease => SOON_MS,
            _ if self.is_rolling() => self.leaves_ms(window).saturating_sub(now_ms),
            _ => window.end_ms.saturating_sub(now_ms),
        }
    }

    /// Whether this request would exceed the limit, by the values of the gate without it.
    pub fn is_exceeded(&self, values: &[i64]) -> bool {
        self.read(values).taken().saturating_add(self.amount()) > self.limit.amount
    }

    /// The time until this request may fit, by the values of the gate without it.
    pub fn fits_in_ms(&self, values: &[i64], now_ms: u64) -> u64 {
        let room = self.limit.amount.saturating_sub(self.amount());
        let Values { held, mut of_spans } = self.read(values);
        let mut left = sum(of_spans.iter().map(|(_, value)| *value));
        if self.reservation.layout == Layout::Lease || (left <= room && sum(held.into_iter()) > 0) {
            return SOON_MS;
        }
        if !self.is_rolling() {
            return self.resets_in_ms(now_ms);
        }
        // The parts of a rolling window stop counting one after the other, the oldest first.
        of_spans.sort_unstable_by_key(|(part, _)| part.start_ms);
        for (part, value) in of_spans {
            left = left.saturating_sub(u64::try_from(value).unwrap_or(0));
            if left <= room {
                return self.leaves_ms(part).saturating_sub(now_ms);
            }
        }
        self.resets_in_ms(now_ms)
    }
}

impl Values {
    /// Used and reserved together.
    fn taken(&self) -> u64 {
        let of_spans = self.of_spans.iter().map(|(_, value)| *value);
        sum(self.held.iter().copied().chain(of_spans))
    }

    /// Used, and reserved where both share a counter.
    pub(crate) fn used(&self) -> u64 {
        sum(self.of_spans.iter().map(|(_, value)| *value))
    }
}

/// The sum of values, at least zero: changes of other requests that are half done may bring it below for a moment.
pub(crate) fn sum(values: impl Iterator<Item = i64>) -> u64 {
    u64::try_from(values.fold(0, i64::saturating_add)).unwrap_or(0)
}
