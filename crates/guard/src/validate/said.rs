//! What has left for the client of one answer.

use postern_types::provider::{Place, TextKind};

/// What is kept of an answer; a longer one is not judged. Models write less than 1 MB.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The texts of an answer, in the order in which they began.
#[derive(Default)]
pub struct Said {
    texts: Vec<(Place, String)>,
    bytes: usize,
}

/// How much of an answer there was at some point.
pub struct Lengths {
    texts: Vec<usize>,
    bytes: usize,
}

/// What one choice says.
#[derive(Default)]
pub struct Choice<'s> {
    pub text: String,
    /// The name of each called tool, and its arguments.
    pub calls: Vec<(&'s str, &'s str)>,
    /// The model has declined to answer.
    pub refuses: bool,
}

impl Said {
    pub fn add(&mut self, at: Place, text: &str) {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.is_too_long() {
            return;
        }
        let is_there = |known: &&mut (Place, String)| known.0 == at;
        match self.texts.iter_mut().rev().find(is_there) {
            Some((_, known)) => known.push_str(text),
            None => self.texts.push((at, text.to_owned())),
        }
    }

    /// How much of each text is there.
    pub fn lengths(&self) -> Lengths {
        Lengths {
            texts: self.texts.iter().map(|(_, text)| text.len()).collect(),
            bytes: self.bytes,
        }
    }

    /// Forgets what came after that.
    pub fn shorten(&mut self, to: &Lengths) {
        self.texts.truncate(to.texts.len());
        for ((_, text), length) in self.texts.iter_mut().zip(&to.texts) {
            text.truncate(*length);
        }
        self.bytes = to.bytes;
    }

    /// Whether it is more than is kept.
    pub fn is_too_long(&self) -> bool {
        self.bytes > MAX_BYTES
    }

    /// The choices that have said something; of a silent answer the first.
    pub fn choices(&self) -> Vec<Choice<'_>> {
        let mut numbers: Vec<u32> = self.texts.iter().map(|(at, _)| at.choice).collect();
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.is_empty() {
            numbers.push(0);
        }
        numbers.into_iter().map(|number| self.choice(number)).collect()
    }

    fn choice(&self, number: u32) -> Choice<'_> {
        let mut choice = Choice::default();
        for (at, text) in self.texts.iter().filter(|(at, _)| at.choice == number) {
            match at.kind {
                TextKind::Text | TextKind::Transcript => choice.text.push_str(text),
                TextKind::Refusal => choice.refuses |= !text.is_empty(),
                TextKind::ToolName => choice.calls.push((text, self.arguments(*at))),
                TextKind::ToolArguments
                | TextKind::Reasoning
                | TextKind::ReasoningSummary
                | TextKind::Citation
                | TextKind::ToolData => {}
            }
        }
        choice
    }

    /// The call whose arguments are at this place.
    pub fn call(&self, at: Place) -> Option<(&str, &str)> {
        if self.is_too_long() {
            return None;
        }
        let name = self.text(Place { kind: TextKind::ToolName, ..at })?;
        Some((name, self.arguments(at)))
    }

    fn arguments(&self, at: Place) -> &str {
        self.text(Place { kind: TextKind::ToolArguments, ..at }).unwrap_or_default()
    }

    fn text(&self, at: Place) -> Option<&str> {
        self.texts.iter().find(|(known, _)| *known == at).map(|(_, text)| text.as_str())
    }
}
