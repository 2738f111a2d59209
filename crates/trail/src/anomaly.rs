//! Anomalies: what is unusual in a series of numbers, whatever its shape.
//!
//! A [`Detector`] knows one series. It predicts each value from the same hour of earlier weeks, from the same hour of earlier days, or
//! from its level, whichever has been right so far, and looks at what is left in four ways: single values (spikes, silence),
//! a few values (shifts), many values (drifts), and how much they vary (bursts, flat lines). How unusual each is, is told by the series' own
//! past, so that nothing is assumed about its distribution.
//!
//! Warm-up: nothing is reported before [`WARM_UP_VALUES`] values, which is two weeks of hours. Values of the hour of the week are used from
//! the third week on.

mod detector;
mod finding;
mod history;
mod level;
mod monitor;
mod profile;
mod stat;

pub use detector::{Detector, WARM_UP_VALUES};
pub use finding::{Anomaly, Assessment, Band, Shape};
pub use monitor::{Contributor, Explained, Measured, Monitor, contributors};
