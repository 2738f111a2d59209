//! What a detector of this group has found, in bytes of the plain text, before findings are compared.

use crate::detector::Detector;
use crate::finding::Evidence;
use std::ops::Range;

/// A finding, not yet compared with others.
#[derive(Debug, Clone)]
pub struct Found {
    /// The detector.
    pub detector: Detector,
    /// The form.
    pub form: &'static str,
    /// Where it stands in the plain text.
    pub span: Range<usize>,
    /// In percent.
    pub confidence: u8,
    /// What speaks for it; empty where a check digit decides.
    pub evidence: Vec<Evidence>,
}

impl Found {
    /// By its form alone.
    pub fn new(
        detector: Detector,
        form: &'static str,
        span: Range<usize>,
        confidence: u8,
    ) -> Found {
        Found { detector, form, span, confidence, evidence: Vec::new() }
    }

    /// By a word near it.
    pub fn beside(
        detector: Detector,
        form: &'static str,
        span: Range<usize>,
        confidence: u8,
    ) -> Found {
        let evidence = vec![Evidence { feature: "context", weight: f32::from(confidence) / 100.0 }];
        Found { detector, form, span, confidence, evidence }
    }

    /// By a feature.
    pub fn by(self, feature: &'static str) -> Found {
        let weight = f32::from(self.confidence) / 100.0;
        Found { evidence: vec![Evidence { feature, weight }], ..self }
    }
}
