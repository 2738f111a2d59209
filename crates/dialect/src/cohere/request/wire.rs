//! The shapes of messages: <https://docs.cohere.com/v2/docs/chat-api>.

use serde::Serialize;
use serde_json::{Map, Value};

#[derive(Serialize)]
#[serde(tag = "role", rename_all = "lowercase")]
pub(super) enum Message {
    System { content: Said },
    User { content: Said },
    Assistant(Assistant),
    Tool { tool_call_id: String, content: Said },
}

/// The model's turn, which the client may have split into several messages.
#[derive(Serialize, Default)]
pub(super) struct Assistant {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Block>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_plan: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub citations: Vec<Value>,
}

/// Words alone become a string, which every model accepts.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Said {
    Text(String),
    Blocks(Vec<Block>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block {
    Text { text: String },
    Thinking { thinking: String },
    ImageUrl { image_url: ImageUrl },
    Document { document: Document },
}

#[derive(Serialize)]
pub(super) struct ImageUrl {
    pub url: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[derive(Serialize)]
pub(super) struct Document {
    pub data: Map<String, Value>,
}

#[derive(Serialize)]
pub(super) struct ToolCall {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: &'static str,
    pub function: Function,
}

#[derive(Serialize)]
pub(super) struct Function {
    pub name: String,
    pub arguments: String,
}

impl Message {
    pub fn system(text: String) -> Self {
        Message::System { content: Said::Text(text) }
    }
}

impl Said {
    pub fn from_blocks(mut blocks: Vec<Block>) -> Self {
        match (blocks.pop(), blocks.len()) {
            (Some(Block::Text { text }), 0) => Said::Text(text),
            (None, _) => Said::Text(String::new()),
            (Some(last), _) => {
                blocks.push(last);
                Said::Blocks(blocks)
            }
        }
    }
}

impl Block {
    pub fn into_text(self) -> Option<String> {
        match self {
            Block::Text { text } => Some(text),
            _ => None,
        }
    }
}
