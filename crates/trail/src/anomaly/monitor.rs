//! Many series at once: what they have in common is one finding, and each finding is explained.

use super::detector::Detector;
use super::finding::{Anomaly, Shape};
use crate::name::Name;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// As many series of a metric tell what all have in common.
const ENOUGH: usize = 8;

/// If half of the series deviate as much, in usual deviations, it is no matter of one of them.
const COMMON: f64 = 1.5;

/// From here on, it is a finding of its own.
const COMMON_FINDING: f64 = 4.0;

/// A value of a series in one bucket of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// `requests`, `cost_nano_usd`.
    pub metric: Name,
    /// What it is measured of: `consumer=shop`, `model=gpt-4o`.
    pub of: Name,
    /// Its value; 0 if there was nothing, so that silence is seen.
    pub value: f64,
}

/// A finding with the series that it is of; none of `of`: all series of the metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Explained {
    pub metric: Name,
    pub of: Option<Name>,
    pub finding: Anomaly,
}

/// The detectors of many series; its state is what has to be kept between two buckets.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Monitor {
    series: BTreeMap<Name, BTreeMap<Name, Detector>>,
    /// Findings of all series of a metric.
    common: BTreeMap<Name, Anomaly>,
}

impl Monitor {
    /// A monitor that knows nothing yet.
    pub fn new() -> Self {
        Monitor::default()
    }

    /// Takes in what was kept of a series.
    pub fn insert(&mut self, metric: Name, of: Name, detector: Detector) {
        self.series.entry(metric).or_default().insert(of, detector);
    }

    /// Takes in the finding of all series of a metric that was kept.
    pub fn insert_common(&mut self, metric: Name, finding: Anomaly) {
        self.common.insert(metric, finding);
    }

    /// The series of a metric, to be kept.
    pub fn series(&self, metric: &Name) -> impl Iterator<Item = (&Name, &Detector)> {
        self.series.get(metric).into_iter().flatten()
    }

    /// The finding of all series of a metric, to be kept.
    pub fn common(&self, metric: &Name) -> Option<&Anomaly> {
        self.common.get(metric)
    }

    /// Takes in all series of one bucket of time, and returns what was opened and closed.
    pub fn close_bucket(&mut self, unix_s: i64, measured: &[Measured]) -> Vec<Explained> {
        let mut changes = Vec::new();
        let mut by_metric: BTreeMap<&Name, Vec<&Measured>> = BTreeMap::new();
        for one in measured {
            by_metric.entry(&one.metric).or_default().push(one);
        }
        for (metric, values) in by_metric {
            let (common, deviations) = self.common_of(metric, unix_s, &values);
            changes.extend(self.common_finding(metric, unix_s, deviations));
            let common = if deviations.abs() >= COMMON { common } else { 0.0 };
            for one in values {
                let series = self.series.entry(metric.clone()).or_default();
                let detector = series.entry(one.of.clone()).or_default();
                let verdict = detector.push_beside(unix_s, one.value, common);
                let explained = |finding| Explained {
                    metric: metric.clone(),
                    of: Some(one.of.clone()),
                    finding,
                };
                changes.extend(verdict.closed.into_iter().chain(verdict.opened).map(explained));
            }
        }
        changes
    }

    /// The medians of all series' deviations, as ratios and in usual deviations.
    fn common_of(&self, metric: &Name, unix_s: i64, values: &[&Measured]) -> (f64, f64) {
        let Some(series) = self.series.get(metric) else { return (0.0, 0.0) };
        let deviation = |one: &&Measured| series.get(&one.of)?.deviation(unix_s, one.value);
        let (ratios, deviations): (Vec<f64>, Vec<f64>) =
            values.iter().filter_map(deviation).unzip();
        if deviations.len() < ENOUGH {
            return (0.0, 0.0);
        }
        (median(ratios), median(deviations))
    }

    fn common_finding(&mut self, metric: &Name, unix_s: i64, common: f64) -> Option<Explained> {
        let explained = |finding| Explained { metric: metric.clone(), of: None, finding };
        if let Some(finding) = self.common.get(metric).copied() {
            if common.abs() >= COMMON {
                return None;
            }
            self.common.remove(metric);
            return Some(explained(Anomaly { closed_unix_s: Some(unix_s), ..finding }));
        }
        if common.abs() < COMMON_FINDING {
            return None;
        }
        let shape = if common > 0.0 { Shape::ShiftUp } else { Shape::ShiftDown };
        // Of all series together, values are counted in usual deviations.
        let band =
            super::finding::Band { expected: 0.0, low: -COMMON_FINDING, high: COMMON_FINDING };
        let score = 1.0 - (-common.abs() / COMMON_FINDING * std::f64::consts::LN_2).exp();
        let finding =
            Anomaly { shape, since_unix_s: unix_s, seen: common, band, score, closed_unix_s: None };
        self.common.insert(metric.clone(), finding);
        Some(explained(finding))
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// A part of a series that has a finding, and its share of what is unusual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub struct Contributor {
    pub of: Name,
    pub expected: f64,
    pub seen: f64,
    /// Its part of the difference, from 0 to 1.
    pub share: f64,
}

/// The parts that make up a finding, largest first: those that differ in its direction. `parts` are what each part was expected to have,
/// and has.
pub fn contributors(parts: &[(Name, f64, f64)], most: usize) -> Vec<Contributor> {
    let total: f64 = parts.iter().map(|(_, expected, seen)| seen - expected).sum();
    let differs =
        |(_, expected, seen): &&(Name, f64, f64)| (seen - expected) * total.signum() > 0.0;
    let of_direction: f64 =
        parts.iter().filter(differs).map(|(_, expected, seen)| (seen - expected).abs()).sum();
    let contributor = |(of, expected, seen): &(Name, f64, f64)| Contributor {
        of: of.clone(),
        expected: *expected,
        seen: *seen,
        share: (seen - expected).abs() / of_direction,
    };
    let mut found: Vec<_> = parts.iter().filter(differs).map(contributor).collect();
    found.sort_by(|one, other| other.share.total_cmp(&one.share).then(one.of.cmp(&other.of)));
    found.truncate(most);
    found
}
