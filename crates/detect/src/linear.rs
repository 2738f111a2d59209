//! A small linear model over hashed n-grams and hand-made features, applied window by window.
//!
//! Weights are one-byte integers and sums are integers, so a model gives the same result natively and in WebAssembly.
//! `tests/guardrail/linear.py` writes the format:
//!
//! | bytes | what |
//! |---|---|
//! | 4 | `PLM1` |
//! | 1, 1, 2 | the binary logarithm of the number of buckets; outputs; hand-made features |
//! | 5 times 4, for each output | bias, scale of n-grams, scale of hand-made features, slope and offset of the calibration (`f32`) |
//! | 4, for each output | the logit from which it is a finding (`f32`) |
//! | buckets times outputs | the weights of n-grams (`i8`) |
//! | features times outputs | the weights of hand-made features (`i8`) |
//! | 2 | how many names follow |
//! | 4, 1, n | an n-gram's hash, or a feature with the highest bit set; the length of its name; its name |
//!
//! All numbers are little-endian.

#[cfg(any(test, feature = "training"))]
pub mod dump;
mod grams;
mod windows;

pub use windows::Window;

use crate::finding::Evidence;
use crate::text::Text;
use grams::{Grams, Step, Steps};
use rustc_hash::FxHashMap as HashMap;
use std::ops::Range;
use windows::{Sums, Walk};

/// A hand-made feature at a place of the folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Its end, in bytes of the folded text; if that is not the end of a word, it counts with the next word.
    pub at: usize,
    /// Its index in the weights.
    pub feature: u16,
}

/// A model with `N` outputs.
pub struct Model<const N: usize> {
    grams: &'static [u8],
    hand: &'static [u8],
    mask: usize,
    outputs: [Output; N],
    names: HashMap<u32, &'static str>,
}

/// The parameters of an output.
#[derive(Debug, Clone, Copy, Default)]
pub struct Output {
    bias: f32,
    gram_scale: f32,
    hand_scale: f32,
    slope: f32,
    offset: f32,
    /// The lowest logit of a finding.
    pub threshold: f32,
}

/// Marks a hand-made feature in the table of names.
const HAND: u32 = 1 << 31;
/// The most features that explain a score.
const EXPLAINED: usize = 5;
/// The name of the evidence for the rest of a score.
const OTHER_WORDS: &str = "other words";

impl<const N: usize> Model<N> {
    /// Reads a model; `None` if it is truncated or in another format.
    pub fn read(bytes: &'static [u8]) -> Option<Self> {
        let mut reader = Reader { bytes };
        let [b'P', b'L', b'M', b'1', bits, outputs] = *reader.take(6)? else { return None };
        if usize::from(outputs) != N || bits > 24 {
            return None;
        }
        let features = usize::from(reader.u16()?);
        let mut of = [Output::default(); N];
        for output in &mut of {
            output.bias = reader.f32()?;
            output.gram_scale = reader.f32()?;
            output.hand_scale = reader.f32()?;
            output.slope = reader.f32()?;
            output.offset = reader.f32()?;
        }
        for output in &mut of {
            output.threshold = reader.f32()?;
        }
        let buckets = 1 << bits;
        let grams = reader.take(buckets * N)?;
        let hand = reader.take(features * N)?;
        let mut names = HashMap::default();
        for _ in 0..reader.u16()? {
            let key = reader.u32()?;
            let [length] = *reader.take(1)? else { return None };
            names.insert(key, std::str::from_utf8(reader.take(usize::from(length))?).ok()?);
        }
        Some(Model { grams, hand, mask: buckets - 1, outputs: of, names })
    }

    /// The parameters of the outputs.
    pub fn outputs(&self) -> &[Output; N] {
        &self.outputs
    }

    /// Calls `judge` for each window of the text. The hand-made features must be in order of their ends.
    pub fn judge(&self, text: &Text<'_>, events: &[Event], judge: impl FnMut(Window<N>)) {
        Walk::new(self, text, events, judge).run();
    }

    /// The features of a window with the most weight for an output.
    pub fn explain(
        &self,
        text: &Text<'_>,
        events: &[Event],
        range: &Range<usize>,
        output: usize,
    ) -> Vec<Evidence> {
        let features = features(text.folded(), events, range);
        let Some(of) = self.outputs.get(output) else { return Vec::new() };
        let by_count = of.gram_scale / (features.grams.len().max(1) as f32).sqrt();
        let mut weights: HashMap<&'static str, f32> = HashMap::default();
        for hash in features.grams {
            let name = self.names.get(&(hash & !HAND)).copied().unwrap_or(OTHER_WORDS);
            *weights.entry(name).or_default() +=
                weight(self.grams, (hash as usize & self.mask) * N + output) * by_count;
        }
        for feature in features.hand {
            let name = self.names.get(&(HAND | u32::from(feature))).copied().unwrap_or(OTHER_WORDS);
            *weights.entry(name).or_default() +=
                weight(self.hand, usize::from(feature) * N + output) * of.hand_scale;
        }
        let mut evidence: Vec<Evidence> =
            weights.into_iter().map(|(feature, weight)| Evidence { feature, weight }).collect();
        evidence.sort_by(|a, b| {
            b.weight.abs().total_cmp(&a.weight.abs()).then(a.feature.cmp(b.feature))
        });
        evidence.truncate(EXPLAINED);
        evidence
    }

    /// What a hand-made feature adds to an output.
    pub fn hand_weight(&self, feature: u16, output: usize) -> f32 {
        let scale = self.outputs.get(output).map_or(0.0, |output| output.hand_scale);
        weight(self.hand, usize::from(feature) * N + output) * scale
    }

    /// Adds the weights of an n-gram if it is there. The words decide that as they please, so it is no branch.
    #[inline]
    fn add_gram(&self, sums: &mut Sums<N>, hash: u32, is_there: bool) {
        sums.count += u32::from(is_there);
        add(&mut sums.grams, self.grams, (hash as usize & self.mask) * N, i32::from(is_there));
    }

    fn add_hand(&self, sums: &mut Sums<N>, feature: u16) {
        add(&mut sums.hand, self.hand, usize::from(feature) * N, 1);
    }

    /// The n-grams' sum is divided by the root of their number, so that long windows weigh no more than short ones.
    fn logits(&self, sums: &Sums<N>) -> [f32; N] {
        let root = (sums.count.max(1) as f32).sqrt();
        let mut logits = [0.0; N];
        let of = self.outputs.iter().zip(sums.grams.iter().zip(sums.hand));
        for (logit, (output, (grams, hand))) in logits.iter_mut().zip(of) {
            *logit = output.bias
                + *grams as f32 * output.gram_scale / root
                + hand as f32 * output.hand_scale;
        }
        logits
    }
}

impl Output {
    /// The parameters with a lower threshold.
    pub fn lowered(self, by: f32) -> Self {
        Output { threshold: self.threshold - by, ..self }
    }

    /// The confidence of a logit, in percent, calibrated on texts that the weights were not fitted on.
    pub fn confidence(&self, logit: f32) -> u8 {
        let certain = 1.0 / (1.0 + (-(self.slope * logit + self.offset)).exp());
        (certain * 100.0).round().clamp(1.0, 99.0) as u8
    }
}

/// The features of a window.
pub struct Features {
    /// The hashes of its n-grams.
    pub grams: Vec<u32>,
    /// Its hand-made features.
    pub hand: Vec<u16>,
}

/// The hand-made features within a window; `events` must be in order.
pub fn within<'e>(events: &'e [Event], range: &Range<usize>) -> &'e [Event] {
    let first = events.partition_point(|event| event.at <= range.start);
    let end = events.partition_point(|event| event.at <= range.end);
    events.get(first..end).unwrap_or_default()
}

/// The features of a window of a folded text.
pub fn features(folded: &str, events: &[Event], range: &Range<usize>) -> Features {
    let mut hashes = Vec::new();
    let mut grams = Grams::default();
    for step in Steps::new(folded, range.start, range.end) {
        match step {
            Step::Word(word) => {
                hashes.extend(
                    grams
                        .push(&word)
                        .into_iter()
                        .filter_map(|(hash, is_there)| is_there.then_some(hash)),
                );
            }
            Step::Border(_) => grams.reset(),
        }
    }
    let hand = within(events, range).iter().map(|event| event.feature).collect();
    Features { grams: hashes, hand }
}

fn add<const N: usize>(sums: &mut [i32; N], weights: &[u8], at: usize, times: i32) {
    let Some(row) = weights.get(at..at + N) else { return };
    for (sum, weight) in sums.iter_mut().zip(row) {
        *sum += i32::from(weight.cast_signed()) * times;
    }
}

fn weight(weights: &[u8], at: usize) -> f32 {
    weights.get(at).map_or(0.0, |weight| f32::from(weight.cast_signed()))
}

struct Reader {
    bytes: &'static [u8],
}

impl Reader {
    fn take(&mut self, length: usize) -> Option<&'static [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        Some(taken)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn f32(&mut self) -> Option<f32> {
        Some(f32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }
}

#[cfg(test)]
mod tests;
