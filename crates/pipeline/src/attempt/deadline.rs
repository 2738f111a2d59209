//! The deadlines of one attempt, on the platform's clock.

use crate::stages::Platform;
use futures::future::{Either, select};
use postern_fault::{Fault, Kind};
use postern_types::Deadlines;
use std::future::Future;
use std::pin::pin;

const NS_PER_MS: u64 = 1_000_000;

/// The code of a request that took longer than policy lets it.
pub const REQUEST_TIME_OVER: &str = "request_time_over";

/// What an attempt waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    /// The first token of a stream.
    FirstToken,
    /// All of an answer.
    Whole,
    /// More of an answer that has begun.
    MoreTokens,
}

/// What is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Over {
    /// The time of the attempt.
    Attempt,
    /// The time of the request.
    Request,
}

/// Bounds each wait of an attempt.
#[derive(Debug, Clone, Copy)]
pub struct Timer {
    deadlines: Deadlines,
    /// When the request has arrived, and when this attempt has begun.
    arrived_ns: u64,
    began_ns: u64,
    waiting: Waiting,
}

impl Timer {
    /// An attempt begins now.
    pub fn new(deadlines: Deadlines, arrived_ns: u64, now_ns: u64, is_streamed: bool) -> Self {
        let waiting = if is_streamed { Waiting::FirstToken } else { Waiting::Whole };
        Timer { deadlines, arrived_ns, began_ns: now_ns, waiting }
    }

    /// The answer has begun to arrive: from now on the time between its pieces counts.
    pub fn has_begun(&mut self) {
        self.waiting = Waiting::MoreTokens;
    }

    /// Waits for `work`. The clock is only read if it has to wait.
    ///
    /// # Errors
    ///
    /// `upstream-timeout`, with the deadline that is over; retryable unless it is that of the request.
    pub async fn bound<T>(
        &self,
        platform: &impl Platform,
        work: impl Future<Output = T>,
    ) -> Result<T, Fault> {
        let work = pin!(work);
        let limit = pin!(async {
            let (ms, over) = self.left(platform.now_ns());
            platform.sleep(ms).await;
            over
        });
        match select(work, limit).await {
            Either::Left((output, _)) => Ok(output),
            Either::Right((over, _)) => Err(self.fault(over)),
        }
    }

    /// The milliseconds that are left, and what is over then.
    fn left(&self, now_ns: u64) -> (u64, Over) {
        let (since_ns, ms) = match self.waiting {
            Waiting::FirstToken => (self.began_ns, self.deadlines.first_token_ms),
            Waiting::Whole => (self.began_ns, self.deadlines.whole_ms),
            Waiting::MoreTokens => (now_ns, self.deadlines.between_tokens_ms),
        };
        let of_attempt = left_ms(since_ns, ms, now_ns);
        let of_request = left_ms(self.arrived_ns, self.deadlines.total_ms, now_ns);
        match of_request <= of_attempt {
            true => (of_request, Over::Request),
            false => (of_attempt, Over::Attempt),
        }
    }

    fn fault(&self, over: Over) -> Fault {
        let Deadlines { first_token_ms, between_tokens_ms, whole_ms, .. } = self.deadlines;
        match (over, self.waiting) {
            (Over::Request, _) => too_late(&self.deadlines),
            (Over::Attempt, Waiting::FirstToken) => late(format!(
                "the provider's answer did not begin within {first_token_ms} ms (first_token_ms)"
            )),
            (Over::Attempt, Waiting::Whole) => late(format!(
                "the provider's answer was not complete within {whole_ms} ms (whole_ms); ask for a stream, which arrives while it is written"
            )),
            (Over::Attempt, Waiting::MoreTokens) => late(format!(
                "the provider was silent for {between_tokens_ms} ms within its answer (between_tokens_ms)"
            )),
        }
    }
}

/// Whole milliseconds, rounded up, so that a wait is never short by a part of one.
fn left_ms(since_ns: u64, ms: u32, now_ns: u64) -> u64 {
    let until_ns = since_ns.saturating_add(u64::from(ms).saturating_mul(NS_PER_MS));
    until_ns.saturating_sub(now_ns).div_ceil(NS_PER_MS)
}

fn late(public: String) -> Fault {
    Fault::new(Kind::UpstreamTimeout, public)
}

/// The time of the request is over: nothing more is tried.
fn too_late(deadlines: &Deadlines) -> Fault {
    let total_ms = deadlines.total_ms;
    let fault = late(format!(
        "no provider's answer was complete within {total_ms} ms of the request (total_ms)"
    ));
    Fault { retryable: false, ..fault.with_code(REQUEST_TIME_OVER) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINES: Deadlines = Deadlines {
        connect_ms: 1,
        first_token_ms: 20,
        between_tokens_ms: 10,
        whole_ms: 40,
        total_ms: 60,
    };

    #[test]
    fn an_attempt_never_outlasts_its_request() {
        const MS: u64 = NS_PER_MS;
        // Of a request that arrived at 100 ms: when the attempt began, what is waited for, now, and what is left.
        for (began, waiting, now, left, over) in [
            (100, Waiting::FirstToken, 100, 20, Over::Attempt),
            (100, Waiting::FirstToken, 115, 5, Over::Attempt),
            (100, Waiting::FirstToken, 130, 0, Over::Attempt),
            (150, Waiting::FirstToken, 150, 10, Over::Request),
            (110, Waiting::Whole, 110, 40, Over::Attempt),
            (130, Waiting::Whole, 140, 20, Over::Request),
            (100, Waiting::MoreTokens, 149, 10, Over::Attempt),
            (100, Waiting::MoreTokens, 155, 5, Over::Request),
            (100, Waiting::MoreTokens, 170, 0, Over::Request),
        ] {
            let timer =
                Timer { deadlines: DEADLINES, arrived_ns: 100 * MS, began_ns: began * MS, waiting };
            assert_eq!(timer.left(now * MS), (left, over), "{waiting:?} at {now}");
            let fault = timer.fault(over);
            assert_eq!(fault.retryable, over == Over::Attempt);
            assert!(fault.public.contains("_ms)"), "{fault}");
        }
        assert_eq!(left_ms(0, 1, 1), 1, "a part of a millisecond is waited for");
    }
}
