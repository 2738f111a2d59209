//! The words of a folded text, and the n-grams that a model looks up.
//!
//! A word is a run of letters and digits; each ideograph is a word, because such scripts have no spaces. All numbers are the same
//! word. N-grams consist of stems (the first letters of a word), so that inflected forms share them.

/// How many letters of a word its stem has.
const STEM: u32 = 5;
/// How many bytes of a word its hash covers. A longer run is not a word, and an n-gram with it would not be local.
const LONGEST: usize = 48;
/// Shorter sentences are joined, because a table of short lines would have as many windows as words.
const SHORTEST_SENTENCE: usize = 24;

/// A step through a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    /// A word.
    Word(Word),
    /// A sentence or a line ends here.
    Border(usize),
}

/// A word, with its place and hashes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Word {
    /// Its first byte.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// The hash of the whole word.
    whole: u32,
    /// The hash of its first letters.
    stem: u32,
}

/// The words and borders of a part of a text, in order.
pub struct Steps<'t> {
    text: &'t str,
    at: usize,
    end: usize,
    last_candidate: Option<usize>,
}

impl<'t> Steps<'t> {
    /// Reads a part that begins at the start of a word or sentence.
    pub fn new(text: &'t str, start: usize, end: usize) -> Self {
        Steps {
            text,
            at: start,
            end: end.min(text.len()),
            last_candidate: (start > 0).then_some(start),
        }
    }

    /// Whether a sentence ends at `at`, which depends only on the bytes just before.
    fn border(&mut self, at: usize) -> Option<Step> {
        let last = self.last_candidate.replace(at);
        let is_close = last.is_some_and(|last| at - last < SHORTEST_SENTENCE);
        (!is_close).then_some(Step::Border(at))
    }

    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    fn character(&self, at: usize) -> Option<char> {
        self.text.get(at..self.end)?.chars().next()
    }

    #[inline]
    fn word(&mut self) -> Step {
        let start = self.at;
        let mut hash = Hash::new();
        loop {
            let rest = self.text.as_bytes().get(self.at..self.end).unwrap_or_default();
            self.at += hash.push_ascii(rest);
            if self.byte(self.at).is_ascii() || self.at >= self.end {
                break;
            }
            let Some(character) = self.character(self.at) else { break };
            let is_whole = is_ideograph(character);
            if !character.is_alphanumeric() || is_whole && self.at > start {
                break;
            }
            hash.push(character);
            self.at += character.len_utf8();
            if is_whole {
                break;
            }
        }
        Step::Word(Word { start, end: self.at, whole: hash.whole(), stem: hash.stem() })
    }
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        while self.at < self.end {
            let byte = self.byte(self.at);
            if byte.is_ascii_alphanumeric() {
                return Some(self.word());
            }
            if byte.is_ascii() {
                self.at += 1;
                let is_end = byte == b'\n'
                    || (matches!(byte, b'.' | b'!' | b'?') && self.byte(self.at) == b' ');
                if is_end && let Some(border) = self.border(self.at) {
                    return Some(border);
                }
                continue;
            }
            let character = self.character(self.at)?;
            if character.is_alphanumeric() {
                return Some(self.word());
            }
            self.at += character.len_utf8();
            if matches!(character, '。' | '।' | '؟' | '۔' | '…')
                && let Some(border) = self.border(self.at)
            {
                return Some(border);
            }
        }
        None
    }
}

/// Ideographs and Kana.
fn is_ideograph(character: char) -> bool {
    ('\u{2e80}'..='\u{9fff}').contains(&character)
        || ('\u{20000}'..='\u{3ffff}').contains(&character)
}

/// The hash of a word while it is read (FNV-1a, 32 bits).
struct Hash {
    state: u32,
    stem: u32,
    letters: u32,
    bytes: usize,
    is_number: bool,
}

impl Hash {
    const START: u32 = 0x811c_9dc5;

    fn new() -> Self {
        Hash { state: Hash::START, stem: 0, letters: 0, bytes: 0, is_number: true }
    }

    /// Adds the letters and digits at the start of a text, and returns how many there are.
    fn push_ascii(&mut self, text: &[u8]) -> usize {
        let mut count = 0;
        let stem = STEM.saturating_sub(self.letters) as usize;
        let mut rest = text.iter().take_while(|byte| byte.is_ascii_alphanumeric());
        for byte in rest.by_ref().take(stem) {
            self.push_byte(*byte);
            count += 1;
        }
        if count == stem && stem > 0 {
            self.stem = self.state;
        }
        for byte in rest {
            self.push_byte(*byte);
            count += 1;
        }
        self.letters += count as u32;
        count
    }

    #[inline]
    fn push_byte(&mut self, byte: u8) {
        self.is_number &= byte.is_ascii_digit();
        if self.bytes < LONGEST {
            self.state = (self.state ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
        self.bytes += 1;
    }

    fn push(&mut self, character: char) {
        self.is_number = false;
        let mut buffer = [0; 4];
        for byte in character.encode_utf8(&mut buffer).bytes() {
            if self.bytes < LONGEST {
                self.state = (self.state ^ u32::from(byte)).wrapping_mul(0x0100_0193);
            }
            self.bytes += 1;
        }
        self.letters += 1;
        if self.letters == STEM {
            self.stem = self.state;
        }
    }

    fn whole(&self) -> u32 {
        if self.is_number { 1 } else { self.state }
    }

    fn stem(&self) -> u32 {
        if self.is_number || self.letters < STEM { self.whole() } else { self.stem }
    }
}

/// The n-grams that end with each word.
#[derive(Default)]
pub struct Grams {
    previous: Option<u32>,
    before: Option<u32>,
}

/// The most n-grams that end with one word.
pub const MOST_GRAMS: usize = 5;

impl Grams {
    /// Begins a sentence: n-grams do not cross its border.
    pub fn reset(&mut self) {
        *self = Grams::default();
    }

    /// The hashes of the n-grams that end with this word, each with whether there is one.
    #[inline]
    pub fn push(&mut self, word: &Word) -> [(u32, bool); MOST_GRAMS] {
        let stem = word.stem;
        let (has_previous, has_before) = (self.previous.is_some(), self.before.is_some());
        let (previous, before) = (self.previous.unwrap_or(0), self.before.unwrap_or(0));
        let grams = [
            (mix(word.whole, 1), true),
            (mix(stem, 2), stem != word.whole),
            (mix(mix(previous, 3) ^ stem, 3), has_previous),
            (mix(mix(before, 4) ^ stem, 4), has_before),
            (mix(mix(mix(before, 5) ^ previous, 5) ^ stem, 5), has_before && has_previous),
        ];
        let is_long = word.end - word.start > LONGEST;
        self.before = if is_long { None } else { self.previous };
        self.previous = if is_long { None } else { Some(stem) };
        grams
    }
}

/// Spreads a hash over all bits, depending on the kind of n-gram.
fn mix(hash: u32, kind: u32) -> u32 {
    let hash = (hash ^ kind.wrapping_mul(0x9e37_79b9)).wrapping_mul(0x85eb_ca6b);
    let hash = (hash ^ (hash >> 13)).wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}
