//! What a client is told when no deployment has answered.

use crate::refusal::Refusal;
use postern_fault::{Blame, Fault, Kind};

/// The header with the number of attempts.
pub const ATTEMPTS: &str = "x-postern-attempts";

/// The failures of a request so far, of which the most useful one is kept.
#[derive(Default)]
pub struct Failures {
    best: Option<Refusal>,
    /// How often a vendor was asked.
    attempts: u32,
}

impl Failures {
    /// A vendor was asked, and has not answered.
    pub fn asked(&mut self) {
        self.attempts = self.attempts.saturating_add(1);
    }

    /// How often a vendor was asked.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Keeps the more useful one: the earlier of two that are alike, but the shorter wait.
    pub fn add(&mut self, refusal: Refusal) {
        let is_better = |best: &Refusal| order(&refusal.fault) < order(&best.fault);
        if self.best.as_ref().is_none_or(is_better) {
            self.best = Some(refusal);
        }
    }

    /// What the client is told when nothing is left to try.
    pub fn into_refusal(self) -> Refusal {
        let none = || Fault::new(Kind::Unavailable, "no deployment serves this model").into();
        let mut best = self.best.unwrap_or_else(none);
        if best.fault.kind == Kind::NotConfigured {
            best.fault = not_offered(best.fault);
        }
        counted(best, self.attempts)
    }

    /// What the client is told when this ends the request.
    pub fn ended_by(self, refusal: Refusal) -> Refusal {
        counted(refusal, self.attempts)
    }
}

/// The usefulness of a fault, the most useful first; of two alike the shorter wait.
///
/// What the client can mend, then what it can wait for, then what it can only report.
fn order(fault: &Fault) -> (u8, u64) {
    let rank = match fault.kind {
        // The vendor's own words about the request. What one vendor's dialect cannot say is retryable, and another could.
        Kind::InvalidRequest | Kind::TooLarge if !fault.retryable => 0,
        Kind::ContentFiltered => 1,
        Kind::RateLimited => 2,
        Kind::Overloaded => 3,
        Kind::UpstreamFailed if fault.blame == Blame::Vendor => 4,
        Kind::UpstreamUnreachable | Kind::UpstreamInvalid => 5,
        Kind::UpstreamTimeout => 6,
        Kind::InvalidRequest | Kind::TooLarge => 7,
        // The gateway's credential, quota or name for a model is wrong.
        Kind::UpstreamFailed => 8,
        Kind::Unavailable
        | Kind::Unauthenticated
        | Kind::Forbidden
        | Kind::ModelNotFound
        | Kind::NoEligibleDeployment => 9,
        Kind::NotConfigured => 10,
    };
    (rank, fault.retry_after_ms.unwrap_or(u64::MAX))
}

/// The number of attempts, for the client; what it should change in its request is said as the vendor says it.
fn counted(mut refusal: Refusal, attempts: u32) -> Refusal {
    if attempts > 0 {
        refusal.fields.push((ATTEMPTS.to_owned(), attempts.to_string()));
    }
    let is_of_request =
        matches!(refusal.fault.kind, Kind::InvalidRequest | Kind::TooLarge | Kind::ContentFiltered);
    if attempts > 1 && !is_of_request {
        refusal.fault.public.push_str(&format!(" (after {attempts} attempts)"));
    }
    refusal
}

/// A model whose providers have no credential here is in no list and does not exist for clients.
fn not_offered(fault: Fault) -> Fault {
    let public = "this model is not offered here: none of its providers has a credential";
    let fault = Fault { private: fault.private, ..Fault::new(Kind::ModelNotFound, public) };
    Fault { param: Some("model".to_owned()), ..fault }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gateways(fault: Fault) -> Fault {
        Fault { blame: Blame::Gateway, ..fault }
    }

    fn after(ms: u64) -> Fault {
        Fault { retry_after_ms: Some(ms), ..Fault::new(Kind::RateLimited, "r") }
    }

    /// From the most useful to the least.
    fn by_use() -> Vec<Fault> {
        let of = |kind| Fault::new(kind, "f");
        vec![
            of(Kind::InvalidRequest).with_code("context_length_exceeded"),
            of(Kind::ContentFiltered),
            after(1_000),
            after(7_000),
            of(Kind::RateLimited),
            of(Kind::Overloaded),
            of(Kind::UpstreamFailed),
            of(Kind::UpstreamUnreachable),
            of(Kind::UpstreamTimeout),
            Fault { retryable: true, ..of(Kind::InvalidRequest) },
            gateways(of(Kind::UpstreamFailed)),
            of(Kind::Unavailable),
            of(Kind::NotConfigured),
        ]
    }

    #[test]
    fn the_most_useful_fault_is_told_whichever_came_first() {
        let faults = by_use();
        for (at, better) in faults.iter().enumerate() {
            for worse in faults.iter().skip(at + 1) {
                for pair in [[better, worse], [worse, better]] {
                    let mut failures = Failures::default();
                    for fault in pair {
                        failures.asked();
                        failures.add(fault.clone().into());
                    }
                    let refusal = failures.into_refusal();
                    assert_eq!(refusal.fault.kind, better.kind, "{better:?} before {worse:?}");
                    assert_eq!(refusal.fault.retry_after_ms, better.retry_after_ms);
                    assert_eq!(refusal.fields, [(ATTEMPTS.to_owned(), "2".to_owned())]);
                }
            }
        }
    }

    #[test]
    fn the_number_of_attempts_is_told_but_a_vendors_words_stay() {
        for (kind, attempts, expected) in [
            (Kind::Overloaded, 1, "f"),
            (Kind::Overloaded, 3, "f (after 3 attempts)"),
            (Kind::InvalidRequest, 3, "f"),
        ] {
            let told = counted(Fault::new(kind, "f").into(), attempts);
            assert_eq!(told.fault.public, expected);
        }
        let nothing = Failures::default().into_refusal();
        assert_eq!((nothing.fault.kind, nothing.fields), (Kind::Unavailable, Vec::new()));
        let mut unset = Failures::default();
        unset.add(Fault::new(Kind::NotConfigured, "no key").into());
        assert_eq!(unset.into_refusal().fault.kind, Kind::ModelNotFound);
    }
}
