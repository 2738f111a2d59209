//! What is said in a conversation.

use super::Sealed;
use crate::Dialect;
use serde_json::Value;

/// Who says a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Role {
    System,
    Developer,
    User,
    Assistant,
    /// What tools returned: its parts are tool results.
    Tool,
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Where the client wrote it: `messages[3]`, `system`, `input[0]`.
    pub path: String,
    /// Who says it.
    pub role: Role,
    /// What, in order.
    pub parts: Vec<Part>,
    /// The participant's name, where the dialect has one.
    pub name: Option<String>,
}

/// A part of a message, or of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Where the client wrote it; empty in an answer.
    pub path: String,
    /// What it says.
    pub content: Content,
    /// The prompt up to here, this part included, is worth caching.
    pub cache: Option<CacheControl>,
    /// Where it is from: citations of a text.
    pub annotations: Vec<Annotation>,
}

impl Part {
    /// A part without cache marker and citations.
    pub fn new(path: impl Into<String>, content: Content) -> Self {
        Part { path: path.into(), content, cache: None, annotations: Vec::new() }
    }
}

/// A prompt-cache marker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CacheControl {
    /// How long, as Anthropic writes it: `5m`, `1h`. None: the vendor's default.
    pub ttl: Option<String>,
}

/// What a part says.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Words.
    Text(String),
    /// The model's words for not answering.
    Refusal(String),
    /// A picture.
    Image(Image),
    /// A document: PDF, text.
    File(File),
    /// Speech or other sound.
    Audio(Audio),
    /// The model calls a tool.
    ToolCall(ToolCall),
    /// What the tool returned.
    ToolResult(ToolResult),
    /// The model's thoughts. A seal without text stands before the part that it belongs to.
    Reasoning(Reasoned),
    /// What only one dialect knows (a server tool's call, a search result), as it is written there.
    Foreign(Dialect, Value),
}

/// Where bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Here.
    Base64 {
        /// `image/png`; empty if the dialect did not say.
        media_type: String,
        /// Standard alphabet, padded, as written.
        data: String,
    },
    /// At an address: https, gs, s3.
    Url(String),
    /// In the vendor's file store.
    FileId(String),
    /// Here, as text.
    Text(String),
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its bytes.
    pub source: Source,
    /// `auto`, `low`, `high`, `original`.
    pub detail: Option<String>,
}

/// A document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its bytes.
    pub source: Source,
    /// Its name or title.
    pub name: Option<String>,
    /// Words about it for the model (Anthropic's `context`).
    pub context: Option<String>,
    /// The model is to cite it.
    pub citations: bool,
}

/// Sound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audio {
    /// `wav`, `mp3`, `pcm16`.
    pub format: String,
    /// Base64.
    pub data: String,
    /// Of an answer: its id, with which a later turn names it.
    pub id: Option<String>,
    /// Of an answer: what is said in it.
    pub transcript: Option<String>,
    /// Of an answer: until when its id holds, in seconds since 1970.
    pub expires_unix_s: Option<u64>,
}

/// A call of a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// Unique in its conversation.
    pub id: String,
    /// The tool.
    pub name: String,
    /// Exactly as the model wrote them: JSON for a function, whole or cut; any text for a custom tool.
    pub arguments: String,
    /// The tool takes free text instead of JSON.
    pub custom: bool,
}

/// What a tool returned.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolResult {
    /// The call it answers.
    pub call_id: String,
    /// What: texts, images, files.
    pub parts: Vec<Part>,
    /// The tool failed.
    pub is_error: bool,
}

/// Thoughts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reasoned {
    /// In words, if the vendor shows them.
    pub text: String,
    /// The words are a summary, in so many pieces; `text` is empty then.
    pub summary: Vec<String>,
    /// The maker's seal.
    pub sealed: Option<Sealed>,
    /// The maker shows no words (Anthropic's `redacted_thinking`).
    pub redacted: bool,
}

/// Where a text is from.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// The page.
    pub url: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// The words that are cited.
    pub cited_text: Option<String>,
    /// The characters of the text that rest on it: start included, end not.
    pub range: Option<(u64, u64)>,
    /// As the vendor wrote it, and in which dialect.
    pub raw: Option<(Dialect, Value)>,
}
