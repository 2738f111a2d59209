//! The windows of a text that a model scores one by one.
//!
//! A window is a sentence, as many whole sentences as fit, or a part of a longer sentence. Its borders depend only on the text
//! near them. Sums are updated as words enter and leave, so the time is linear in the text.

use super::grams::{Grams, Step, Steps};
use super::{Event, Model};
use crate::text::Text;
use std::collections::VecDeque;
use std::ops::Range;

/// The longest window, in bytes of the original text; short enough that a finding depends on fewer than `CONTEXT_BYTES` around it.
pub const WINDOW_BYTES: usize = 192;

/// Sums over a window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sums<const N: usize> {
    /// The weights of n-grams.
    pub grams: [i32; N],
    /// The weights of hand-made features.
    pub hand: [i32; N],
    /// The number of n-grams.
    pub count: u32,
}

impl<const N: usize> Default for Sums<N> {
    fn default() -> Self {
        Sums { grams: [0; N], hand: [0; N], count: 0 }
    }
}

impl<const N: usize> Sums<N> {
    fn add(&mut self, other: &Self, sign: i32) {
        self.count = self.count.wrapping_add_signed(other.count as i32 * sign);
        for (sum, other) in
            self.grams.iter_mut().zip(other.grams).chain(self.hand.iter_mut().zip(other.hand))
        {
            *sum += other * sign;
        }
    }
}

/// A window and its score.
#[derive(Debug, Clone, PartialEq)]
pub struct Window<const N: usize> {
    /// Its place, in bytes of the folded text.
    pub range: Range<usize>,
    /// A logit for each output.
    pub logits: [f32; N],
    /// Whether it has several sentences, each of which was a window before.
    pub is_joint: bool,
}

/// Words that follow each other, with their sums.
struct Part<const N: usize> {
    range: Range<usize>,
    /// Its start in the original text.
    original: usize,
    sums: Sums<N>,
}

/// Consecutive parts, as many as fit into a window.
struct Recent<const N: usize> {
    parts: VecDeque<Part<N>>,
    sums: Sums<N>,
}

impl<const N: usize> Recent<N> {
    fn new() -> Self {
        Recent { parts: VecDeque::new(), sums: Sums::default() }
    }

    fn clear(&mut self) {
        self.parts.clear();
        self.sums = Sums::default();
    }

    fn push(&mut self, part: Part<N>) {
        self.sums.add(&part.sums, 1);
        self.parts.push_back(part);
    }

    /// Drops the first parts until the rest fits into a window that ends here, and returns whether any were dropped.
    fn shorten(&mut self, original_end: usize) -> bool {
        let before = self.parts.len();
        while self.parts.len() > 1
            && self.parts.front().is_some_and(|first| original_end - first.original > WINDOW_BYTES)
        {
            if let Some(first) = self.parts.pop_front() {
                self.sums.add(&first.sums, -1);
            }
        }
        self.parts.len() != before
    }

    fn window(&self, model: &Model<N>) -> Option<Window<N>> {
        let range = self.parts.front()?.range.start..self.parts.back()?.range.end;
        Some(Window { range, logits: model.logits(&self.sums), is_joint: false })
    }
}

/// A walk over a text that calls `judge` for each window.
pub struct Walk<'w, const N: usize, J> {
    model: &'w Model<N>,
    text: &'w Text<'w>,
    events: &'w [Event],
    judge: J,
    /// The words of the sentence that are within a window.
    words: Recent<N>,
    /// The sentences that are within a window.
    sentences: Recent<N>,
    is_long_sentence: bool,
}

impl<'w, const N: usize, J: FnMut(Window<N>)> Walk<'w, N, J> {
    /// Walks over this text; the hand-made features must be in order of their ends.
    pub fn new(model: &'w Model<N>, text: &'w Text<'w>, events: &'w [Event], judge: J) -> Self {
        Walk {
            model,
            text,
            events,
            judge,
            words: Recent::new(),
            sentences: Recent::new(),
            is_long_sentence: false,
        }
    }

    /// Scores all windows.
    pub fn run(mut self) {
        let folded = self.text.folded();
        let mut grams = Grams::default();
        for step in Steps::new(folded, 0, folded.len()) {
            match step {
                Step::Border(_) => {
                    self.end_sentence();
                    grams.reset();
                }
                Step::Word(word) => {
                    let mut sums = Sums::default();
                    for (hash, is_there) in grams.push(&word) {
                        self.model.add_gram(&mut sums, hash, is_there);
                    }
                    self.add_events(word.end, &mut sums);
                    self.push(word.start..word.end, sums);
                }
            }
        }
        self.end_sentence();
    }

    fn add_events(&mut self, end: usize, sums: &mut Sums<N>) {
        while let Some((event, rest)) = self.events.split_first()
            && event.at <= end
        {
            self.model.add_hand(sums, event.feature);
            self.events = rest;
        }
    }

    fn push(&mut self, range: Range<usize>, sums: Sums<N>) {
        let original = self.text.span_of_folded(range.clone());
        if self
            .words
            .parts
            .front()
            .is_some_and(|first| original.end - first.original > WINDOW_BYTES)
        {
            // The first part of a sentence that is longer than a window.
            if !self.is_long_sentence {
                self.judge_words();
            }
            self.is_long_sentence = true;
        }
        self.words.push(Part { range, original: original.start, sums });
        if self.is_long_sentence {
            self.words.shorten(original.end);
            self.judge_words();
        }
    }

    fn judge_words(&mut self) {
        if let Some(window) = self.words.window(self.model) {
            (self.judge)(window);
        }
    }

    fn end_sentence(&mut self) {
        let Some(window) = self.words.window(self.model) else { return };
        let range = window.range.clone();
        (self.judge)(window);
        if std::mem::take(&mut self.is_long_sentence) {
            self.sentences.clear();
        } else {
            let original = self.text.span_of_folded(range.clone());
            self.sentences.push(Part { range, original: original.start, sums: self.words.sums });
            self.sentences.shorten(original.end);
            if self.sentences.parts.len() > 1
                && let Some(window) = self.sentences.window(self.model)
            {
                (self.judge)(Window { is_joint: true, ..window });
            }
        }
        self.words.clear();
    }
}
