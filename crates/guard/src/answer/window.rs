//! A text that is decided from start to end, in steps that depend on the text alone.

use super::written::Written;
use postern_detect::CONTEXT_BYTES;
use std::ops::Range;

/// A finding that goes on is followed for so long: the longest private keys have 13 KB.
const MAX_FINDING_BYTES: usize = 16 * 1024;

/// What is known of a text: the decided part, for context, and the part that is not decided.
#[derive(Clone, Default)]
pub struct Window {
    text: String,
    /// How many bytes before it are forgotten.
    forgotten: usize,
    /// How many bytes of it are decided.
    decided: usize,
    /// A finding began here that may go on.
    begun: Option<usize>,
    /// How the text is written, if it is JSON.
    written: Option<Written>,
}

/// How far a text is decided at once.
#[derive(Clone, Copy)]
pub struct Reach {
    /// The bytes of a part.
    step: usize,
    /// The undecided bytes that must be there: those of the part, and what is scanned after it.
    seen: usize,
}

/// The bytes of a part if nothing is held back: each byte is scanned less than twice.
const FLAGGED_STEP: usize = 1_024;

impl Reach {
    /// The reach for a text of which `hold_back` bytes are held back: a quarter, so that the delay varies little.
    pub fn holding(hold_back: usize) -> Self {
        Reach { step: hold_back / 4, seen: hold_back }
    }

    /// The reach for a text that leaves at once. As much is scanned after each part.
    pub fn flagging(hold_back: usize) -> Self {
        let step = FLAGGED_STEP.max(hold_back / 4);
        Reach { step, seen: step + hold_back - hold_back / 4 }
    }
}

/// The part to decide on, with its context.
pub struct View {
    pub text: String,
    /// Where it begins in all of the text.
    pub offset: usize,
    /// The start of the part.
    pub start: usize,
    /// The end of the part, unless a finding reaches further.
    pub end: usize,
    /// Where it begins in the window.
    from: usize,
}

impl Window {
    /// The window of a JSON text: it is decided on what the text says, and leaves as it is written.
    pub fn of_json() -> Self {
        Window { written: Some(Written::default()), ..Window::default() }
    }

    /// The text is not JSON after all; so far it has no escape.
    pub fn is_plain(&mut self) {
        self.written = None;
    }

    pub fn push(&mut self, more: &str, ended: bool) {
        match &mut self.written {
            Some(written) => written.push(more, ended, &mut self.text),
            None => self.text.push_str(more),
        }
    }

    /// How a range of a view is written.
    pub fn written(&self, view: &View, range: Range<usize>) -> &str {
        let range = view.from + range.start..view.from + range.end.max(range.start);
        match &self.written {
            Some(written) => written.get(range),
            None => self.text.get(range).unwrap_or_default(),
        }
    }

    pub fn is_holding(&self) -> bool {
        self.decided < self.text.len()
    }

    /// The next part that can be decided on, once as much undecided text is there as `reach` says. With `all`, also when there is
    /// less.
    pub fn next(&mut self, reach: Reach, all: bool) -> Option<View> {
        let rest = self.text.len() - self.decided;
        if rest == 0 || (rest < reach.seen && !all) {
            return None;
        }
        let from = self.context();
        let from = self.forget(from);
        let seen = self.text.floor_char_boundary(self.decided + reach.seen);
        let step = self.text.floor_char_boundary(self.decided + reach.step);
        let end = if step == self.text.len() { step } else { self.border(step) };
        let text = self.text.get(from..seen)?.to_owned();
        let offset = self.forgotten + from;
        Some(View { text, offset, start: self.decided - from, end: end - from, from })
    }

    /// So many bytes from the start of the last view are decided. `begun`: a finding began so many bytes before their end, and
    /// may go on.
    pub fn advance(&mut self, bytes: usize, begun: Option<usize>) {
        self.decided = (self.decided + bytes).min(self.text.len());
        self.begun = begun.map(|before| self.decided.saturating_sub(before));
    }

    /// Where the context of the next part begins.
    fn context(&self) -> usize {
        let near = self.decided.saturating_sub(CONTEXT_BYTES);
        let far = self.decided.saturating_sub(MAX_FINDING_BYTES);
        // What is found may depend on the text before it.
        let begun = self.begun.map(|begun| begun.max(far).saturating_sub(CONTEXT_BYTES));
        let from = begun.map_or(near, |begun| begun.min(near));
        self.text.floor_char_boundary(from)
    }

    /// Behind the last space before `step`, so that words stay whole, or `step`.
    fn border(&self, step: usize) -> usize {
        let part = self.text.get(self.decided..step).unwrap_or_default();
        let space = part.char_indices().rev().find(|(_, character)| character.is_whitespace());
        space.map_or(step, |(at, character)| self.decided + at + character.len_utf8())
    }

    /// Drops what is before `from`, once it is most of the text: each byte is moved once or twice. Gives where `from` is then.
    fn forget(&mut self, from: usize) -> usize {
        if from <= self.text.len() / 2 {
            return from;
        }
        self.text.drain(..from);
        self.forgotten += from;
        if let Some(written) = &mut self.written {
            written.forget(from);
        }
        self.decided -= from;
        self.begun = self.begun.map(|begun| begun.saturating_sub(from));
        0
    }
}
