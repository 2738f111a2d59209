//! The names of detectors in policies are the names of built-in detectors.

use postern_detect::{Detector, Group};
use postern_policy::{DETECTORS, DetectorGroup};

#[test]
fn policies_name_every_detector_and_its_group() {
    let group = |group| match group {
        DetectorGroup::Personal => Group::Personal,
        DetectorGroup::Secrets => Group::Secret,
        DetectorGroup::Injection => Group::Injection,
        DetectorGroup::Moderation => Group::Moderation,
        DetectorGroup::Leakage => Group::Leakage,
        DetectorGroup::Advice => Group::Advice,
    };
    let named: Vec<_> = DETECTORS.iter().map(|(name, of)| (*name, group(*of))).collect();
    let known: Vec<_> =
        Detector::ALL.iter().map(|detector| (detector.as_str(), detector.group())).collect();
    assert_eq!(named, known);
}
