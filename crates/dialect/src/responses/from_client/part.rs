//! Parts of a message, and of a tool's output.

use super::UNKNOWN;
use crate::Dialect;
use crate::chat::{Content, File, Image, Losses, Part, Source};
use crate::openai::from_client::cache;
use crate::openai::from_client::part::{file_source, read_audio, source};
use crate::openai::from_client::value::{Members, array, object, required, said, string};
use crate::responses::annotation;
use postern_fault::Fault;
use serde_json::Value;

const MARKER: &str = "prompt_cache_breakpoint";

pub(super) fn read(value: Value, path: String, losses: &mut Losses) -> Result<Part, Fault> {
    let mut members = object(value, || path.clone())?;
    let mut part = Part::new(path, Content::Text(String::new()));
    let at = |name: &str| format!("{}.{name}", part.path);
    if let Some(marker) = members.shift_remove(MARKER).filter(|marker| !marker.is_null()) {
        part.cache = Some(cache::breakpoint(marker, || at(MARKER))?);
    }
    if let Some(notes) = members.shift_remove("annotations").filter(|notes| !notes.is_null()) {
        let notes = array(notes, || at("annotations"))?;
        part.annotations = notes.into_iter().map(annotation::read).collect();
    }
    let empty = |value: &Value| value.as_array().is_some_and(Vec::is_empty);
    if members.get("logprobs").is_some_and(empty) {
        members.shift_remove("logprobs");
    }
    part.content = content(members, &part.path, losses)?;
    Ok(part)
}

fn content(mut members: Members, path: &str, losses: &mut Losses) -> Result<Content, Fault> {
    let at = |name: &str| format!("{path}.{name}");
    let kind = members.get("type").and_then(Value::as_str).unwrap_or("input_text").to_owned();
    let field = match kind.as_str() {
        "input_text" | "output_text" | "text" => "text",
        "refusal" => "refusal",
        "input_audio" => "input_audio",
        "input_image" => return image(members, path, losses).map(Content::Image),
        "input_file" => return file(members, path, losses).map(Content::File),
        _ => return Ok(Content::Foreign(Dialect::Responses, Value::Object(members))),
    };
    let value = required(members.shift_remove(field), || at(field), "what the part says")?;
    for (name, _) in said(members).filter(|(name, _)| name != "type") {
        losses.add(at(&name), UNKNOWN);
    }
    Ok(match field {
        "text" => Content::Text(string(value, || at(field))?),
        "refusal" => Content::Refusal(string(value, || at(field))?),
        _ => Content::Audio(read_audio(value, &at(field), losses)?),
    })
}

fn image(members: Members, path: &str, losses: &mut Losses) -> Result<Image, Fault> {
    let (mut url, mut id, mut detail) = (None, None, None);
    for (name, value) in said(members).filter(|(name, _)| name != "type") {
        let at = || format!("{path}.{name}");
        match name.as_str() {
            "image_url" => url = Some(string(value, at)?),
            "file_id" => id = Some(string(value, at)?),
            "detail" => detail = Some(string(value, at)?),
            _ => losses.add(at(), UNKNOWN),
        }
    }
    let source = match (url, id) {
        (Some(url), _) => Some(source(url)),
        (None, id) => id.map(Source::FileId),
    };
    let at = || format!("{path}.image_url");
    let source = required(source, at, "an address or a data URL")?;
    // The default needs no setting.
    Ok(Image { source, detail: detail.filter(|detail| detail != "auto") })
}

fn file(members: Members, path: &str, losses: &mut Losses) -> Result<File, Fault> {
    let (mut data, mut url, mut id, mut name) = (None, None, None, None);
    for (field, value) in said(members).filter(|(field, _)| field != "type") {
        let at = || format!("{path}.{field}");
        match field.as_str() {
            "file_data" => data = Some(string(value, at)?),
            "file_url" => url = Some(string(value, at)?),
            "file_id" => id = Some(string(value, at)?),
            "filename" => name = Some(string(value, at)?),
            "detail" if value == "auto" => {}
            _ => losses.add(at(), UNKNOWN),
        }
    }
    let source = match (data, url, id) {
        (Some(data), _, _) => Some(file_source(data, name.as_deref())),
        (None, Some(url), _) => Some(Source::Url(url)),
        (None, None, id) => id.map(Source::FileId),
    };
    let source = required(source, || format!("{path}.file_data"), "the file's bytes")?;
    Ok(File { source, name, context: None, citations: false })
}
