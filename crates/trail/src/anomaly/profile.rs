//! What a time of the day or of the week usually has.

use serde::{Deserialize, Serialize};

const HOUR_S: i64 = 3_600;

/// How many values an hour must have before it is predicted from.
const NEEDED: usize = 2;

/// For each hour of a season, its last values without the series' level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Profile {
    hours: usize,
    depth: usize,
    values: Vec<Vec<f32>>,
    /// The hour that is being summed, its sum and its number of values.
    hour: i64,
    sum: f64,
    count: u32,
}

impl Profile {
    /// A season of so many hours, and how many seasons it remembers.
    pub(super) fn new(hours: usize, depth: usize) -> Self {
        let values = vec![Vec::new(); hours];
        Profile { hours, depth, values, hour: i64::MIN, sum: 0.0, count: 0 }
    }

    /// What this moment usually has; none before its hour has been there twice.
    ///
    /// Near the border of two hours, anything between both is usual: what happens on the hour is not always on the minute.
    pub(super) fn at(&self, unix_s: i64, interval_s: i64) -> Option<(f64, f64)> {
        let hour = unix_s.div_euclid(HOUR_S);
        let (low, high) = self.usual(hour)?;
        if interval_s >= HOUR_S {
            return Some((low, high));
        }
        let middle = (unix_s.rem_euclid(HOUR_S) + interval_s / 2) as f64 / HOUR_S as f64 - 0.5;
        let beside = self.usual(if middle < 0.0 { hour - 1 } else { hour + 1 });
        let (also_low, also_high) = beside.unwrap_or((low, high));
        // From the middle of an hour to its border, ever more of the other one.
        let part = (middle.abs() * 4.0 - 0.5).clamp(0.0, 1.0);
        Some((low.min(low + (also_low - low) * part), high.max(high + (also_high - high) * part)))
    }

    /// The median; of two values, which one was unusual is not known, and all between them is usual.
    fn usual(&self, hour: i64) -> Option<(f64, f64)> {
        let values = self.values.get(hour.rem_euclid(self.hours as i64) as usize)?;
        if values.len() < NEEDED {
            return None;
        }
        let mut sorted = values.clone();
        sorted.sort_by(f32::total_cmp);
        let (low, high) = (sorted.get((sorted.len() - 1) / 2)?, sorted.get(sorted.len() / 2)?);
        if sorted.len() == NEEDED {
            return Some((f64::from(*low), f64::from(*high)));
        }
        let middle = f64::from(low + high) / 2.0;
        Some((middle, middle))
    }

    /// Adds a value without its level.
    pub(super) fn add(&mut self, unix_s: i64, value: f64) {
        let hour = unix_s.div_euclid(HOUR_S);
        if hour != self.hour {
            self.end_hour();
            self.hour = hour;
        }
        self.sum += value;
        self.count += 1;
    }

    fn end_hour(&mut self) {
        let slot = self.hour.rem_euclid(self.hours as i64) as usize;
        if let Some(values) = self.values.get_mut(slot).filter(|_| self.count > 0) {
            values.push((self.sum / f64::from(self.count)) as f32);
            if values.len() > self.depth {
                values.remove(0);
            }
        }
        (self.sum, self.count) = (0.0, 0);
    }
}
