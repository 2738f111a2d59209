//! What is told of a limit that does not admit.

use crate::hold::{Met, Unit};
use crate::standing::Standing;
use crate::words;
use postern_fault::{Blame, Fault, Kind};

/// A limit that does not admit, and what a client is to do.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// For the client.
    pub fault: Fault,
    /// The limit in words: `600 requests per minute for the key ab12`.
    pub limit: String,
    /// To try again before long helps.
    pub retry_helps: bool,
}

/// Longer than this no client waits by itself: OpenAI's SDKs take `retry-after` up to a minute for true.
const RETRY_WITHIN_MS: u64 = 60_000;

impl Met<'_> {
    /// The limit and whose it is.
    pub fn words(&self) -> String {
        format!("{} for {}", words::limit(self.limit), self.whose())
    }

    /// It is exceeded now, and will not be in `wait_ms`.
    pub fn refusal(&self, standing: &Standing, wait_ms: u64, now_ms: u64) -> Refusal {
        let unit = Unit::from(self.limit.unit);
        let limit = self.words();
        let left = words::amount(unit, standing.left());
        let needs = match unit {
            Unit::Requests | Unit::Concurrent => String::new(),
            _ => format!("; this request may use {}", words::amount(unit, self.amount())),
        };
        let when = match unit {
            Unit::Concurrent => "wait for one of them to end".to_owned(),
            _ => format!(
                "try again in {} ({})",
                words::duration(wait_ms),
                words::moment(now_ms.saturating_add(wait_ms))
            ),
        };
        let public = format!("the limit of {limit} is reached: {left} left{needs}; {when}");
        let code = if self.is_money() { "budget_exceeded" } else { "rate_limit_exceeded" };
        let fault = Fault::new(Kind::RateLimited, public).with_code(code);
        let fault = Fault {
            blame: Blame::Caller,
            retryable: false,
            retry_after_ms: Some(wait_ms),
            ..fault
        };
        Refusal { fault, limit, retry_helps: wait_ms <= RETRY_WITHIN_MS }
    }

    /// Not even an unused limit would admit it.
    pub fn never_fits(&self) -> Option<Refusal> {
        if self.amount() <= self.limit.amount {
            return None;
        }
        let limit = self.words();
        let needs = words::amount(Unit::from(self.limit.unit), self.amount());
        let public = format!(
            "this request may use {needs}, and the limit is {limit}: it can never fit; shorten the prompt or lower max_tokens"
        );
        let fault = Fault::new(Kind::InvalidRequest, public).with_code("request_exceeds_limit");
        Some(Refusal { fault, limit, retry_helps: false })
    }

    /// More is taken than policy warns of.
    pub fn warning(&self, standing: &Standing) -> Option<String> {
        let at = u64::from(self.limit.warn_at_percent?);
        let percent = standing.percent();
        (percent >= at).then(|| format!("{percent}% of {}", self.words()))
    }
}

/// The counters cannot be reached or read.
pub fn closed(private: &str) -> Fault {
    Fault::new(Kind::Unavailable, "the gateway cannot count what you use at the moment; try again")
        .with_code("limiter_unavailable")
        .with_private(private)
}
