//! The segments of a prompt, by how they are counted.

use super::images::{Picture, Size};
use postern_types::{Prompt, SegmentKind};

/// The parts of a prompt that cost tokens.
#[derive(Default)]
pub struct PromptParts<'a> {
    /// Everything that is read as words: texts, calls, schemas, unknown fields. Strings with their escapes.
    pub texts: Vec<&'a str>,
    /// The names of authors and of called tools.
    pub names: Vec<&'a str>,
    /// The JSON of tools and functions.
    pub tools: Vec<&'a str>,
    /// The pictures, in any place.
    pub pictures: Vec<Picture>,
    /// Possible recordings or documents: data that is not a picture of known size.
    pub data: Vec<&'a str>,
    /// Recordings that are files of a form, in bytes.
    pub attached_bytes: u64,
    /// Files that the vendor has or fetches.
    pub files: u64,
    /// Other content at the vendor.
    pub references: u64,
    /// Sealed thoughts, in bytes of base64.
    pub sealed_bytes: u64,
    /// Tokens that were sent as numbers.
    pub token_ids: u64,
    /// Content that may be billed beside the answer.
    pub predictions: Vec<&'a str>,
}

impl<'a> PromptParts<'a> {
    pub fn of(prompt: &'a Prompt) -> Self {
        let mut parts = PromptParts::default();
        for segment in &prompt.segments {
            // A span outside of the text is empty.
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
            // A file of a form. How many pictures there are is a fact.
            SegmentKind::ImageReference if !is_json_string && raw.parse::<u64>().is_ok() => {}
            SegmentKind::Media if !is_json_string && let Ok(bytes) = raw.parse::<u64>() => {
                self.attached_bytes = self.attached_bytes.saturating_add(bytes);
            }
            SegmentKind::ImageReference | SegmentKind::Media => self.bytes(raw, false),
            SegmentKind::LowDetailImage => self.bytes(raw, true),
            SegmentKind::FileReference => self.files += u64::from(!raw.is_empty()),
            // A string without a name refers to nothing; any other value is a reference.
            SegmentKind::VendorReference => {
                self.references += u64::from(!is_json_string || !raw.is_empty());
            }
            SegmentKind::SealedReasoning => self.sealed_bytes += raw.len() as u64,
            SegmentKind::TokenIds => self.token_ids += numbers(raw),
            SegmentKind::Prediction => self.predictions.push(raw),
            SegmentKind::Metadata => {}
        }
    }

    /// A possible picture, recording or document.
    fn bytes(&mut self, raw: &'a str, low: bool) {
        match Size::from_string(raw) {
            Some(size) => self.pictures.push(Picture { size, low }),
            None => self.data.push(raw),
        }
    }
}

/// The number of numbers, separated by commas.
fn numbers(raw: &str) -> u64 {
    let commas = raw.bytes().filter(|byte| *byte == b',').count() as u64;
    commas + u64::from(!raw.is_empty())
}
