//! Framing of streamed answers, without I/O.
//!
//! Text goes in as it arrives, cut anywhere; events come out, each with the very bytes it stood in, so that whoever
//! passes a stream on can pass on what it got.

pub mod aws;
mod server_sent;

pub use server_sent::{Event, EventTooLong, Parser};
