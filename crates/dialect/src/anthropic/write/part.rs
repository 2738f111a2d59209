//! Converts a part of an answer into blocks.
//!
//! Content that this dialect's answers cannot express is written as words: an image by its address, speech by its transcript.

use crate::Dialect;
use crate::anthropic::block::{Block, input};
use crate::anthropic::citation;
use crate::chat::{Content, Delta, Image, Kind, Part, Reasoned, Sealed, Source};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// The output for an event of a part.
#[derive(Debug)]
pub(super) enum Piece {
    Start(Block),
    Delta(BlockDelta),
    Stop,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum BlockDelta {
    TextDelta {
        text: String,
    },
    InputJsonDelta {
        partial_json: String,
    },
    ThinkingDelta {
        thinking: String,
    },
    SignatureDelta {
        signature: String,
    },
    CitationsDelta {
        citation: Value,
    },
    #[serde(untagged)]
    Foreign(Value),
}

/// A part that is being written.
#[derive(Debug)]
pub(super) enum Writing {
    Text,
    /// `started`: a block is open. Before the first word it may still become `redacted_thinking`, or nothing.
    Thinking {
        started: bool,
        redacted: bool,
        piece: u32,
        sealed: Option<Sealed>,
    },
    Call,
    /// Free text, which becomes an object.
    Custom {
        text: String,
    },
    /// Speech; its words are written, if there are any.
    Spoken {
        started: bool,
    },
    Foreign,
    /// Content that has no place here.
    Nothing,
}

impl Writing {
    /// Begins a part.
    pub fn begin(kind: Kind, out: &mut Vec<Piece>) -> Self {
        match kind {
            Kind::Text | Kind::Refusal => {
                out.push(Piece::Start(Block::text("")));
                Writing::Text
            }
            Kind::Reasoning { redacted } => {
                Writing::Thinking { started: false, redacted, piece: 0, sealed: None }
            }
            Kind::ToolCall { id, name, custom } => {
                let input = input(String::new());
                out.push(Piece::Start(Block::ToolUse { id, name, input, cache_control: None }));
                if custom { Writing::Custom { text: String::new() } } else { Writing::Call }
            }
            Kind::Audio { .. } => Writing::Spoken { started: false },
            Kind::Whole(content) => Self::whole(*content, out),
        }
    }

    fn whole(content: Content, out: &mut Vec<Piece>) -> Self {
        match content {
            Content::Foreign(Dialect::Anthropic, mut block) => {
                // As the vendor streams it: SDKs take the input from the deltas only.
                let empty = Value::Object(serde_json::Map::new());
                let input = block.get_mut("input").filter(|input| input.is_object());
                let input = input.map(|input| std::mem::replace(input, empty));
                out.push(Piece::Start(Block::Foreign(block)));
                if let Some(input) = input {
                    let partial_json = input.to_string();
                    out.push(Piece::Delta(BlockDelta::InputJsonDelta { partial_json }));
                }
                Writing::Foreign
            }
            content => match words_for(&content) {
                Some(text) => {
                    out.push(Piece::Start(Block::text("")));
                    out.push(Piece::Delta(BlockDelta::TextDelta { text }));
                    Writing::Text
                }
                None => Writing::Nothing,
            },
        }
    }

    /// Adds to the part.
    pub fn delta(&mut self, delta: Delta, out: &mut Vec<Piece>) {
        match (self, delta) {
            (Writing::Text, Delta::Text(text)) => {
                out.push(Piece::Delta(BlockDelta::TextDelta { text }));
            }
            (Writing::Text, Delta::Annotation(annotation)) => {
                let citation = citation::into_value(annotation);
                let delta = citation.map(|citation| BlockDelta::CitationsDelta { citation });
                out.extend(delta.map(Piece::Delta));
            }
            (Writing::Call, Delta::Text(partial_json)) => {
                out.push(Piece::Delta(BlockDelta::InputJsonDelta { partial_json }));
            }
            (Writing::Custom { text }, Delta::Text(more)) => text.push_str(&more),
            (Writing::Spoken { started }, Delta::Transcript(text)) => {
                if !std::mem::replace(started, true) {
                    out.push(Piece::Start(Block::text("")));
                }
                out.push(Piece::Delta(BlockDelta::TextDelta { text }));
            }
            (Writing::Thinking { started, .. }, Delta::Text(thinking)) => {
                think(started, thinking, out);
            }
            (Writing::Thinking { started, piece, .. }, Delta::Summary(next, thinking)) => {
                let apart = *started && std::mem::replace(piece, next) != next;
                let thinking = if apart { format!("{PARAGRAPH}{thinking}") } else { thinking };
                *piece = next;
                think(started, thinking, out);
            }
            (Writing::Thinking { sealed, .. }, Delta::Sealed(seal)) => *sealed = Some(seal),
            (Writing::Text | Writing::Foreign, Delta::Foreign(Dialect::Anthropic, delta)) => {
                out.push(Piece::Delta(BlockDelta::Foreign(delta)));
            }
            _ => {}
        }
    }

    /// Ends the part.
    pub fn end(self, out: &mut Vec<Piece>) {
        match self {
            Writing::Text | Writing::Call | Writing::Foreign => {}
            Writing::Custom { text } => {
                let partial_json = custom_input(text);
                out.push(Piece::Delta(BlockDelta::InputJsonDelta { partial_json }));
            }
            Writing::Thinking { started: true, sealed, .. } => {
                if let Some(sealed) = sealed {
                    let signature = sealed.into_text(Dialect::Anthropic);
                    out.push(Piece::Delta(BlockDelta::SignatureDelta { signature }));
                }
            }
            Writing::Thinking { started: false, redacted, sealed, .. } => {
                let Some(sealed) = sealed else { return };
                out.push(Piece::Start(wordless(sealed, redacted)));
            }
            Writing::Spoken { started: true } => {}
            Writing::Spoken { started: false } | Writing::Nothing => return,
        }
        out.push(Piece::Stop);
    }
}

/// Separates the pieces of a summary.
const PARAGRAPH: &str = "\n\n";

fn think(started: &mut bool, thinking: String, out: &mut Vec<Piece>) {
    if !std::mem::replace(started, true) {
        let (thinking, signature) = (String::new(), String::new());
        out.push(Piece::Start(Block::Thinking { thinking, signature }));
    }
    out.push(Piece::Delta(BlockDelta::ThinkingDelta { thinking }));
}

/// A seal without words. Claude's, at Anthropic or on Bedrock, may be the signature of thoughts that are not shown. Other makers'
/// seals, and Claude's redacted ones, are `redacted_thinking`, which clients return unread.
fn wordless(sealed: Sealed, redacted: bool) -> Block {
    let text = sealed.into_text(Dialect::Anthropic);
    match matches!(sealed.maker, Dialect::Anthropic | Dialect::Bedrock) && !redacted {
        true => Block::Thinking { thinking: String::new(), signature: text },
        false => Block::RedactedThinking { data: text },
    }
}

fn custom_input(text: String) -> String {
    format!(r#"{{"input":{}}}"#, Value::from(text))
}

/// The words for content that this dialect's answers cannot express.
fn words_for(content: &Content) -> Option<String> {
    let source = match content {
        Content::Image(Image { source, .. }) => source,
        Content::File(file) => &file.source,
        _ => return None,
    };
    let what = if matches!(content, Content::Image(_)) { "image" } else { "file" };
    Some(match source {
        Source::Url(url) => format!("[{what}: {url}]"),
        Source::Text(text) => text.clone(),
        Source::Base64 { media_type, .. } => {
            format!("[{what} of type {media_type} left out: Anthropic's answers hold none]")
        }
        Source::FileId(_) => format!("[{what} left out: Anthropic's answers hold none]"),
    })
}

/// A part of a buffered answer.
pub(super) fn block(part: Part) -> Option<Block> {
    Some(match part.content {
        Content::Text(text) | Content::Refusal(text) => {
            let citations = part.annotations.into_iter().filter_map(citation::into_value);
            Block::Text { text, citations: citations.collect(), cache_control: None }
        }
        Content::Reasoning(reasoned) => return thought(reasoned),
        Content::ToolCall(call) => {
            let arguments = match call.custom {
                true => custom_input(call.arguments),
                false => call.arguments,
            };
            let input: Box<RawValue> = input(arguments);
            Block::ToolUse { id: call.id, name: call.name, input, cache_control: None }
        }
        Content::Audio(audio) => Block::text(audio.transcript?),
        Content::Foreign(Dialect::Anthropic, block) => Block::Foreign(block),
        content => Block::text(words_for(&content)?),
    })
}

fn thought(reasoned: Reasoned) -> Option<Block> {
    let Reasoned { mut text, summary, sealed, redacted } = reasoned;
    if text.is_empty() {
        text = summary.join(PARAGRAPH);
    }
    match sealed {
        Some(sealed) if text.is_empty() => Some(wordless(sealed, redacted)),
        _ if text.is_empty() => None,
        sealed => {
            let signature = sealed.map(|sealed| sealed.into_text(Dialect::Anthropic));
            let signature = signature.unwrap_or_default();
            Some(Block::Thinking { thinking: text, signature })
        }
    }
}
