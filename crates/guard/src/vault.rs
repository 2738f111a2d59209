//! Placeholders and the originals that they replace.
//!
//! A placeholder has the type of its original, so that a model and its tools treat both alike. It comes from a range that is
//! reserved for examples or not assigned, and placeholders are numbered by first occurrence.

use postern_detect::Detector;
use std::collections::HashMap;
use std::fmt;

mod names;
mod numbers;

/// The placeholders of one request.
#[derive(Default)]
pub struct Vault {
    by_original: HashMap<(Detector, String), usize>,
    entries: Vec<Entry>,
    /// How many placeholders of each detector there are.
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

/// A placeholder that also occurs in the request is not used: the next number is tried, at most this many times.
const MAX_COLLISIONS: u32 = 64;

impl Vault {
    /// The placeholder of an original. `taken` tells whether a text already occurs in the request.
    pub fn placeholder(
        &mut self,
        detector: Detector,
        original: &str,
        taken: impl Fn(&str) -> bool,
    ) -> String {
        let key = (detector, key(detector, original));
        if let Some(entry) = self.by_original.get(&key).and_then(|at| self.entries.get(*at)) {
            return entry.placeholder.clone();
        }
        let count = self.counts.entry(detector).or_default();
        let mut placeholder = String::new();
        for _ in 0..MAX_COLLISIONS {
            *count += 1;
            placeholder = made(detector, *count, original);
            if !taken(&placeholder) {
                break;
            }
        }
        self.by_original.insert(key, self.entries.len());
        let original = original.to_owned();
        self.entries.push(Entry { placeholder: placeholder.clone(), original });
        placeholder
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All placeholders with their originals, including parts of names and other spellings of numbers.
    pub fn into_entries(self) -> Vec<Entry> {
        let derived: Vec<Entry> = self.entries.iter().flat_map(derived).collect();
        let mut entries = self.entries;
        for entry in derived {
            let is_known = |known: &Entry| known.placeholder == entry.placeholder;
            if !entries.iter().any(is_known) {
                entries.push(entry);
            }
        }
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
        _ => format!("ANON-{}-{number:04}", detector.as_str().to_uppercase().replace('_', "-")),
    }
}

fn is_iban(original: &str) -> bool {
    let mut bytes = original.bytes();
    bytes.by_ref().take(2).all(|byte| byte.is_ascii_alphabetic())
        && bytes.next().is_some_and(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests;
