//! The result of a detector.

use crate::detector::Detector;
use std::ops::Range;

/// Something that a detector has found.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The detector that found it.
    pub detector: Detector,
    /// Which of the detector's forms it has, as documented: `visa`, `us_ssn`, `github_token`. Never a part of the text.
    pub form: &'static str,
    /// Where it stands, in bytes of the original text, on character borders.
    pub span: Range<usize>,
    /// How certain it is, in percent. A rule of policy may ask for more than the detector's own threshold.
    pub confidence: u8,
    /// What speaks for it, the weightiest first. It explains a score, and is empty where a check digit decides.
    pub evidence: Vec<Evidence>,
}

/// A feature of the text, and its weight in the score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The name of the feature. Never a part of the text.
    pub feature: &'static str,
    /// What it adds to the score; negative where it speaks against the finding.
    pub weight: f32,
}
