//! The messages of a conversation.

use super::Sealed;
use crate::Dialect;
use serde_json::Value;

/// The author of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Role {
    System,
    Developer,
    User,
    Assistant,
    /// A tool: the parts are tool results.
    Tool,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its path in the client's request: `messages[3]`, `system`, `input[0]`.
    pub path: String,
    /// The author.
    pub role: Role,
    /// The parts, in order.
    pub parts: Vec<Part>,
    /// The participant's name, where the dialect has one.
    pub name: Option<String>,
}

/// A part of a message, or of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Its path in the client's request; empty in an answer.
    pub path: String,
    /// The content.
    pub content: Content,
    /// The prompt up to and including this part is worth caching.
    pub cache: Option<CacheControl>,
    /// The citations of a text.
    pub annotations: Vec<Annotation>,
}

impl Part {
    /// A part without cache marker or citations.
    pub fn new(path: impl Into<String>, content: Content) -> Self {
        Part { path: path.into(), content, cache: None, annotations: Vec::new() }
    }
}

/// A prompt-cache marker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CacheControl {
    /// The lifetime, as Anthropic writes it: `5m`, `1h`. None: the vendor's default.
    pub ttl: Option<String>,
}

/// The content of a part.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Words.
    Text(String),
    /// The model's words when it refuses to answer.
    Refusal(String),
    /// A picture.
    Image(Image),
    /// A document: PDF, text.
    File(File),
    /// Speech or other sound.
    Audio(Audio),
    /// The model's call of a tool.
    ToolCall(ToolCall),
    /// The result of a tool.
    ToolResult(ToolResult),
    /// The model's thoughts. A seal without text stands before the part that it belongs to.
    Reasoning(Reasoned),
    /// Content that only one dialect knows (a server tool's call, a search result), as that dialect writes it.
    Foreign(Dialect, Value),
}

/// The location of bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// In the request itself.
    Base64 {
        /// `image/png`; empty if the dialect did not say.
        media_type: String,
        /// Standard alphabet, padded, exactly as the client or vendor wrote it.
        data: String,
    },
    /// At an address: https, gs or s3.
    Url(String),
    /// In the vendor's file store.
    FileId(String),
    /// In the request itself, as text.
    Text(String),
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// The location of its bytes.
    pub source: Source,
    /// `auto`, `low`, `high`, `original`.
    pub detail: Option<String>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The location of its bytes.
    pub source: Source,
    /// Its name or title.
    pub name: Option<String>,
    /// Context about it for the model (Anthropic's `context`).
    pub context: Option<String>,
    /// Whether the model is to cite it.
    pub citations: bool,
}

/// Sound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audio {
    /// `wav`, `mp3`, `pcm16`.
    pub format: String,
    /// Base64.
    pub data: String,
    /// In an answer: its id, by which a later turn names it.
    pub id: Option<String>,
    /// In an answer: the words spoken in it.
    pub transcript: Option<String>,
    /// In an answer: the time until which its id is valid, in seconds since 1970.
    pub expires_unix_s: Option<u64>,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// Unique within its conversation.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// Exactly as the model wrote them: JSON for a function, complete or truncated; any text for a custom tool.
    pub arguments: String,
    /// Whether the tool takes free text instead of JSON.
    pub custom: bool,
}

/// The result of a tool.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolResult {
    /// The id of the call.
    pub call_id: String,
    /// The output: texts, images, files.
    pub parts: Vec<Part>,
    /// Whether the tool failed.
    pub is_error: bool,
}

/// The model's thoughts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reasoned {
    /// The words, if the vendor shows them.
    pub text: String,
    /// The pieces of a summary; `text` is then empty.
    pub summary: Vec<String>,
    /// The maker's seal.
    pub sealed: Option<Sealed>,
    /// Whether the vendor hides the words (Anthropic's `redacted_thinking`).
    pub redacted: bool,
}

/// The source of a text.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// The page.
    pub url: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// The cited words.
    pub cited_text: Option<String>,
    /// The range of the text's characters that rest on the source: start included, end excluded.
    pub range: Option<(u64, u64)>,
    /// The citation as the vendor wrote it, and its dialect.
    pub raw: Option<(Dialect, Value)>,
}
