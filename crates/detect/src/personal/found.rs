//! The findings of this group's detectors, in bytes of the plain text, before overlaps are resolved.

use crate::detector::Detector;
use crate::finding::Evidence;
use std::ops::Range;

/// A finding that may overlap others.
#[derive(Debug, Clone)]
pub struct Found {
    /// The detector.
    pub detector: Detector,
    /// The form.
    pub form: &'static str,
    /// Its place in the plain text.
    pub span: Range<usize>,
    /// The confidence, in percent.
    pub confidence: u8,
    /// The evidence for it; empty if a check digit decides.
    pub evidence: Vec<Evidence>,
}

impl Found {
    /// A finding by its form alone.
    pub fn new(
        detector: Detector,
        form: &'static str,
        span: Range<usize>,
        confidence: u8,
    ) -> Found {
        Found { detector, form, span, confidence, evidence: Vec::new() }
    }

    /// A finding by a word near it.
    pub fn beside(
        detector: Detector,
        form: &'static str,
        span: Range<usize>,
        confidence: u8,
    ) -> Found {
        let evidence = vec![Evidence { feature: "context", weight: f32::from(confidence) / 100.0 }];
        Found { detector, form, span, confidence, evidence }
    }

    /// Adds a feature as evidence.
    pub fn by(self, feature: &'static str) -> Found {
        let weight = f32::from(self.confidence) / 100.0;
        Found { evidence: vec![Evidence { feature, weight }], ..self }
    }
}
