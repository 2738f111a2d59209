//! The pipeline over stages in memory, on a clock that moves only when everything waits.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod conversations;
mod crossings;
mod early;
mod exits;
mod guarded;
mod judge;
mod judged;
mod keeping;
mod media;
mod opinions;
mod recording;
mod resilience;
mod schedules;
mod shadow;
mod time;
mod world;
