//! Encodings: base64, hexadecimal, percent-encoding, numbers of characters (binary, decimal), Morse.

use super::{Hidden, MOST_BYTES, Token, is_written};
use crate::text::Text;
use std::ops::Range;

/// The shortest run of base64: fifteen bytes.
const BASE64: usize = 20;
/// The fewest character numbers that form a text.
const NUMBERS: usize = 10;

/// The encoded texts in a text.
pub fn encoded(text: &Text<'_>, tokens: &[Token]) -> Vec<Hidden> {
    let plain = text.plain();
    let mut hidden = Vec::new();
    let mut numbers = Numbers::default();
    for Token { range, .. } in tokens {
        let Some(word) = plain.get(range.clone()) else { continue };
        if word.len() < BASE64 && numbers.kind.is_none() && !may_be_number(word) {
            continue;
        }
        let start = range.start;
        if word.len() >= BASE64 {
            for (found, decoded) in runs(word) {
                let span = text.span_of_plain(start + found.start..start + found.end);
                hidden.push(Hidden { text: decoded, span, joined: false });
            }
        }
        if let Some((found, decoded)) = numbers.push(word, range.clone()) {
            hidden.push(Hidden { text: decoded, span: text.span_of_plain(found), joined: false });
        }
    }
    if let Some((found, decoded)) = numbers.end() {
        hidden.push(Hidden { text: decoded, span: text.span_of_plain(found), joined: false });
    }
    hidden
}

/// The encoded runs within a word.
fn runs(word: &str) -> Vec<(Range<usize>, String)> {
    let mut found = Vec::new();
    if word.bytes().take(MOST_BYTES).filter(|byte| *byte == b'%').count() >= 4
        && let Some(decoded) = percent(word)
    {
        found.push((0..word.len(), decoded));
        return found;
    }
    let mut start = 0;
    for run in word.split(|character: char| {
        !character.is_ascii_alphanumeric() && !matches!(character, '+' | '/' | '-' | '_' | '\\')
    }) {
        let range = start..start + run.len();
        start += run.len()
            + word.get(range.end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        if run.len() < BASE64 {
            continue;
        }
        let Some(head) = run.get(..run.len().min(MOST_BYTES)) else { continue };
        if let Some(decoded) = hexadecimal(head).or_else(|| base64(head)) {
            found.push((range, decoded));
        }
    }
    found
}

/// Base64 in both alphabets. A word of one case is rejected: base64 of this length has one case with a chance of one in a million.
fn base64(run: &str) -> Option<String> {
    let has = |is: fn(&u8) -> bool| run.as_bytes().iter().any(is);
    if !(has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase)) {
        return None;
    }
    let mut bytes = Vec::with_capacity(run.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in run.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    is_written(&bytes)
}

/// Pairs of hexadecimal digits, plain or behind `\x`.
fn hexadecimal(run: &str) -> Option<String> {
    let run = run.strip_prefix("0x").unwrap_or(run);
    let digits = run.replace("\\x", "");
    let bytes: Option<Vec<u8>> = digits.as_bytes().chunks_exact(2).map(pair).collect();
    is_written(&bytes?)
}

fn pair(pair: &[u8]) -> Option<u8> {
    let [high, low] = *pair else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    Some((digit(high)? << 4 | digit(low)?) as u8)
}

fn percent(word: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = word.as_bytes().get(..word.len().min(MOST_BYTES))?;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match (*first, after.get(..2).and_then(pair)) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
    }
    is_written(&bytes)
}

/// Words that each stand for a character: `01101001`, `105`, `69`, `..`.
#[derive(Default)]
struct Numbers {
    kind: Option<Kind>,
    range: Range<usize>,
    bytes: Vec<u8>,
    count: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Binary,
    Hexadecimal,
    Decimal,
    Morse,
}

impl Numbers {
    /// Takes the next word, and returns the text that ends before it, if there is one.
    fn push(&mut self, word: &str, range: Range<usize>) -> Option<(Range<usize>, String)> {
        let word = word.trim_matches(|character| matches!(character, ',' | ';' | '[' | ']'));
        let kind = self.kind_of(word);
        let ended = if kind.is_some() && kind == self.kind { None } else { self.end() };
        let Some(kind) = kind else { return ended };
        if self.kind.is_none() {
            self.range = range.clone();
        }
        self.kind = Some(kind);
        self.range.end = range.end;
        self.count += 1;
        if let Some(byte) = kind.read(word)
            && self.bytes.len() < MOST_BYTES
        {
            self.bytes.push(byte);
        }
        ended
    }

    /// The kind of a word; two digits are decimal or hexadecimal, like the words before.
    fn kind_of(&self, word: &str) -> Option<Kind> {
        let all = |is: fn(u8) -> bool| !word.is_empty() && word.bytes().all(is);
        let is_hexadecimal = word.len() == 2 && all(|byte| byte.is_ascii_hexdigit())
            || word.len() == 4 && word.starts_with("0x");
        if all(|byte| matches!(byte, b'.' | b'-' | b'/' | b'|')) && word.len() <= 6 {
            Some(Kind::Morse)
        } else if word.len() == 8 && all(|byte| matches!(byte, b'0' | b'1')) {
            Some(Kind::Binary)
        } else if self.kind == Some(Kind::Hexadecimal) && is_hexadecimal {
            Some(Kind::Hexadecimal)
        } else if (2..=3).contains(&word.len())
            && all(|byte| byte.is_ascii_digit())
            && self.kind != Some(Kind::Hexadecimal)
        {
            Some(if word.len() == 2 && self.kind.is_none() {
                Kind::Hexadecimal
            } else {
                Kind::Decimal
            })
        } else {
            is_hexadecimal.then_some(Kind::Hexadecimal)
        }
    }

    fn end(&mut self) -> Option<(Range<usize>, String)> {
        let ended = std::mem::take(self);
        let text = if ended.count >= NUMBERS { is_written(&ended.bytes)? } else { return None };
        Some((ended.range, text))
    }
}

/// A quick check that rejects most words: only digits, and letters up to F in a word of two, are numbers of characters.
fn may_be_number(word: &str) -> bool {
    match word.as_bytes() {
        [first, second] => {
            first.is_ascii_hexdigit() && second.is_ascii_hexdigit() || !first.is_ascii_alphabetic()
        }
        [first, ..] => !first.is_ascii_alphabetic() && word.len() <= 10,
        [] => false,
    }
}

impl Kind {
    fn read(self, word: &str) -> Option<u8> {
        match self {
            Kind::Binary => u8::from_str_radix(word, 2).ok(),
            Kind::Hexadecimal => u8::from_str_radix(word.trim_start_matches("0x"), 16).ok(),
            Kind::Decimal => word.parse().ok(),
            Kind::Morse => MORSE.iter().find(|(code, _)| *code == word).map(|(_, letter)| *letter),
        }
    }
}

/// ITU-R M.1677-1.
const MORSE: [(&str, u8); 38] = [
    (".-", b'a'),
    ("-...", b'b'),
    ("-.-.", b'c'),
    ("-..", b'd'),
    (".", b'e'),
    ("..-.", b'f'),
    ("--.", b'g'),
    ("....", b'h'),
    ("..", b'i'),
    (".---", b'j'),
    ("-.-", b'k'),
    (".-..", b'l'),
    ("--", b'm'),
    ("-.", b'n'),
    ("---", b'o'),
    (".--.", b'p'),
    ("--.-", b'q'),
    (".-.", b'r'),
    ("...", b's'),
    ("-", b't'),
    ("..-", b'u'),
    ("...-", b'v'),
    (".--", b'w'),
    ("-..-", b'x'),
    ("-.--", b'y'),
    ("--..", b'z'),
    (".----", b'1'),
    ("..---", b'2'),
    ("...--", b'3'),
    ("....-", b'4'),
    (".....", b'5'),
    ("-....", b'6'),
    ("--...", b'7'),
    ("---..", b'8'),
    ("----.", b'9'),
    ("-----", b'0'),
    ("/", b' '),
    ("|", b' '),
];
