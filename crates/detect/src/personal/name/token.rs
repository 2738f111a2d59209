//! Words with a capital letter, and runs of them.

use super::gazetteer::{Flags, Gazetteer, folded};
use crate::personal::cue::is_letter;
use crate::personal::view::View;

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    /// Only its first letter is a capital, or the script has no cases.
    Capital,
    /// All letters are capitals.
    Upper,
    /// One letter, with or without a point.
    Initial,
    /// A small word within a name: `van`, `de la`.
    Particle,
}

/// A word of a run.
#[derive(Debug, Clone, Copy)]
pub struct Token {
    /// Its start.
    pub start: usize,
    /// Its end, without `'s`.
    pub end: usize,
    /// Its letter case.
    pub case: Case,
    /// Its categories.
    pub flags: Flags,
    /// Whether its script has no cases, so that only a known word may begin a name.
    pub is_uncased: bool,
    /// Whether the run ends after it: at `'s` or a point.
    is_last: bool,
}

/// The longest word that is read, in bytes.
const LONGEST_WORD: usize = 48;
/// The longest run, in words; longer ones are headings and lists.
pub const LONGEST_RUN: usize = 8;

/// Small words that begin the second part of a name.
const PARTICLES: [&str; 19] = [
    "de", "del", "della", "di", "da", "do", "dos", "das", "du", "van", "von", "vom", "zu", "af",
    "bin", "ibn", "al", "ter", "ten",
];
/// Small words that follow those of [`PARTICLES`].
const SECOND: [&str; 9] = ["der", "den", "des", "la", "le", "los", "las", "het", "'t"];

/// Whether it is a small word within names.
pub fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word) || SECOND.contains(&word)
}

/// Reads the run of words that begins here, and returns the place after it; the run may be empty.
pub fn run(view: &View<'_>, names: &Gazetteer, start: usize, tokens: &mut Vec<Token>) -> usize {
    tokens.clear();
    let mut at = start;
    let mut end = start;
    while let Some(token) = word(view, names, at) {
        let is_known = token.flags.is_given() || token.flags.is_surname();
        // In a script without capitals an unknown word may be the surname after the first word.
        let may_follow = tokens.is_empty() || tokens.len() == 1 && !token.flags.is_stop();
        let is_joint = token.case == Case::Particle;
        // In a script without capitals, only known words continue a run.
        let is_second = is_joint && SECOND.contains(&view.part(token.start..token.end));
        let follows = tokens.last().is_some_and(|last| last.case == Case::Particle);
        if is_joint && tokens.is_empty()
            || is_second && !follows
            || token.is_uncased && !is_known && !may_follow
        {
            break;
        }
        let after =
            token.end + usize::from(token.case == Case::Initial && view.byte(token.end) == b'.');
        let is_last = token.is_last;
        tokens.push(token);
        end = after;
        let next = after + usize::from(view.byte(after) == b' ');
        // Initials stand together: `J.R.R.`
        if is_last
            || next == after
                && (view.byte(after.saturating_sub(1)) != b'.'
                    || !view.byte(after).is_ascii_uppercase())
        {
            break;
        }
        at = next;
    }
    while tokens.last().is_some_and(|token| token.case == Case::Particle) {
        tokens.pop();
    }
    end.max(tokens.last().map_or(start, |token| token.end))
}

/// The word that begins here, if it may be part of a name.
fn word(view: &View<'_>, names: &Gazetteer, start: usize) -> Option<Token> {
    let first = view.at(start)?;
    let is_uncased = matches!(first, '\u{600}'..='\u{6ff}' | '\u{900}'..='\u{97f}');
    let is_lower = !is_uncased && !first.is_uppercase();
    if is_lower && !first.is_ascii_lowercase() && first != '\'' {
        return None;
    }
    let mut end = length(view, start)?;
    let mut written = view.part(start..end);
    if is_lower {
        return is_particle(written).then_some(Token {
            start,
            end,
            case: Case::Particle,
            flags: Flags::default(),
            is_uncased,
            is_last: false,
        });
    }
    let mut is_last = false;
    for possessive in ["'s", "\u{2019}s", "'S"] {
        if let Some(bare) = written.strip_suffix(possessive) {
            (written, end, is_last) = (bare, start + bare.len(), true);
        }
    }
    let is_upper = written.chars().nth(1).is_some_and(char::is_uppercase)
        && !written.chars().any(char::is_lowercase);
    let case = match written.chars().nth(1) {
        None if !is_uncased => Case::Initial,
        _ if is_upper => Case::Upper,
        _ => Case::Capital,
    };
    let flags = if is_camel(written) { Flags::stop() } else { look_up(names, written) };
    Some(Token { start, end, case, flags, is_uncased, is_last })
}

/// `NaN`, `ElementTree`; but not `McDonald`, `DeLuca`, `O'Brien`.
fn is_camel(written: &str) -> bool {
    let is_inner = |two: [char; 2]| matches!(two, [before, next] if before.is_lowercase() && next.is_uppercase());
    let has_inner =
        written.chars().zip(written.chars().skip(1)).any(|(before, next)| is_inner([before, next]));
    has_inner
        && !["Mc", "Mac", "De", "Di", "La", "Le", "Van", "Von", "Du", "Fitz", "Da", "Del"]
            .iter()
            .any(|prefix| written.starts_with(prefix))
}

/// The categories of a word; a double name has those of its parts.
fn look_up(names: &Gazetteer, written: &str) -> Flags {
    let whole = names.look_up(&folded(written));
    match written.split_once('-') {
        Some((first, _)) if whole.is_unknown() => names.look_up(&folded(first)),
        _ => whole,
    }
}

/// The length of a word: letters, with an apostrophe or hyphen between letters.
fn length(view: &View<'_>, start: usize) -> Option<usize> {
    let mut end = start;
    while let Some(character) = view.at(end) {
        let is_joint = matches!(character, '\'' | '\u{2019}' | '-' | '\u{2010}');
        let is_part = is_letter(character)
            || is_joint && view.at(end + character.len_utf8()).is_some_and(is_letter);
        if !is_part {
            break;
        }
        end += character.len_utf8();
        if end - start > LONGEST_WORD {
            return None;
        }
    }
    // A word with digits or underscores belongs to code.
    let next = view.byte(end);
    (end > start && !next.is_ascii_digit() && !matches!(next, b'_' | b'@' | b'(' | b'='))
        .then_some(end)
}
