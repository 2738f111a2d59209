//! The hub: a conversation and its answer, independent of any dialect.
//!
//! Each client's dialect is decoded into a [`Request`], which is encoded for each vendor; each vendor's answer is read into
//! [`Event`]s, from which each client's answer is written. A buffered answer is the collected events of a stream.
//!
//! Opaque data (schemas, arguments, signatures, ids) is carried exactly as it was written. Data that has no place in the hub is
//! not read: the decoder reports it as a [`Loss`].

/// Why a cap is not sent as it was asked.
pub(crate) fn above_the_models(most: u64) -> String {
    format!("at most {most} tokens can be written here: that cap is sent")
}

mod answer;
pub(crate) mod blank;
mod collect;
mod loss;
mod message;
mod request;
mod sealed;

pub use answer::{Answer, Choice, Delta, Event, Finish, FinishReason, Kind, Slot};
pub use collect::Collector;
pub use loss::{Loss, Losses};
pub use message::{
    Annotation, Audio, CacheControl, Content, File, Image, Message, Part, Reasoned, Role, Source,
    ToolCall, ToolResult,
};
pub use request::{
    Effort, Field, Format, Logprobs, Reasoning, Request, Sampling, Schema, Tool, ToolChoice,
    ToolKind,
};
pub use sealed::Sealed;
