//! The number of tokens of a text.
//!
//! [`count`] returns the same number as the reference `tiktoken`, for any text, in linear time: ten megabytes of
//! spaces, of one word or of one emoji are counted like prose. `tiktoken-rs`, whose vocabularies these are, uses a
//! backtracking regex that gives up on long runs of spaces, and then panics, and takes superlinear time for long words;
//! so only its data is used. The merging is that of GitHub's `bpe` crate, with a quarter of its tables.
//!
//! The tables are built by [`prepare`], which a component calls before it is snapshotted; it imports nothing.
//!
//! No I/O, no clock, no randomness.

mod encoder;
mod merges;
mod patterns;
mod pieces;
pub mod prompt;
mod trie;
mod vocabulary;

use std::sync::LazyLock;

use encoder::Encoder;
use pieces::Splitter;
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

static O200K_BASE: LazyLock<Encoder> = LazyLock::new(|| {
    let splitter = Splitter::new(pieces::O200K_BASE, &patterns::O200K_BASE);
    Encoder::new(vocabulary::O200K_BASE, splitter)
});
static CL100K_BASE: LazyLock<Encoder> = LazyLock::new(|| {
    let splitter = Splitter::new(pieces::CL100K_BASE, &patterns::CL100K_BASE);
    Encoder::new(vocabulary::CL100K_BASE, splitter)
});

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

    /// The bytes of its tokens in the order of rank, without special tokens.
    pub fn vocabulary(self) -> impl Iterator<Item = &'static [u8]> {
        vocabulary::tokens(match self {
            Self::O200kBase => vocabulary::O200K_BASE,
            Self::Cl100kBase => vocabulary::CL100K_BASE,
        })
    }

    fn encoder(self) -> &'static Encoder {
        match self {
            Self::O200kBase => LazyLock::force(&O200K_BASE),
            Self::Cl100kBase => LazyLock::force(&CL100K_BASE),
        }
    }
}

/// Builds all tables.
///
/// Without it the first [`count`] of each encoding builds its own.
pub fn prepare() {
    for encoding in Encoding::ALL {
        encoding.encoder();
    }
}

/// The number of tokens of `text`; text that looks like a special token counts as text.
pub fn count(encoding: Encoding, text: &str) -> u64 {
    encoding.encoder().count(text)
}

#[cfg(test)]
mod tests;
