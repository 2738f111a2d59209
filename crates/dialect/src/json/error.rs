//! Why a text is not JSON, and where.

/// A text that is not JSON, or more deeply nested than anyone reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Error {
    /// The byte that is wrong.
    pub at: usize,
    pub reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// What was expected there. Never any of the text itself: it may be a prompt.
    Syntax(&'static str),
    TooDeep,
}

impl Error {
    /// Line and column, both from 1, the column in characters.
    pub fn place(self, text: &str) -> (usize, usize) {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }
}
