//! Encodes parts of a message as blocks.

use super::{media, names};
use crate::Dialect;
use crate::anthropic::block::{Block, Marker, input};
use crate::chat::{Annotation, Audio, CacheControl, Content, Losses, Part, Reasoned, ToolResult};
use postern_fault::Fault;
use serde_json::Value;

/// The speaker, which determines the permitted blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speaker {
    System,
    User,
    Assistant,
}

/// The blocks of a message.
pub(super) fn blocks(
    parts: Vec<Part>,
    speaker: Speaker,
    losses: &mut Losses,
) -> Result<Vec<Block>, Fault> {
    let mut blocks = Vec::with_capacity(parts.len());
    for part in parts {
        blocks.extend(block(part, speaker, losses)?);
    }
    Ok(blocks)
}

/// None: it is empty, or is noted as a loss.
fn block(part: Part, speaker: Speaker, losses: &mut Losses) -> Result<Option<Block>, Fault> {
    let Part { path, content, cache, annotations } = part;
    let cache_control = cache.map(Marker::from);
    Ok(match content {
        Content::Text(text) | Content::Refusal(text) => {
            let citations = citations(annotations, &path, losses);
            // Anthropic refuses an empty text.
            (!text.is_empty()).then_some(Block::Text { text, citations, cache_control })
        }
        Content::Foreign(Dialect::Anthropic, value) => Some(Block::Foreign(value)),
        Content::Foreign(maker, _) => {
            losses.add(path, format!("only {} has it", maker.maker()));
            None
        }
        _ if speaker == Speaker::System => {
            return Err(media::unsupported(&path, "instructions of anything but text"));
        }
        Content::Image(image) => {
            if speaker == Speaker::Assistant {
                losses.add(path, "Anthropic has no images of the assistant's");
                return Ok(None);
            }
            let source = media::image(image, &path, losses)?;
            Some(Block::Image { source, cache_control })
        }
        Content::File(file) => Some(media::document(file, cache_control, &path)?),
        Content::Audio(audio) => spoken(audio, speaker, path, losses)?,
        Content::ToolCall(call) => Some(Block::ToolUse {
            id: names::valid_id(call.id),
            name: call.name,
            input: input(call.arguments),
            cache_control,
        }),
        Content::ToolResult(result) => Some(returned(result, cache_control, losses)?),
        Content::Reasoning(reasoned) => thought(reasoned, cache_control, path, losses),
    })
}

fn returned(
    result: ToolResult,
    cache_control: Option<Marker>,
    losses: &mut Losses,
) -> Result<Block, Fault> {
    Ok(Block::ToolResult {
        tool_use_id: names::valid_id(result.call_id),
        content: blocks(result.parts, Speaker::User, losses)?,
        is_error: result.is_error,
        cache_control,
    })
}

/// The words of an assistant's earlier speech.
fn spoken(
    audio: Audio,
    speaker: Speaker,
    path: String,
    losses: &mut Losses,
) -> Result<Option<Block>, Fault> {
    if speaker != Speaker::Assistant {
        return Err(media::unsupported(&path, "audio"));
    }
    losses.add(path, "Anthropic has no audio: only its words are sent");
    Ok(audio.transcript.filter(|words| !words.is_empty()).map(Block::text))
}

/// Thoughts are returned unchanged, only to their maker.
fn thought(
    reasoned: Reasoned,
    cache: Option<Marker>,
    path: String,
    losses: &mut Losses,
) -> Option<Block> {
    if cache.is_some() {
        losses.add(format!("{path}.cache_control"), "Anthropic caches no thoughts by themselves");
    }
    match reasoned.sealed {
        // A signature of Claude's on Bedrock holds here, too: "thinking blocks are compatible across platforms"
        // (https://platform.claude.com/docs/en/build-with-claude/extended-thinking).
        Some(sealed) if matches!(sealed.maker, Dialect::Anthropic | Dialect::Bedrock) => {
            Some(match reasoned.redacted {
                true => Block::RedactedThinking { data: sealed.data },
                false => Block::Thinking { thinking: reasoned.text, signature: sealed.data },
            })
        }
        Some(_) => {
            losses.add(path, "these thoughts are of another maker's");
            None
        }
        None if reasoned.text.is_empty() && reasoned.summary.is_empty() => None,
        None => {
            losses.add(path, "Anthropic takes no thoughts that it has not signed");
            None
        }
    }
}

fn citations(annotations: Vec<Annotation>, path: &str, losses: &mut Losses) -> Vec<Value> {
    let mut citations = Vec::new();
    for annotation in annotations {
        match annotation.raw {
            Some((Dialect::Anthropic, citation)) => citations.push(citation),
            _ => {
                let reason = "Anthropic takes no citations but its own";
                losses.add(format!("{path}.annotations"), reason);
            }
        }
    }
    citations
}

/// The cache marker of a tool.
pub(super) fn marker(cache: Option<CacheControl>) -> Option<Marker> {
    cache.map(Marker::from)
}
