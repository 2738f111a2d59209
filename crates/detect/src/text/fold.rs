//! Single characters that are invisible, or that look like a Latin letter.

use std::sync::LazyLock;
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

/// Whether normalisation (NFKC) keeps a character that no mark follows, and the character is no mark itself: the frequent letters
/// and signs.
pub fn is_settled(character: char) -> bool {
    character.is_ascii()
        || matches!(
            character,
            '\u{c0}'..='\u{131}'
                | '\u{391}'..='\u{3a1}'
                | '\u{3a3}'..='\u{3ce}'
                | '\u{400}'..='\u{482}'
                | '\u{621}'..='\u{63a}'
                | '\u{641}'..='\u{64a}'
                | '\u{904}'..='\u{939}'
                | '\u{2012}'..='\u{2016}'
                | '\u{2018}'..='\u{2023}'
                | '\u{2190}'..='\u{21ff}'
                | '\u{2500}'..='\u{27bf}'
                | '\u{3001}'..='\u{3029}'
                | '\u{3041}'..='\u{3096}'
                | '\u{30a1}'..='\u{30fe}'
                | '\u{3400}'..='\u{4dbf}'
                | '\u{4e00}'..='\u{9fff}'
                | '\u{ac00}'..='\u{d7a3}'
                | '\u{1f300}'..='\u{1f64f}'
        )
}

/// The frequent characters that are folded in advance, by blocks: up to the Arabic and Indian letters, signs, kana.
const BLOCKS: [std::ops::Range<u32>; 3] = [0x80..0xa00, 0x2000..0x2800, 0x3000..0x3100];

/// The one or two characters of a character's folded form; `None` if it has more, or none.
type Folded = Option<(char, Option<char>)>;

static FOLDED: LazyLock<Vec<Folded>> = LazyLock::new(|| {
    let characters =
        BLOCKS.into_iter().flatten().map(|code| char::from_u32(code).unwrap_or_default());
    let fold = |character| {
        let mut text = String::new();
        push_unknown(character, &mut text);
        let mut letters = text.chars();
        let folded = (letters.next()?, letters.next());
        letters.next().is_none().then_some(folded)
    };
    characters.map(fold).collect()
});

/// Appends the character in lower case, without accents, as the Latin letter or digit that it looks like.
pub fn push(character: char, text: &mut String) {
    match FOLDED.get(place(u32::from(character))).copied().flatten() {
        Some((first, second)) => {
            text.push(first);
            text.extend(second);
        }
        // An ideograph has no other form.
        _ if ('\u{4e00}'..='\u{9fff}').contains(&character) => text.push(character),
        _ => push_unknown(character, text),
    }
}

/// The place of a character in [`FOLDED`]; beyond its end if it has none.
fn place(code: u32) -> usize {
    let mut before = 0;
    for block in BLOCKS {
        if block.contains(&code) {
            return (before + code - block.start) as usize;
        }
        before += block.end - block.start;
    }
    usize::MAX
}

fn push_unknown(character: char, text: &mut String) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_normalization::char::canonical_combining_class;

    #[test]
    fn normalisation_keeps_what_is_settled() {
        for character in ('\0'..=char::MAX).filter(|character| is_settled(*character)) {
            assert!([character].into_iter().nfkc().eq([character]), "{character:?}");
            assert_eq!(canonical_combining_class(character), 0, "{character:?}");
            assert!(!is_jamo(character) && unseen(character).is_none(), "{character:?}");
        }
    }

    #[test]
    fn what_is_folded_in_advance_is_what_folding_gives() {
        for character in '\u{80}'..=char::MAX {
            let (mut known, mut expected) = (String::new(), String::new());
            push(character, &mut known);
            push_unknown(character, &mut expected);
            assert_eq!(known, expected, "{character:?}");
        }
    }
}
