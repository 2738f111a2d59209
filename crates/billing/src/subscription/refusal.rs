//! Why an event is refused.

use super::state::Status;

/// Why an event does not apply. The subscription stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The status does not allow it.
    #[error("a subscription that is {} does not take the event {event}; {remedy}", status.as_str())]
    Status {
        /// The status.
        status: Status,
        /// The event's word.
        event: &'static str,
        /// What to do instead.
        remedy: &'static str,
    },
    /// The first event is not a request.
    #[error("the first event is {event}; a subscription begins with request")]
    NotRequested {
        /// The event's word.
        event: &'static str,
    },
    /// The event is before the one before it.
    #[error(
        "the event is of {at_s} s, before the last one of {last_s} s; give events in their order"
    )]
    OutOfOrder {
        /// Its moment, in seconds since 1970.
        at_s: i64,
        /// That of the event before it.
        last_s: i64,
    },
    /// There are no seats, or too many.
    #[error("{seats} seats are not possible; write 1 to 1000000")]
    Seats {
        /// The number.
        seats: u32,
    },
    /// The plan is the one that it has.
    #[error("the plan is {plan:?} already; choose another one")]
    SamePlan {
        /// Its name.
        plan: String,
    },
    /// The moment is beyond the calendar.
    #[error("{at_s} s is no moment of the calendar; give seconds since 1970")]
    Moment {
        /// The moment, in seconds since 1970.
        at_s: i64,
    },
}
