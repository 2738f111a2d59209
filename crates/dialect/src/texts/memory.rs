//! The original text of each place, and what of it was released.

use super::mark::{Mark, What};
use postern_types::provider::Place;
use std::collections::BTreeMap;

pub(super) type Key = (u32, u32, u32, u8);

/// More text of each place, in the current output.
pub(super) type More = BTreeMap<Key, String>;

#[derive(Default)]
pub(super) struct Memory {
    texts: BTreeMap<Key, Text>,
    /// The places of the texts that came whole, by where they belong and what they say.
    complete: BTreeMap<(Key, String), Place>,
    /// How many of them belong to each place.
    counts: BTreeMap<Key, u32>,
    touched: bool,
}

struct Text {
    place: Place,
    /// The complete original text.
    seen: String,
    /// The length of `seen` that was sent before the current output.
    settled: usize,
    /// The text sent in its place, if a stage has edited it.
    released: Option<String>,
    open: bool,
}

impl Memory {
    fn text(&mut self, at: Place) -> &mut Text {
        self.texts.entry(at.key()).or_insert_with(|| Text {
            place: at,
            seen: String::new(),
            settled: 0,
            released: None,
            open: false,
        })
    }

    /// The place of a text that comes whole and belongs to `at`, and whether it is new. A text that is said again is the same.
    pub fn complete(&mut self, at: Place, words: &str) -> (Place, bool) {
        let key = (at.key(), words.to_owned());
        if let Some(known) = self.complete.get(&key) {
            return (*known, false);
        }
        let place = self.next(at);
        self.complete.insert(key, place);
        (place, true)
    }

    /// The next place of a text that belongs to `at`.
    pub fn next(&mut self, at: Place) -> Place {
        let count = self.counts.entry(at.key()).or_default();
        *count = count.saturating_add(1);
        Place { part: *count, ..at }
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    pub fn seen(&self, at: Place) -> &str {
        self.texts.get(&at.key()).map_or("", |text| &text.seen)
    }

    pub fn say(&mut self, at: Place, words: &str) {
        self.text(at).seen.push_str(words);
    }

    pub fn open(&mut self, at: Place) {
        self.text(at).open = true;
    }

    /// Closes a text. Returns whether it was open.
    pub fn close(&mut self, at: Place) -> bool {
        std::mem::take(&mut self.text(at).open)
    }

    pub fn is_open(&self, at: Place) -> bool {
        self.texts.get(&at.key()).is_some_and(|text| text.open)
    }

    pub fn open_places(&self) -> Vec<Place> {
        self.texts.values().filter(|text| text.open).map(|text| text.place).collect()
    }

    /// Whether any text was edited.
    pub fn is_touched(&self) -> bool {
        self.touched
    }

    /// The text that was sent before the current output.
    pub fn released(&self, at: Place) -> &str {
        let Some(text) = self.texts.get(&at.key()) else { return "" };
        text.released.as_deref().or(text.seen.get(..text.settled)).unwrap_or_default()
    }

    /// Whether any matching place was edited.
    pub fn any_touched(&self, mut like: impl FnMut(Place) -> bool) -> bool {
        self.texts.values().any(|text| text.released.is_some() && like(text.place))
    }

    /// Whether any matching place, with `more`, differs from the original.
    pub fn any_differs(&self, more: &More, mut like: impl FnMut(Place) -> bool) -> bool {
        self.texts.iter().filter(|(_, text)| like(text.place)).any(|(key, text)| {
            let more = more.get(key).map_or("", String::as_str);
            let before = self.released(text.place);
            text.seen.strip_prefix(before) != Some(more)
        })
    }

    /// A stage edits this place: what has been sent of it so far is recorded from now on.
    pub fn touch(&mut self, at: Place) {
        self.touched = true;
        let text = self.text(at);
        if text.released.is_none() {
            text.released = Some(text.seen.get(..text.settled).unwrap_or_default().to_owned());
        }
    }

    /// More text was sent.
    pub fn release(&mut self, at: Place, words: &str) {
        self.touch(at);
        if let Some(released) = &mut self.text(at).released {
            released.push_str(words);
        }
    }

    /// The last output was sent up to the given texts.
    pub fn leave(&mut self, more: &More) {
        for (key, more) in more {
            let Some(text) = self.texts.get_mut(key) else { continue };
            let before = text.seen.get(..text.settled).unwrap_or_default();
            text.released.get_or_insert_with(|| before.to_owned()).push_str(more);
        }
    }

    /// All places of which any text was sent.
    pub fn released_places(&self) -> Vec<Place> {
        let places = self.texts.values().map(|text| text.place);
        places.filter(|place| !self.released(*place).is_empty()).collect()
    }

    /// An output was sent.
    pub fn settle(&mut self, marks: &[Mark], more: &More) {
        let said = |mark: &&Mark| matches!(mark.what, What::Piece { .. } | What::End { .. });
        for mark in marks.iter().filter(said) {
            let text = self.text(mark.place);
            text.settled = text.seen.len();
        }
        for (key, more) in more {
            if let Some(released) = self.texts.get_mut(key).and_then(|text| text.released.as_mut())
            {
                released.push_str(more);
            }
        }
    }
}
