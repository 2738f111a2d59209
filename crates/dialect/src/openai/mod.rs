//! OpenAI's API and the servers that speak it: chat completions and embeddings.
//!
//! The API is described at <https://platform.openai.com/docs/api-reference>. Where other servers differ, the code that handles
//! it says so.

mod annotation;
mod answer;
pub(crate) mod breakpoint;
pub(crate) mod call_id;
pub(crate) mod cap;
pub(crate) mod chat;
pub mod completions;
pub(crate) mod content;
pub(crate) mod decode;
mod embeddings;
mod encode;
pub mod error;
pub(crate) mod explain;
pub(crate) mod field;
pub(crate) mod from_client;
mod from_vendor;
mod generated;
mod members;
mod names;
mod outline;
pub(crate) mod read;
pub(crate) mod refusal;
mod request;
pub(crate) mod stream;
mod stream_options;
mod system;
mod thoughts;
mod to_client;
pub(crate) mod to_vendor;
pub(crate) mod unread;
mod usage;
mod whole;

pub use decode::Decoder;
pub use encode::encode;
pub use explain::explain;
pub use from_client::decode;
pub use from_vendor::{Reader, read_whole};
pub use names::field_name;
pub use request::read;
pub use to_client::Writer;
pub use to_vendor::encode_chat;
