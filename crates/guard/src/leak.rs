//! Whether an answer repeats the operator's instructions.
//!
//! The check of a request makes a [`Fingerprint`] of the instructions: hashes of twelve consecutive words, and of whole shorter
//! instructions. It travels in the memo, and what the answer says is compared with it. A fingerprint does not contain the
//! instructions and cannot be read back.
//!
//! Only the words count, so case, punctuation, white space and quoting do not hide a leak, nor do base64 and hex. What the user or
//! a tool also says is not hidden, and what instructions put in quotation marks is meant to be said.

mod encoded;
mod prompt;
mod roll;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use postern_detect::Text;
use roll::{Roller, is_counted};
use rustc_hash::FxHashMap as HashMap;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The kind of a leak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Text of the operator that does not tell the model what to do: knowledge, examples. Answers may be meant to repeat it.
    Passage,
    /// What the model is told to do.
    Instruction,
    /// Either of them, encoded.
    Encoded,
}

impl Kind {
    pub const ALL: [Kind; 3] = [Kind::Passage, Kind::Instruction, Kind::Encoded];

    /// The form of its findings.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Passage => "passage",
            Kind::Instruction => "instruction",
            Kind::Encoded => "encoded",
        }
    }

    /// How certain it is that the text was not meant to be said, in percent.
    pub fn confidence(self) -> u8 {
        match self {
            Kind::Passage => 60,
            Kind::Instruction => 90,
            Kind::Encoded => 95,
        }
    }
}

/// A place where an answer repeats the instructions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    pub kind: Kind,
    /// Its place, in bytes of the text.
    pub span: Range<usize>,
}

/// The fingerprint of a request's instructions, as the memo carries it: hashes of five bytes each, in base64.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    instructions: String,
    passages: String,
    sentences: String,
    /// The lengths of the sentences, in words: a bit for each.
    lengths: u32,
}

/// The instructions of a request, for comparing.
pub struct Hidden {
    windows: HashMap<u64, Kind>,
    sentences: HashMap<u64, Kind>,
    lengths: u32,
}

/// A hash's length in the memo. Of a million words that an answer says, two thousand hashes match one by chance in one of 500.
const HASH_BYTES: usize = 5;

/// How far apart two leaks may be and still count as one: a line break and the sign of a list.
const GAP_BYTES: usize = 8;

impl Fingerprint {
    fn new(windows: [&[u64]; 2], sentences: &[u64], lengths: u32) -> Self {
        let [instructions, passages] = windows.map(written);
        Fingerprint { instructions, passages, sentences: written(sentences), lengths }
    }
}

impl Hidden {
    /// The instructions that this is the fingerprint of.
    pub fn new(of: &Fingerprint) -> Self {
        let read = |text: &str, kind| read(text).into_iter().map(move |hash| (hash, kind));
        let passages = read(&of.passages, Kind::Passage);
        Hidden {
            windows: passages.chain(read(&of.instructions, Kind::Instruction)).collect(),
            sentences: read(&of.sentences, Kind::Instruction).collect(),
            lengths: of.lengths,
        }
    }

    /// Where a text repeats the instructions, in order of kinds and places.
    pub fn find(&self, text: &str) -> Vec<Leak> {
        if self.windows.is_empty() && self.sentences.is_empty() {
            return Vec::new();
        }
        let mut leaks = self.plain(text);
        for run in encoded::runs(text) {
            let is_leak = run.texts.iter().any(|text| !self.plain(text).is_empty());
            leaks.extend(is_leak.then_some(Leak { kind: Kind::Encoded, span: run.span }));
        }
        merged(leaks)
    }

    fn plain(&self, text: &str) -> Vec<Leak> {
        let text = Text::new(text);
        let mut roller = Roller::default();
        let mut leaks = Vec::new();
        let mut push = |kind: Option<&Kind>, range: Range<usize>| {
            let leak = |kind: &Kind| Leak { kind: *kind, span: text.span_of_folded(range) };
            leaks.extend(kind.map(leak));
        };
        for word in
            postern_detect::words::words(text.folded()).filter(|word| is_counted(&text, word))
        {
            roller.push(&word);
            if let Some(window) = roller.window() {
                push(self.windows.get(&window.hash), window.start..word.range.end);
            }
            let mut lengths = self.lengths;
            while lengths != 0 {
                let words = lengths.trailing_zeros();
                lengths &= lengths - 1;
                if let Some(sentence) = roller.last(words as usize) {
                    push(self.sentences.get(&sentence.hash), sentence.start..word.range.end);
                }
            }
        }
        leaks
    }
}

/// Joins leaks of the same kind that follow each other.
fn merged(mut leaks: Vec<Leak>) -> Vec<Leak> {
    leaks.sort_by_key(|leak| (leak.kind, leak.span.start, leak.span.end));
    let mut merged: Vec<Leak> = Vec::new();
    for leak in leaks {
        match merged.last_mut() {
            Some(last)
                if last.kind == leak.kind && leak.span.start <= last.span.end + GAP_BYTES =>
            {
                last.span.end = last.span.end.max(leak.span.end);
            }
            _ => merged.push(leak),
        }
    }
    merged
}

fn written(hashes: &[u64]) -> String {
    let mut hashes = hashes.to_vec();
    hashes.sort_unstable();
    hashes.dedup();
    let bytes: Vec<u8> =
        hashes.iter().flat_map(|hash| hash.to_le_bytes().into_iter().take(HASH_BYTES)).collect();
    STANDARD_NO_PAD.encode(bytes)
}

fn read(text: &str) -> Vec<u64> {
    let bytes = STANDARD_NO_PAD.decode(text).unwrap_or_default();
    let hash = |bytes: &[u8]| bytes.iter().rev().fold(0, |hash, byte| hash << 8 | u64::from(*byte));
    bytes.chunks_exact(HASH_BYTES).map(hash).collect()
}

#[cfg(test)]
mod tests;
