//! Splits a text into pieces, which are merged separately.

use crate::words::{GROUPS, NOWHERE, START, Step};

/// Splits texts, by an automaton of the patterns of an encoding.
pub struct Splitter {
    /// The class of each byte; then that of the end of the text.
    pub classes: &'static [u8],
    /// For each state, the groups of its steps.
    pub rows: &'static [[u8; 2]],
    /// The groups: a step for each of so many classes.
    pub steps: &'static [[u8; 2]],
}

/// Where a piece ends.
#[derive(Clone, Copy)]
struct End {
    position: usize,
    /// One character further on than the piece.
    looks_ahead: bool,
}

impl Splitter {
    /// The pieces in their order; joined they are the text.
    pub fn split<'a>(&'a self, text: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let mut rest = text;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let (piece, after) = rest.split_at_checked(self.next(rest)).unwrap_or((rest, ""));
            rest = after;
            Some(piece.as_bytes())
        })
    }

    /// The length of the first piece in bytes: at least one.
    fn next(&self, text: &str) -> usize {
        // The tests count all kinds of text; without a piece, all of it would be one.
        let Some(End { position, looks_ahead }) = self.longest(text.as_bytes()) else {
            return text.len();
        };
        let last = text.get(..position).and_then(|piece| piece.chars().next_back());
        match last {
            Some(last) if looks_ahead => position.saturating_sub(last.len_utf8()),
            _ => position,
        }
    }

    /// The end of the first pattern that fits, as far as it reaches.
    fn longest(&self, text: &[u8]) -> Option<End> {
        let (mut state, mut end) = (START, None);
        let classes = text.iter().map(|byte| usize::from(*byte)).chain([END_OF_TEXT]);
        for (position, class) in classes.enumerate() {
            let step = self.step(state, *self.classes.get(class)?)?;
            if step.is_end {
                end = Some(End { position, looks_ahead: step.looks_ahead });
            }
            state = step.state;
            if state == NOWHERE {
                break;
            }
        }
        end
    }

    fn step(&self, state: u16, class: u8) -> Option<Step> {
        let class = usize::from(class);
        let row = usize::from(state) * GROUPS;
        let group = u16::from_le_bytes(*self.rows.get(row + class / GROUPS)?);
        let word = self.steps.get(usize::from(group) * GROUPS + class % GROUPS)?;
        Some(Step::from_word(*word))
    }
}

/// Where the class of the end of a text stands, behind those of the bytes.
const END_OF_TEXT: usize = 256;
