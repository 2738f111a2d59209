//! The result of a detector.

use crate::detector::Detector;
use std::ops::Range;

/// A finding of a detector.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The detector that found it.
    pub detector: Detector,
    /// The documented form: `visa`, `us_ssn`, `github_token`. Never a part of the text.
    pub form: &'static str,
    /// Its place, in bytes of the original text, on character borders.
    pub span: Range<usize>,
    /// How certain it is, in percent. A rule may require more than the detector's own threshold.
    pub confidence: u8,
    /// The evidence for a score, the weightiest first; empty if a check digit decides.
    pub evidence: Vec<Evidence>,
}

/// A feature of the text, and its weight in the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The name of the feature. Never a part of the text.
    pub feature: &'static str,
    /// What it adds to the score; negative if it is evidence against the finding.
    pub weight: f32,
}
