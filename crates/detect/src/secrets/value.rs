//! Is a value a credential, if its name says that it is one?

use super::name::Kind;
use super::{class, placeholder, random};
use std::collections::HashSet;
use std::sync::LazyLock;

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// Between quotes.
    Quoted,
    /// The rest of its line, as in environment files and YAML.
    Line,
    /// Otherwise: in code it may be an expression.
    Bare,
}

/// A chosen password of fewer characters is not looked for.
const MIN_PASSWORD: usize = 4;

/// Letters alone must be less like words than letters with digits are.
const DRAWN_LETTERS: i32 = 140;

/// Nor a token.
const MIN_TOKEN: usize = 10;

static VOCABULARY: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    include_str!("data/vocabulary.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(str::split_whitespace)
        .collect()
});

/// How certain it is that this is a credential.
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

/// Placeholders, references, words of the vocabulary.
pub fn is_no_value(value: &str) -> bool {
    value.is_empty()
        || placeholder::is_blank(value)
        || placeholder::is_reference(value)
        || placeholder::has_mark(value)
        || is_vocabulary(value)
}

/// Does it consist of words that no password is made of?
fn is_vocabulary(value: &str) -> bool {
    let vocabulary = &*VOCABULARY;
    let whole = value.to_lowercase();
    let parts = super::name::words(value);
    vocabulary.contains(whole.as_str())
        || (!parts.is_empty()
            && parts.iter().all(|part| {
                vocabulary.contains(part.trim_end_matches(|c: char| c.is_ascii_digit()))
            })
            && !has_symbol(value))
}

/// `Anna.river42`: a password that looks like a path.
fn is_name_and_number(value: &str) -> bool {
    value.split('.').count() == 2 && trailing_digits(value) >= 2
}

fn trailing_digits(value: &str) -> usize {
    value.bytes().rev().take_while(u8::is_ascii_digit).count()
}

fn has_symbol(value: &str) -> bool {
    value.bytes().any(|byte| {
        matches!(
            byte,
            b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'+' | b'?' | b'~' | b'='
        )
    })
}

fn has_digit(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_digit())
}

fn has_letter(value: &str) -> bool {
    value.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// A literal of a program: `0xC0000224_u32`, `2u32`, `16.0`.
fn is_number(value: &str) -> bool {
    let digits = value.trim_start_matches('-');
    let hex = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    let suffixes =
        ["u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "usize", "L", "UL", "f32", "f64"];
    let bare = suffixes
        .iter()
        .find_map(|suffix| digits.strip_suffix(suffix))
        .map(|bare| bare.trim_end_matches('_'));
    hex.is_some_and(|hex| hex.len() <= 16)
        || bare.is_some_and(|bare| {
            !bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
        })
}

/// Letters and digits, and not as a name of a program with a number at its end.
pub fn is_mixed(value: &str) -> bool {
    let ends_in_number = !is_identifier(value) || trailing_digits(value) >= 2;
    has_letter(value) && has_digit(value) && ends_in_number
        || (has_letter(value) && has_symbol(value) && !value.contains('='))
        || random::is_unlike_words(value.as_bytes())
}

/// An expression that matches credentials, or a text with blanks for them.
fn is_pattern(value: &str) -> bool {
    [
        "[^", "(?", "[A-Z", "[a-z", "[0-9", "\\w", "\\d", "\\s", "\\S", ".*", "{0", "{1", "{{",
        "%s", "%d", "\\(",
    ]
    .iter()
    .any(|part| value.contains(part))
        || (value.contains('{')
            && value.contains('}')
            && value.contains(|c: char| c.is_ascii_lowercase())
            && is_braced_name(value))
}

/// `{name}`
fn is_braced_name(value: &str) -> bool {
    let inner = value.split('{').nth(1).and_then(|rest| rest.split('}').next()).unwrap_or_default();
    inner.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.'))
}

/// `com.example.Thing`, `user.password`, `/etc/keys/x.pem`, `https://...`, `./x`, `text/html`
fn is_path(value: &str) -> bool {
    let starts =
        ["/", "./", "../", "~/", "http:", "https:", "file:", "C:\\", "urn:", "data:image", "#"];
    let ends = [
        ".pem", ".key", ".json", ".txt", ".yaml", ".yml", ".crt", ".jks", ".p12", ".env", ".html",
        ".php", ".js", ".py", ".md", ".svg", ".png",
    ];
    let is_path = starts.iter().any(|start| value.starts_with(start))
        && !random::is_generated(value.as_bytes());
    is_path || ends.iter().any(|end| value.ends_with(end)) || is_dotted(value)
}

/// Names joined by points or by `::`, `->`, all of them like words.
fn is_dotted(value: &str) -> bool {
    let mut parts = value.split(['.', ':', '>']).filter(|part| !part.is_empty());
    let is_name = |part: &str| {
        part.bytes().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'(' | b')' | b'[' | b']')
        }) && part.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
            && !(has_digit(part) && random::is_unlike_words(part.as_bytes()))
    };
    (value.contains('.') || value.contains("::") || value.contains("->"))
        && parts.all(|part| is_name(part.trim_end_matches('-')))
}

/// Code rather than a value: a call, an index, an operator.
fn is_code(value: &str) -> bool {
    let is_call = value.ends_with(')') && value.contains('(')
        || value.contains("()")
        || value.contains("[\"")
        || value.contains("['");
    is_call
        || value.contains("->")
        || value.contains("::")
        || value.contains("=>")
        || value.contains("&&")
        || value.contains("||")
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

/// One word, or several as a phrase: a name of a variable, a constant or a resource is none.
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

/// A name as programs have it; those have digits at their end at most.
fn is_identifier(value: &str) -> bool {
    let stem = value.trim_end_matches(|c: char| c.is_ascii_digit());
    !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_')
}

/// A secret that a person chose.
fn secret(value: &str, written: Written) -> Option<u8> {
    let fits = value.is_ascii()
        && (6..=100).contains(&value.len())
        && !value.contains(char::is_whitespace)
        && !is_code(value);
    let mixed =
        has_letter(value) && has_digit(value) && (has_symbol(value) || !is_name_like(value));
    (fits && mixed && written != Written::Bare).then_some(75)
}

/// Names of resources have their digits in parts of their own: `my-secret-1`, `secret_v2`.
fn is_name_like(value: &str) -> bool {
    let is_part = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_alphabetic())
            || part.bytes().all(|byte| byte.is_ascii_digit())
            || (part.len() <= 3)
    };
    value.split(['-', '_', '.', '/', ':']).all(is_part) || is_identifier(value)
}

/// A token that was written by hand.
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

fn is_hex(value: &str) -> bool {
    value.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// RFC 9562, 4.
pub fn is_uuid(value: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let mut parts = value.split('-');
    let fits = lengths
        .iter()
        .all(|length| parts.next().is_some_and(|part| part.len() == *length && is_hex(part)));
    fits && parts.next().is_none()
}

/// Would a person say this as a password? A word alone is not enough in a sentence.
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

/// `8-character`, `256-bit`, `2FA`, `10MB`, `3rd`, `v1.2`, `24h`, `OAuth2`, `2024-01-01`
fn is_measure(value: &str) -> bool {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let rest = value.get(digits..).unwrap_or_default();
    let unit = digits > 0
        && (rest.starts_with('-')
            || rest.len() <= 3
            || rest.starts_with(':')
            || rest.starts_with('/'));
    let version = value.starts_with('v')
        && value
            .get(1..)
            .is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
    let capitals = value
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-')
        && value.len() <= 7;
    unit || version || capitals
}
