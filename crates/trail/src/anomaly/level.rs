//! One way to predict a series: by a season, or by its level alone.

use super::profile::Profile;
use serde::{Deserialize, Serialize};

/// How fast a level without a season follows: half of a change in 48 values.
const FOLLOWS: f64 = 0.0144;

/// With a season, half of a change in two days, so that a change within a day is seen as one.
const FOLLOWS_IN_S: f64 = 172_800.0;

/// How fast the error is forgotten.
const FORGETS: f64 = 0.01;

/// Less than this is never unusual: half a percent of the value.
const LEAST: f64 = 0.005;

/// A prediction, and how wrong it has been.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Level {
    profile: Option<Profile>,
    level: f64,
    error: f64,
    seen: u64,
}

impl Level {
    pub(super) fn new(profile: Option<Profile>) -> Self {
        Level { profile, level: 0.0, error: 0.0, seen: 0 }
    }

    /// What is expected at this moment, and nearest to the value.
    pub(super) fn expected(&self, unix_s: i64, interval_s: i64, value: f64) -> Option<f64> {
        match &self.profile {
            None => Some(self.level),
            Some(profile) => {
                let (low, high) = profile.at(unix_s, interval_s)?;
                let value = value - self.level;
                Some(value.clamp(low, high) + self.level)
            }
        }
    }

    /// The size of a usual deviation, as a standard deviation.
    pub(super) fn scale(&self) -> f64 {
        (self.error * 1.25).max(LEAST)
    }

    /// Whether it has predicted for long enough to be compared.
    pub(super) fn is_known(&self) -> bool {
        self.seen >= 24
    }

    /// Takes a value in. Deviations are cut, so that an incident does not move the level.
    pub(super) fn learn(&mut self, unix_s: i64, interval_s: i64, value: f64, usual: bool) {
        let Some(expected) = self.expected(unix_s, interval_s, value) else {
            self.season(unix_s, value);
            return;
        };
        let deviation = value - expected;
        // Where a stretch of values is expected, it says less about the error than its middle.
        let profile = self.profile.as_ref().and_then(|profile| profile.at(unix_s, interval_s));
        let middle = profile.map_or(expected, |(low, high)| (low + high) / 2.0 + self.level);
        let error = (value - middle).abs();
        self.seen = self.seen.saturating_add(1);
        let young = 1.0 / self.seen as f64;
        let cut = if self.seen > 24 { 4.0 * self.scale() } else { f64::INFINITY };
        // An incident does not say how wrong predictions are.
        let young = if usual { young.max(FORGETS) } else { 0.0 };
        self.error += (error.min(cut) - self.error) * young;
        let cut = if self.seen > 24 { 2.0 * self.scale() } else { f64::INFINITY };
        let follows = match self.profile {
            None => (1.0 / self.seen as f64).max(FOLLOWS),
            Some(_) => 1.0 - (-(interval_s as f64) / FOLLOWS_IN_S).exp2().min(0.98),
        };
        let before = self.level;
        self.level += deviation.clamp(-cut, cut) * follows;
        let kept = expected - before + deviation.clamp(-3.0 * cut, 3.0 * cut);
        self.season(unix_s, kept);
    }

    fn season(&mut self, unix_s: i64, value: f64) {
        if let Some(profile) = &mut self.profile {
            profile.add(unix_s, value);
        }
    }

    /// The level is another one from now on.
    pub(super) fn shift(&mut self, by: f64) {
        self.level += by;
    }
}
