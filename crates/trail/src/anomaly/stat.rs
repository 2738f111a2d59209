//! Averages of the last values, each with what was usual of it.

use super::history::History;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// A statistic of deviations, judged by its own past.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Stat {
    follows: f64,
    value: f64,
    /// The last values, which are not yet a part of the past: what begins slowly must not become usual before it is seen.
    recent: VecDeque<f32>,
    past: History,
}

/// So many values are not yet a part of the past.
const RECENT: usize = 24;

/// The largest value of the past is as unusual as this: a series that always had spikes may have the next one.
const VALUE_TOP: f64 = 2.1;

/// Averages are less often as large for nothing.
const AVERAGE_TOP: f64 = 3.2;

impl Stat {
    /// An average that follows at this rate (1: the last value alone), and its size in noise.
    pub(super) fn new(follows: f64, size: f64) -> Self {
        let top = if follows < 1.0 { AVERAGE_TOP } else { VALUE_TOP };
        Stat { follows, value: 0.0, recent: VecDeque::new(), past: History::assumed(size, top) }
    }

    /// Takes a deviation in, and returns how far the average is beyond what is usual.
    pub(super) fn step(&mut self, deviation: f64) -> f64 {
        self.value += (deviation - self.value) * self.follows;
        self.past.excess(self.value)
    }

    /// How far a single deviation is beyond what is usual of this statistic.
    pub(super) fn excess_of(&self, deviation: f64) -> f64 {
        self.past.excess(deviation)
    }

    /// What was stepped to becomes a part of the past in a while.
    pub(super) fn learn(&mut self) {
        self.recent.push_back(self.value as f32);
        if self.recent.len() > RECENT
            && let Some(oldest) = self.recent.pop_front()
        {
            self.past.add(f64::from(oldest));
        }
    }

    /// The value is of a finding: the next one of its size is less unusual.
    pub(super) fn note(&mut self) {
        self.past.note(self.value);
    }

    /// The last values do not become a part of the past: they are of an incident.
    pub(super) fn skip(&mut self) {
        self.recent.clear();
    }

    /// The average.
    pub(super) fn value(&self) -> f64 {
        self.value
    }

    /// The size that is not usual any more.
    pub(super) fn high(&self) -> f64 {
        self.past.high()
    }

    /// What has happened until now is no deviation any more.
    pub(super) fn reset(&mut self) {
        self.value = 0.0;
    }

    /// What was usual was of another prediction.
    pub(super) fn forget(&mut self) {
        self.recent.clear();
        self.past.forget();
    }
}
