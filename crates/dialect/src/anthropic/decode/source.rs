//! The location of the bytes of images and documents.

use super::object::{Written, lose, object, parse, required, wrong};
use crate::chat::{self, Losses};
use postern_fault::Fault;
use serde_json::value::RawValue;

object!(Source<'a> {
    kind "type": String,
    media_type "media_type": String,
    data "data": String,
    url "url": String,
    file_id "file_id": String,
    content "content": Written<'a>,
});

object!(Chunk<'a> {
    kind "type": String,
    text "text": String,
    cache_control "cache_control": &'a RawValue,
});

/// None: the hub cannot express it.
pub(super) fn decode(
    source: Source<'_>,
    path: &str,
    losses: &mut Losses,
) -> Result<Option<chat::Source>, Fault> {
    let path = format!("{path}.source");
    lose(source.unknown, &path, losses);
    Ok(Some(match required(source.kind, &path, "type")?.as_str() {
        "base64" => chat::Source::Base64 {
            media_type: source.media_type.unwrap_or_default(),
            data: required(source.data, &path, "data")?,
        },
        "text" => chat::Source::Text(required(source.data, &path, "data")?),
        "url" => chat::Source::Url(required(source.url, &path, "url")?),
        "file" => chat::Source::FileId(required(source.file_id, &path, "file_id")?),
        "content" => match required(source.content, &path, "content")? {
            Written::Text(text) => chat::Source::Text(text),
            Written::Blocks(blocks) => {
                let Some(text) = joined(&blocks, &path)? else { return Ok(None) };
                losses.add(format!("{path}.content"), "its chunks became one text");
                chat::Source::Text(text)
            }
        },
        _ => {
            let path = format!("{path}.type");
            return Err(wrong(&path, "is no kind of source that is known"));
        }
    }))
}

/// The joined texts of chunks. None if one of them is not a text.
fn joined(blocks: &[&RawValue], path: &str) -> Result<Option<String>, Fault> {
    let mut joined = String::new();
    for raw in blocks {
        let chunk: Chunk<'_> = parse(raw, path)?;
        let Some(text) = chunk.text.filter(|_| chunk.kind.as_deref() == Some("text")) else {
            return Ok(None);
        };
        if !joined.is_empty() {
            joined.push_str("\n\n");
        }
        joined.push_str(&text);
    }
    Ok(Some(joined))
}
