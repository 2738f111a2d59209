//! What was found.

use serde::{Deserialize, Serialize};

/// In which way a series is unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// Single values are too high.
    Spike,
    /// Single values are too low.
    Dip,
    /// There is nothing where something is expected.
    Silence,
    /// It has been higher for some values.
    ShiftUp,
    /// It has been lower for some values.
    ShiftDown,
    /// It has been rising.
    DriftUp,
    /// It has been falling.
    DriftDown,
    /// It varies more than it did.
    Noise,
    /// It varies less than it did.
    Flat,
}

/// What was expected of a value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Band {
    /// The value that was expected.
    pub expected: f64,
    /// Values below are unusual.
    pub low: f64,
    /// Values above are unusual.
    pub high: f64,
}

/// Something unusual, from its first value on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Anomaly {
    /// In which way.
    pub shape: Shape,
    /// The time of the value that opened it.
    pub since_unix_s: i64,
    /// The value that opened it.
    pub seen: f64,
    /// What was expected then.
    pub band: Band,
    /// The highest score since.
    pub score: f64,
    /// When it was over, or became usual.
    pub closed_unix_s: Option<i64>,
}

/// What is said of one value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assessment {
    /// From 0 (as expected) to 1; from 0.5 on it is unusual. Of one incident, the first value has the score, and later ones only if they are
    /// worse.
    pub score: f64,
    /// What was expected; none before the warm-up is over.
    pub band: Option<Band>,
    /// A finding that this value opened.
    pub opened: Option<Anomaly>,
    /// A finding that this value closed.
    pub closed: Option<Anomaly>,
}

impl Assessment {
    pub(super) const NONE: Self = Assessment { score: 0.0, band: None, opened: None, closed: None };
}
