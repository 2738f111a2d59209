//! Finds numbers by rows, each with shapes, a check, and words that must be near.

use super::cue::{Kind, Kinds};
use super::extension as phone;
use super::found::Found;
use super::pattern::Pattern;
use super::view::View;
use crate::detector::Detector;

/// The description of a form of number.
pub struct Row {
    /// The detector.
    pub detector: Detector,
    /// The form.
    pub form: &'static str,
    /// Its shapes, as [`Pattern`] reads them.
    pub shapes: &'static [&'static str],
    /// Checks the code, without separators and in upper case.
    pub check: fn(&[u8]) -> bool,
    /// The confidence without a word near it, in percent; 0 means that it needs one.
    pub alone: u8,
    /// The kinds of words that are evidence for it.
    pub cues: Kinds,
    /// The confidence beside such a word, in percent.
    pub beside: u8,
}

impl Row {
    /// A row that is found only beside a word.
    pub const fn beside(
        detector: Detector,
        form: &'static str,
        shapes: &'static [&'static str],
        check: fn(&[u8]) -> bool,
        cues: &'static [Kind],
    ) -> Row {
        Row { detector, form, shapes, check, alone: 0, cues: Kinds::of(cues), beside: 95 }
    }

    /// Sets the confidence without a word.
    pub const fn alone(self, alone: u8) -> Row {
        Row { alone, ..self }
    }

    /// Sets the confidence beside a word.
    pub const fn at_most(self, beside: u8) -> Row {
        Row { beside, ..self }
    }
}

/// Accepts every code of the shape.
pub fn any(_: &[u8]) -> bool {
    true
}

/// All rows, by the beginning of the number.
pub struct Rows {
    patterns: Vec<(Pattern, &'static Row)>,
    /// The patterns by the length of their leading letters and digits, separately for a leading letter and a leading digit.
    by_head: [Vec<Head>; 2],
}

/// Patterns with as many leading letters and digits.
#[derive(Default, Clone)]
struct Head {
    /// Those that end there.
    whole: Vec<u16>,
    /// The others, by the character that follows.
    joined: Vec<(u8, Vec<u16>)>,
}

impl Head {
    fn add(&mut self, joint: u8, pattern: u16) {
        match (joint, self.joined.iter_mut().find(|(known, _)| *known == joint)) {
            (0, _) => self.whole.push(pattern),
            (_, Some((_, patterns))) => patterns.push(pattern),
            (_, None) => self.joined.push((joint, vec![pattern])),
        }
    }

    /// The patterns that may fit before this character.
    fn before(&self, next: u8) -> impl Iterator<Item = u16> {
        let joined = self.joined.iter().find(|(joint, _)| *joint == next);
        let joined = joined.map_or(&[][..], |(_, patterns)| patterns);
        self.whole.iter().chain(joined).copied()
    }
}

/// The longest run of letters and digits that can begin a number.
const LONGEST_HEAD: usize = 36;

/// Words that mean that a number is something else.
const OTHER: Kinds = Kinds::of(&[Kind::Order, Kind::Version]);

impl Rows {
    /// Expands the shapes.
    pub fn new(tables: &[&'static [Row]]) -> Self {
        let empty = || vec![Head::default(); LONGEST_HEAD + 1];
        let mut rows = Rows { patterns: Vec::new(), by_head: [empty(), empty()] };
        for row in tables.iter().copied().flatten() {
            for pattern in row.shapes.iter().flat_map(|shape| Pattern::expand(shape)) {
                let (length, may_begin) = pattern.head();
                let (joint, at) = (pattern.class(length), rows.patterns.len() as u16);
                for (heads, _) in rows.by_head.iter_mut().zip(may_begin).filter(|(_, may)| *may) {
                    heads.get_mut(length).into_iter().for_each(|head| head.add(joint, at));
                }
                rows.patterns.push((pattern, row));
            }
        }
        rows
    }

    /// Appends every number of the text that has a row.
    pub fn find(&self, view: &View<'_>, found: &mut Vec<Found>) {
        let mut code = Vec::with_capacity(64);
        for word in view.words {
            let length = word.end - word.start;
            if length <= LONGEST_HEAD && view.is_number_start(word.start) {
                self.read(view, word.start, length, &mut code, found);
            }
        }
    }

    fn read(
        &self,
        view: &View<'_>,
        start: usize,
        length: usize,
        code: &mut Vec<u8>,
        found: &mut Vec<Found>,
    ) {
        let [letters, digits] = &self.by_head;
        let heads = if view.byte(start).is_ascii_digit() { digits } else { letters };
        let Some(head) = heads.get(length) else { return };
        let fitting = head.before(view.byte(start + length));
        for (pattern, row) in fitting.filter_map(|at| self.patterns.get(usize::from(at))) {
            let Some(end) = pattern.read(view.text.as_bytes(), start, code) else { continue };
            // A telephone number may be followed by its extension: `x12`.
            let is_end = view.is_number_end(end)
                || row.detector == Detector::Phone && phone::has_extension(view, end);
            if is_end && (row.check)(code) {
                let end =
                    if row.detector == Detector::Phone { phone::extension(view, end) } else { end };
                found.extend(
                    with_bracket(view, start, end).and_then(|start| weigh(view, row, start, end)),
                );
            }
        }
    }
}

/// The confidence of a number, by the words around it.
fn weigh(view: &View<'_>, row: &'static Row, start: usize, end: usize) -> Option<Found> {
    let span = start..end;
    let near = view.near(row.cues, &span);
    let other = view.before_within(OTHER, start, 30);
    let is_other = |distance: usize| other.is_some_and(|other| other < distance);
    match near {
        Some(near) if !is_other(near.distance) => {
            let confidence = row.beside.saturating_sub(near.penalty).max(row.alone);
            Some(Found::beside(row.detector, row.form, span, confidence))
        }
        _ if row.alone > 0 && other.is_none() && !goes_on(view, start, end) => {
            Some(Found::new(row.detector, row.form, span, row.alone))
        }
        _ => None,
    }
}

/// The start of a number with a closing bracket, including the opening one.
fn with_bracket(view: &View<'_>, start: usize, end: usize) -> Option<usize> {
    let number = view.part(start..end);
    match number.contains(')') && !number.contains('(') {
        false => Some(start),
        true => start.checked_sub(1).filter(|at| view.byte(*at) == b'('),
    }
}

/// Whether another group of four digits follows or precedes, as in a longer number. A card's expiry date may follow.
fn goes_on(view: &View<'_>, start: usize, end: usize) -> bool {
    let is_digit = |at: usize| view.byte(at).is_ascii_digit();
    let follows = view.byte(end) == b' ' && (1..=4).all(|at| is_digit(end + at));
    let precedes =
        start >= 5 && view.byte(start - 1) == b' ' && (2..=5).all(|at| is_digit(start - at));
    let is_grouped = view.byte(end - 5) == b' ';
    is_grouped && (follows && !is_digit(end + 5) || precedes) && view.part(start..end).len() < 19
}
