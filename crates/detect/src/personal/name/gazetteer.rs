//! Given names, surnames, and words that are neither, by hash.
//!
//! 45,000 words would take a megabyte as text with an index; as 28 bits of their hash and four flags in an open table they take half of that, and a word that is none of them is
//! taken for one in 4 of 10,000 million look-ups (a table of 2^17 places, 28 bits more).

use crate::text::Text;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(u32);

impl Flags {
    /// A given name.
    pub const GIVEN: Flags = Flags(1);
    /// A surname.
    pub const SURNAME: Flags = Flags(2);
    /// A given name or surname that is also another word.
    pub const ALSO_WORD: Flags = Flags(4);
    /// Not a part of a name.
    pub const STOP: Flags = Flags(8);
    /// What it stands beside is not a person.
    pub const ORG: Flags = Flags(12);

    /// Given name, whatever else.
    pub fn is_given(self) -> bool {
        self.0 & 8 == 0 && self.0 & 1 != 0
    }

    /// Surname, whatever else.
    pub fn is_surname(self) -> bool {
        self.0 & 8 == 0 && self.0 & 2 != 0
    }

    /// Also another word.
    pub fn is_word(self) -> bool {
        self.0 & 12 == 4
    }

    /// Neither.
    pub fn is_stop(self) -> bool {
        self.0 & 12 == 8
    }

    /// Of an institution or a place.
    pub fn is_org(self) -> bool {
        self.0 & 12 == 12
    }
}

/// The table.
pub struct Gazetteer {
    places: Vec<u32>,
}

const PLACES: usize = 1 << 17;

impl Gazetteer {
    /// Read the lists.
    pub fn new() -> Self {
        let mut table = Gazetteer { places: vec![0; PLACES] };
        for (list, flag) in [
            (include_str!("../../../data/personal/given.txt"), Flags::GIVEN),
            (include_str!("../../../data/personal/surnames.txt"), Flags::SURNAME),
        ] {
            for line in list.lines().filter(|line| !line.starts_with('#')) {
                let (word, is_word) =
                    line.strip_suffix(" *").map_or((line, false), |word| (word, true));
                let also = if is_word { Flags::ALSO_WORD.0 } else { 0 };
                table.add(&folded(word), Flags(flag.0 | also));
            }
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

    /// What a word is; it must be folded.
    pub fn get(&self, word: &str) -> Flags {
        let (mut at, tag) = place(word);
        loop {
            match self.places.get(at) {
                Some(entry) if *entry != 0 => {
                    if entry >> 4 == tag {
                        return Flags(entry & 15);
                    }
                }
                _ => return Flags::default(),
            }
            at = (at + 1) % PLACES;
        }
    }

    fn add(&mut self, word: &str, flags: Flags) {
        let (mut at, tag) = place(word);
        while let Some(entry) = self.places.get_mut(at) {
            if *entry == 0 || *entry >> 4 == tag {
                *entry = tag << 4 | *entry & 15 | flags.0;
                return;
            }
            at = (at + 1) % PLACES;
        }
    }
}

/// Fold a word; most are ASCII.
pub fn folded(word: &str) -> String {
    if word.is_ascii() { word.to_ascii_lowercase() } else { Text::fold(word) }
}

/// FNV-1a, mixed: where a word stands, and 28 bits to tell it by.
fn place(word: &str) -> (usize, u32) {
    let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    // A tag of 0 with no flags would look like an empty place.
    (mixed as usize % PLACES, ((mixed >> 36) as u32).max(1))
}
