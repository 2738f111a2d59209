//! Blocks of content as they are written, in a request to a vendor and in an answer to a client.

use crate::chat::CacheControl;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// One block.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Block {
    Text {
        text: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        citations: Vec<Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Marker>,
    },
    Image {
        source: Source,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Marker>,
    },
    Document {
        source: Source,
        #[serde(skip_serializing_if = "Option::is_none")]
        title: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        context: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        citations: Option<Enabled>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Marker>,
    },
    ToolUse {
        id: String,
        name: String,
        input: Box<RawValue>,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Marker>,
    },
    ToolResult {
        tool_use_id: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        content: Vec<Block>,
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        is_error: bool,
        #[serde(skip_serializing_if = "Option::is_none")]
        cache_control: Option<Marker>,
    },
    Thinking {
        thinking: String,
        signature: String,
    },
    RedactedThinking {
        data: String,
    },
    /// A block as this dialect wrote it.
    #[serde(untagged)]
    Foreign(Value),
}

impl Block {
    pub fn text(text: impl Into<String>) -> Self {
        Block::Text { text: text.into(), citations: Vec::new(), cache_control: None }
    }
}

/// The location of bytes.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Source {
    Base64 { media_type: String, data: String },
    Url { url: String },
    File { file_id: String },
    Text { media_type: &'static str, data: String },
}

/// A prompt-cache marker.
#[derive(Debug, Serialize)]
pub(super) struct Marker {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ttl: Option<String>,
}

impl From<CacheControl> for Marker {
    fn from(cache: CacheControl) -> Self {
        Marker { kind: "ephemeral", ttl: cache.ttl }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct Enabled {
    pub enabled: bool,
}

/// The key for a model's invalid arguments, with which they reach the other side as they were written:
/// <https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming>.
const INVALID_JSON: &str = "INVALID_JSON";

/// A tool's arguments as the object that `input` must be: the text itself, byte for byte. No arguments are `{}`; a text that is
/// not an object (because it was cut) becomes the one member of an object.
pub(super) fn input(arguments: String) -> Box<RawValue> {
    let trimmed = arguments.trim_ascii();
    if trimmed.is_empty() {
        return object("{}".to_owned());
    }
    if trimmed.starts_with('{') && serde_json::from_str::<&RawValue>(trimmed).is_ok() {
        return object(arguments);
    }
    object(format!(r#"{{"{INVALID_JSON}":{}}}"#, Value::from(arguments)))
}

/// A JSON text without the white space around it. It is only called with JSON.
fn object(text: String) -> Box<RawValue> {
    RawValue::from_string(text).unwrap_or_else(|_| RawValue::NULL.to_owned())
}
