//! Parts of messages other than words, and content that Cohere does not accept.

use super::wire::{Block, Document, ImageUrl, Message, Said};
use crate::chat::{Content, File, Image, Losses, Part, Source, ToolResult};
use postern_fault::Fault;
use serde_json::Value;

/// The result of a tool: a string if it is one text, otherwise blocks.
pub(super) fn tool(
    path: String,
    result: ToolResult,
    losses: &mut Losses,
) -> Result<Message, Fault> {
    let ToolResult { call_id: tool_call_id, parts, is_error } = result;
    let mut blocks = Vec::with_capacity(parts.len());
    for Part { path, content, cache, annotations } in parts {
        note(&path, cache.is_some(), !annotations.is_empty(), losses);
        blocks.push(match content {
            // Cohere cannot mark an error, but the model sees the names and values of a document.
            Content::Text(text) if is_error => document([("error", Some(text))]),
            Content::Text(text) => Block::Text { text },
            Content::File(File { source: Source::Text(text), name, context, .. }) => {
                document([("title", name), ("context", context), ("text", Some(text))])
            }
            other => return Err(unsupported(path, &other)),
        });
    }
    if is_error && blocks.is_empty() {
        losses.add(format!("{path}.is_error"), "Cohere has no mark for it, and it has no words");
    }
    Ok(Message::Tool { tool_call_id, content: Said::from_blocks(blocks) })
}

fn document<const N: usize>(fields: [(&str, Option<String>); N]) -> Block {
    let fields = fields.into_iter();
    let data =
        fields.filter_map(|(name, value)| Some((name.to_owned(), Value::String(value?)))).collect();
    Block::Document { document: Document { data } }
}

/// A picture, by its address or as a `data:` URI: <https://docs.cohere.com/v2/docs/image-inputs>.
pub(super) fn image_url(path: String, image: Image, losses: &mut Losses) -> Result<Block, Fault> {
    let Image { source, detail } = image;
    let url = match source {
        Source::Url(url) if is_web(&url) => url,
        Source::Base64 { media_type, data } => {
            let media_type = if media_type.is_empty() { sniffed(&data) } else { &media_type };
            format!("data:{media_type};base64,{data}")
        }
        source => return Err(unsupported(path, &Content::Image(Image { source, detail }))),
    };
    let known = |detail: &String| matches!(detail.as_str(), "auto" | "low" | "high");
    if detail.as_ref().is_some_and(|detail| !known(detail)) {
        losses.add(format!("{path}.detail"), "Cohere knows `auto`, `low` and `high`");
    }
    Ok(Block::ImageUrl { image_url: ImageUrl { url, detail: detail.filter(known) } })
}

fn is_web(url: &str) -> bool {
    ["https://", "http://", "data:"].iter().any(|scheme| url.starts_with(scheme))
}

/// The media type, from the first bytes of each format in base64.
fn sniffed(base64: &str) -> &'static str {
    const STARTS: [(&str, &str); 3] =
        [("iVBORw0KGgo", "image/png"), ("R0lGOD", "image/gif"), ("UklGR", "image/webp")];
    let known = STARTS.iter().find(|(start, _)| base64.starts_with(start));
    known.map_or("image/jpeg", |(_, media_type)| media_type)
}

/// A text document, as a user's words.
pub(super) fn words_of(path: String, file: File, losses: &mut Losses) -> Result<String, Fault> {
    let File { source, name, context, citations } = file;
    let Source::Text(text) = source else {
        let file = File { source, name, context, citations };
        return Err(unsupported(path, &Content::File(file)));
    };
    if name.is_some() || context.is_some() || citations {
        losses.add(path, "Cohere takes a document as words: its title and settings are not sent");
    }
    Ok(text)
}

pub(super) fn note(path: &str, cached: bool, cited: bool, losses: &mut Losses) {
    if cached {
        losses.add(format!("{path}.cache_control"), "Cohere caches prompts by itself");
    }
    if cited {
        losses.add(format!("{path}.annotations"), "Cohere takes its own citations only");
    }
}

pub(super) fn unsupported(path: String, content: &Content) -> Fault {
    let public = match content {
        Content::Image(Image { source: Source::FileId(_), .. })
        | Content::File(File { source: Source::FileId(_), .. }) => {
            "a file that is kept by another vendor cannot be sent to Cohere: send its bytes"
        }
        Content::Image(Image { source: Source::Url(_), .. }) => {
            "an image is sent to Cohere by an http(s) address or as base64, in a user's message"
        }
        Content::Image(_) => "Cohere takes images in a user's message only",
        Content::File(_) => "Cohere takes no files but texts: send the words of this one",
        Content::Audio(_) => "Cohere takes no audio: send the words",
        _ => "Cohere takes no such part in this message",
    };
    Fault::invalid_request(path, public).with_code("unsupported_content")
}
