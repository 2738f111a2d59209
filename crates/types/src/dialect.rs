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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_of_the_contract_is_listed_and_has_its_word() {
        let wit = include_str!("../../../wit/deps/types/types.wit");
        let (_, after) = wit.split_once("enum dialect {").unwrap();
        let (listed, _) = after.split_once('}').unwrap();
        let listed = listed.lines().map(str::trim).filter(|line| line.ends_with(','));
        assert_eq!(listed.count(), Dialect::ALL.len());
        for (dialect, (word, named)) in Dialect::ALL.into_iter().zip(Dialect::WORDS) {
            assert_eq!((dialect, dialect.as_str()), (named, word));
            assert_eq!(Dialect::from_name(word), Some(dialect));
        }
    }
}
