//! Words that announce a kind of data beside them: "passport no.", "né le", "身份证号".
//!
//! `data/personal/cues.txt` lists them by kind.

use super::escapes::without_escapes;
use crate::text::Text;
use crate::trie::{Trie, Word};
use std::ops::Range;

macro_rules! kinds {
    ($($name:ident = $text:literal,)*) => {
        /// The kind of data that a word announces.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Kind {
            $($name,)*
        }

        impl Kind {
            const ALL: &[(&str, Kind)] = &[$(($text, Kind::$name)),*];
        }
    };
}

kinds! {
    Phone = "phone", Card = "card", Bank = "bank", Routing = "routing", SortCode = "sort_code",
    Identity = "identity", Tax = "tax", Social = "social", UsSsn = "us_ssn", UkNino = "uk_nino", UkNhs = "uk_nhs",
    UkUtr = "uk_utr", DeTax = "de_tax", DeSocial = "de_social", FrNir = "fr_nir", EsDni = "es_dni",
    ItFiscal = "it_fiscal", NlBsn = "nl_bsn", PlPesel = "pl_pesel", PlNip = "pl_nip", BeNational = "be_national",
    PtNif = "pt_nif", Nordic = "nordic", ChAhv = "ch_ahv", AtSocial = "at_social", InAadhaar = "in_aadhaar",
    InPan = "in_pan", BrCpf = "br_cpf", BrCnpj = "br_cnpj", CnIdentity = "cn_identity", JpMyNumber = "jp_my_number",
    KrResident = "kr_resident", AuTax = "au_tax", AuMedicare = "au_medicare", CaSin = "ca_sin", MxCurp = "mx_curp",
    Passport = "passport", Licence = "licence", Birth = "birth", Event = "event", Place = "place",
    Geo = "geo", Vin = "vin", Plate = "plate", Imei = "imei", Serial = "serial", Medical = "medical", Plan = "plan",
    Network = "network", Order = "order", Version = "version", Title = "title",
    Honorific = "honorific", Naming = "naming",
    Link = "link", Intro = "intro", Field = "field", Greeting = "greeting",
    Street = "street", StreetEnd = "street_end",
    StreetMore = "street_more",
    StreetStem = "street_stem", Box = "box", Unit = "unit", Age = "age", Zip = "zip", Host = "host",
}

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Kinds(u128);

impl Kinds {
    /// A set of these kinds.
    pub const fn of(kinds: &[Kind]) -> Kinds {
        let mut set = 0;
        let mut rest = kinds;
        while let [first, others @ ..] = rest {
            set |= 1 << *first as u8;
            rest = others;
        }
        Kinds(set)
    }

    /// The union of two sets.
    pub const fn and(self, other: Kinds) -> Kinds {
        Kinds(self.0 | other.0)
    }

    /// Whether two sets share a kind.
    pub const fn meets(self, other: Kinds) -> bool {
        self.0 & other.0 != 0
    }
}

/// A word that was found, in bytes of the plain text.
#[derive(Debug, Clone, Copy)]
pub struct Cue {
    /// Its start.
    pub start: usize,
    /// Its end.
    pub end: usize,
    /// Its kinds.
    pub kinds: Kinds,
}

/// The kinds of a word, and whether it may be part of a longer word.
#[derive(Clone, Copy, Default)]
struct Entry {
    kinds: Kinds,
    /// Letters may precede: a suffix.
    is_open_before: bool,
    /// Letters may follow: a stem.
    is_open_after: bool,
}

/// All words.
pub struct Lexicon {
    words: Trie,
    entries: Vec<Entry>,
}

impl Lexicon {
    /// Reads the list.
    pub fn new() -> Self {
        let mut patterns: Vec<String> = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = rustc_hash::FxHashMap::default();
        for line in include_str!("../../data/personal/cues.txt").lines() {
            let Some((kind, words)) = line.split_once(':').filter(|_| !line.starts_with('#'))
            else {
                continue;
            };
            let Some((_, kind)) = Kind::ALL.iter().find(|(name, _)| *name == kind.trim()) else {
                continue;
            };
            for word in words.split('|').map(str::trim).filter(|word| !word.is_empty()) {
                let bare = Text::fold(word.trim_matches('*'));
                for spelling in spellings(&bare) {
                    let at = *seen.entry(spelling.clone()).or_insert_with(|| {
                        patterns.push(spelling);
                        entries.push(Entry::default());
                        entries.len() - 1
                    });
                    let Some(entry) = entries.get_mut(at) else { continue };
                    entry.kinds = Kinds(entry.kinds.0 | Kinds::of(&[*kind]).0);
                    entry.is_open_before |= word.starts_with('*');
                    entry.is_open_after |= word.ends_with('*');
                }
            }
        }
        let suffixes =
            patterns.iter().zip(0..).zip(&entries).filter(|(_, entry)| entry.is_open_before);
        let words = Trie::new(
            patterns
                .iter()
                .zip(&entries)
                .map(|(text, entry)| Word { text, is_stem: entry.is_open_after }),
        )
        .with_endings(suffixes.map(|((suffix, number), _)| (suffix.as_str(), number)));
        Lexicon { words, entries }
    }

    /// The size of the table of words, in bytes.
    #[cfg(test)]
    pub fn memory_usage(&self) -> usize {
        self.words.memory_usage()
    }

    /// All words of the list in a text, in the order of the text.
    pub fn cues(&self, text: &Text<'_>) -> Vec<Cue> {
        let folded = &*without_escapes(text.folded());
        let is_plain = folded.len() == text.plain().len() && folded.is_ascii();
        let mut cues = Vec::new();
        self.words.each(folded, false, |found| {
            let Some(entry) = self.entries.get(usize::from(found.word)) else { return };
            let range = found.start..found.end;
            if !is_bounded(folded, &range, *entry) {
                return;
            }
            let Range { start, end } = if is_plain { range } else { text.plain_of_folded(range) };
            cues.push(Cue { start, end, kinds: entry.kinds });
        });
        cues
    }
}

/// The spellings of a word of several parts in prose and in keys of JSON and code.
fn spellings(word: &str) -> Vec<String> {
    if !word.contains(' ') {
        return vec![word.to_owned()];
    }
    let mut all: Vec<String> =
        [" ", "_", "-"].iter().map(|joint| word.replace(' ', joint)).collect();
    if word.is_ascii() && word.len() > 6 {
        all.push(word.replace(' ', ""));
    }
    all
}

fn is_bounded(folded: &str, range: &Range<usize>, entry: Entry) -> bool {
    (entry.is_open_before || !joins(folded, range.start) && !follows_digit(folded, range.start))
        && (entry.is_open_after || !joins(folded, range.end))
}

/// Whether letters follow a digit and so belong to a code: `10cf2`.
fn follows_digit(folded: &str, at: usize) -> bool {
    let bytes = folded.as_bytes();
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    before.is_some_and(u8::is_ascii_digit) && bytes.get(at).is_some_and(u8::is_ascii_alphabetic)
}

/// Whether letters of the same word are on both sides.
fn joins(folded: &str, at: usize) -> bool {
    let bytes = folded.as_bytes();
    let (before, after) = (at.checked_sub(1).and_then(|at| bytes.get(at)), bytes.get(at));
    match (before, after) {
        (Some(before), Some(after)) if before.is_ascii() && after.is_ascii() => {
            before.is_ascii_alphabetic() && after.is_ascii_alphabetic()
        }
        (Some(_), Some(_)) => {
            let before = folded.get(..at).and_then(|text| text.chars().next_back());
            let after = folded.get(at..).and_then(|text| text.chars().next());
            before.is_some_and(is_letter) && after.is_some_and(is_letter)
        }
        _ => false,
    }
}

/// Whether a character is a letter of a script with spaces between words.
pub fn is_letter(character: char) -> bool {
    character.is_ascii_alphabetic()
        || !character.is_ascii()
            && (character.is_alphabetic() || ('\u{900}'..='\u{dff}').contains(&character))
            && !is_unspaced(character)
}

/// Whether a character is of a script without spaces between words: Han, kana, Hangul (whose particles join).
pub fn is_unspaced(character: char) -> bool {
    matches!(character, '\u{2e80}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
