//! The detectors of guardrails, by name and by group.

use crate::closed::word_of;

/// A group of detectors, which a rule can name as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DetectorGroup {
    /// Data about a person.
    Personal,
    /// Credentials.
    Secrets,
    /// Instructions that are meant to override the operator's.
    Injection,
    /// Harmful content.
    Moderation,
    /// Hidden instructions that an answer repeats.
    Leakage,
    /// Advice in fields where the law regulates who may give it.
    Advice,
}

impl DetectorGroup {
    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("personal", Self::Personal),
        ("secrets", Self::Secrets),
        ("injection", Self::Injection),
        ("moderation", Self::Moderation),
        ("leakage", Self::Leakage),
        ("advice", Self::Advice),
    ];

    /// Its name in `guardrails.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }

    /// Whether its detectors mark data that can be replaced; the others judge the meaning of a text.
    #[must_use]
    pub fn marks_data(self) -> bool {
        matches!(self, Self::Personal | Self::Secrets)
    }
}

/// All detectors with their groups, as in `postern-detect`, which this crate does not depend on.
pub const DETECTORS: &[(&str, DetectorGroup)] = &[
    ("email", DetectorGroup::Personal),
    ("phone", DetectorGroup::Personal),
    ("payment_card", DetectorGroup::Personal),
    ("bank_account", DetectorGroup::Personal),
    ("national_id", DetectorGroup::Personal),
    ("passport", DetectorGroup::Personal),
    ("licence", DetectorGroup::Personal),
    ("personal_date", DetectorGroup::Personal),
    ("address", DetectorGroup::Personal),
    ("network_address", DetectorGroup::Personal),
    ("coordinates", DetectorGroup::Personal),
    ("vehicle_id", DetectorGroup::Personal),
    ("device_id", DetectorGroup::Personal),
    ("medical_id", DetectorGroup::Personal),
    ("profile_url", DetectorGroup::Personal),
    ("person_name", DetectorGroup::Personal),
    ("credential", DetectorGroup::Secrets),
    ("prompt_injection", DetectorGroup::Injection),
    ("hate", DetectorGroup::Moderation),
    ("harassment", DetectorGroup::Moderation),
    ("self_harm", DetectorGroup::Moderation),
    ("sexual", DetectorGroup::Moderation),
    ("sexual_minors", DetectorGroup::Moderation),
    ("violence", DetectorGroup::Moderation),
    ("illicit", DetectorGroup::Moderation),
    ("profanity", DetectorGroup::Moderation),
    ("bias", DetectorGroup::Moderation),
    ("system_prompt_leak", DetectorGroup::Leakage),
    ("medical_advice", DetectorGroup::Advice),
    ("legal_advice", DetectorGroup::Advice),
    ("financial_advice", DetectorGroup::Advice),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_has_its_word_and_its_detectors() {
        for (word, group) in DetectorGroup::WORDS {
            assert_eq!(group.as_str(), *word);
            assert!(DETECTORS.iter().any(|(_, each)| each == group), "{word} is empty");
            assert!(DETECTORS.iter().all(|(name, _)| name != word), "{word} is both");
        }
    }
}
