//! Cohere's API v2: <https://docs.cohere.com/v2/reference/chat>.
//!
//! Shapes are those of Cohere's own SDK, `cohere` 7.3 for Python (`types/chat_message_v2.py`,
//! `v2/types/v2chat_stream_response.py`).
//!
//! Cohere's thoughts have no seal. Reading adds one that marks them as Cohere's, so that they are returned only to Cohere.

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

/// The kind of a thought: the text of its seal, which determines the form in which it is returned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Thought {
    /// Reasoning before an answer or calls, step by step.
    Thinking,
    /// The plan before tool calls, "chain-of-thought style". It is not part of the answer's words: beside tools, an answer that
    /// follows a schema is a call of a tool, and would not be JSON with a plan before it.
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

    /// None: the seal is not Cohere's.
    fn sealed_by(sealed: &Sealed) -> Option<Self> {
        [Thought::Thinking, Thought::Plan].into_iter().find(|thought| thought.seal() == *sealed)
    }
}
