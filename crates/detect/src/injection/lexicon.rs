//! The concepts of prompt injection, and their mentions in a text.
//!
//! A concept is the meaning of words in many languages: to ignore, what came before, instructions. A single mention is no
//! evidence. The weights are on concepts that follow each other; a weight learned in one language applies to all.

use crate::linear::Event;
use crate::text::Text;
use crate::trie::{self, Match, Trie};

const WORDS: &str = include_str!("lexicon.txt");
/// How many concepts the weights have room for.
const CONCEPTS: u16 = 40;
/// The concept of ROT13; the next one is of text written backwards.
pub const ROT13: u8 = 33;
/// Invisible characters within words.
pub const INVISIBLE: u8 = 35;
/// Letters of several scripts within a word.
pub const MIXED: u8 = 36;
/// A concept follows another if both begin within this many bytes.
const NEAR_BYTES: usize = 48;
/// How many earlier concepts are paired with a concept.
const BEFORE: usize = 3;

macro_rules! concepts {
    ($($name:literal = $form:literal,)*) => {
        /// The concepts in the order of `lexicon.txt`, with the form of a finding that rests on them.
        const NAMES: &[(&str, &str)] = &[$(($name, $form),)*];
    };
}

concepts! {
    "override" = "override",
    "prior" = "",
    "rules" = "",
    "system_prompt" = "extraction",
    "reveal" = "extraction",
    "verbatim" = "extraction",
    "persona" = "persona",
    "unrestricted" = "persona",
    "mode" = "persona",
    "alias" = "persona",
    "suppress" = "refusal_suppression",
    "secrecy" = "indirect",
    "role_tag" = "delimiter",
    "new_task" = "override",
    "before" = "indirect",
    "addressed" = "",
    "authority" = "authority",
    "send" = "exfiltration",
    "secret" = "exfiltration",
    "destination" = "exfiltration",
    "risky" = "indirect",
    "third_party" = "indirect",
    "harm" = "harmful_request",
    "hypothetical" = "harmful_request",
    "about" = "",
    "decode" = "encoded",
    "output_only" = "override",
    "comply" = "refusal_suppression",
    "hidden" = "indirect",
    "image" = "exfiltration",
    "urgent" = "indirect",
    "refocus" = "persona",
    "object" = "",
    "rot13" = "encoded",
    "reversed" = "encoded",
    "invisible" = "encoded",
    "mixed" = "encoded",
}

/// A mention of a concept, in bytes of the folded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mention {
    /// Its first byte.
    pub start: usize,
    /// The byte after it.
    pub end: usize,
    /// The concept.
    pub concept: u8,
}

/// The words of all concepts.
pub struct Lexicon {
    words: Trie,
    of: Vec<Word>,
}

/// The properties of a word besides its letters.
struct Word {
    concept: u8,
    is_start_open: bool,
    is_end_open: bool,
}

impl Lexicon {
    /// Builds the tables.
    pub fn new() -> Self {
        let (mut texts, mut of): (Vec<String>, Vec<Word>) = (Vec::new(), Vec::new());
        let mut concept = 0;
        for line in WORDS.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")) {
            if let Some(index) = heading(line) {
                concept = index;
                continue;
            }
            let word = line.strip_suffix('*').unwrap_or(line);
            let is_start_open = word.starts_with('*') || !word.starts_with(is_joined);
            let is_end_open = line.ends_with('*') || !word.ends_with(is_joined);
            texts.push(Text::fold(word.trim_start_matches('*')));
            of.push(Word { concept, is_start_open, is_end_open });
        }
        let words = texts
            .iter()
            .zip(&of)
            .map(|(text, word)| trie::Word { text, is_stem: word.is_end_open });
        Lexicon { words: Trie::new(words), of }
    }

    /// The size of the tables, in bytes.
    #[cfg(test)]
    pub fn memory_usage(&self) -> usize {
        self.words.memory_usage() + self.of.len() * size_of::<Word>()
    }

    /// The mentions in a folded text, in order. With `joined`, its words may be joined without spaces.
    pub fn mentions(&self, folded: &str, joined: bool) -> Vec<Mention> {
        let bytes = folded.as_bytes();
        let is_word = |at: Option<usize>| {
            at.and_then(|at| bytes.get(at))
                .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80)
        };
        let mention = |found: Match| {
            let word = self.of.get(usize::from(found.word))?;
            let is_inside = !word.is_start_open && is_word(found.start.checked_sub(1))
                || !word.is_end_open && is_word(Some(found.end));
            (joined || !is_inside).then_some(Mention {
                start: found.start,
                end: found.end,
                concept: word.concept,
            })
        };
        let mut mentions = Vec::new();
        self.words.each(folded, joined, |found| mentions.extend(mention(found)));
        mentions
    }
}

/// The features of mentions: each concept, and each pair of concepts that follow each other closely.
pub fn events(folded: &str, mentions: &[Mention]) -> Vec<Event> {
    let mut events = Vec::with_capacity(mentions.len() * 2);
    for (index, mention) in mentions.iter().enumerate() {
        let before = mentions.get(index.saturating_sub(BEFORE)..index).unwrap_or_default();
        let near = || before.iter().filter(|earlier| mention.start - earlier.start <= NEAR_BYTES);
        // A repeated concept counts once, because lines of a log repeat themselves.
        if near().any(|earlier| earlier.concept == mention.concept) {
            continue;
        }
        let at = end_of_word(folded, mention);
        let concept = u16::from(mention.concept);
        events.push(Event { at, feature: concept });
        for earlier in near() {
            let pair = u16::from(earlier.concept) * CONCEPTS + concept;
            events.push(Event { at, feature: CONCEPTS + pair });
        }
    }
    events.sort();
    events
}

/// The forms of a feature's concepts: the form of a finding that rests on it.
pub fn form(feature: u16) -> [&'static str; 2] {
    let form = |concept: u16| NAMES.get(usize::from(concept)).map_or("", |(_, form)| form);
    match feature.checked_sub(CONCEPTS) {
        None => [form(feature), ""],
        Some(pair) => [form(pair / CONCEPTS), form(pair % CONCEPTS)],
    }
}

/// The end of a mention's last word; if it has none, the start of the next word.
fn end_of_word(folded: &str, mention: &Mention) -> usize {
    let Some(text) = folded.get(mention.start..mention.end) else { return mention.end };
    if let Some((at, last)) =
        text.char_indices().rfind(|(_, character)| character.is_alphanumeric())
    {
        return mention.start + at + last.len_utf8();
    }
    let after = folded.get(mention.end..).unwrap_or_default();
    let next = after.char_indices().take(16).find(|(_, character)| character.is_alphanumeric());
    next.map_or(mention.end, |(at, _)| mention.end + at + 1)
}

/// Whether a character is a letter of a script with spaces between words.
fn is_joined(character: char) -> bool {
    character.is_alphanumeric() && !('\u{2e80}'..='\u{9fff}').contains(&character)
}

fn heading(line: &str) -> Option<u8> {
    let name = line.strip_prefix('[')?.strip_suffix(']')?;
    NAMES.iter().position(|(concept, _)| *concept == name)?.try_into().ok()
}
