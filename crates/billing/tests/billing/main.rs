//! What usage costs, end to end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod dunning;
mod events;
mod examples;
mod fixtures;
mod invoices;
mod late_rows;
mod oracle;
mod outbox;
mod periods;
mod prices;
mod rating;
mod records;
mod spec;
mod subscriptions;
mod transitions;
