//! The words that rules refer to, with their tags.

use super::words::{self, Word};
use crate::text::Text;
use aho_corasick::{AhoCorasick, MatchKind};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A set of tags.
pub type Tags = u64;

macro_rules! tags {
    ($($name:ident = $file:literal,)*) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "numbers of the tags, in the order of the list")]
        enum Number { $($name,)* }
        $(
            #[doc = concat!("Words of data/", $file, ".txt.")]
            pub const $name: Tags = 1 << Number::$name as u64;
        )*
        const LISTS: &[(Tags, &str)] = &[$(($name, include_str!(concat!("data/", $file, ".txt"))),)*];
    };
}

tags! {
    YOU = "you", YOUR = "your", FIRST = "first", PERSON = "person", FUTURE = "future", GROUP = "group", PROTECTED = "protected",
    QUANT = "quant", COPULA = "copula", TRAIT = "trait", DIFFER = "differ", DEHUMAN = "dehuman", HATE_VERB = "hateverb",
    HATE_PHRASE = "hatephrase", INSULT = "insult", HARASS = "harass", KILL = "kill", GORE = "gore", WEAPON = "weapon",
    SELF_HARM = "selfharm", PREVENT = "prevent", SEX_EXPLICIT = "sexx", SEX = "sex2", BODY = "sex1", MEDICAL = "medical",
    MINOR = "minor", REQUEST = "request", OBJECT = "object", TECH = "tech", CONDEMN = "condemn", SAFE = "safe",
    PROFANE = "profanity", SLUR = "slur", THREAT = "threat", MAKE = "make", TOXIC = "toxic",
    THIRD = "third", THREAT_YOU = "threatyou", SELF_SOFT = "selfsoft", PLACE = "place", CRIME = "crime", CONTEMPT = "contempt", LIMB = "limb", HURT = "hurt",
}

/// A word with its tags.
#[derive(Debug, Clone, Copy)]
pub struct Tagged {
    /// Its start in the folded text.
    pub start: u32,
    /// The end of the word, or of the phrase that begins with it.
    pub end: u32,
    /// Its tags.
    pub tags: Tags,
    /// Whether it begins a sentence.
    pub begins: bool,
}

/// A hasher for keys that are hashes already.
#[derive(Default)]
struct Same(u64);

impl Hasher for Same {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {}

    fn write_u64(&mut self, hash: u64) {
        // The table takes its control bits from the top, and its buckets from the bottom.
        self.0 = hash ^ hash >> 32;
    }
}

#[derive(Default, Clone, Copy)]
struct Entry {
    tags: Tags,
    /// Whether it begins a phrase.
    goes_on: bool,
}

/// The words and phrases of all lists.
pub struct Lexicon {
    entries: HashMap<u64, Entry, BuildHasherDefault<Same>>,
    /// One bit per hash: most words are in no list, and the bits fit into the processor's cache.
    known: Vec<u64>,
    /// The words of scripts without spaces.
    unspaced: Option<AhoCorasick>,
    unspaced_tags: Vec<Tags>,
}

/// The logarithm of the number of bits of [`Lexicon::known`].
const KNOWN_BITS: u32 = 17;

/// The index in [`Lexicon::known`] of a hash's bit.
const fn known_at(hash: u64) -> usize {
    (hash >> 6) as usize & ((1 << (KNOWN_BITS - 6)) - 1)
}

/// The most words of a phrase.
const MAX_WORDS: usize = 6;

/// The first character of scripts without spaces (kana, ideographs).
const UNSPACED: char = '\u{2e80}';

impl Lexicon {
    /// Reads the lists.
    pub fn new() -> Self {
        let mut entries: HashMap<u64, Entry, BuildHasherDefault<Same>> = HashMap::default();
        let mut unspaced: Vec<(String, Tags)> = Vec::new();
        for (tag, list) in LISTS {
            for line in list.lines().filter(|line| !line.starts_with('#')) {
                let folded = if line.is_ascii() { line.to_owned() } else { Text::fold(line) };
                if folded.chars().any(|character| {
                    character >= UNSPACED && !('\u{ac00}'..='\u{d7a3}').contains(&character)
                }) {
                    unspaced.push((folded, *tag));
                } else {
                    add(&mut entries, &folded, *tag);
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(unspaced.iter().map(|(word, _)| word));
        // A word in several lists gets the tags of all of them.
        let tags_of = |word: &str| {
            unspaced.iter().filter(|(other, _)| other == word).fold(0, |tags, (_, tag)| tags | tag)
        };
        let unspaced_tags = unspaced.iter().map(|(word, _)| tags_of(word)).collect();
        let mut known = vec![0; 1 << (KNOWN_BITS - 6)];
        for hash in entries.keys() {
            if let Some(bits) = known.get_mut(known_at(*hash)) {
                *bits |= 1 << (hash & 63);
            }
        }
        Lexicon { entries, known, unspaced: automaton.ok(), unspaced_tags }
    }

    /// The words of a folded text with their tags. Words without tags are included, because they count as distance.
    pub fn tagged(&self, folded: &str) -> Vec<Tagged> {
        let mut all: Vec<Word> = Vec::with_capacity(folded.len() / 5);
        words::each(folded, |word| all.push(word));
        let mut tagged = Vec::with_capacity(all.len());
        for (index, word) in all.iter().enumerate() {
            let rest = all.get(index..).unwrap_or_default();
            let (mut tags, end) = self.longest(rest);
            if word.is_odd {
                tags |= self.odd(rest, folded, tags);
            }
            if tags == 0 && word.is_wide {
                let text = folded.get(word.start as usize..word.end as usize).unwrap_or_default();
                self.push_unspaced(*word, text, &mut tagged);
                continue;
            }
            tagged.push(Tagged {
                start: word.start,
                end: end.max(word.end),
                tags,
                begins: word.begins,
            });
        }
        tagged
    }

    /// The tags of a word with digits, signs or repeated letters: `sh1t`, `fuuuck`, `12 years old`.
    fn odd(&self, rest: &[Word], folded: &str, tags: Tags) -> Tags {
        let plainer = || {
            let word = rest.first()?;
            words::plainer(folded.get(word.start as usize..word.end as usize)?)
        };
        let spelt = match tags {
            0 => plainer().map_or(0, |word| self.entry(words::hash(word.as_bytes())).tags),
            _ => 0,
        };
        age(rest, folded) | spelt & (PROFANE | SLUR | KILL | INSULT)
    }

    fn entry(&self, hash: u64) -> Entry {
        let bits = self.known.get(known_at(hash)).copied().unwrap_or(0);
        if bits >> (hash & 63) & 1 == 0 {
            return Entry::default();
        }
        self.entries.get(&hash).copied().unwrap_or_default()
    }

    /// The tags of the word and of all phrases that begin with it, and the end of the longest.
    fn longest(&self, words: &[Word]) -> (Tags, u32) {
        let (mut tags, mut end, mut phrase) = (0, 0, 0);
        for (count, word) in words.iter().take(MAX_WORDS).enumerate() {
            if count > 0 && word.begins {
                break;
            }
            phrase = if count == 0 { word.hash } else { words::joined(phrase, word.hash) };
            let entry = self.entry(phrase);
            if entry.tags != 0 {
                tags |= entry.tags;
                end = word.end;
            }
            if !entry.goes_on {
                break;
            }
        }
        (tags, end)
    }

    /// Adds the words within a run of a script without spaces; the rest of the run counts as one word.
    fn push_unspaced(&self, run: Word, text: &str, tagged: &mut Vec<Tagged>) {
        let before = tagged.len();
        if let Some(automaton) = &self.unspaced {
            for found in automaton.find_iter(text) {
                let tags = self.unspaced_tags.get(found.pattern().as_usize()).copied().unwrap_or(0);
                let (start, end) =
                    (run.start + found.start() as u32, run.start + found.end() as u32);
                tagged.push(Tagged {
                    start,
                    end,
                    tags,
                    begins: run.begins && tagged.len() == before,
                });
            }
        }
        if tagged.len() == before {
            tagged.push(Tagged { start: run.start, end: run.end, tags: 0, begins: run.begins });
        }
    }
}

fn add(entries: &mut HashMap<u64, Entry, BuildHasherDefault<Same>>, line: &str, tag: Tags) {
    let mut hashes = Vec::new();
    words::each(line, |word| hashes.push(word.hash));
    let mut phrase = 0;
    for (index, hash) in hashes.iter().enumerate() {
        phrase = if index == 0 { *hash } else { words::joined(phrase, *hash) };
        let entry = entries.entry(phrase).or_default();
        if index + 1 == hashes.len() {
            entry.tags |= tag;
        } else {
            entry.goes_on = true;
        }
    }
}

/// The tag of a minor's age: `12 year old`, `15-year-old`, `14yo`.
fn age(words: &[Word], folded: &str) -> Tags {
    let text = |index: usize| {
        words
            .get(index)
            .and_then(|word| folded.get(word.start as usize..word.end as usize))
            .unwrap_or_default()
    };
    let first = text(0);
    let digits = first.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 2 {
        return 0;
    }
    let years: u32 = first.get(..digits).and_then(|digits| digits.parse().ok()).unwrap_or(0);
    let unit = first.get(digits..).filter(|unit| !unit.is_empty()).unwrap_or(text(1));
    let old = matches!(unit, "yo" | "y" | "yr" | "yrs")
        || (matches!(unit, "year" | "years") && text(2) == "old")
        || matches!(unit, "jahre" | "jahrige" | "ans" | "anos" | "anni" | "jaar" | "lat");
    if (1..18).contains(&years) && old { MINOR } else { 0 }
}
