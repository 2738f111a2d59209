//! Hidden texts within a text: encoded, spelt in other characters, or written backwards.
//!
//! Each decoder looks for a run that only its encoding produces, and reads a bounded part of it. The decoded text is scored like
//! any other.

use super::lexicon::{INVISIBLE, MIXED, Mention};
use crate::text::Text;
use std::ops::Range;

mod encodings;
mod spellings;

/// A text that was found within another.
#[derive(Debug, PartialEq)]
pub struct Hidden {
    /// The decoded text.
    pub text: String,
    /// Its place, in bytes of the original.
    pub span: Range<usize>,
    /// Whether its words may be joined without spaces.
    pub joined: bool,
}

/// The most bytes of a run that are decoded.
const MOST_BYTES: usize = 2048;

/// All hidden texts within a text, given its mentions.
pub fn hidden(text: &Text<'_>, mentions: &[Mention]) -> Vec<Hidden> {
    let plain = tokens(text.plain());
    let mut hidden = encodings::encoded(text, &plain);
    // Folding keeps the places of an ASCII text.
    let folded = if text.plain().is_ascii() { plain } else { tokens(text.folded()) };
    spellings::spelt(text, &folded, mentions, &mut hidden);
    hidden
}

/// A part of a text between spaces.
struct Token {
    range: Range<usize>,
    /// Whether it has a sign or digit that may stand for a letter.
    has_sign: bool,
}

const SPACE: u8 = 1;
const SIGN: u8 = 2;

/// The classes of all bytes.
#[allow(clippy::indexing_slicing, reason = "it is evaluated by the compiler")]
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut rest: &[u8] = b" \t\n\x0c\r";
    while let [byte, more @ ..] = rest {
        classes[*byte as usize] = SPACE;
        rest = more;
    }
    rest = b"01345789!@$+|";
    while let [byte, more @ ..] = rest {
        classes[*byte as usize] = SIGN;
        rest = more;
    }
    classes
};

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 4);
    let (mut start, mut classes) = (0, 0);
    for (at, byte) in text.bytes().enumerate() {
        let class = CLASSES.get(usize::from(byte)).copied().unwrap_or(0);
        if class != SPACE {
            classes |= class;
            continue;
        }
        if start < at {
            tokens.push(Token { range: start..at, has_sign: classes != 0 });
        }
        (start, classes) = (at + 1, 0);
    }
    if start < text.len() {
        tokens.push(Token { range: start..text.len(), has_sign: classes != 0 });
    }
    tokens
}

/// The concept of a word that is ASCII in folded form but was written in other characters.
pub fn sign(written: &str) -> Option<u8> {
    let is_invisible = |character: char| matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let is_tag = |character: char| ('\u{e0000}'..='\u{e007f}').contains(&character);
    if written.chars().any(|character| is_invisible(character) || is_tag(character)) {
        return Some(INVISIBLE);
    }
    // Greek, Cyrillic, Armenian and Cherokee letters mixed with Latin ones; and mathematical alphabets, which no word uses.
    let is_other =
        |character: char| matches!(character, '\u{370}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}');
    let is_latin = written.chars().any(|character| character.is_ascii_alphabetic());
    let is_mixed = is_latin && written.chars().any(is_other);
    let is_mathematical =
        written.chars().any(|character| ('\u{1d400}'..='\u{1d7ff}').contains(&character));
    (is_mixed || is_mathematical).then_some(MIXED)
}

/// Returns decoded bytes as text, unless they look random.
fn is_written(bytes: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        // Cut within a character.
        Err(error) if bytes.len() - error.valid_up_to() < 4 => {
            std::str::from_utf8(bytes.get(..error.valid_up_to())?).ok()?
        }
        Err(_) => return None,
    };
    let (mut letters, mut others, mut total) = (0, 0, 0);
    for character in text.chars() {
        total += 1;
        letters += usize::from(character.is_alphabetic() || character == ' ');
        others += usize::from(character.is_control() && !character.is_whitespace());
    }
    (total >= 8 && others == 0 && letters * 10 >= total * 7).then(|| text.to_owned())
}
