//! Items of an answer as they are written: <https://platform.openai.com/docs/api-reference/responses/object>.

use serde::Serialize;
use serde_json::Value;

pub(super) const IN_PROGRESS: &str = "in_progress";
pub(super) const COMPLETED: &str = "completed";
pub(super) const INCOMPLETE: &str = "incomplete";

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item {
    Message {
        id: String,
        status: &'static str,
        role: &'static str,
        content: Vec<Content>,
    },
    Reasoning {
        id: String,
        summary: Vec<Summary>,
        #[serde(skip_serializing_if = "Option::is_none")]
        content: Option<Vec<Content>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        encrypted_content: Option<String>,
        status: &'static str,
    },
    FunctionCall {
        id: String,
        call_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
        name: String,
        arguments: String,
        status: &'static str,
    },
    CustomToolCall {
        id: String,
        call_id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<String>,
        name: String,
        input: String,
    },
    ImageGenerationCall {
        id: String,
        status: &'static str,
        result: String,
    },
    /// A built-in tool's item, as its vendor wrote it.
    #[serde(untagged)]
    Own(Value),
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Content {
    OutputText { text: String, annotations: Vec<Value>, logprobs: Vec<Value> },
    Refusal { refusal: String },
    ReasoningText { text: String },
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Summary {
    SummaryText { text: String },
}

impl Item {
    pub fn id(&self) -> &str {
        match self {
            Item::Message { id, .. }
            | Item::Reasoning { id, .. }
            | Item::FunctionCall { id, .. }
            | Item::CustomToolCall { id, .. }
            | Item::ImageGenerationCall { id, .. } => id,
            Item::Own(value) => value.get("id").and_then(Value::as_str).unwrap_or_default(),
        }
    }

    pub fn set_status(&mut self, to: &'static str) {
        match self {
            Item::Message { status, .. }
            | Item::Reasoning { status, .. }
            | Item::FunctionCall { status, .. }
            | Item::ImageGenerationCall { status, .. } => *status = to,
            Item::CustomToolCall { .. } | Item::Own(_) => {}
        }
    }

    /// Its contents.
    pub fn contents(&self) -> &[Content] {
        match self {
            Item::Message { content, .. } => content,
            Item::Reasoning { content, .. } => content.as_deref().unwrap_or_default(),
            _ => &[],
        }
    }

    /// Adds a content and returns its number.
    pub fn push(&mut self, more: Content) -> usize {
        let contents = match self {
            Item::Message { content, .. } => content,
            Item::Reasoning { content, .. } => content.get_or_insert_default(),
            _ => return 0,
        };
        contents.push(more);
        contents.len() - 1
    }

    /// The content of this number.
    pub fn content(&mut self, number: usize) -> Option<&mut Content> {
        match self {
            Item::Message { content, .. } => content.get_mut(number),
            Item::Reasoning { content, .. } => content.as_mut()?.get_mut(number),
            _ => None,
        }
    }
}

impl Content {
    pub fn text() -> Self {
        Content::OutputText { text: String::new(), annotations: Vec::new(), logprobs: Vec::new() }
    }

    /// Its text.
    pub fn words(&mut self) -> &mut String {
        match self {
            Content::OutputText { text, .. } | Content::ReasoningText { text } => text,
            Content::Refusal { refusal } => refusal,
        }
    }
}
