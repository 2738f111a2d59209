//! Takes requests and streams on, or refuses them before they cost anything.

use crate::body;
use crate::exchange::Exchange;
use crate::head::Head;
use crate::in_flight::{InFlightPlace, as_count, full, no_memory};
use crate::stages::Stages;
use postern_dialect::{Operation, media};
use postern_fault::Fault;
use postern_types::RequestFacts;
use std::sync::atomic::Ordering;

/// Takes a request on, before anything is asked or read for it.
///
/// # Errors
///
/// `gateway_overloaded` if the instance has its fill of requests, or no memory for the body that is announced.
pub fn request<S: Stages>(
    head: &Head,
    operation: Operation,
    exchange: &mut Exchange<S>,
) -> Result<(), Fault> {
    let policy = exchange.stages.policy()?;
    let (overload, counts) = (policy.overload, exchange.stages.in_flight());
    let place = InFlightPlace::take(&counts.requests, overload.max_requests)
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
pub fn stream<S: Stages>(facts: &RequestFacts, exchange: &mut Exchange<S>) -> Result<(), Fault> {
    if !facts.stream && !media::is_answered_in_bytes(facts) {
        return Ok(());
    }
    let overload = exchange.stages.policy()?.overload;
    let place = InFlightPlace::take(&exchange.stages.in_flight().streams, overload.max_streams)
        .ok_or_else(|| full(overload, "streams", overload.max_streams))?;
    exchange.places.push(place);
    Ok(())
}
