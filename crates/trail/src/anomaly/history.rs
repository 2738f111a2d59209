//! What values of a statistic were usual: a sample of its past.

use serde::{Deserialize, Serialize};

/// The size of the sample.
const KEPT: usize = 128;

/// A value replaces one of the sample at least this often: one in so many, so that the past is forgotten.
const FORGET: u64 = 4;

/// The largest value counts for less and less: half after 1,400 values.
const FADES: f32 = 0.9995;

/// A finding counts as this part of its size.
const NOTED: f64 = 0.7;

/// A uniform sample of the past, of fixed size, that slowly forgets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct History {
    /// The size that the statistic has of noise that is usual and independent.
    size: f32,
    sample: Vec<f32>,
    seen: u64,
    median: f32,
    high: f32,
    /// The largest values of the past below and above what is expected; they fade.
    top: [f32; 2],
    /// How unusual the largest value of the past is.
    top_excess: f32,
}

impl History {
    /// A past that is assumed, until there is one: normal noise of this standard deviation.
    pub(super) fn assumed(size: f64, top_excess: f64) -> Self {
        let size = size as f32;
        let sample = NORMAL.iter().map(|quantile| quantile * size).collect();
        let mut past = History {
            size,
            sample,
            seen: 0,
            median: 0.0,
            high: 0.0,
            top: [0.0; 2],
            top_excess: top_excess as f32,
        };
        past.sort();
        past
    }

    /// Forgets the past for the assumed one.
    pub(super) fn forget(&mut self) {
        *self = History::assumed(f64::from(self.size), f64::from(self.top_excess));
    }

    /// How far a value is beyond what is usual: 0 is the median of the past, 1 is what one value in thirty exceeds.
    pub(super) fn excess(&self, deviation: f64) -> f64 {
        let value = deviation.abs();
        let [below, above] = self.top;
        let top = if deviation < 0.0 { below } else { above };
        let (median, high) = (f64::from(self.median), f64::from(self.high));
        let spread = (high - median).max(median * 0.25).max(f64::from(self.size) * 0.7);
        let beside_top = (f64::from(top) - median) / f64::from(self.top_excess);
        (value - median) / spread.max(beside_top)
    }

    /// Notes a value that was unusual: the next one of its size is less so.
    pub(super) fn note(&mut self, deviation: f64) {
        let [below, above] = &mut self.top;
        let top = if deviation < 0.0 { below } else { above };
        *top = top.max((deviation.abs() * NOTED) as f32);
    }

    /// The value that one in thirty exceeds.
    pub(super) fn high(&self) -> f64 {
        f64::from(self.high)
    }

    /// Adds a value. What is far outside is added as less: one incident is not usual yet.
    pub(super) fn add(&mut self, deviation: f64) {
        let value = deviation.abs();
        let [below, above] = &mut self.top;
        (*below, *above) = (*below * FADES, *above * FADES);
        let top = if deviation < 0.0 { below } else { above };
        *top = top.max(value as f32);
        let limit = f64::from(self.high) * 1.5;
        let value = value.min(limit);
        let value = value.max(0.0) as f32;
        self.seen = self.seen.saturating_add(1);
        if self.sample.len() < KEPT {
            self.sample.push(value);
        } else {
            // A fixed sequence, so that the same series always has the same findings.
            let random = mixed(self.seen);
            if !random.is_multiple_of((self.seen / KEPT as u64).clamp(1, FORGET)) {
                return;
            }
            let place = (random >> 32) as usize % KEPT;
            if let Some(kept) = self.sample.get_mut(place) {
                *kept = value;
            }
        }
        self.sort();
    }

    fn sort(&mut self) {
        let mut sorted = self.sample.clone();
        sorted.sort_by(f32::total_cmp);
        self.median = sorted.get(sorted.len() / 2).copied().unwrap_or(0.0);
        self.high = sorted.get(sorted.len() * 29 / 30).copied().unwrap_or(0.0);
    }
}

/// The size of normal noise, evenly over its distribution.
const NORMAL: [f32; 30] = [
    0.02, 0.06, 0.10, 0.15, 0.19, 0.23, 0.28, 0.32, 0.36, 0.41, 0.46, 0.50, 0.55, 0.60, 0.65, 0.70,
    0.75, 0.81, 0.86, 0.93, 0.99, 1.06, 1.13, 1.22, 1.31, 1.41, 1.53, 1.69, 1.90, 2.30,
];

/// SplitMix64.
fn mixed(seed: u64) -> u64 {
    let mut mixed = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
