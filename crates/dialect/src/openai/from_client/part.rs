//! Parts of a content.

use super::cache;
use super::value::{Members, array, object, required, said, string};
use crate::Dialect;
use crate::chat::{Audio, Content, File, Image, Losses, Part, Reasoned, Source};
use postern_fault::Fault;
use serde_json::Value;

const UNKNOWN: &str = "no field that the gateway can translate";

/// A string or parts: the content of the message at `path`.
pub(super) fn content(
    value: Option<Value>,
    path: &str,
    losses: &mut Losses,
) -> Result<Vec<Part>, Fault> {
    let at = || format!("{path}.content");
    match value {
        None => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(vec![Part::new(at(), Content::Text(text))]),
        Some(other) => (0..)
            .zip(array(other, at)?)
            .map(|(index, part): (usize, Value)| {
                read(part, format!("{path}.content[{index}]"), losses)
            })
            .collect(),
    }
}

fn read(value: Value, path: String, losses: &mut Losses) -> Result<Part, Fault> {
    if let Value::String(text) = value {
        return Ok(Part::new(path, Content::Text(text)));
    }
    let mut members = object(value, || path.clone())?;
    let mut cache = None;
    if let Some(marker) = members.shift_remove("cache_control").filter(|marker| !marker.is_null()) {
        cache = Some(cache::control(marker, || format!("{path}.cache_control"))?);
    }
    if let Some(marker) = members.shift_remove("prompt_cache_breakpoint").filter(|m| !m.is_null()) {
        cache = Some(cache::breakpoint(marker, || format!("{path}.prompt_cache_breakpoint"))?);
    }
    let content = read_content(members, &path, losses)?;
    Ok(Part { cache, ..Part::new(path, content) })
}

fn read_content(mut members: Members, path: &str, losses: &mut Losses) -> Result<Content, Fault> {
    let kind = members.get("type").and_then(Value::as_str).unwrap_or("text").to_owned();
    let inside = match kind.as_str() {
        "text" | "refusal" | "image_url" | "input_audio" | "file" | "thinking" => kind.as_str(),
        _ => return Ok(Content::Foreign(Dialect::OpenAi, Value::Object(members))),
    };
    let at = || format!("{path}.{inside}");
    let value = required(members.shift_remove(inside), at, "what the part is about")?;
    for (name, _) in said(members).filter(|(name, _)| name != "type") {
        losses.add(format!("{path}.{name}"), UNKNOWN);
    }
    match inside {
        "text" => Ok(Content::Text(string(value, at)?)),
        "refusal" => Ok(Content::Refusal(string(value, at)?)),
        "image_url" => read_image(value, &at(), losses).map(Content::Image),
        "input_audio" => read_audio(value, &at(), losses).map(Content::Audio),
        "file" => read_file(value, &at(), losses).map(Content::File),
        _ => Ok(Content::Reasoning(Reasoned { text: thinking(value), ..Reasoned::default() })),
    }
}

/// A picture: an object with its address, or (Mistral) just the address.
fn read_image(value: Value, path: &str, losses: &mut Losses) -> Result<Image, Fault> {
    if let Value::String(url) = value {
        return Ok(Image { source: source(url), detail: None });
    }
    let (mut url, mut detail) = (None, None);
    for (name, value) in said(object(value, || path.to_owned())?) {
        let at = || format!("{path}.{name}");
        match name.as_str() {
            "url" => url = Some(string(value, at)?),
            "detail" => detail = Some(string(value, at)?),
            _ => losses.add(at(), UNKNOWN),
        }
    }
    let url = required(url, || format!("{path}.url"), "an address or a data URL")?;
    Ok(Image { source: source(url), detail })
}

/// The bytes of a base64 data URL (RFC 2397); any other address unchanged.
pub(crate) fn source(mut url: String) -> Source {
    let head = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    let Some((head, _)) = head else { return Source::Url(url) };
    // Parameters (`;charset=utf-8`) have no meaning for a picture or a document.
    let media_type = head.split(';').next().unwrap_or_default().to_owned();
    // In place, as it can be most of the body.
    url.drain(.."data:".len() + head.len() + ";base64,".len());
    Source::Base64 { media_type, data: url }
}

pub(crate) fn read_audio(value: Value, path: &str, losses: &mut Losses) -> Result<Audio, Fault> {
    let mut audio = Audio::default();
    for (name, value) in said(object(value, || path.to_owned())?) {
        let at = || format!("{path}.{name}");
        match name.as_str() {
            "data" => audio.data = string(value, at)?,
            "format" => audio.format = string(value, at)?,
            _ => losses.add(at(), UNKNOWN),
        }
    }
    Ok(audio)
}

/// <https://platform.openai.com/docs/guides/pdf-files>
fn read_file(value: Value, path: &str, losses: &mut Losses) -> Result<File, Fault> {
    let (mut data, mut id, mut name) = (None, None, None);
    for (field, value) in said(object(value, || path.to_owned())?) {
        let at = || format!("{path}.{field}");
        match field.as_str() {
            "file_data" => data = Some(string(value, at)?),
            "file_id" => id = Some(string(value, at)?),
            "filename" => name = Some(string(value, at)?),
            _ => losses.add(at(), UNKNOWN),
        }
    }
    let source = match (data, id) {
        (Some(data), _) => file_source(data, name.as_deref()),
        (None, Some(id)) => Source::FileId(id),
        (None, None) => required(None, || format!("{path}.file_data"), "the file's bytes")?,
    };
    Ok(File { source, name, context: None, citations: false })
}

/// A data URL, an address (which some servers accept), or bare base64.
pub(crate) fn file_source(data: String, name: Option<&str>) -> Source {
    if data.starts_with("data:") || data.starts_with("https://") || data.starts_with("http://") {
        return source(data);
    }
    let is_pdf = name.is_some_and(|name| name.to_ascii_lowercase().ends_with(".pdf"));
    let media_type = if is_pdf { "application/pdf" } else { "" };
    Source::Base64 { media_type: media_type.to_owned(), data }
}

/// Mistral's thoughts are parts as well: <https://docs.mistral.ai/capabilities/reasoning/>.
fn thinking(value: Value) -> String {
    match value {
        Value::String(text) => text,
        Value::Array(parts) => {
            let texts = parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str));
            texts.collect()
        }
        _ => String::new(),
    }
}
