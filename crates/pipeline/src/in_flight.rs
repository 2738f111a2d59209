//! What one instance has in flight: requests, streams, and the bytes of their buffered bodies.
//!
//! The requests of an instance share its one memory, and a failed allocation ends all of them. What goes over
//! `[overload]` of `gateway.toml` is therefore refused when it arrives, before its body is read, and may be retried.

use crate::body;
use crate::exchange::Exchange;
use crate::head::Head;
use crate::stages::{Platform, Stages};
use postern_dialect::{Operation, media};
use postern_fault::{Blame, Fault, Kind};
use postern_policy::Overload;
use postern_types::RequestFacts;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The code of a refusal: not a limit of the caller's, and no vendor's.
pub const GATEWAY_OVERLOADED: &str = "gateway_overloaded";

/// The copies for candidates that one instance has in flight: they must not take what requests need.
const MAX_SHADOWS: u64 = 4;

/// The counts of one instance.
#[derive(Debug, Default)]
pub struct InFlight {
    requests: AtomicUsize,
    streams: AtomicUsize,
    bytes: AtomicUsize,
    shadows: AtomicUsize,
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
pub struct Place(&'static AtomicUsize);

impl Place {
    fn take(counter: &'static AtomicUsize, most: u64) -> Option<Self> {
        let before = counter.fetch_add(1, Ordering::Relaxed);
        // Dropped, it gives back what was just added.
        let place = Place(counter);
        (before < as_count(most)).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// What bodies and answers of one request hold of the instance's memory, until it is dropped.
#[derive(Debug)]
pub struct MemoryPermit {
    counter: &'static AtomicUsize,
    overload: Overload,
    bytes: usize,
}

impl MemoryPermit {
    /// A permit for nothing yet.
    pub fn of(platform: &impl Platform) -> Self {
        // Without readable policy the request is refused for that.
        let overload = platform.policy().map(|policy| policy.overload).unwrap_or_default();
        MemoryPermit { counter: &platform.in_flight().bytes, overload, bytes: 0 }
    }

    /// A permit of an instance that holds nothing else.
    #[cfg(test)]
    pub fn alone() -> Self {
        let counter = Box::leak(Box::default());
        MemoryPermit { counter, overload: Overload::default(), bytes: 0 }
    }

    /// Extends the permit to `bytes` in total.
    ///
    /// # Errors
    ///
    /// `gateway_overloaded` if the instance has too little left.
    pub fn grow_to(&mut self, bytes: usize) -> Result<(), Fault> {
        let more = bytes.saturating_sub(self.bytes);
        let before = self.counter.fetch_add(more, Ordering::Relaxed);
        self.bytes = self.bytes.saturating_add(more);
        if before.saturating_add(more) <= as_count(self.overload.max_held_bytes) {
            return Ok(());
        }
        Err(no_memory(self.overload, before, more))
    }

    /// What was held has left.
    pub fn clear(&mut self) {
        self.counter.fetch_sub(std::mem::take(&mut self.bytes), Ordering::Relaxed);
    }
}

impl Drop for MemoryPermit {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Takes a request on, before anything is asked or read for it.
///
/// # Errors
///
/// `gateway_overloaded` if the instance has its fill of requests, or no memory for the body that is announced.
pub fn admit<S: Stages>(
    head: &Head,
    operation: Operation,
    exchange: &mut Exchange<S>,
) -> Result<(), Fault> {
    let policy = exchange.stages.policy()?;
    let (overload, counts) = (policy.overload, exchange.stages.in_flight());
    let place = Place::take(&counts.requests, overload.max_requests)
        .ok_or_else(|| full(overload, "requests", overload.max_requests))?;
    let announced = head.content_length.unwrap_or(0);
    // What is too long is told so.
    if announced <= body::cap(operation, policy) {
        let held = counts.bytes.load(Ordering::Relaxed);
        let announced = as_count(announced);
        if held.saturating_add(announced) > as_count(overload.max_held_bytes) {
            return Err(no_memory(overload, held, announced));
        }
    }
    exchange.places.push(place);
    Ok(())
}

/// Takes on what is answered as a stream.
///
/// # Errors
///
/// `gateway_overloaded` if the instance has its fill of streams.
pub fn admit_stream<S: Stages>(
    facts: &RequestFacts,
    exchange: &mut Exchange<S>,
) -> Result<(), Fault> {
    if !facts.stream && !media::is_answered_in_bytes(facts) {
        return Ok(());
    }
    let overload = exchange.stages.policy()?.overload;
    let place = Place::take(&exchange.stages.in_flight().streams, overload.max_streams)
        .ok_or_else(|| full(overload, "streams", overload.max_streams))?;
    exchange.places.push(place);
    Ok(())
}

/// The place of a copy for a candidate; none if there are as many as may be.
pub fn shadow_place(platform: &impl Platform) -> Option<Place> {
    Place::take(&platform.in_flight().shadows, MAX_SHADOWS)
}

fn full(overload: Overload, what: &str, most: u64) -> Fault {
    let public = format!("the gateway is busy with other {what}; retry");
    overloaded(overload, public)
        .with_private(format!("{most} {what} in flight ([overload] max_{what})"))
}

fn no_memory(overload: Overload, held: usize, more: usize) -> Fault {
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

fn as_count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counter() -> &'static AtomicUsize {
        Box::leak(Box::default())
    }

    #[test]
    fn refuses_what_goes_over_the_budget_and_gives_back_what_is_dropped() {
        let counter = counter();
        let overload = Overload { max_held_bytes: 100, retry_after_ms: 7, ..Overload::default() };
        let permit = || MemoryPermit { counter, overload, bytes: 0 };
        let mut first = permit();
        first.grow_to(90).unwrap();
        first.grow_to(90).unwrap();
        let mut second = permit();
        second.grow_to(10).unwrap();
        let fault = second.grow_to(11).unwrap_err();
        assert_eq!(fault.code.as_deref(), Some(GATEWAY_OVERLOADED));
        assert_eq!((fault.retry_after_ms, fault.blame), (Some(7), Blame::Gateway));
        second.clear();
        second.grow_to(10).unwrap();
        drop((first, second));
        assert_eq!(counter.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn a_place_that_is_given_up_is_free_again() {
        let counter = counter();
        let first = Place::take(counter, 2).unwrap();
        let second = Place::take(counter, 2).unwrap();
        assert!(Place::take(counter, 2).is_none() && Place::take(counter, 2).is_none());
        drop(first);
        let third = Place::take(counter, 2).unwrap();
        drop((second, third));
        assert_eq!(counter.load(Ordering::Relaxed), 0);
    }
}
