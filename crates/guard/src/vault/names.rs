//! Placeholders of persons' names: invented words that can be pronounced, inflected and told apart.

use super::Entry;

const BEGINNINGS: [&str; 16] = [
    "Bral", "Ciso", "Drev", "Elto", "Fenw", "Gavo", "Hild", "Iska", "Jorv", "Kelm", "Lothi",
    "Murv", "Neks", "Ovar", "Pelz", "Quil",
];
const ENDINGS: [&str; 16] = [
    "an", "eth", "ik", "on", "und", "ar", "el", "iv", "os", "um", "ax", "ebo", "ino", "ot", "ur",
    "yn",
];
const FAMILY_BEGINNINGS: [&str; 16] = [
    "Vosk", "Tarn", "Zelw", "Wram", "Skelv", "Rudd", "Yarv", "Xant", "Thorb", "Umbr", "Velt",
    "Wisk", "Zand", "Strov", "Tulk", "Ralz",
];
const FAMILY_ENDINGS: [&str; 16] = [
    "aber", "etov", "indal", "ogard", "ulen", "arth", "emark", "ivik", "oster", "ugan", "awick",
    "eldor", "itman", "orrin", "unda", "ymar",
];

/// A name with as many words as the original, at most two.
pub fn placeholder(number: u32, original: &str) -> String {
    let given = word(&BEGINNINGS, &ENDINGS, number, 7);
    let family = word(&FAMILY_BEGINNINGS, &FAMILY_ENDINGS, number, 11);
    match original.split_whitespace().count() {
        0 | 1 => family,
        _ => format!("{given} {family}"),
    }
}

/// The word for a number: the 256 pairs of beginning and ending come once each, then again with a numeral appended.
fn word(beginnings: &[&str; 16], endings: &[&str; 16], number: u32, step: u32) -> String {
    let index = number.wrapping_mul(step) % 256;
    let beginning = beginnings.get(index as usize % 16).copied().unwrap_or_default();
    let ending = endings.get(index as usize / 16).copied().unwrap_or_default();
    match number / 256 {
        0 => format!("{beginning}{ending}"),
        round => format!("{beginning}{ending}{round}"),
    }
}

/// The first and the last name, each as its own entry.
pub fn parts(entry: &Entry) -> Vec<Entry> {
    let Some((given, family)) = entry.placeholder.split_once(' ') else { return Vec::new() };
    let is_name = |word: &str| word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !is_name(given) || !is_name(family) {
        return Vec::new();
    }
    let words: Vec<&str> = entry.original.split_whitespace().collect();
    let [first, .., last] = words.as_slice() else { return Vec::new() };
    [(given, first), (family, last)]
        .into_iter()
        .map(|(placeholder, original)| Entry {
            placeholder: placeholder.to_owned(),
            original: (*original).to_owned(),
        })
        .collect()
}
