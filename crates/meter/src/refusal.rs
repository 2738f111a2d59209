//! What a client is told of a limit that refuses its request.

use crate::display;
use crate::limit_match::LimitMatch;
use crate::reservation::Unit;
use crate::status::LimitStatus;
use postern_fault::{Blame, Fault, Kind};

/// A limit that refuses a request, and what the client should do.
#[derive(Debug, Clone)]
pub struct Refusal {
    /// The fault for the client.
    pub fault: Fault,
    /// The limit and its subject: `600 requests per minute for the key ab12`.
    pub limit: String,
    /// Whether a retry soon may succeed.
    pub retry_helps: bool,
}

/// The longest wait after which clients retry by themselves: OpenAI's SDKs obey a `retry-after` of up to a minute.
const RETRY_WITHIN_MS: u64 = 60_000;

impl LimitMatch<'_> {
    /// The limit and its subject, for people.
    pub fn describe(&self) -> String {
        format!("{} for {}", display::limit(self.limit), self.whose())
    }

    /// The refusal of a limit that is exceeded for the next `wait_ms`.
    pub fn refusal(&self, status: &LimitStatus, wait_ms: u64, now_ms: u64) -> Refusal {
        let unit = Unit::from(self.limit.unit);
        let limit = self.describe();
        let left = display::amount(unit, status.left());
        let needs = match unit {
            Unit::Requests | Unit::Concurrent => String::new(),
            _ => format!("; this request may use {}", display::amount(unit, self.amount())),
        };
        let when = match unit {
            Unit::Concurrent => "wait for one of them to end".to_owned(),
            _ => format!(
                "try again in {} ({})",
                display::duration(wait_ms),
                display::moment(now_ms.saturating_add(wait_ms))
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

    /// The refusal of a request that would exceed the limit even if it were unused.
    pub fn never_fits(&self) -> Option<Refusal> {
        if self.amount() <= self.limit.amount {
            return None;
        }
        let limit = self.describe();
        let needs = display::amount(Unit::from(self.limit.unit), self.amount());
        let public = format!(
            "this request may use {needs}, and the limit is {limit}: it can never fit; shorten the prompt or lower max_tokens"
        );
        let fault = Fault::new(Kind::InvalidRequest, public).with_code("request_exceeds_limit");
        Some(Refusal { fault, limit, retry_helps: false })
    }

    /// A warning, if more is taken than the percentage that policy names.
    pub fn warning(&self, status: &LimitStatus) -> Option<String> {
        let at = u64::from(self.limit.warn_at_percent?);
        let percent = status.percent();
        (percent >= at).then(|| format!("{percent}% of {}", self.describe()))
    }
}

/// The fault for counters that cannot be reached or read.
pub fn closed(private: &str) -> Fault {
    Fault::new(Kind::Unavailable, "the gateway cannot count what you use at the moment; try again")
        .with_code("limiter_unavailable")
        .with_private(private)
}
