//! Why an event cannot be sent.

/// Why an event, or a batch of them, cannot be sent as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// A field has no text, or too much.
    #[error("{field} has {length} characters; write 1 to {most}")]
    Length {
        /// Its name.
        field: &'static str,
        /// Its length in characters.
        length: usize,
        /// The most.
        most: usize,
    },
    /// A source that is no reference.
    #[error(
        "source {given:?} is no URI reference; write one without spaces, such as \"postern\" or \"https://ai.example/gateway\""
    )]
    Source {
        /// The source.
        given: String,
    },
    /// Not the version, or not the type of data that is sent.
    #[error("{field} is {given:?}; write {wanted:?}")]
    Constant {
        /// The attribute.
        field: &'static str,
        /// What it is.
        given: String,
        /// What it has to be.
        wanted: &'static str,
    },
    /// A time that is none.
    #[error(
        "{given:?} is no time; write it as RFC 3339 does, such as \"2026-12-01T00:00:00.000Z\""
    )]
    Time {
        /// The text.
        given: String,
    },
    /// A value that is not a whole number.
    #[error("the value {given:?} is no whole number; write its digits in a string")]
    Value {
        /// The value.
        given: String,
    },
    /// Stripe takes events of the past 35 days.
    #[error(
        "the event is {age_s} s old, and the receiver takes those of the last {most_s} s; put it on an invoice of its own"
    )]
    TooOld {
        /// Its age in seconds.
        age_s: i64,
        /// The greatest age in seconds.
        most_s: i64,
    },
    /// Stripe takes events of up to five minutes ahead.
    #[error(
        "the event is {ahead_s} s ahead, and the receiver takes at most {most_s} s; set the clock"
    )]
    InTheFuture {
        /// Seconds from now.
        ahead_s: i64,
        /// The most.
        most_s: i64,
    },
    /// Another batch is not known to be delivered.
    #[error("the batch up to position {last} is pending; deliver or settle it first")]
    Pending {
        /// Its last position.
        last: u64,
    },
    /// There is no pending batch.
    #[error("no batch is pending; begin one first")]
    NothingPending,
    /// A batch that does not follow what was delivered.
    #[error("position {given} is not after {after}; give positions in the order of the ledger")]
    Order {
        /// The position.
        given: u64,
        /// That which it has to follow.
        after: u64,
    },
}

/// Checks the length of a text.
pub(super) fn length(field: &'static str, text: &str, most: usize) -> Result<(), EventError> {
    let length = text.chars().count();
    if (1..=most).contains(&length) {
        Ok(())
    } else {
        Err(EventError::Length { field, length, most })
    }
}
