//! The hub: a conversation and its answer, as no dialect in particular says them.
//!
//! Each client's dialect is decoded into a [`Request`] and each vendor's encoded from it; each vendor's answer is read
//! into [`Event`]s and each client's written from them. A whole answer is the events of a stream, collected.
//!
//! What is opaque (schemas, arguments, signatures, ids) is carried as it was written. What has no place here was never
//! read: the decoder says so as a [`Loss`].

mod answer;
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
