//! The closed lists of the format: words with a meaning in code.

use postern_types::{Dialect, Tokenizer};

/// The dialects, as `models.toml` writes them.
pub(crate) const DIALECTS: [(&str, Dialect); 6] = Dialect::WORDS;

/// What a model can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Capability {
    /// Answers a conversation.
    Chat,
    /// Turns text into vectors.
    Embeddings,
    /// Goes on with a text, as models did before they chatted.
    Completions,
    /// Orders texts by how well they answer a question.
    Rerank,
    /// Writes down what is said in a recording.
    Transcriptions,
    /// Speaks a text.
    Speech,
    /// Makes and changes pictures.
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
    /// Thinks before it answers, in tokens that are counted.
    Reasoning,
}

impl Capability {
    /// Those that are endpoints of their own.
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

    /// The word for it in `models.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }

    /// Whether it is an endpoint of its own; the others are ways to chat.
    #[must_use]
    pub fn is_endpoint(self) -> bool {
        Self::ENDPOINTS.contains(&self)
    }
}

/// How a model splits text into tokens, by the names OpenAI's tiktoken gives. `o200k_harmony` (gpt-oss) is `o200k_base` with
/// other special tokens, which no prompt has.
pub(crate) const TOKENIZERS: &[(&str, Tokenizer)] = &[
    ("o200k_base", Tokenizer::O200kBase),
    ("o200k_harmony", Tokenizer::O200kBase),
    ("cl100k_base", Tokenizer::Cl100kBase),
];

/// In which order the models of a route are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// As they are written: the first that answers.
    Ordered,
}

impl Strategy {
    pub(crate) const WORDS: &[(&'static str, Self)] = &[("ordered", Self::Ordered)];

    /// Names that the format keeps for strategies to come.
    pub(crate) const RESERVED: [&'static str; 4] = ["weighted", "cheapest", "fastest", "sticky"];

    /// The word for it in `routes.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }
}

/// How confidential data may be; each is more so than the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataClass {
    /// It is public.
    Public,
    /// For the organisation itself.
    Internal,
    /// For some of it.
    Confidential,
    /// For those who are named.
    Restricted,
}

impl DataClass {
    pub(crate) const WORDS: &[(&'static str, Self)] = &[
        ("public", Self::Public),
        ("internal", Self::Internal),
        ("confidential", Self::Confidential),
        ("restricted", Self::Restricted),
    ];

    /// The word for it in `consumers.toml` and `issuers.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }

    /// The class that a word is; nothing for any other word.
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
    /// Requests that are under way at the same time.
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

    /// The word for it in `plans.toml`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        word_of(self, Self::WORDS)
    }
}

/// In how long a limit's amount may be used; each is longer than the ones before it.
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
    /// A month of the calendar; 30 days where it rolls.
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

    /// The word for it in `plans.toml`.
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
    /// It is always the one that ends now.
    Rolling,
}

impl Window {
    pub(crate) const WORDS: &[(&'static str, Self)] =
        &[("calendar", Self::Calendar), ("rolling", Self::Rolling)];

    /// The word for it in `plans.toml`.
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
        assert_eq!(Strategy::Ordered.as_str(), "ordered");
    }
}
