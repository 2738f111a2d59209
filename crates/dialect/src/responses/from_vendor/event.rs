//! Events as they are read: <https://platform.openai.com/docs/api-reference/responses-streaming>.

use serde::Deserialize;
use serde_json::Value;
use std::borrow::Cow;

/// Any event. Its type repeats the event's name, which some servers omit.
#[derive(Deserialize)]
pub(super) struct Named<'a> {
    #[serde(default, borrow, rename = "type")]
    pub kind: Option<Cow<'a, str>>,
}

/// The subject of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// The response begins.
    Head,
    /// It has ended.
    End,
    /// It has failed.
    Error,
    ItemAdded,
    ItemDone,
    More(Kind),
    /// Unknown here.
    Nothing,
}

/// The kind of a delta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A content begins.
    Content,
    ContentDone,
    Text,
    Refusal,
    Annotation,
    Thought,
    Summary,
    Arguments,
}

impl Of {
    pub fn kind(kind: &str) -> Self {
        match kind {
            "response.created" | "response.in_progress" | "response.queued" => Of::Head,
            "response.completed"
            | "response.incomplete"
            | "response.failed"
            | "response.cancelled" => Of::End,
            "error" => Of::Error,
            "response.output_item.added" => Of::ItemAdded,
            "response.output_item.done" => Of::ItemDone,
            "response.content_part.added" => Of::More(Kind::Content),
            "response.content_part.done" => Of::More(Kind::ContentDone),
            "response.output_text.delta" => Of::More(Kind::Text),
            "response.refusal.delta" => Of::More(Kind::Refusal),
            "response.output_text.annotation.added" => Of::More(Kind::Annotation),
            "response.reasoning_text.delta" => Of::More(Kind::Thought),
            "response.reasoning_summary_text.delta" => Of::More(Kind::Summary),
            "response.function_call_arguments.delta" | "response.custom_tool_call_input.delta" => {
                Of::More(Kind::Arguments)
            }
            _ => Of::Nothing,
        }
    }
}

#[derive(Deserialize)]
pub(super) struct OfResponse<R> {
    pub response: R,
}

#[derive(Deserialize)]
pub(super) struct OfItem {
    #[serde(default)]
    pub output_index: u64,
    pub item: Value,
}

#[derive(Deserialize)]
pub(super) struct More {
    #[serde(default)]
    pub output_index: u64,
    #[serde(default)]
    pub content_index: u64,
    #[serde(default)]
    pub summary_index: u32,
    #[serde(default)]
    pub delta: String,
    #[serde(default)]
    pub part: Option<Value>,
    #[serde(default)]
    pub annotation: Option<Value>,
    #[serde(default)]
    pub logprobs: Option<Vec<Value>>,
}
