//! Anthropic's Messages, of clients and of vendors: <https://platform.claude.com/docs/en/api/messages>.
//!
//! Shapes and names are those of the reference and of the types of `anthropic-sdk-python`.

mod answer;
mod block;
mod citation;
mod decode;
mod encode;
pub mod error;
mod explain;
mod names;
mod pages;
mod read;
mod read_content;
mod splice;
mod thread;
mod write;

pub use answer::{Reader, read_whole};
pub use decode::decode;
pub use encode::encode;
pub(crate) use encode::{DEFAULT_MAX_TOKENS, valid_id};
pub use explain::explain;
pub use names::field_name;
pub use pages::{Card, Wanted, count_answer, model_card, models_page};
pub use read::read;
pub(crate) use splice::pass;
pub use splice::{headers, path, splice};
pub(crate) use thread::unsupported as thread_unsupported;
pub use write::Writer;

/// The event that says nothing: "event streams may include any number of `ping` events"
/// (<https://platform.claude.com/docs/en/build-with-claude/streaming>).
pub const PING: &str = "event: ping\ndata: {\"type\":\"ping\"}\n\n";
