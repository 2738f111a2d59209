//! Blocks of content.

use super::object::{Written, lose, object, parse, required};
use super::source::{self, Source};
use crate::Dialect;
use crate::anthropic::citation;
use crate::chat::{
    CacheControl, Content, File, Image, Losses, Part, Reasoned, Sealed, ToolCall, ToolResult,
};
use postern_fault::Fault;
use serde_json::Value;
use serde_json::value::RawValue;

object!(Block<'a> {
    kind "type": String,
    cache_control "cache_control": &'a RawValue,
    text "text": String,
    // A list in a text, settings in a document.
    citations "citations": &'a RawValue,
    source "source": Source<'a>,
    title "title": String,
    context "context": String,
    id "id": String,
    name "name": String,
    input "input": &'a RawValue,
    caller "caller": &'a RawValue,
    tool_use_id "tool_use_id": String,
    content "content": &'a RawValue,
    is_error "is_error": bool,
    thinking "thinking": String,
    signature "signature": String,
    data "data": String,
});

object!(Cache<'a> {
    kind "type": String,
    ttl "ttl": String,
});

object!(Kind<'a> {
    kind "type": String,
});

object!(Citations<'a> {
    enabled "enabled": bool,
});

/// The parts of a message, or of `system`.
pub(super) fn parts(
    written: Written<'_>,
    path: &str,
    losses: &mut Losses,
) -> Result<Vec<Part>, Fault> {
    match written {
        Written::Text(text) => Ok(vec![Part::new(path, Content::Text(text))]),
        Written::Blocks(blocks) => {
            let blocks = blocks.into_iter().enumerate();
            blocks.map(|(index, raw)| part(raw, format!("{path}[{index}]"), losses)).collect()
        }
    }
}

/// <https://platform.claude.com/docs/en/agents-and-tools/tool-use/tool-search-tool>
#[derive(serde::Deserialize)]
struct Named {
    #[serde(rename = "tool_name")]
    name: Option<String>,
}

/// Blocks that the hub knows; all others are known to Anthropic only, and pass unchanged.
const KNOWN: [&str; 7] =
    ["text", "image", "document", "tool_use", "tool_result", "thinking", "redacted_thinking"];

fn part(raw: &RawValue, path: String, losses: &mut Losses) -> Result<Part, Fault> {
    let foreign = |path: String| {
        let value: Value = parse(raw, &path)?;
        Ok(Part::new(path, Content::Foreign(Dialect::Anthropic, value)))
    };
    // Blocks of server tools have fields of the same names with other types; only the type distinguishes them.
    let Ok(mut block) = parse::<Block<'_>>(raw, &path) else {
        let kind = required(parse::<Kind<'_>>(raw, &path)?.kind, &path, "type")?;
        return match KNOWN.contains(&kind.as_str()) {
            true => Err(super::object::wrong(&path, "has a field of the wrong type")),
            false => foreign(path),
        };
    };
    let kind = required(block.kind.take(), &path, "type")?;
    // What a search for tools has found: the tool itself is among the request's tools.
    if kind == "tool_reference" {
        let Named { name } = parse(raw, &path)?;
        let text = format!("The tool `{}` is available.", required(name, &path, "tool_name")?);
        return Ok(Part::new(path, Content::Text(text)));
    }
    if !KNOWN.contains(&kind.as_str()) {
        return foreign(path);
    }
    let cache =
        block.cache_control.map(|raw| marker(raw, &format!("{path}.cache_control"), losses));
    let mut annotations = Vec::new();
    lose(std::mem::take(&mut block.unknown), &path, losses);
    if kind == "text"
        && let Some(citations) = block.citations
    {
        let citations: Vec<Value> = parse(citations, &format!("{path}.citations"))?;
        annotations = citations.into_iter().map(citation::from_value).collect();
    }
    let content = match content(&kind, block, &path, losses)? {
        Some(content) => content,
        None => return foreign(path),
    };
    Ok(Part { path, content, cache: cache.transpose()?, annotations })
}

/// None: the hub cannot express it completely.
fn content(
    kind: &str,
    block: Block<'_>,
    path: &str,
    losses: &mut Losses,
) -> Result<Option<Content>, Fault> {
    Ok(Some(match kind {
        "text" => Content::Text(required(block.text, path, "text")?),
        "image" => {
            let source = required(block.source, path, "source")?;
            let Some(source) = source::decode(source, path, losses)? else { return Ok(None) };
            Content::Image(Image { source, detail: None })
        }
        "document" => return document(block, path, losses),
        "tool_use" => {
            losses_of_caller(block.caller, path, losses);
            let input = block.input.map_or("{}", RawValue::get);
            Content::ToolCall(ToolCall {
                id: required(block.id, path, "id")?,
                name: required(block.name, path, "name")?,
                arguments: input.to_owned(),
                custom: false,
            })
        }
        "tool_result" => {
            let within = format!("{path}.content");
            let written = block.content.map(|raw| parse(raw, &within)).transpose()?;
            let parts = written.map(|written| parts(written, &within, losses)).transpose()?;
            Content::ToolResult(ToolResult {
                call_id: required(block.tool_use_id, path, "tool_use_id")?,
                parts: parts.unwrap_or_default(),
                is_error: block.is_error.unwrap_or(false),
            })
        }
        "thinking" => Content::Reasoning(Reasoned {
            text: block.thinking.unwrap_or_default(),
            sealed: block.signature.as_deref().and_then(sealed),
            ..Reasoned::default()
        }),
        _ => {
            let sealed = sealed(&required(block.data, path, "data")?);
            // Another maker's seal without words stands here only because no other block could carry it.
            let hides = |seal: &Sealed| matches!(seal.maker, Dialect::Anthropic | Dialect::Bedrock);
            let redacted = sealed.as_ref().is_some_and(hides);
            Content::Reasoning(Reasoned { sealed, redacted, ..Reasoned::default() })
        }
    }))
}

fn sealed(text: &str) -> Option<Sealed> {
    (!text.is_empty()).then(|| Sealed::from_text(Dialect::Anthropic, text))
}

fn document(block: Block<'_>, path: &str, losses: &mut Losses) -> Result<Option<Content>, Fault> {
    let source = required(block.source, path, "source")?;
    let Some(source) = source::decode(source, path, losses)? else { return Ok(None) };
    let within = format!("{path}.citations");
    let citations = block.citations.map(|raw| parse::<Citations<'_>>(raw, &within)).transpose()?;
    Ok(Some(Content::File(File {
        source,
        name: block.title,
        context: block.context,
        citations: citations.and_then(|citations| citations.enabled).unwrap_or(false),
    })))
}

/// Every answer names the caller of a tool; it is a loss only if code made the call.
fn losses_of_caller(caller: Option<&RawValue>, path: &str, losses: &mut Losses) {
    let kind = caller.and_then(|raw| parse::<Kind<'_>>(raw, path).ok()?.kind);
    if kind.is_some_and(|kind| kind != "direct") {
        losses.add(format!("{path}.caller"), "only Anthropic's own API has it");
    }
}

pub(super) fn marker(
    raw: &RawValue,
    path: &str,
    losses: &mut Losses,
) -> Result<CacheControl, Fault> {
    let cache: Cache<'_> = parse(raw, path)?;
    lose(cache.unknown, path, losses);
    Ok(CacheControl { ttl: cache.ttl })
}
