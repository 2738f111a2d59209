//! The reason why a text is not JSON, and its position.

/// A text that is not JSON, or that is nested too deeply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Error {
    /// The offset of the wrong byte.
    pub at: usize,
    pub reason: Reason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    /// What was expected there. It never quotes the text, which may be a prompt.
    Syntax(&'static str),
    TooDeep,
}

impl Error {
    /// The line and the column, both from 1, the column in characters.
    pub fn place(self, text: &str) -> (usize, usize) {
        let before = text.get(..self.at).unwrap_or(text);
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    }
}
