//! The documented forms of tokens, one per row.
//!
//! A row has an anchor, the characters before and after it, and a check. All anchors are found in one pass.

use super::class::{self, Class};
use std::ops::Range;

mod check;
mod clouds;
mod code;
mod models;
mod services;

pub use check::Check;

/// All rows.
pub const ALL: [&[Row]; 4] = [clouds::ROWS, models::ROWS, code::ROWS, services::ROWS];

/// A documented form of a token.
pub struct Row {
    /// The name of the form.
    pub form: &'static str,
    /// The literal that it contains.
    pub anchor: &'static str,
    /// The class of the characters before the anchor, with their least and greatest number.
    pub before: Option<(Class, usize, usize)>,
    /// The parts after the anchor.
    pub parts: &'static [Part],
    /// The further check.
    pub check: Check,
}

/// A part of a token.
pub enum Part {
    /// Characters of a class, with their least and greatest number.
    Run(Class, usize, usize),
    /// A literal text.
    Text(&'static str),
}

/// A part of exactly this length.
const fn exactly(class: Class, length: usize) -> Part {
    Part::Run(class, length, length)
}

/// A part with a length in this range, both ends included.
const fn between(class: Class, min: usize, max: usize) -> Part {
    Part::Run(class, min, max)
}

/// A literal part.
const fn text(text: &'static str) -> Part {
    Part::Text(text)
}

/// A row with nothing before its anchor, and only the check for placeholders.
const fn row(form: &'static str, anchor: &'static str, parts: &'static [Part]) -> Row {
    Row { form, anchor, before: None, parts, check: Check::Real }
}

impl Row {
    const fn check(mut self, check: Check) -> Row {
        self.check = check;
        self
    }

    const fn before(mut self, class: Class, min: usize, max: usize) -> Row {
        self.before = Some((class, min, max));
        self
    }

    /// The token around this anchor, and its confidence.
    pub fn token(&self, bytes: &[u8], anchor: Range<usize>) -> Option<(Range<usize>, u8)> {
        let start = self.start(bytes, anchor.start)?;
        let end = self.end(bytes, anchor.end)?;
        let token = bytes.get(start..end)?;
        let secret = match self.before {
            None => bytes.get(anchor.end..end)?,
            Some(_) => token,
        };
        self.check.confidence(token, secret).map(|confidence| (start..end, confidence))
    }

    fn start(&self, bytes: &[u8], anchor: usize) -> Option<usize> {
        let Some((class, min, max)) = self.before else {
            return class::starts_word(bytes, anchor).then_some(anchor);
        };
        let start = class::run_start(bytes, anchor, max + 1, class);
        (min..=max).contains(&(anchor - start)).then_some(start)
    }

    fn end(&self, bytes: &[u8], anchor_end: usize) -> Option<usize> {
        let mut end = anchor_end;
        for part in self.parts {
            end = match part {
                Part::Text(text) => {
                    bytes.get(end..)?.starts_with(text.as_bytes()).then_some(end + text.len())?
                }
                Part::Run(class, min, max) => {
                    let run = class::run_end(bytes, end, *max, class);
                    (run - end >= *min).then_some(run)?
                }
            };
        }
        // A longer run is not this token. A point or a dash at the end belongs to the sentence.
        match self.parts.last() {
            Some(Part::Run(class, ..))
                if class(class::at(bytes, end)) && class::alnum(class::at(bytes, end)) =>
            {
                None
            }
            _ => Some(class::run_start(bytes, end, end - anchor_end, |byte| byte == b'.')),
        }
    }
}

#[cfg(test)]
mod tests;
