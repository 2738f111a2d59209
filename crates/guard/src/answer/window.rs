//! A text that is decided from start to end, in steps that depend on the text alone.

use postern_detect::CONTEXT_BYTES;

/// The kept part of a text: some decided text for context, and all undecided text.
#[derive(Default)]
pub struct Window {
    text: String,
    /// How many bytes of it are decided.
    decided: usize,
}

/// The part to decide on, with its context.
pub struct View {
    pub text: String,
    /// The start of the part.
    pub start: usize,
    /// The end of the part, unless a finding reaches further.
    pub end: usize,
}

impl Window {
    pub fn push(&mut self, more: &str) {
        self.text.push_str(more);
    }

    pub fn is_holding(&self) -> bool {
        self.decided < self.text.len()
    }

    /// The next part that can be decided on: up to a quarter of `hold_back` bytes, once `hold_back` undecided bytes are there. With
    /// `all`, also when there are fewer.
    pub fn next(&mut self, hold_back: usize, all: bool) -> Option<View> {
        let rest = self.text.len() - self.decided;
        if rest == 0 || (rest < hold_back && !all) {
            return None;
        }
        self.forget();
        let seen = self.text.floor_char_boundary(self.decided + hold_back);
        let text = self.text.get(..seen)?.to_owned();
        let step = text.floor_char_boundary(self.decided + hold_back / 4);
        let end = if step == text.len() { step } else { self.border(&text, step) };
        Some(View { text, start: self.decided, end })
    }

    /// Marks this many bytes from the start of the last view as decided.
    pub fn advance(&mut self, bytes: usize) {
        self.decided = (self.decided + bytes).min(self.text.len());
    }

    /// The place after the last space before `step`, so that words stay whole, or `step` if there is no space.
    fn border(&self, text: &str, step: usize) -> usize {
        let part = text.get(self.decided..step).unwrap_or_default();
        let space = part.char_indices().rev().find(|(_, character)| character.is_whitespace());
        space.map_or(step, |(at, character)| self.decided + at + character.len_utf8())
    }

    /// Drops text that is too far back to be context.
    fn forget(&mut self) {
        let far = self.text.floor_char_boundary(self.decided.saturating_sub(CONTEXT_BYTES));
        self.text.drain(..far);
        self.decided -= far;
    }
}
