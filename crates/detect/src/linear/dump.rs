//! The features of texts for the trainer, so that training and detection use the same features.

use super::windows::WINDOW_BYTES;
use super::{Event, Features, Model, Output, features};
use crate::text::Text;
use rustc_hash::FxHashMap as HashMap;
use std::ops::Range;

/// The least distance between the starts of two windows in a long sentence that are used for training.
const STRIDE_BYTES: usize = 48;

/// A window of the original text and its features.
pub struct Sample {
    /// Its place, in bytes of the original text.
    pub range: Range<usize>,
    /// Its features.
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

/// Writes samples in the trainer's format: four-byte little-endian numbers.
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
