//! The content of a message: a string if it is one text, otherwise parts.

use crate::Dialect;
use crate::chat::{self, Audio, Content, File, Image, Losses, Source};
use crate::openai::breakpoint;
use postern_fault::Fault;
use serde::{Serialize, Serializer};
use serde_json::Value;

/// A content, as it is written.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Written {
    Text(String),
    Parts(Vec<Part>),
}

/// A part, as it is written.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part {
    Text {
        text: String,
    },
    ImageUrl {
        image_url: ImageUrl,
    },
    InputAudio {
        input_audio: InputAudio,
    },
    File {
        file: FileData,
    },
    Thinking {
        thinking: Vec<Part>,
    },
    #[serde(untagged)]
    Own(Value),
}

#[derive(Debug, Serialize)]
pub(super) struct ImageUrl {
    url: Url,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct InputAudio {
    data: String,
    format: String,
}

#[derive(Debug, Serialize)]
pub(super) struct FileData {
    #[serde(skip_serializing_if = "Option::is_none")]
    file_data: Option<Url>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    filename: Option<String>,
}

/// An address. Bytes become a data URL (RFC 2397) only when they are written.
#[derive(Debug)]
pub(crate) enum Url {
    At(String),
    Data { media_type: String, data: String },
}

impl Serialize for Url {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Url::At(url) => serializer.serialize_str(url),
            Url::Data { media_type, data } => {
                serializer.collect_str(&format_args!("data:{media_type};base64,{data}"))
            }
        }
    }
}

impl Written {
    /// None: there are no parts.
    pub fn of(mut parts: Vec<Part>) -> Option<Self> {
        if let [Part::Text { .. }] = parts.as_slice() {
            return match parts.pop() {
                Some(Part::Text { text }) => Some(Written::Text(text)),
                _ => None,
            };
        }
        Some(Written::Parts(parts))
            .filter(|content| !matches!(content, Written::Parts(parts) if parts.is_empty()))
    }
}

impl Part {
    pub fn text(text: impl Into<String>) -> Self {
        Part::Text { text: text.into() }
    }

    pub fn is_text(&self) -> bool {
        matches!(self, Part::Text { .. })
    }
}

/// The parts with a mark that the prompt up to the last one is worth caching.
pub(super) fn marked(mut parts: Vec<Part>) -> Vec<Part> {
    let last = parts.pop().map(|last| match serde_json::to_value(&last) {
        Ok(Value::Object(mut members)) => {
            members.insert(breakpoint::NAME.to_owned(), serde_json::json!({ "mode": "explicit" }));
            Part::Own(Value::Object(members))
        }
        _ => last,
    });
    parts.extend(last);
    parts
}

/// A part of a user's, a system's or a tool's message.
pub(super) fn part(
    part: chat::Part,
    client: Dialect,
    losses: &mut Losses,
) -> Result<Vec<Part>, Fault> {
    let path = part.path;
    match part.content {
        Content::Text(text) | Content::Refusal(text) => Ok(vec![Part::text(text)]),
        Content::Image(image) => Ok(vec![image_url(image, path)?]),
        Content::Audio(audio) => Ok(vec![input_audio(audio, path)?]),
        Content::File(file) => files(file, path, client, losses),
        Content::Foreign(Dialect::OpenAi, value) => Ok(vec![Part::Own(value)]),
        Content::Foreign(maker, _) => {
            Err(unsupported(path, &format!("content that only {} has", maker.maker())))
        }
        Content::ToolCall(_) => Err(unsupported(path, "a tool call that the model did not make")),
        Content::ToolResult(_) => Err(unsupported(path, "a tool result within another")),
        Content::Reasoning(_) => Err(unsupported(path, "thoughts that the model did not have")),
    }
}

fn image_url(image: Image, path: String) -> Result<Part, Fault> {
    let url = match image.source {
        Source::Base64 { media_type, data } => Url::Data { media_type, data },
        Source::Url(url) if is_web(&url) => Url::At(url),
        Source::Url(_) => {
            return Err(unsupported(path, "an image at an address that is not on the web"));
        }
        Source::FileId(_) => return Err(unsupported(path, "an image by the id of a file")),
        Source::Text(_) => return Err(unsupported(path, "an image as text")),
    };
    Ok(Part::ImageUrl { image_url: ImageUrl { url, detail: image.detail } })
}

pub(crate) fn is_web(url: &str) -> bool {
    ["https://", "http://", "data:"].iter().any(|scheme| url.starts_with(scheme))
}

/// <https://platform.openai.com/docs/guides/audio>
fn input_audio(audio: Audio, path: String) -> Result<Part, Fault> {
    if audio.data.is_empty() {
        return Err(unsupported(path, "audio without its data"));
    }
    Ok(Part::InputAudio { input_audio: InputAudio { data: audio.data, format: audio.format } })
}

/// <https://platform.openai.com/docs/guides/pdf-files>. A text document becomes text, with its context before it.
fn files(
    file: File,
    path: String,
    client: Dialect,
    losses: &mut Losses,
) -> Result<Vec<Part>, Fault> {
    if file.citations {
        losses.add(format!("{path}.citations"), "OpenAI's chat completions cite no files");
    }
    let mut parts: Vec<Part> = file.context.into_iter().map(Part::text).collect();
    let data = match file.source {
        Source::Base64 { media_type, data } => {
            // OpenAI requires a name, from which it takes the type.
            let name = file.name.or_else(|| Some(default_name(&media_type).to_owned()));
            FileData {
                file_data: Some(Url::Data { media_type, data }),
                file_id: None,
                filename: name,
            }
        }
        Source::FileId(id) if matches!(client, Dialect::OpenAi | Dialect::Responses) => {
            FileData { file_data: None, file_id: Some(id), filename: None }
        }
        Source::FileId(_) => return Err(unsupported(path, "a file by the id of another vendor")),
        Source::Url(_) => return Err(unsupported(path, "a file by its address")),
        Source::Text(text) => {
            parts.push(Part::text(match file.name {
                Some(name) => format!("{name}\n\n{text}"),
                None => text,
            }));
            return Ok(parts);
        }
    };
    parts.push(Part::File { file: data });
    Ok(parts)
}

pub(crate) fn default_name(media_type: &str) -> &'static str {
    match media_type {
        "" | "application/pdf" => "document.pdf",
        "text/plain" => "document.txt",
        "text/markdown" => "document.md",
        "text/html" => "document.html",
        "text/csv" => "document.csv",
        "application/json" => "document.json",
        _ => "document",
    }
}

pub(super) fn unsupported(path: String, what: &str) -> Fault {
    let public = format!("`{path}` is {what}: OpenAI's chat completions take none");
    Fault::invalid_request(path, public).with_code("unsupported_content")
}
