//! Single characters that are invisible, or that look like a Latin letter.

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

/// Whether a character is invisible, with the letter that a model reads in it, if there is one.
pub fn unseen(character: char) -> Option<Option<char>> {
    match character {
        // Soft hyphen, joiners, directions, word joiners, the byte order mark, variation selectors.
        '\u{ad}'
        | '\u{34f}'
        | '\u{61c}'
        | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{e0100}'..='\u{e01ef}' => Some(None),
        // Tags: a copy of ASCII that no font shows.
        '\u{e0020}'..='\u{e007e}' => Some(char::from_u32(u32::from(character) - 0xe0000)),
        '\u{e0000}'..='\u{e001f}' | '\u{e007f}' => Some(None),
        _ => None,
    }
}

/// Whether a character is a part of a Hangul syllable, which composes with the character before it although it is not a mark.
pub fn is_jamo(character: char) -> bool {
    matches!(character, '\u{1160}'..='\u{11ff}')
}

/// Appends the character in lower case, without accents, as the Latin letter or digit that it looks like.
pub fn push(character: char, text: &mut String) {
    for lower in character.to_lowercase() {
        let mut letters = lower.nfkd().filter(|letter| !('\u{300}'..='\u{36f}').contains(letter));
        let Some(letter) = letters.next() else { continue };
        text.push(look_alike(letter));
        text.extend(letters);
    }
}

fn look_alike(letter: char) -> char {
    // Some signs look like letters (a danda like `l`) but still end words.
    if letter.is_ascii() || !letter.is_alphanumeric() {
        return letter;
    }
    // Ideographs and syllables do not look like Latin letters; this avoids a look-up in the common case.
    if ('\u{2e80}'..'\u{a4d0}').contains(&letter) || ('\u{ac00}'..='\u{d7a3}').contains(&letter) {
        return letter;
    }
    let mut buffer = [0; 4];
    let mut shape = skeleton(letter.encode_utf8(&mut buffer));
    match (shape.next(), shape.next()) {
        (Some(shape), None) if shape.is_ascii_alphanumeric() => shape.to_ascii_lowercase(),
        _ => letter,
    }
}
