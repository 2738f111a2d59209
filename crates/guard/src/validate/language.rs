//! The language of a text.

use super::cites::without_code;

/// Less is not enough to tell languages apart.
const MIN_LETTERS: usize = 40;

/// More does not make it more certain.
const MAX_BYTES: usize = 8 * 1024;

/// The language of a text by ISO 639-3; `None` if it is too short, or not certain.
pub fn of(text: &str) -> Option<&'static str> {
    let text = text.get(..text.floor_char_boundary(MAX_BYTES))?;
    let prose = without_code(text);
    if prose.chars().filter(|character| character.is_alphabetic()).count() < MIN_LETTERS {
        return None;
    }
    let found = whatlang::detect(&prose)?;
    found.is_reliable().then(|| found.lang().code())
}
