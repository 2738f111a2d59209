//! Decides whether a value with the name of a secret is a credential.

use super::name::Kind;
use super::shape::{
    has_digit, has_letter, has_symbol, is_code, is_hex, is_identifier, is_measure,
    is_name_and_number, is_name_like, is_number, is_path, is_pattern, is_uuid, trailing_digits,
};
use super::{class, placeholder, random};
use rustc_hash::FxHashSet as HashSet;
use std::sync::LazyLock;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Between quotes.
    Quoted,
    /// The rest of its line, as in environment files and YAML.
    Line,
    /// In any other way; in code it may be an expression.
    Bare,
}

/// The fewest characters of a chosen password.
const MIN_PASSWORD: usize = 4;

/// The least weight of a pair in a text of letters only, in hundredths: higher than for letters with digits.
const DRAWN_LETTERS: i32 = 140;

/// Values that tests use, with or without a number.
const DUMMIES: &[&str] = &[
    "test", "tests", "testing", "foo", "bar", "baz", "key", "token", "value", "string", "user",
    "id", "name", "sha", "base", "utf", "md", "",
];

/// The fewest characters of a token.
const MIN_TOKEN: usize = 10;

/// Builds what is looked up.
pub fn prepare() {
    LazyLock::force(&VOCABULARY);
}

static VOCABULARY: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("data/vocabulary.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

/// The confidence that this is a credential, in percent.
pub fn confidence(kind: Kind, name: &str, value: &str, written: Written) -> Option<u8> {
    let name_and_number =
        kind != Kind::Key && written != Written::Bare && is_name_and_number(value);
    let expression = written == Written::Bare
        && (value.contains(['(', '[']) || value.starts_with(['$', '*', '&', '-']));
    if is_no_value(value)
        || (is_path(value) && !name_and_number)
        || is_pattern(value)
        || expression
        || is_number(value)
    {
        return None;
    }
    match kind {
        Kind::Password => password(value, written),
        Kind::Secret => token(name, value, written, 8).or_else(|| secret(value, written)),
        Kind::Token => {
            token(name, value, written, MIN_TOKEN).or_else(|| worded_token(value, written))
        }
        Kind::Key => {
            token(name, value, written, 20).filter(|_| random::is_generated(value.as_bytes()))
        }
    }
}

/// Whether it is a placeholder, a reference, or made of the vocabulary's words.
pub fn is_no_value(value: &str) -> bool {
    value.is_empty()
        || placeholder::is_blank(value)
        || placeholder::is_reference(value)
        || placeholder::has_mark(value)
        || is_vocabulary(value)
}

/// Whether it consists of words that passwords do not contain.
fn is_vocabulary(value: &str) -> bool {
    let vocabulary = &*VOCABULARY;
    let whole = value.to_lowercase();
    let parts = super::name::words(value);
    let is_word = |part: &String| {
        let stem = part.trim_end_matches(|c: char| c.is_ascii_digit());
        // `token2` is a name; `secret123` is a chosen password; `test123` is neither.
        let is_chosen = part.len() - stem.len() >= 2 && !DUMMIES.contains(&stem);
        vocabulary.contains(stem) && !is_chosen
    };
    let spelt = !parts.is_empty() && parts.iter().all(is_word) && !has_symbol(value);
    vocabulary.contains(whole.as_str()) || spelt
}

fn password(value: &str, written: Written) -> Option<u8> {
    let length = value.chars().count();
    let spaced = value.contains(char::is_whitespace);
    if !(MIN_PASSWORD..=128).contains(&length)
        || (spaced && !is_spaced_password(value))
        || is_code(value)
    {
        return None;
    }
    let (digit, letter, symbol) = (has_digit(value), has_letter(value), has_symbol(value));
    if !value.is_ascii() {
        return (digit && (letter || symbol)).then_some(70);
    }
    if letter && (digit || symbol) {
        let chosen = !is_identifier(value)
            || trailing_digits(value) >= 3
            || random::is_unlike_words(value.as_bytes());
        return (written != Written::Bare || chosen).then_some(90);
    }
    match written {
        _ if digit && !letter => (written != Written::Bare).then_some(75),
        Written::Bare => random::is_unlike_words(value.as_bytes()).then_some(70),
        Written::Quoted | Written::Line => is_chosen_word(value).then_some(65),
    }
}

/// Whether it is a word or a phrase, rather than the name of a variable, a constant or a resource.
fn is_chosen_word(value: &str) -> bool {
    let unlike = random::is_unlike_words(value.as_bytes());
    let parts = value.split(['-', '_', '.']).count();
    let upper = value.bytes().all(|byte| !byte.is_ascii_lowercase());
    let camel = value.bytes().skip(1).any(|byte| byte.is_ascii_uppercase()) && !upper;
    unlike || (parts >= 4 && !upper) || (parts == 1 && !camel && !(upper && value.len() > 12))
}

fn is_spaced_password(value: &str) -> bool {
    let words: Vec<&str> = value.split_whitespace().collect();
    words.len() <= 3
        && has_digit(value)
        && has_symbol(value)
        && words.iter().all(|word| !is_vocabulary(word))
}

/// The confidence of a secret that a person chose.
fn secret(value: &str, written: Written) -> Option<u8> {
    let fits = value.is_ascii()
        && (6..=100).contains(&value.len())
        && !value.contains(char::is_whitespace)
        && !is_code(value);
    let mixed =
        has_letter(value) && has_digit(value) && (has_symbol(value) || !is_name_like(value));
    (fits && mixed && written != Written::Bare).then_some(75)
}

/// The confidence of a token that was written by hand.
fn worded_token(value: &str, written: Written) -> Option<u8> {
    let long = value.len() >= 16 && has_digit(value) && has_letter(value);
    (long && !is_name_like(value) && written == Written::Quoted)
        .then(|| secret(value, written))
        .flatten()
}

fn token(name: &str, value: &str, written: Written, min: usize) -> Option<u8> {
    let fits = (min..=1_024).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_graphic())
        && !is_code(value);
    if !fits
        || placeholder::is_series(value.as_bytes())
        || (!has_digit(value) && written == Written::Bare)
        || !has_letter(value)
    {
        return None;
    }
    if is_hex(value) && super::name::is_digest(name) {
        return None;
    }
    if is_uuid(value) {
        return (random::distinct(value.as_bytes()) > 6).then_some(70);
    }
    let bytes = value.as_bytes();
    let drawn = random::is_unlike_words(bytes)
        && random::distinct(bytes) * 3 >= (value.len().min(24) as u32);
    drawn.then_some(if random::is_generated(bytes) { 85 } else { 60 })
}

/// Whether it can be a password in a sentence, where a plain word is not enough.
pub fn is_spoken_password(value: &str) -> bool {
    let length = value.chars().count();
    let within = value.trim_matches(|c: char| c.is_ascii_punctuation());
    let drawn = length >= 8
        && value.bytes().all(class::letter)
        && random::weight(value.as_bytes()) > DRAWN_LETTERS;
    let mixed = drawn
        || has_letter(value)
            && (has_digit(value)
                || within
                    .bytes()
                    .any(|byte| matches!(byte, b'!' | b'@' | b'#' | b'$' | b'^' | b'&' | b'*')));
    let code = value.contains("\\n")
        || value.contains([
            '{', '}', '=', '<', '>', '|', '"', '\'', ';', ',', '(', ')', '[', ']', '\\',
        ])
        || value.starts_with(['@', '-', '/', '[', '%', '#']);
    (5..=64).contains(&length)
        && mixed
        && !code
        && value.is_ascii()
        && !is_no_value(value)
        && (!is_path(value) || is_name_and_number(value))
        && !is_code(value)
        && !is_measure(value)
}
