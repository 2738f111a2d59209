//! Tells generated text from words.
//!
//! Words have frequent pairs of letters and mostly one kind of character; generated text has neither. A table gives the weights of
//! pairs of letters, and a constant that of changes between letters and digits.

use std::sync::LazyLock;

/// The weight in the table of a pair that is as frequent as in random text.
const CHANCE: i32 = 5;

/// The weight of a change between letter and digit, in hundredths.
const CHANGE: i32 = 250;

/// The weight of a digit after a digit, in hundredths: numbers are common in names.
const DIGITS: i32 = 80;

/// The weight of a capital after a small letter, in hundredths: `camelCase` has one for each word.
const CAMEL: i32 = 100;

/// The least average weight of a pair in generated text, in hundredths: words have -100 to 0, generated texts 150 to 250.
const DRAWN: i32 = 75;

/// Builds what is looked up.
pub fn prepare() {
    LazyLock::force(&PAIRS);
}

static PAIRS: LazyLock<Vec<u8>> = LazyLock::new(|| {
    include_str!("data/bigrams.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| line.bytes().map(|digit| digit.wrapping_sub(b'0')))
        .collect()
});

/// Whether a text is generated, and long enough to be certain.
pub fn is_generated(text: &[u8]) -> bool {
    let mixed = has_digit(text)
        || (text.iter().any(u8::is_ascii_lowercase) && text.iter().any(u8::is_ascii_uppercase));
    text.len() >= 12 && mixed && weight(text) > DRAWN && distinct(text) >= 7
}

/// Whether a text is generated or otherwise unlike words, for values that already have the name of a secret.
pub fn is_unlike_words(text: &[u8]) -> bool {
    weight(text) > DRAWN && distinct(text) >= 5
}

/// The average weight of a pair, in hundredths.
pub fn weight(text: &[u8]) -> i32 {
    let pairs = text.iter().zip(text.iter().skip(1));
    let (sum, count) = pairs.fold((0, 0), |(sum, count), (a, b)| match pair(*a, *b) {
        Some(weight) => (sum + weight, count + 1),
        None => (sum, count),
    });
    if count == 0 { 0 } else { sum / count }
}

fn pair(first: u8, second: u8) -> Option<i32> {
    let letters = (first.is_ascii_alphabetic(), second.is_ascii_alphabetic());
    match letters {
        (true, true) if first.is_ascii_lowercase() && second.is_ascii_uppercase() => Some(CAMEL),
        (true, true) => {
            let row = usize::from(first.to_ascii_lowercase() - b'a');
            let column = usize::from(second.to_ascii_lowercase() - b'a');
            let score = PAIRS.get(row * 26 + column).copied().unwrap_or(CHANCE as u8);
            Some((CHANCE - i32::from(score)) * 100 + 50)
        }
        (true, false) if second.is_ascii_digit() => Some(CHANGE),
        (false, true) if first.is_ascii_digit() => Some(CHANGE),
        (false, false) if first.is_ascii_digit() && second.is_ascii_digit() => Some(DIGITS),
        _ => None,
    }
}

/// The number of different characters.
pub fn distinct(text: &[u8]) -> u32 {
    let seen = text.iter().fold(0_u128, |seen, byte| seen | 1 << (byte & 127));
    seen.count_ones()
}

fn has_digit(text: &[u8]) -> bool {
    text.iter().any(u8::is_ascii_digit)
}
