//! The words of the rules, with their tags.

use crate::text::Text;
use crate::words::{self, hash_of, words};
use rustc_hash::FxHashMap as HashMap;
use std::ops::Range;

/// What a word is to the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Tells a person to do something.
    Direct,
    /// Asks what to do.
    Ask,
    /// Begins an instruction not to do something.
    Negative,
    /// What is the person's.
    Your,
    ActMedical,
    Medical,
    /// How much of a medicine, and how often.
    Dose,
    /// Says what the person suffers from.
    Diagnosis,
    Condition,
    ActLegal,
    Legal,
    ActFinancial,
    Financial,
    /// Sends the person to someone who may advise.
    Refer,
    /// Another field, in which the words mean something else.
    Other,
}

/// The sections of the list.
const SECTIONS: [(&str, Tag); 15] = [
    ("direct", Tag::Direct),
    ("ask", Tag::Ask),
    ("negative", Tag::Negative),
    ("your", Tag::Your),
    ("act_medical", Tag::ActMedical),
    ("medical", Tag::Medical),
    ("dose", Tag::Dose),
    ("diagnosis", Tag::Diagnosis),
    ("condition", Tag::Condition),
    ("act_legal", Tag::ActLegal),
    ("legal", Tag::Legal),
    ("act_financial", Tag::ActFinancial),
    ("financial", Tag::Financial),
    ("refer", Tag::Refer),
    ("other", Tag::Other),
];

/// A set of tags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tags(u16);

impl Tags {
    pub fn has(self, tag: Tag) -> bool {
        self.0 >> tag as u16 & 1 == 1
    }

    pub fn with(self, other: Tags) -> Tags {
        Tags(self.0 | other.0)
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// A word of a text.
#[derive(Debug, Clone)]
pub struct Tagged {
    /// Its place in the folded text, to the end of the phrase that begins with it.
    pub range: Range<usize>,
    pub tags: Tags,
    /// Whether it begins a sentence.
    pub begins: bool,
    pub is_number: bool,
}

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    tags: Tags,
    /// Whether longer phrases begin with it.
    goes_on: bool,
}

/// The words and phrases of the list.
pub struct Lexicon {
    phrases: HashMap<u64, Entry>,
    /// Beginnings of words, by their hash.
    stems: HashMap<u64, Tags>,
    /// A bit for each beginning: most words have none.
    known: [u64; KNOWN],
}

/// How many times 64 bits there are for the beginnings of words.
const KNOWN: usize = 64;

/// The place and the bit of a beginning.
const fn known_at(hash: u64) -> (usize, u64) {
    ((hash >> 8) as usize % KNOWN, 1 << (hash >> 32 & 63))
}

/// The most words of a phrase, or characters of a script without spaces.
const MAX_WORDS: usize = 9;

/// The shortest and the longest beginning of a word, in characters.
const STEM: Range<usize> = 3..15;

impl Lexicon {
    pub fn new() -> Self {
        let mut lexicon =
            Lexicon { phrases: HashMap::default(), stems: HashMap::default(), known: [0; KNOWN] };
        let mut tags = Tags::default();
        for line in include_str!("lexicon.txt").lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(section) => {
                    let tag = SECTIONS.iter().find(|(name, _)| *name == section);
                    tags = Tags(tag.map_or(0, |(_, tag)| 1 << *tag as u16));
                }
                None => line.split(", ").for_each(|phrase| lexicon.add(phrase, tags)),
            }
        }
        lexicon
    }

    fn add(&mut self, phrase: &str, tags: Tags) {
        let folded = Text::fold(phrase);
        let stem = folded.strip_suffix('*').filter(|stem| !stem.contains(' '));
        if let Some(stem) = stem {
            let hash = hash_of(stem);
            let (place, bit) = known_at(hash);
            self.known.iter_mut().skip(place).take(1).for_each(|bits| *bits |= bit);
            let known = self.stems.entry(hash).or_default();
            *known = known.with(tags);
            return;
        }
        // In a phrase the ending counts for nothing.
        let hashes: Vec<u64> = words(folded.trim_end_matches('*')).map(|word| word.hash).collect();
        let mut phrase = 0;
        for (at, hash) in hashes.iter().enumerate() {
            phrase = joined(phrase, *hash);
            let entry = self.phrases.entry(phrase).or_default();
            if at + 1 == hashes.len() {
                entry.tags = entry.tags.with(tags);
            } else {
                entry.goes_on = true;
            }
        }
    }

    /// The words of a folded text with their tags.
    pub fn tagged(&self, folded: &str) -> Vec<Tagged> {
        let all: Vec<_> = words(folded).collect();
        let mut tagged = Vec::with_capacity(all.len());
        for (at, word) in all.iter().enumerate() {
            let text = folded.get(word.range.clone()).unwrap_or_default();
            let is_number = text.starts_with(|first: char| first.is_ascii_digit());
            let mut tags = self.stem(text);
            let (mut phrase, mut end) = (0, word.range.end);
            for (count, next) in all.iter().skip(at).take(MAX_WORDS).enumerate() {
                if count > 0 && next.begins {
                    break;
                }
                phrase = joined(phrase, next.hash);
                let Some(entry) = self.phrases.get(&phrase) else { break };
                if !entry.tags.is_empty() {
                    tags = tags.with(entry.tags);
                    end = next.range.end;
                }
                if !entry.goes_on {
                    break;
                }
            }
            let range = word.range.start..end;
            tagged.push(Tagged { range, tags, begins: word.begins, is_number });
        }
        tagged
    }

    /// The tags of the beginnings of a word.
    fn stem(&self, word: &str) -> Tags {
        let letters = word.chars().take(STEM.end).enumerate();
        let stems = letters.scan(words::SEED, |hash, (at, letter)| {
            *hash = words::with(*hash, letter);
            Some((at + 1, *hash))
        });
        let known = stems.filter(|(letters, _)| STEM.contains(letters));
        let is_known = |hash: &u64| {
            let (place, bit) = known_at(*hash);
            self.known.get(place).is_some_and(|bits| bits & bit != 0)
        };
        let known = known.map(|(_, hash)| hash).filter(is_known);
        let known = known.filter_map(|hash| self.stems.get(&hash).copied());
        known.fold(Tags::default(), Tags::with)
    }
}

/// The hash of a phrase and one more word.
fn joined(phrase: u64, word: u64) -> u64 {
    (phrase.rotate_left(23) ^ word).wrapping_mul(0x0100_0000_01b3)
}

#[cfg(test)]
#[test]
fn every_section_of_the_list_is_known() {
    let list = include_str!("lexicon.txt");
    let sections = list.lines().filter_map(|line| line.strip_prefix('[')?.strip_suffix(']'));
    assert_eq!(sections.collect::<Vec<_>>(), SECTIONS.map(|(name, _)| name));
}
