//! The closed lists of words that the format defines.

use serde::{Deserialize, Serialize};

use jiff::civil::Weekday;
use postern_types::{Dialect, Tokenizer};

/// The dialects, as `models.toml` writes them.
pub(crate) const DIALECTS: [(&str, Dialect); 6] = Dialect::WORDS;

/// What a model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Capability {
    /// Answers a conversation.
    Chat,
    /// Turns text into vectors.
    Embeddings,
    /// Continues a text, as models did before chat.
    Completions,
    /// Sorts texts by how well they answer a question.
    Rerank,
    /// Transcribes speech in a recording.
    Transcriptions,
    /// Reads a text aloud.
    Speech,
    /// Generates and edits pictures.
    Images,
    /// Calls tools (functions).
    Tools,
    /// Reads images.
    Vision,
    /// Reads documents, such as PDF files.
    Files,
    /// Reads or speaks audio.
    Audio,
    /// Answers with JSON that follows a given schema.
    JsonSchema,
    /// Reasons before it answers, in tokens that are counted.
    Reasoning,
}

impl Capability {
    /// The capabilities that have their own endpoint.
    pub const ENDPOINTS: [Self; 7] = [
        Self::Chat,
        Self::Embeddings,
        Self::Completions,
        Self::Rerank,
        Self::Transcriptions,
        Self::Speech,
        Self::Images,
    ];

    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("chat", Self::Chat),
        ("embeddings", Self::Embeddings),
        ("completions", Self::Completions),
        ("rerank", Self::Rerank),
        ("transcriptions", Self::Transcriptions),
        ("speech", Self::Speech),
        ("images", Self::Images),
        ("tools", Self::Tools),
        ("vision", Self::Vision),
        ("files", Self::Files),
        ("audio", Self::Audio),
        ("json_schema", Self::JsonSchema),
        ("reasoning", Self::Reasoning),
    ];

    /// Its name in `models.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }

    /// Whether it has its own endpoint; the others are features of chat.
    #[must_use]
    pub fn is_endpoint(self) -> bool {
        Self::ENDPOINTS.contains(&self)
    }
}

/// Efforts of thinking, in the words of OpenAI and Anthropic.
pub(crate) const EFFORTS: &[(&str, &str)] = &[
    ("none", "none"),
    ("minimal", "minimal"),
    ("low", "low"),
    ("medium", "medium"),
    ("high", "high"),
    ("xhigh", "xhigh"),
    ("max", "max"),
];

/// How a model splits text into tokens, by the names of OpenAI's tiktoken. `o200k_harmony` (gpt-oss) is `o200k_base` with other
/// special tokens, which no prompt has.
pub(crate) const TOKENIZERS: &[(&str, Tokenizer)] = &[
    ("o200k_base", Tokenizer::O200kBase),
    ("o200k_harmony", Tokenizer::O200kBase),
    ("cl100k_base", Tokenizer::Cl100kBase),
];

/// The order in which the targets of a route are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// In the order they are written, until one answers.
    Ordered,
    /// One by its share of the requests, then as they are written.
    Weighted,
    /// The one that costs least for this request.
    Cheapest,
    /// The one that was the fastest lately.
    Fastest,
    /// The one with the fewest requests under way.
    LeastLoaded,
    /// The one that has served the same conversation.
    Sticky,
    /// By how complex the prompt is.
    Complexity,
}

impl Strategy {
    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("ordered", Self::Ordered),
        ("weighted", Self::Weighted),
        ("cheapest", Self::Cheapest),
        ("fastest", Self::Fastest),
        ("least_loaded", Self::LeastLoaded),
        ("sticky", Self::Sticky),
        ("complexity", Self::Complexity),
    ];

    /// Its name in `routes.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }
}

/// What has the same target of a route each time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SameFor {
    /// All requests of a caller.
    Caller,
    /// All requests of a conversation: they begin with the same messages.
    Conversation,
}

impl SameFor {
    pub(crate) const WORDS: &[(&'static str, Self)] =
        &[("caller", Self::Caller), ("conversation", Self::Conversation)];

    /// Its name in `routes.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }
}

/// The days of the week, as `routes.toml` writes them.
pub(crate) const WEEKDAYS: &[(&str, Weekday)] = &[
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// The languages that routing tells apart, by ISO 639-1.
pub(crate) const LANGUAGES: &[(&str, &str)] = &[
    ("ar", "ar"),
    ("de", "de"),
    ("el", "el"),
    ("en", "en"),
    ("es", "es"),
    ("fr", "fr"),
    ("he", "he"),
    ("hi", "hi"),
    ("it", "it"),
    ("ja", "ja"),
    ("ko", "ko"),
    ("nl", "nl"),
    ("pl", "pl"),
    ("pt", "pt"),
    ("ru", "ru"),
    ("th", "th"),
    ("tr", "tr"),
    ("uk", "uk"),
    ("zh", "zh"),
];

/// How confidential data is, from public to restricted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DataClass {
    /// Public data.
    Public,
    /// Data for the organisation only.
    Internal,
    /// Data for a part of the organisation.
    Confidential,
    /// Data for named persons only.
    Restricted,
}

impl DataClass {
    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("public", Self::Public),
        ("internal", Self::Internal),
        ("confidential", Self::Confidential),
        ("restricted", Self::Restricted),
    ];

    /// Its name in `consumers.toml` and `issuers.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }

    /// The class of this name; `None` for any other word.
    #[must_use]
    pub fn from_name(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(each, _)| *each == word).map(|(_, class)| *class)
    }
}

/// What a limit of a plan counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LimitUnit {
    /// Requests.
    Requests,
    /// Tokens of prompts and answers together.
    Tokens,
    /// Tokens of prompts.
    InputTokens,
    /// Tokens of answers, reasoning included.
    OutputTokens,
    /// Money, at the prices of `models.toml`.
    Usd,
    /// Requests that run at the same time.
    ConcurrentRequests,
}

impl LimitUnit {
    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("requests", Self::Requests),
        ("tokens", Self::Tokens),
        ("input_tokens", Self::InputTokens),
        ("output_tokens", Self::OutputTokens),
        ("usd", Self::Usd),
        ("concurrent_requests", Self::ConcurrentRequests),
    ];

    /// Its name in `plans.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }
}

/// The period in which a limit's amount may be used, from short to long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// A second.
    Second,
    /// A minute.
    Minute,
    /// An hour.
    Hour,
    /// A day.
    Day,
    /// A calendar month; 30 days in a rolling window.
    Month,
}

impl Period {
    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("second", Self::Second),
        ("minute", Self::Minute),
        ("hour", Self::Hour),
        ("day", Self::Day),
        ("month", Self::Month),
    ];

    /// Its name in `plans.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }
}

/// Where a limit's period begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Window {
    /// At the clock's full second, minute or hour, at midnight, on the first of the month.
    Calendar,
    /// The period always ends now.
    Rolling,
}

impl Window {
    pub(crate) const WORDS: &[(&'static str, Self)] =
        &[("calendar", Self::Calendar), ("rolling", Self::Rolling)];

    /// Its name in `plans.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }
}

pub(crate) fn word_of<T: Copy + PartialEq>(
    meaning: T,
    words: &[(&'static str, T)],
) -> &'static str {
    words.iter().find(|(_, each)| *each == meaning).map_or("", |(word, _)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_meaning_has_its_word() {
        for (word, capability) in Capability::WORDS {
            assert_eq!(capability.as_str(), *word);
        }
        for (word, dialect) in Dialect::WORDS {
            assert_eq!(dialect.as_str(), word);
        }
        for (word, class) in DataClass::WORDS {
            assert_eq!(class.as_str(), *word);
            assert_eq!(DataClass::from_name(word), Some(*class));
        }
        assert_eq!(DataClass::from_name("Public"), None);
        for (word, unit) in LimitUnit::WORDS {
            assert_eq!(unit.as_str(), *word);
        }
        for (word, period) in Period::WORDS {
            assert_eq!(period.as_str(), *word);
        }
        assert!(Period::WORDS.is_sorted_by_key(|(_, period)| *period), "the longer, the later");
        assert_eq!((Window::Calendar.as_str(), Window::Rolling.as_str()), ("calendar", "rolling"));
        for (word, strategy) in Strategy::WORDS {
            assert_eq!(strategy.as_str(), *word);
        }
        assert_eq!(SameFor::Conversation.as_str(), "conversation");
        assert!(LANGUAGES.iter().all(|(word, code)| word == code && word.len() == 2));
    }
}
