//! Deadlines: those of an attempt never go beyond that of the request.

/// The deadlines of a request's attempts, and of the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RouteDeadlines {
    /// Until the connection is there.
    pub connect_ms: u64,
    /// From sending the request to the first token.
    pub first_token_ms: u64,
    /// From one piece of the answer to the next.
    pub between_tokens_ms: u64,
    /// From the request's arrival to the end of the answer, over all attempts. None: no such bound.
    pub total_ms: Option<u64>,
}

/// The deadlines of one attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct AttemptDeadlines {
    pub connect_ms: u64,
    pub first_token_ms: u64,
    pub between_tokens_ms: u64,
}

impl RouteDeadlines {
    /// The end of the time of a request that has arrived then.
    #[must_use]
    pub fn until_ms(&self, arrived_ms: u64) -> u64 {
        self.total_ms.map_or(u64::MAX, |total| arrived_ms.saturating_add(total))
    }

    /// The deadlines of an attempt that begins now; `None` if no time is left.
    #[must_use]
    pub fn attempt(&self, arrived_ms: u64, now_ms: u64) -> Option<AttemptDeadlines> {
        let left_ms = self.until_ms(arrived_ms).checked_sub(now_ms).filter(|left| *left > 0)?;
        Some(AttemptDeadlines {
            connect_ms: self.connect_ms.min(left_ms),
            first_token_ms: self.first_token_ms.min(left_ms),
            between_tokens_ms: self.between_tokens_ms.min(left_ms),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_never_outlasts_its_request() {
        let deadlines = RouteDeadlines {
            connect_ms: 5_000,
            first_token_ms: 20_000,
            between_tokens_ms: 10_000,
            total_ms: Some(30_000),
        };
        for (now_ms, expected) in [
            (1_000, Some((5_000, 20_000, 10_000))),
            (16_000, Some((5_000, 15_000, 10_000))),
            (27_000, Some((4_000, 4_000, 4_000))),
            (31_000, None),
            (40_000, None),
        ] {
            let attempt = deadlines.attempt(1_000, now_ms);
            let all =
                attempt.map(|one| (one.connect_ms, one.first_token_ms, one.between_tokens_ms));
            assert_eq!(all, expected, "{now_ms}");
        }
        let unbounded = RouteDeadlines { total_ms: None, ..deadlines };
        assert!(unbounded.attempt(0, u64::MAX - 1).is_some());
    }
}
