//! The segments of requests: what of each dialect is what, that nothing is left out, and what edits leave.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod edits;
mod endpoints;
mod everything;
mod examples;
