//! The features of texts, for the trainer: what it learns from is what the models see.

use super::windows::WINDOW_BYTES;
use super::{Event, Features, Model, Output, features};
use crate::text::Text;
use rustc_hash::FxHashMap as HashMap;
use std::ops::Range;

/// Of the overlapping windows in a long sentence, those that begin at least this far apart are trained with.
const STRIDE_BYTES: usize = 48;

/// A window of the original text and its features.
pub struct Sample {
    /// Where it is, in bytes of the original text.
    pub range: Range<usize>,
    /// What is in it.
    pub features: Features,
}

/// The windows of a text.
pub fn samples(text: &Text<'_>, events: &[Event]) -> Vec<Sample> {
    let model = Model::<1> {
        grams: &[],
        hand: &[],
        mask: 0,
        outputs: [Output::default()],
        names: HashMap::default(),
    };
    let mut ranges: Vec<Range<usize>> = Vec::new();
    model.judge(text, events, |window| {
        let is_part = |range: &Range<usize>| range.len() + STRIDE_BYTES > WINDOW_BYTES;
        let is_near = |last: &Range<usize>| {
            let moved = window.range.start.wrapping_sub(last.start);
            is_part(last) && is_part(&window.range) && 0 < moved && moved < STRIDE_BYTES
        };
        if !ranges.last().is_some_and(is_near) {
            ranges.push(window.range);
        }
    });
    let sample = |range| Sample {
        range: text.span_of_folded(Range::clone(&range)),
        features: features(text.folded(), events, &range),
    };
    ranges.into_iter().map(sample).collect()
}

/// Write samples as the trainer reads them: numbers of four bytes, little-endian.
pub fn write(samples: &[Sample], output: &mut Vec<u8>) {
    let mut push = |number: usize| output.extend((number as u32).to_le_bytes());
    push(samples.len());
    for sample in samples {
        push(sample.range.start);
        push(sample.range.end);
        push(sample.features.grams.len());
        push(sample.features.hand.len());
        sample.features.grams.iter().for_each(|hash| push(*hash as usize));
        sample.features.hand.iter().for_each(|feature| push(usize::from(*feature)));
    }
}
