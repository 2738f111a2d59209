//! Given names, surnames, and words that are neither, by hash.
//!
//! 60,000 words would take a megabyte as text with an index. As 24 bits of their hash and eight flags in an open table they take half
//! of that, and an unlisted word is mistaken for a listed one in 4 of 10,000 million look-ups (a table of 2^17 places, 24 bits more).

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// The categories of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(u32);

impl Flags {
    const GIVEN: u32 = 1;
    const SURNAME: u32 = 2;
    const ALSO_WORD: u32 = 4;
    const RARE: u32 = 8;
    const STOP: u32 = 16;
    const ORG: u32 = 32;
    const ENGLISH: u32 = 64;
    const PLACE: u32 = 128;
    const ALL: u32 = 255;
    /// Has the form of a surname; not stored in the table.
    const LIKE_SURNAME: u32 = 256;

    /// The flags of a word that is certainly not a name.
    pub fn stop() -> Flags {
        Flags(Flags::STOP)
    }

    /// Whether it is a given name, among other categories or not.
    pub fn is_given(self) -> bool {
        self.0 & (Flags::STOP | Flags::ORG) == 0 && self.0 & Flags::GIVEN != 0
    }

    /// Whether it is a surname, among other categories or not.
    pub fn is_surname(self) -> bool {
        self.0 & (Flags::STOP | Flags::ORG) == 0 && self.0 & Flags::SURNAME != 0
    }

    /// Whether it is a surname, even if it is also a word that is not part of names.
    pub fn may_be_surname(self) -> bool {
        self.0 & Flags::SURNAME != 0
    }

    /// Whether it is a surname or has the form of one.
    pub fn is_surname_like(self) -> bool {
        self.is_surname() || self.0 & Flags::LIKE_SURNAME != 0
    }

    /// Whether it is an English word.
    pub fn is_english(self) -> bool {
        self.0 & Flags::ENGLISH != 0
    }

    /// Whether it is in no list.
    pub fn is_unknown(self) -> bool {
        self.0 & !Flags::LIKE_SURNAME == 0
    }

    /// Whether it is also another word.
    pub fn is_word(self) -> bool {
        self.0 & Flags::ALSO_WORD != 0
    }

    /// Whether it is also a place, a brand or a month.
    pub fn is_place(self) -> bool {
        self.0 & Flags::PLACE != 0
    }

    /// Whether it is a rare name.
    pub fn is_rare(self) -> bool {
        self.0 & Flags::RARE != 0
    }

    /// Whether it is not part of names.
    pub fn is_stop(self) -> bool {
        self.0 & Flags::STOP != 0
    }

    /// Whether it belongs to an institution or a place; after a given name it may still be a surname.
    pub fn is_org(self) -> bool {
        self.0 & Flags::ORG != 0
    }

    /// Whether it belongs to an institution or a place, and is a surname.
    pub fn is_org_surname(self) -> bool {
        self.0 & (Flags::ORG | Flags::STOP) == Flags::ORG && self.0 & Flags::SURNAME != 0
    }
}

/// The table.
pub struct Gazetteer {
    places: Vec<u32>,
}

const PLACES: usize = 1 << 17;

impl Gazetteer {
    /// Reads the lists.
    pub fn new() -> Self {
        let mut table = Gazetteer { places: vec![0; PLACES] };
        for (list, flag) in [
            (include_str!("../../../data/personal/given.txt"), Flags::GIVEN),
            (include_str!("../../../data/personal/surnames.txt"), Flags::SURNAME),
        ] {
            for line in list.lines().filter(|line| !line.starts_with('#')) {
                let (word, mark) = line.split_once(' ').unwrap_or((line, ""));
                let also = match mark {
                    "*" => Flags::ALSO_WORD,
                    "!" => Flags::ALSO_WORD | Flags::PLACE,
                    "+" if flag == Flags::GIVEN => Flags::RARE,
                    _ => 0,
                };
                table.add(word, flag | also);
            }
        }
        for word in include_str!("../../../data/personal/english.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            table.add(word, Flags::ENGLISH);
        }
        for line in include_str!("../../../data/personal/not_names.txt").lines() {
            let Some((kind, words)) = line.split_once(": ").filter(|_| !line.starts_with('#'))
            else {
                continue;
            };
            let flags = if kind == "org" { Flags::ORG } else { Flags::STOP };
            words.split(' ').for_each(|word| table.add(&folded(word), flags));
        }
        table
    }

    /// The categories of a word, which must be folded.
    pub fn get(&self, word: &str) -> Flags {
        let (mut at, tag) = place(word);
        loop {
            match self.places.get(at) {
                Some(entry) if *entry != 0 => {
                    if entry >> 8 == tag {
                        return Flags(entry & Flags::ALL);
                    }
                }
                _ => return Flags::default(),
            }
            at = (at + 1) % PLACES;
        }
    }

    /// The categories of a word, including those of its stem without an English ending, and the form of a surname.
    pub fn look_up(&self, word: &str) -> Flags {
        let flags = self.get(word);
        if flags != Flags::default() {
            return flags;
        }
        let stem = |(ending, more): &(&str, &str)| {
            let stem = word.strip_suffix(ending).filter(|stem| stem.len() > 2)?;
            let is_english = match *more {
                "" => self.get(stem).0 & Flags::ENGLISH != 0,
                more => self.get(&format!("{stem}{more}")).0 & Flags::ENGLISH != 0,
            };
            is_english.then_some(Flags(Flags::ENGLISH))
        };
        let like =
            || if is_like_surname(word) { Flags(Flags::LIKE_SURNAME) } else { Flags::default() };
        if word.is_ascii() { ENDINGS.iter().find_map(stem).unwrap_or_else(like) } else { like() }
    }

    fn add(&mut self, word: &str, flags: u32) {
        let (mut at, tag) = place(word);
        while let Some(entry) = self.places.get_mut(at) {
            if *entry == 0 || *entry >> 8 == tag {
                *entry = tag << 8 | *entry & Flags::ALL | flags;
                return;
            }
            at = (at + 1) % PLACES;
        }
    }
}

/// A word as in the lists: in lower case, decomposed, without marks. Most words are ASCII.
pub fn folded(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(word.len());
    for character in word.chars().flat_map(char::to_lowercase).nfkd() {
        match character {
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' | 'ð' => folded.push('d'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ı' => folded.push('i'),
            'þ' => folded.push_str("th"),
            _ if canonical_combining_class(character) == 0 => folded.push(character),
            _ => {}
        }
    }
    folded
}

/// The place of a word in the table, and the 24 bits that identify it (FNV-1a, mixed).
fn place(word: &str) -> (usize, u32) {
    let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    // A tag of 0 with no flags would look like an empty place.
    (mixed as usize % PLACES, ((mixed >> 40) as u32).max(1))
}

/// Endings of English words, and their replacement in the list.
const ENDINGS: [(&str, &str); 12] = [
    ("s", ""),
    ("es", ""),
    ("ies", "y"),
    ("ed", ""),
    ("ed", "e"),
    ("ied", "y"),
    ("ing", ""),
    ("ing", "e"),
    ("er", ""),
    ("ers", ""),
    ("ly", ""),
    ("ness", ""),
];

/// Endings of surnames that few other words have: Slavic, Scandinavian, Greek, Turkish, Georgian, Armenian, Spanish, Dutch, German,
/// Japanese, Persian and Indian ones.
const SURNAME_ENDINGS: &[&str] = &[
    "sson", "dottir", "nsen", "rsen", "lsen", "ksen", "tsen", "ova", "eva", "ov", "ev", "enko",
    "chuk", "czyk", "wicz", "ski", "ska", "sky", "skaya", "skiy", "escu", "oglu", "poulos", "idis",
    "akis", "shvili", "adze", "yan", "aitis", "auskas", "ovic", "evic", "avic", "vich", "guez",
    "ndez", "nchez", "rez", "mez", "inho", "borg", "gren", "lund", "qvist", "kvist", "strom",
    "mann", "stein", "moto", "mura", "yama", "guchi", "shita", "kawa", "zaki", "huis", "stra",
    "nga", "zadeh", "nejad", "murthy", "swamy", "wala", "cka", "cki", "dzka", "dzki", "ович",
    "евич", "овна", "евна", "ов", "ова", "ев", "ева", "ский", "скии", "ская", "енко", "чук", "иев",
    "berger", "meier",
];

fn is_like_surname(word: &str) -> bool {
    word.chars().count() >= 5 && SURNAME_ENDINGS.iter().any(|ending| word.ends_with(ending))
}
