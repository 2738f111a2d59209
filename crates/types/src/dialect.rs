//! The names of dialects.

use crate::Dialect;

impl Dialect {
    /// All dialects.
    pub const ALL: [Dialect; 6] = [
        Dialect::OpenAi,
        Dialect::Responses,
        Dialect::Anthropic,
        Dialect::Bedrock,
        Dialect::Google,
        Dialect::Cohere,
    ];

    /// Each dialect with its name in policies and records.
    pub const WORDS: [(&'static str, Dialect); 6] = [
        ("openai", Dialect::OpenAi),
        ("responses", Dialect::Responses),
        ("anthropic", Dialect::Anthropic),
        ("bedrock", Dialect::Bedrock),
        ("google", Dialect::Google),
        ("cohere", Dialect::Cohere),
    ];

    /// Its name in policies and records.
    pub fn as_str(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, dialect)| *dialect == self);
        found.map_or("", |(word, _)| word)
    }

    /// The dialect of a name.
    pub fn from_name(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|dialect| dialect.as_str() == word)
    }

    /// Its maker's name in sentences about losses.
    pub fn maker(self) -> &'static str {
        match self {
            Dialect::OpenAi => "OpenAI's chat completions",
            Dialect::Responses => "OpenAI's responses",
            Dialect::Anthropic => "Anthropic",
            Dialect::Bedrock => "Bedrock",
            Dialect::Google => "Google",
            Dialect::Cohere => "Cohere",
        }
    }
}
