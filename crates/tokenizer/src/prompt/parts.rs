//! The segments of a prompt, by how they are counted.

use super::images::{Picture, Size};
use postern_types::{Prompt, SegmentKind};

/// What costs tokens.
#[derive(Default)]
pub struct PromptParts<'a> {
    /// Whatever is read as words: texts, what was called, schemas, what is not known. Strings have their escapes.
    pub texts: Vec<&'a str>,
    /// The names of those who speak, and of the tools they called.
    pub names: Vec<&'a str>,
    /// The JSON of tools and functions.
    pub tools: Vec<&'a str>,
    /// The pictures, wherever they are.
    pub pictures: Vec<Picture>,
    /// What may be recordings or documents: data that is no picture whose size is known.
    pub data: Vec<&'a str>,
    /// Files that the vendor has or fetches.
    pub files: u64,
    /// What the vendor has otherwise.
    pub references: u64,
    /// Sealed thoughts, in bytes of base64.
    pub sealed_bytes: u64,
    /// Tokens that were sent as numbers.
    pub token_ids: u64,
    /// What may be billed as answer beside it.
    pub predictions: Vec<&'a str>,
}

impl<'a> PromptParts<'a> {
    pub fn of(prompt: &'a Prompt) -> Self {
        let mut parts = PromptParts::default();
        for segment in &prompt.segments {
            // A span that names no place has nothing in it.
            let raw = segment.raw(&prompt.body).unwrap_or_default();
            parts.add(segment.kind, segment.is_json_string, raw);
        }
        parts
    }

    fn add(&mut self, kind: SegmentKind, is_json_string: bool, raw: &'a str) {
        match kind {
            SegmentKind::Instruction
            | SegmentKind::UserText
            | SegmentKind::AssistantText
            | SegmentKind::Reasoning
            | SegmentKind::ToolArguments
            | SegmentKind::ToolResult
            | SegmentKind::Document
            | SegmentKind::FileName
            | SegmentKind::EmbeddingInput
            | SegmentKind::AnswerSchema
            | SegmentKind::Other => self.texts.push(raw),
            SegmentKind::SpeakerName | SegmentKind::ToolName => self.names.push(raw),
            SegmentKind::ToolSchema => self.tools.push(raw),
            SegmentKind::ImageReference | SegmentKind::Media => self.bytes(raw, false),
            SegmentKind::LowDetailImage => self.bytes(raw, true),
            SegmentKind::FileReference => self.files += u64::from(!raw.is_empty()),
            // A string without a name refers to nothing; what is no string refers by being there.
            SegmentKind::VendorReference => {
                self.references += u64::from(!is_json_string || !raw.is_empty());
            }
            SegmentKind::SealedReasoning => self.sealed_bytes += raw.len() as u64,
            SegmentKind::TokenIds => self.token_ids += numbers(raw),
            SegmentKind::Prediction => self.predictions.push(raw),
            SegmentKind::Metadata => {}
        }
    }

    /// What may be a picture, or a recording or a document.
    fn bytes(&mut self, raw: &'a str, low: bool) {
        match Size::from_string(raw) {
            Some(size) => self.pictures.push(Picture { size, low }),
            None => self.data.push(raw),
        }
    }
}

/// How many numbers stand there, with commas between.
fn numbers(raw: &str) -> u64 {
    let commas = raw.bytes().filter(|byte| *byte == b',').count() as u64;
    commas + u64::from(!raw.is_empty())
}
