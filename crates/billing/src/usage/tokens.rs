//! Kinds of tokens, each token in one of them.

use serde::{Deserialize, Serialize};

/// A kind of tokens that has a price of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenKind {
    /// Of the prompt, neither read from nor written to a cache; with those of sound.
    Input,
    /// Of the prompt, read from the vendor's cache.
    CachedInput,
    /// Of the prompt, written to the vendor's cache.
    CacheWrite,
    /// Of the answer, without reasoning; with those of sound.
    Output,
    /// Of the answer: reasoning.
    Reasoning,
}

impl TokenKind {
    /// All of them, in the order of [`Tokens::by_kind`].
    pub const ALL: [Self; 5] =
        [Self::Input, Self::CachedInput, Self::CacheWrite, Self::Output, Self::Reasoning];

    /// The word in prices, lines and events.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::CachedInput => "cached_input",
            Self::CacheWrite => "cache_write",
            Self::Output => "output",
            Self::Reasoning => "reasoning",
        }
    }

    /// The kind whose price counts where this one has none.
    pub fn fallback(self) -> Option<Self> {
        match self {
            Self::CachedInput | Self::CacheWrite => Some(Self::Input),
            Self::Reasoning => Some(Self::Output),
            Self::Input | Self::Output => None,
        }
    }
}

/// Numbers of tokens as records have them: the whole of the prompt and of the answer, and parts of these.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tokens {
    /// All tokens of the prompt.
    pub input: u64,
    /// Of these, read from a cache.
    pub cached_input: u64,
    /// Of these, written to a cache.
    pub cache_write: u64,
    /// All tokens of the answer.
    pub output: u64,
    /// Of these, reasoning.
    pub reasoning: u64,
}

impl Tokens {
    /// The tokens of each kind, which together are those of prompt and answer: a part that a vendor says is more than its whole
    /// counts as the whole.
    pub fn by_kind(self) -> [u64; 5] {
        let cached_input = self.cached_input.min(self.input);
        let uncached = self.input - cached_input;
        let cache_write = self.cache_write.min(uncached);
        let reasoning = self.reasoning.min(self.output);
        [uncached - cache_write, cached_input, cache_write, self.output - reasoning, reasoning]
    }
}

#[cfg(test)]
mod tests {
    use super::Tokens;

    #[test]
    fn every_token_has_one_kind() {
        for (input, cached_input, cache_write, output, reasoning, kinds) in [
            (100, 0, 0, 50, 0, [100, 0, 0, 50, 0]),
            (100, 30, 20, 50, 40, [50, 30, 20, 10, 40]),
            (100, 100, 0, 50, 50, [0, 100, 0, 0, 50]),
            (100, 300, 20, 50, 90, [0, 100, 0, 0, 50]),
            (100, 60, 90, 0, 9, [0, 60, 40, 0, 0]),
        ] {
            let tokens = Tokens { input, cached_input, cache_write, output, reasoning };
            assert_eq!(tokens.by_kind(), kinds);
            assert_eq!(kinds.iter().sum::<u64>(), input + output);
        }
    }
}
