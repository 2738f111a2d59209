//! What one instance has in flight: requests, streams, and the bytes of their buffered bodies.
//!
//! The requests of an instance share its one memory, and a failed allocation ends all of them. What goes over
//! `[overload]` of `gateway.toml` is therefore refused, and may be retried.

use postern_fault::{Blame, Fault, Kind};
use postern_policy::Overload;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The code of a refusal: not a limit of the caller's, and no vendor's.
pub const GATEWAY_OVERLOADED: &str = "gateway_overloaded";

/// The counts of one instance.
#[derive(Debug, Default)]
pub struct InFlight {
    pub(crate) requests: AtomicUsize,
    pub(crate) streams: AtomicUsize,
    pub(crate) bytes: AtomicUsize,
    pub(crate) shadows: AtomicUsize,
}

impl InFlight {
    /// Nothing is in flight.
    #[must_use]
    pub const fn new() -> Self {
        InFlight {
            requests: AtomicUsize::new(0),
            streams: AtomicUsize::new(0),
            bytes: AtomicUsize::new(0),
            shadows: AtomicUsize::new(0),
        }
    }
}

/// The place of one request or stream among those in flight, until it is dropped.
#[derive(Debug)]
pub struct InFlightPlace(&'static AtomicUsize);

impl InFlightPlace {
    /// A place among so many; none if there is none left.
    pub fn take(counter: &'static AtomicUsize, most: u64) -> Option<Self> {
        let before = counter.fetch_add(1, Ordering::Relaxed);
        // Dropped, it gives back what was just added.
        let place = InFlightPlace(counter);
        (before < as_count(most)).then_some(place)
    }
}

impl Drop for InFlightPlace {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// There are as many of these as may be.
pub fn full(overload: Overload, what: &str, most: u64) -> Fault {
    let public = format!("the gateway is busy with other {what}; retry");
    overloaded(overload, public)
        .with_private(format!("{most} {what} in flight ([overload] max_{what})"))
}

/// There is too little memory left.
pub fn no_memory(overload: Overload, held: usize, more: usize) -> Fault {
    let public = "the gateway holds too many large bodies; retry";
    overloaded(overload, public).with_private(format!(
        "{held} bytes held, {more} more asked for ([overload] max_held_bytes)"
    ))
}

/// 429 in every dialect. Another deployment would not help.
fn overloaded(overload: Overload, public: impl Into<String>) -> Fault {
    let fault = Fault::new(Kind::RateLimited, public).with_code(GATEWAY_OVERLOADED);
    Fault {
        blame: Blame::Gateway,
        retryable: false,
        retry_after_ms: Some(overload.retry_after_ms),
        ..fault
    }
}

/// A count of policy.
pub fn as_count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_given_up_is_free_again() {
        let counter: &AtomicUsize = Box::leak(Box::default());
        let first = InFlightPlace::take(counter, 2).unwrap();
        let second = InFlightPlace::take(counter, 2).unwrap();
        assert!(
            InFlightPlace::take(counter, 2).is_none() && InFlightPlace::take(counter, 2).is_none()
        );
        drop(first);
        let third = InFlightPlace::take(counter, 2).unwrap();
        drop((second, third));
        assert_eq!(counter.load(Ordering::Relaxed), 0);
    }
}
