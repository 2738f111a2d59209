//! The number of tokens of a text.
//!
//! [`count`] returns the same number as the reference `tiktoken`, for any text, in linear time: ten megabytes of
//! spaces, of one word or of one emoji are counted like prose. `tiktoken-rs`, whose vocabularies these are, uses a
//! backtracking regex that gives up on long runs of spaces, and then panics, and takes superlinear time for long words;
//! so only its data is used. The merging is that of GitHub's `bpe` crate.
//!
//! The tables are written by `build/` and used in place, 7.5 MiB for both encodings: nothing is built, read or allocated
//! before the first count.
//!
//! No I/O, no clock, no randomness.

mod bucket;
mod encoder;
mod merges;
mod neighbours;
mod numbers;
mod pieces;
pub mod prompt;
mod tables;
mod trie;
mod words;

use encoder::Encoder;
use postern_types::Tokenizer;

/// A vocabulary with the rule that splits a text into pieces.
///
/// `o200k_harmony` has the ranks and the rule of `o200k_base` and differs in special tokens only, so counts are the
/// same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// GPT-4o and later.
    O200kBase,
    /// GPT-4, GPT-3.5 and the embedding models.
    Cl100kBase,
}

impl From<Tokenizer> for Encoding {
    fn from(tokenizer: Tokenizer) -> Self {
        match tokenizer {
            Tokenizer::O200kBase => Self::O200kBase,
            Tokenizer::Cl100kBase => Self::Cl100kBase,
        }
    }
}

impl Encoding {
    /// All encodings.
    pub const ALL: [Self; 2] = [Self::O200kBase, Self::Cl100kBase];

    /// The encoding of a name of `tiktoken` and of the catalogue.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "o200k_base" | "o200k_harmony" => Some(Self::O200kBase),
            "cl100k_base" => Some(Self::Cl100kBase),
            _ => None,
        }
    }

    /// The bytes of its tokens in the order of rank, without special tokens: read from the tables, for a comparison with
    /// what is published.
    pub fn vocabulary(self) -> Vec<Vec<u8>> {
        let mut words = self.encoder().trie.words();
        words.sort_unstable();
        words.into_iter().map(|(_, bytes)| bytes).collect()
    }

    fn encoder(self) -> &'static Encoder {
        match self {
            Self::O200kBase => &tables::O200K_BASE,
            Self::Cl100kBase => &tables::CL100K_BASE,
        }
    }
}

/// The number of tokens of `text`; text that looks like a special token counts as text.
pub fn count(encoding: Encoding, text: &str) -> u64 {
    encoding.encoder().count(text)
}

#[cfg(test)]
mod tests;
