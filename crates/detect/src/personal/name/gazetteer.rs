//! Given names, surnames, and words that are neither, by hash.
//!
//! 45,000 words would take a megabyte as text with an index; as 26 bits of their hash and six flags in an open table they take half of that, and a word that is none of them is
//! taken for one in 4 of 10,000 million look-ups (a table of 2^17 places, 26 bits more).

use crate::text::Text;

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Flags(u32);

impl Flags {
    const GIVEN: u32 = 1;
    const SURNAME: u32 = 2;
    const ALSO_WORD: u32 = 4;
    const RARE: u32 = 8;
    const STOP: u32 = 16;
    const ORG: u32 = 32;
    const ALL: u32 = 63;

    /// A given name, whatever else.
    pub fn is_given(self) -> bool {
        self.0 & (Flags::STOP | Flags::ORG) == 0 && self.0 & Flags::GIVEN != 0
    }

    /// A surname, whatever else.
    pub fn is_surname(self) -> bool {
        self.0 & (Flags::STOP | Flags::ORG) == 0 && self.0 & Flags::SURNAME != 0
    }

    /// Also another word.
    pub fn is_word(self) -> bool {
        self.0 & Flags::ALSO_WORD != 0
    }

    /// A name that few have.
    pub fn is_rare(self) -> bool {
        self.0 & Flags::RARE != 0
    }

    /// Not a part of a name.
    pub fn is_stop(self) -> bool {
        self.0 & Flags::STOP != 0
    }

    /// Of an institution or a place; but behind a given name it may be a surname.
    pub fn is_org(self) -> bool {
        self.0 & Flags::ORG != 0
    }

    /// Of an institution or a place, and a surname.
    pub fn is_org_surname(self) -> bool {
        self.is_org() && self.0 & Flags::SURNAME != 0
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
                let (word, mark) = line.split_once(' ').unwrap_or((line, ""));
                let also = match mark {
                    "*" => Flags::ALSO_WORD,
                    "+" if flag == Flags::GIVEN => Flags::RARE,
                    _ => 0,
                };
                table.add(&folded(word), flag | also);
            }
        }
        for line in include_str!("../../../data/personal/not_names.txt").lines() {
            let Some((kind, words)) = line.split_once(": ").filter(|_| !line.starts_with('#')) else { continue };
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
                    if entry >> 6 == tag {
                        return Flags(entry & Flags::ALL);
                    }
                }
                _ => return Flags::default(),
            }
            at = (at + 1) % PLACES;
        }
    }

    fn add(&mut self, word: &str, flags: u32) {
        let (mut at, tag) = place(word);
        while let Some(entry) = self.places.get_mut(at) {
            if *entry == 0 || *entry >> 6 == tag {
                *entry = tag << 6 | *entry & Flags::ALL | flags;
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

/// FNV-1a, mixed: where a word stands, and 26 bits to tell it by.
fn place(word: &str) -> (usize, u32) {
    let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    // A tag of 0 with no flags would look like an empty place.
    (mixed as usize % PLACES, ((mixed >> 38) as u32).max(1))
}
