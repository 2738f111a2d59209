//! Placeholders and the originals that they replace.
//!
//! A placeholder has the type of its original, so that a model and its tools treat both alike. It comes from a range that is
//! reserved for examples or not assigned, and placeholders are numbered by first occurrence.

use postern_detect::Detector;
use std::collections::{HashMap, HashSet};
use std::fmt;

mod kept;
mod names;
mod numbers;
mod taken;

pub use taken::Taken;

/// The placeholders of one request.
#[derive(Clone, Default)]
pub struct Vault {
    by_original: HashMap<(Detector, String), usize>,
    entries: Vec<Entry>,
    /// All placeholders, in lower case.
    known: HashSet<String>,
    /// Those of earlier turns, in lower case.
    earlier: HashSet<String>,
    /// The last number of each detector.
    counts: HashMap<Detector, u32>,
}

/// A placeholder and its original.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Entry {
    pub placeholder: String,
    pub original: String,
}

/// Never prints the original.
impl fmt::Debug for Entry {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Entry")
            .field("placeholder", &self.placeholder)
            .finish_non_exhaustive()
    }
}

/// So many numbers are tried for a placeholder of the original's type; then it is one that names its detector.
const MAX_TRIES: u32 = 64;

impl Vault {
    /// The placeholder of an original, which is of no other one and stands nowhere in the request unless an earlier turn had it.
    pub fn placeholder(&mut self, detector: Detector, original: &str, taken: &Taken) -> String {
        // The client repeats one of an earlier turn.
        if self.earlier.contains(&original.to_ascii_lowercase()) {
            return original.to_owned();
        }
        let key = (detector, key(detector, original));
        if let Some(entry) = self.by_original.get(&key).and_then(|at| self.entries.get(*at)) {
            return entry.placeholder.clone();
        }
        let entry = self.entry(detector, original, taken);
        let placeholder = entry.placeholder.clone();
        self.by_original.insert(key, self.entries.len());
        self.entries.push(entry);
        placeholder
    }

    fn entry(&mut self, detector: Detector, original: &str, taken: &Taken) -> Entry {
        for _ in 0..MAX_TRIES {
            let number = self.next(detector);
            let entry = Entry {
                placeholder: made(detector, number, original),
                original: original.to_owned(),
            };
            if self.is_free(detector, &entry, taken) {
                return entry;
            }
        }
        // Only a request that has thousands of look-alikes gets here.
        loop {
            let placeholder = named(detector, self.next(detector));
            if self.known.insert(placeholder.to_ascii_lowercase()) {
                return Entry { placeholder, original: original.to_owned() };
            }
        }
    }

    fn next(&mut self, detector: Detector) -> u32 {
        let count = self.counts.entry(detector).or_default();
        *count = count.saturating_add(1);
        *count
    }

    /// Neither it nor what is derived of it is known or stands in the request.
    fn is_free(&mut self, detector: Detector, entry: &Entry, taken: &Taken) -> bool {
        let derived = derived(entry);
        let all = || derived.iter().chain([entry]).map(|entry| &*entry.placeholder);
        let is_taken = match detector {
            Detector::PersonName => {
                Some(entry.placeholder.split(' ').any(|word| taken.has_word(word)))
            }
            _ => taken.has_any(stem(detector, &entry.placeholder), all()),
        };
        is_taken == Some(false) && self.known.insert(entry.placeholder.to_ascii_lowercase())
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All placeholders with their originals, including parts of names and other spellings of numbers.
    pub fn into_entries(self) -> Vec<Entry> {
        let derived: Vec<Entry> = self.entries.iter().flat_map(derived).collect();
        let mut known: HashSet<String> =
            self.entries.iter().map(|entry| entry.placeholder.clone()).collect();
        let mut entries = self.entries;
        entries.extend(derived.into_iter().filter(|entry| known.insert(entry.placeholder.clone())));
        entries
    }

    /// Originals that may occur where no detector finds them, with their placeholders; includes parts of names.
    pub fn originals(&self) -> Vec<Entry> {
        let parts = self.entries.iter().flat_map(names::parts);
        let mut all: Vec<Entry> = self.entries.iter().cloned().chain(parts).collect();
        // Short originals occur everywhere by chance.
        all.retain(|entry| entry.original.chars().count() >= MIN_ELSEWHERE);
        all
    }
}

/// The fewest characters of an original that is searched for where no detector found it.
const MIN_ELSEWHERE: usize = 3;

fn derived(entry: &Entry) -> Vec<Entry> {
    let mut all = names::parts(entry);
    all.extend(numbers::variants(entry));
    all
}

/// The same key for different spellings of one original, so that they have one placeholder.
fn key(detector: Detector, original: &str) -> String {
    match detector {
        Detector::Email => original.to_lowercase(),
        _ => original.to_owned(),
    }
}

fn made(detector: Detector, number: u32, original: &str) -> String {
    match detector {
        Detector::PersonName => names::placeholder(number, original),
        // RFC 2606, 3.
        Detector::Email => format!("anon{number:03}@example.com"),
        Detector::ProfileUrl => format!("https://example.com/anon{number:03}"),
        Detector::Phone => numbers::phone(number),
        Detector::PaymentCard => numbers::card(number),
        Detector::BankAccount if is_iban(original) => numbers::iban(number),
        Detector::NetworkAddress => numbers::network_address(number, original),
        Detector::PersonalDate => numbers::date(number),
        Detector::Address => format!("{number} Anon Street, Anonville {number:05}"),
        Detector::Coordinates => format!("0.{number:06}, -0.{number:06}"),
        _ => named(detector, number),
    }
}

/// One that has no type but says what it stands for.
fn named(detector: Detector, number: u32) -> String {
    format!("ANON-{}-{number:04}", detector.as_str().to_uppercase().replace('_', "-"))
}

/// What all placeholders like this have in common, in lower case.
fn stem(detector: Detector, placeholder: &str) -> &'static str {
    match detector {
        Detector::Phone => "7700",
        Detector::PaymentCard => "9999",
        Detector::PersonalDate => "-",
        Detector::Coordinates => "0.000",
        Detector::NetworkAddress => {
            let stems = ["192.0.2.", "198.51.100.", "203.0.113.", "00:00:5e", "2001:db8"];
            let of_this = |stem: &&&str| placeholder.to_ascii_lowercase().starts_with(**stem);
            stems.iter().find(of_this).copied().unwrap_or("")
        }
        _ => "anon",
    }
}

fn is_iban(original: &str) -> bool {
    let mut bytes = original.bytes();
    bytes.by_ref().take(2).all(|byte| byte.is_ascii_alphabetic())
        && bytes.next().is_some_and(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
