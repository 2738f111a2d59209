//! Parts of a content, as they are written.

use super::settings::CACHES;
use crate::chat::{self, Content, File, Image, Losses, Source};
use crate::openai::breakpoint;
use crate::openai::to_vendor::content::{Url, default_name, is_web};
use crate::{Dialect, Vendor};
use postern_fault::Fault;
use serde::Serialize;
use serde_json::Value;

/// A content: a string if it is one text.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Written {
    Text(String),
    Parts(Vec<Part>),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Part {
    InputText {
        text: String,
    },
    InputImage {
        #[serde(skip_serializing_if = "Option::is_none")]
        image_url: Option<Url>,
        #[serde(skip_serializing_if = "Option::is_none")]
        file_id: Option<String>,
        detail: String,
    },
    InputFile {
        #[serde(skip_serializing_if = "Option::is_none")]
        file_data: Option<Url>,
        #[serde(skip_serializing_if = "Option::is_none")]
        file_url: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        file_id: Option<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        filename: Option<String>,
    },
    OutputText {
        text: String,
        annotations: Vec<Value>,
    },
    Refusal {
        refusal: String,
    },
    #[serde(untagged)]
    Own(Value),
}

impl Written {
    pub fn of(mut parts: Vec<Part>) -> Self {
        let alone = parts.len() == 1;
        match parts.pop() {
            None => Written::Text(String::new()),
            Some(Part::InputText { text }) if alone => Written::Text(text),
            Some(Part::OutputText { text, annotations }) if alone && annotations.is_empty() => {
                Written::Text(text)
            }
            Some(last) => {
                parts.push(last);
                Written::Parts(parts)
            }
        }
    }
}

/// A part of a user's, a system's or a tool's message.
pub(super) fn part(
    part: chat::Part,
    client: Dialect,
    vendor: &Vendor,
    losses: &mut Losses,
) -> Result<Vec<Part>, Fault> {
    let is_marked = part.cache.is_some();
    if is_marked && !breakpoint::has(&vendor.model) {
        losses.add(format!("{}.cache_control", part.path), CACHES);
    }
    let mut parts = unmarked(part, client, losses)?;
    if let Some(last) = parts.last_mut().filter(|_| is_marked && breakpoint::has(&vendor.model)) {
        mark(last);
    }
    Ok(parts)
}

/// Says that the prompt up to this part is worth caching.
fn mark(part: &mut Part) {
    if let Ok(Value::Object(mut members)) = serde_json::to_value(&*part) {
        members.insert(breakpoint::NAME.to_owned(), serde_json::json!({ "mode": "explicit" }));
        *part = Part::Own(Value::Object(members));
    }
}

fn unmarked(part: chat::Part, client: Dialect, losses: &mut Losses) -> Result<Vec<Part>, Fault> {
    let path = part.path;
    match part.content {
        Content::Text(text) | Content::Refusal(text) => Ok(vec![Part::InputText { text }]),
        Content::Image(image) => Ok(vec![input_image(image, path, client)?]),
        Content::File(file) => input_file(file, path, client, losses),
        Content::Foreign(Dialect::Responses, value) => Ok(vec![Part::Own(value)]),
        Content::Foreign(maker, _) => {
            Err(unsupported(path, &format!("content that only {} has", maker.maker())))
        }
        Content::Audio(_) => Err(unsupported(path, "audio")),
        Content::ToolCall(_) => Err(unsupported(path, "a tool call that the model did not make")),
        Content::ToolResult(_) => Err(unsupported(path, "a tool result within another")),
        Content::Reasoning(_) => Err(unsupported(path, "thoughts that the model did not have")),
    }
}

fn input_image(image: Image, path: String, client: Dialect) -> Result<Part, Fault> {
    let (image_url, file_id) = match image.source {
        Source::Base64 { media_type, data } => (Some(Url::Data { media_type, data }), None),
        Source::Url(url) if is_web(&url) => (Some(Url::At(url)), None),
        Source::Url(_) => {
            return Err(unsupported(path, "an image at an address that is not on the web"));
        }
        Source::FileId(id) if is_openais(client) => (None, Some(id)),
        Source::FileId(_) => return Err(unsupported(path, "an image by the id of another vendor")),
        Source::Text(_) => return Err(unsupported(path, "an image as text")),
    };
    let detail = image.detail.unwrap_or_else(|| "auto".to_owned());
    Ok(Part::InputImage { image_url, file_id, detail })
}

/// Both of OpenAI's dialects refer to the same file store.
fn is_openais(client: Dialect) -> bool {
    matches!(client, Dialect::OpenAi | Dialect::Responses)
}

/// <https://platform.openai.com/docs/guides/pdf-files>. A text document becomes text, with its context before it.
fn input_file(
    file: File,
    path: String,
    client: Dialect,
    losses: &mut Losses,
) -> Result<Vec<Part>, Fault> {
    if file.citations {
        losses.add(format!("{path}.citations"), "OpenAI's responses cite no files of a request");
    }
    let mut parts: Vec<Part> =
        file.context.into_iter().map(|text| Part::InputText { text }).collect();
    let (mut file_data, mut file_url, mut file_id, mut filename) = (None, None, None, file.name);
    match file.source {
        Source::Base64 { media_type, data } => {
            // OpenAI requires a name, from which it takes the type.
            filename.get_or_insert_with(|| default_name(&media_type).to_owned());
            let media_type =
                if media_type.is_empty() { "application/pdf".into() } else { media_type };
            file_data = Some(Url::Data { media_type, data });
        }
        Source::Url(url) if is_web(&url) => file_url = Some(url),
        Source::Url(_) => {
            return Err(unsupported(path, "a file at an address that is not on the web"));
        }
        Source::FileId(id) if is_openais(client) => (file_id, filename) = (Some(id), None),
        Source::FileId(_) => return Err(unsupported(path, "a file by the id of another vendor")),
        Source::Text(text) => {
            let text = match filename {
                Some(name) => format!("{name}\n\n{text}"),
                None => text,
            };
            parts.push(Part::InputText { text });
            return Ok(parts);
        }
    }
    parts.push(Part::InputFile { file_data, file_url, file_id, filename });
    Ok(parts)
}

pub(super) fn unsupported(path: String, what: &str) -> Fault {
    let public = format!("`{path}` is {what}: OpenAI's responses take none");
    Fault::invalid_request(path, public).with_code("unsupported_content")
}
