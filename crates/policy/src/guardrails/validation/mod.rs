//! `[[validation]]`: what an answer must satisfy.

mod bounds;
mod check;
mod language;
mod written;

use std::collections::BTreeSet;

use super::Callers;
use crate::consumers::ModelPattern;

pub(super) use check::check_all;
pub use language::LANGUAGES;
pub(super) use written::{NAME, Written};

/// A rule about complete answers. All rules that match a request apply.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validation {
    /// Its name, unique in its file.
    pub name: String,
    /// The requested models and aliases that it applies to; `None` means all.
    pub models: Option<Vec<ModelPattern>>,
    /// The callers that it applies to; a field that is `None` matches all.
    pub callers: Callers,
    /// The answer is JSON of the schema that the request has, if it has one.
    pub json_schema: bool,
    /// The arguments of each tool call satisfy the schema that the request declares the tool with.
    pub tool_arguments: bool,
    /// Patterns that must match somewhere, each.
    pub must_match: Vec<String>,
    /// Patterns none of which may match.
    pub must_not_match: Vec<String>,
    /// The fewest characters.
    pub min_characters: Option<u64>,
    /// The most characters.
    pub max_characters: Option<u64>,
    /// The languages that the answer may have, by ISO 639-3; `None` means any.
    pub languages: Option<BTreeSet<&'static str>>,
    /// The answer cites in one of these forms; `None` means it need not.
    pub must_cite: Option<BTreeSet<CitationForm>>,
    /// The forms in which it must not cite.
    pub must_not_cite: BTreeSet<CitationForm>,
    /// What is done about an answer that does not satisfy it.
    pub action: Correction,
    /// Whether an answer that could not be repaired is refused; otherwise it is flagged.
    pub blocks_unrepaired: bool,
    /// What is done about streams.
    pub streams: Streams,
    /// The public text of the refusal.
    pub message: Option<String>,
    /// Whether an answer passes that cannot be checked.
    pub fails_open: bool,
}

impl Validation {
    /// Whether an answer that does not satisfy it may be kept from the client.
    #[must_use]
    pub fn blocks(&self) -> bool {
        match self.action {
            Correction::Flag => false,
            Correction::Block => true,
            Correction::Repair => self.blocks_unrepaired,
        }
    }
}

/// What is done about an answer that is not valid.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Correction {
    /// It passes; a header and the record say so.
    #[default]
    Flag,
    /// It is refused.
    Block,
    /// The model is asked once more.
    Repair,
}

impl Correction {
    const WORDS: &[(&'static str, Self)] =
        &[("flag", Self::Flag), ("block", Self::Block), ("repair", Self::Repair)];
}

/// When a stream is judged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Streams {
    /// It leaves as it comes, and the record has the judgement.
    #[default]
    Flag,
    /// It leaves as it comes, and one that is not valid does not end as a complete answer.
    Cut,
    /// It is held back until it is judged.
    Buffered,
}

impl Streams {
    const WORDS: &[(&'static str, Self)] =
        &[("flag", Self::Flag), ("cut", Self::Cut), ("hold", Self::Buffered)];
}

/// A form of citing a source in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CitationForm {
    /// `https://example.com/a`.
    Url,
    /// `[text](https://example.com/a)`, also to a path.
    Link,
    /// `[1]`, `[2, 3]`, `[^4]`.
    Number,
}

impl CitationForm {
    const WORDS: &[(&'static str, Self)] =
        &[("url", Self::Url), ("link", Self::Link), ("number", Self::Number)];
}
