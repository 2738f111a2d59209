//! Cohere's API v2: <https://docs.cohere.com/v2/reference/chat>.
//!
//! Shapes are those of Cohere's own SDK, `cohere` 7.3 for Python (`types/chat_message_v2.py`,
//! `v2/types/v2chat_stream_response.py`).
//!
//! Cohere's thoughts have no seal. So that they are returned only to Cohere, reading adds one that just says that they
//! are Cohere's.

mod answer;
mod citation;
mod event;
mod explain;
mod request;
mod stream;
mod whole;

use crate::Dialect;
use crate::chat::Sealed;

pub use explain::explain;
pub use request::encode;
pub use stream::Reader;
pub use whole::read_whole;

/// What the model thought: the text of a seal, by which it is known what to give it back as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thought {
    /// Before it answered or called tools, step by step.
    Thinking,
    /// Before it called tools, "chain-of-thought style". It is no part of the answer's words: an answer of a schema,
    /// which beside tools is the call of one, would not be JSON with a plan in front of it.
    Plan,
}

impl Thought {
    fn seal(self) -> Sealed {
        let data = match self {
            Thought::Thinking => "thinking",
            Thought::Plan => "tool_plan",
        };
        Sealed { maker: Dialect::Cohere, id: None, data: data.to_owned() }
    }

    /// None: it is not Cohere's.
    fn sealed_by(sealed: &Sealed) -> Option<Self> {
        [Thought::Thinking, Thought::Plan].into_iter().find(|thought| thought.seal() == *sealed)
    }
}
