//! The features of Google's models, by the prefixes of their names.
//!
//! Thinking: <https://ai.google.dev/gemini-api/docs/thinking> and the tables of
//! <https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/thinking>, as of autumn 2026.

use crate::chat::Effort;

/// How the amount of thinking is set. Google refuses both forms together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thinking {
    /// By one of these words, in ascending order. Thinking cannot be turned off.
    Levels(&'static [Effort]),
    /// By a number of tokens.
    Budget {
        least: u64,
        most: u64,
        /// Whether 0 is accepted as well, which turns thinking off.
        can_be_off: bool,
    },
}

use Effort::{High, Low, Medium, Minimal};

const FOUR: Thinking = Thinking::Levels(&[Minimal, Low, Medium, High]);
const THREE: Thinking = Thinking::Levels(&[Low, Medium, High]);
const TWO: Thinking = Thinking::Levels(&[Low, High]);

/// The first match holds.
const THINKING: [(&str, Thinking); 11] = [
    ("gemini-2.5-pro", Thinking::Budget { least: 128, most: 32_768, can_be_off: false }),
    ("gemini-2.5-flash-lite", Thinking::Budget { least: 512, most: 24_576, can_be_off: true }),
    ("gemini-2.5", Thinking::Budget { least: 1, most: 24_576, can_be_off: true }),
    ("gemini-3-pro", TWO),
    ("gemini-3-flash", FOUR),
    ("gemini-3.1-flash-lite", FOUR),
    ("gemini-3.1-pro", THREE),
    ("gemini-3.5", FOUR),
    ("gemini-3.6", FOUR),
    ("gemini-3", THREE),
    // Every later model so far accepts these.
    ("gemini-", THREE),
];

/// How the amount of thinking is set for `model`. A name that is not Google's (a tuned model's number) counts as a new model.
pub(super) fn thinking(model: &str) -> Thinking {
    let known = THINKING.iter().find(|(start, _)| name(model).starts_with(start));
    known.map_or(THREE, |(_, thinking)| *thinking)
}

/// Whether the model is of Gemini 3 or later: it supports answers that follow a schema beside tools and pictures in a tool's
/// result, and requires a signature with the first call of each step (<https://ai.google.dev/gemini-api/docs/gemini-3>). Names
/// without a number are older.
pub(super) fn is_third_generation(model: &str) -> bool {
    let Some(version) = name(model).strip_prefix("gemini-") else { return false };
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    let major = version.get(..digits).and_then(|major| major.parse::<u32>().ok());
    major.is_some_and(|major| major >= 3)
}

/// The name without its possible prefix: `models/`, `publishers/google/models/`.
fn name(model: &str) -> &str {
    model.rsplit('/').next().unwrap_or(model)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_generation_of_a_model_by_its_name() {
        for model in ["gemini-3-pro-preview", "gemini-3.8-flash", "models/gemini-4-argon"] {
            assert!(is_third_generation(model), "{model}");
        }
        for model in ["gemini-2.5-pro", "gemini-2.0-flash", "gemma-3-27b-it", "gemini-pro", "7"] {
            assert!(!is_third_generation(model), "{model}");
        }
        assert_eq!(thinking("gemini-3-pro-preview"), TWO);
        assert_eq!(thinking("gemini-3.7-flash"), THREE);
    }
}
