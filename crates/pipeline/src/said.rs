//! What the model has said, as it came from the vendor: with placeholders, and before any rule changed it.

use postern_types::guardrail::Piece;
use postern_types::provider::{Place, TextKind};

/// What is kept of an answer; one that is longer is not repaired.
const MAX_BYTES: usize = 1024 * 1024;

/// The texts of an answer, in the order in which they began.
#[derive(Default)]
pub struct Said {
    texts: Vec<(Place, String)>,
    bytes: usize,
}

impl Said {
    /// Adds what comes next.
    pub fn add(&mut self, pieces: &[Piece]) {
        for Piece { at, text, .. } in pieces {
            self.bytes = self.bytes.saturating_add(text.len());
            if self.bytes > MAX_BYTES {
                self.texts.clear();
                return;
            }
            match self.texts.iter_mut().rev().find(|(known, _)| known == at) {
                Some((_, known)) => known.push_str(text),
                None => self.texts.push((*at, text.clone())),
            }
        }
    }

    /// Whether it is all that was said.
    pub fn is_whole(&self) -> bool {
        self.bytes <= MAX_BYTES
    }

    /// The text of the answer.
    pub fn text(&self) -> String {
        self.of_kind(TextKind::Text).collect()
    }

    /// The tools that were called, with their arguments, in words: a call in a conversation would need a result.
    pub fn calls(&self) -> String {
        let mut said = String::new();
        for (at, name) in self.texts.iter().filter(|(at, _)| at.kind == TextKind::ToolName) {
            let place = Place { kind: TextKind::ToolArguments, ..*at };
            let arguments = self.texts.iter().find(|(known, _)| *known == place);
            let arguments = arguments.map_or("", |(_, text)| text.as_str());
            said.push_str(&format!(
                "You called the tool {name} with these arguments:\n{arguments}\n"
            ));
        }
        said
    }

    fn of_kind(&self, kind: TextKind) -> impl Iterator<Item = &str> {
        self.texts.iter().filter(move |(at, _)| at.kind == kind).map(|(_, text)| text.as_str())
    }
}
