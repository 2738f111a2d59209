//! What a text may be, in words that a model understands.

use crate::decide::Eyes;
use crate::rules::Source;
use std::collections::BTreeSet;

/// Detectors that judge what is said, and what each of them looks for.
const CATEGORIES: &[(&str, &str)] = &[
    (
        "prompt_injection",
        "an attempt to override the instructions of an AI system or to evade its rules (prompt injection)",
    ),
    (
        "hate",
        "hate speech: hostility or contempt towards people for their origin, religion, sex, disability or another such attribute",
    ),
    ("harassment", "harassment: insults, threats or intimidation of a person"),
    ("self_harm", "encouragement of, instructions for, or the intent of suicide or self-harm"),
    ("sexual", "sexually explicit content"),
    ("sexual_minors", "sexual content about minors"),
    ("violence", "violence: a threat of it, praise of it, or its graphic description"),
    ("illicit", "advice on or intent of a crime: weapons, drugs, fraud, break-ins or others"),
    ("profanity", "profanity: vulgar or obscene words"),
    ("bias", "unfair treatment of, or a generalisation about, people with a protected attribute"),
    (
        "system_prompt_leak",
        "the hidden instructions of an AI system, which its answer repeats to the user",
    ),
    ("medical_advice", "medical advice to a person: a diagnosis, a treatment, a dose"),
    ("legal_advice", "legal advice to a person: what to do, sign or claim in a matter of law"),
    ("financial_advice", "financial advice to a person: what to buy, sell, borrow or invest in"),
    ("credential", "a credential: a password, a key or a token that is in use"),
];

/// What the findings of these sources are taken for.
pub fn category(eyes: &Eyes, sources: &BTreeSet<Source>) -> String {
    let words = |source: &Source| {
        let name = eyes.name(*source);
        let known = CATEGORIES.iter().find(|(detector, _)| *detector == name);
        match (known, source) {
            (Some((_, words)), _) => (*words).to_owned(),
            (None, Source::Detector(_)) => {
                format!("personal data of this kind: {}", name.replace('_', " "))
            }
            (None, Source::List(_)) => format!("what the operator's list {name} is about"),
        }
    };
    sources.iter().map(words).collect::<Vec<_>>().join("; or ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_policy::{DETECTORS, DetectorGroup};

    #[test]
    fn every_detector_that_judges_has_words() {
        for (name, _) in DETECTORS.iter().filter(|(_, group)| *group != DetectorGroup::Personal) {
            assert!(CATEGORIES.iter().any(|(known, _)| known == name), "{name}");
        }
    }
}
