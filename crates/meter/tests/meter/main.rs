//! What a request may use, by topics.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod counting;
mod estimates;
mod fixtures;
mod gates;
mod moving;
mod sequences;
mod settling;
mod telling;
mod waits;
mod windows;
