//! Amazon Bedrock: Converse and ConverseStream (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html>).
//!
//! The events of a stream arrive in binary frames, which are decoded elsewhere. Here an event has a name (`:event-type`, or
//! `:exception-type` for an error) and JSON.

mod answer;
mod content;
mod error;
pub(crate) mod exceptions;
mod family;
mod request;
mod stream;

pub use answer::read_whole;
pub use error::explain;
pub use request::encode;
pub use stream::Reader;
