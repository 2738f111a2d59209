//! Framing of streamed answers, without I/O.
//!
//! Text goes in as it arrives, cut anywhere; events come out, each with its own bytes, so that a stream can be passed
//! on unchanged.

pub mod aws;
mod server_sent;

pub use server_sent::{Event, EventTooLong, Parser};
