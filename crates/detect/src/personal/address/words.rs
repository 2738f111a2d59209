//! The words of a street.

use crate::personal::cue::{Kind, Kinds, is_letter};
use crate::personal::view::View;

const UNIT: Kinds = Kinds::of(&[Kind::Unit]);
const SMALL: [&str; 30] = [
    "de", "del", "della", "delle", "dei", "degli", "di", "da", "do", "dos", "das", "du", "des",
    "la", "las", "los", "le", "les", "el", "y", "e", "et", "of", "the", "van", "von", "den", "der",
    "en", "al",
];
/// The longest word that is read, in bytes.
const LONGEST_WORD: usize = 40;

fn is_part(character: char) -> bool {
    is_letter(character)
        || character.is_ascii_digit()
        || matches!(character, '\'' | '\u{2019}' | '-')
}

/// The start of the word that contains this place.
pub fn word_start(view: &View<'_>, at: usize) -> usize {
    let before = view.text.get(..at).unwrap_or("").chars().rev().take(LONGEST_WORD);
    at - before.take_while(|character| is_part(*character)).map(char::len_utf8).sum::<usize>()
}

/// The end of the word that begins here.
pub fn word_end(view: &View<'_>, at: usize) -> usize {
    at + view
        .from(at)
        .chars()
        .take(LONGEST_WORD)
        .take_while(|character| is_part(*character))
        .map(char::len_utf8)
        .sum::<usize>()
}

/// The start of the word before a place, and whether only a space, with or without a comma or point, is in between.
pub fn word_before(view: &View<'_>, at: usize) -> Option<(usize, bool)> {
    let before = view.text.get(..at)?;
    let trimmed = before.trim_end_matches([' ', '.', ',']);
    let gap = before.len() - trimmed.len();
    let start = word_start(view, trimmed.len());
    (start < trimmed.len()).then_some((start, (1..=2).contains(&gap) && before.ends_with(' ')))
}

/// Whether a word is a house number of up to five digits, perhaps with a letter: `12`, `221B`, `12-14`, `1234`.
pub fn is_house_number(word: &str) -> bool {
    let digits = word.bytes().take_while(u8::is_ascii_digit).count();
    let rest = word.get(digits..).unwrap_or("");
    let is_suffix = rest.is_empty()
        || rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_alphabetic())
        || rest
            .strip_prefix('-')
            .filter(|_| digits < 5)
            .is_some_and(|more| more.len() <= 5 && more.bytes().all(|byte| byte.is_ascii_digit()));
    (1..=5).contains(&digits) && is_suffix
}

/// Whether a word can be part of a street's name: one with a capital letter, an ordinal, a small word.
pub fn is_street_word(word: &str) -> bool {
    let is_ordinal = word.starts_with(|character: char| character.is_ascii_digit())
        && word.ends_with(|character: char| character.is_ascii_alphabetic());
    word.starts_with(char::is_uppercase) || is_ordinal || SMALL.contains(&word)
}

/// The end and number of the words of a street's name that begin here: `de la Paix`, `G. Verdi`, `Vittorio Emanuele II`, `5 de Mayo`.
pub fn street_words(view: &View<'_>, start: usize, most: usize) -> Option<(usize, usize)> {
    let (mut at, mut end, mut names) = (start, start, 0);
    for words in 0..most {
        let stop = word_end(view, at);
        let word = view.part(at..stop);
        let first = word.chars().next();
        let is_uncased = first
            .is_some_and(|first| matches!(first, '\u{600}'..='\u{6ff}' | '\u{900}'..='\u{97f}'));
        let is_name = first.is_some_and(char::is_uppercase) || is_uncased;
        let is_date = words == 0 && is_house_number(word) && view.from(stop).starts_with(" de ");
        let is_elided = ["d'", "l'", "d\u{2019}", "l\u{2019}", "dell'", "dell\u{2019}"]
            .iter()
            .any(|prefix| word.starts_with(prefix));
        if !is_name && !is_elided && !SMALL.contains(&word) && !is_date {
            break;
        }
        at = stop;
        if is_name || is_elided {
            names += 1;
            // An initial's point.
            at += usize::from(word.chars().count() == 1 && view.byte(stop) == b'.');
            end = at;
        }
        if view.byte(at) != b' ' {
            break;
        }
        at += 1;
    }
    (end > start).then_some((end, names))
}

/// The end of a house number that begins here, with its additions: `12a`, `12/3`, `33-2`, `7 bis`, `5, 3º B`.
pub fn number_end(view: &View<'_>, start: usize) -> Option<usize> {
    let digits = view.from(start).bytes().take(6).take_while(u8::is_ascii_digit).count();
    if !(1..=5).contains(&digits) {
        return None;
    }
    let mut end = start + digits;
    if view.byte(end).is_ascii_alphabetic() && !view.byte(end + 1).is_ascii_alphanumeric() {
        end += 1;
    }
    for _ in 0..2 {
        let more = view.from(end + 1).bytes().take(4).take_while(u8::is_ascii_alphanumeric).count();
        if matches!(view.byte(end), b'/' | b'-') && (1..=3).contains(&more) {
            end += 1 + more;
        }
    }
    for word in [" bis", " ter"] {
        end += if view.from(end).starts_with(word) { word.len() } else { 0 };
    }
    // A part of a longer number is not a house number: `2020-01-01`, `10.5`, `10:30`, `5%`.
    let next = view.byte(end);
    let is_over = view.is_end(end)
        && !(matches!(next, b'.' | b':' | b'/' | b'-' | b',')
            && view.byte(end + 1).is_ascii_digit())
        && !matches!(next, b'%' | b'_');
    is_over.then(|| floor_end(view, end))
}

/// `, 3º B`, `, 2º Esq.`
fn floor_end(view: &View<'_>, end: usize) -> usize {
    let rest = view.from(end).strip_prefix(", ").unwrap_or("");
    let digits = rest.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let Some(after) = rest.get(digits..).filter(|_| digits > 0) else { return end };
    let Some(after) = after.strip_prefix(['\u{ba}', '\u{aa}', 'o', '\u{b0}']) else { return end };
    let door = after.strip_prefix(' ').unwrap_or(after);
    let length = door.bytes().take(4).take_while(u8::is_ascii_alphabetic).count();
    let is_door =
        after.starts_with(' ') && (1..=3).contains(&length) && door.starts_with(char::is_uppercase);
    let stop = view.text.len() - after.len();
    if is_door { stop + 1 + length } else { stop }
}

/// The end of a direction after a street: `NW`, `South`.
pub fn direction_end(view: &View<'_>, end: usize) -> usize {
    let directions =
        [" NW", " NE", " SW", " SE", " N", " S", " E", " W", " North", " South", " East", " West"];
    let found = directions.iter().find(|direction| {
        view.from(end).starts_with(**direction) && view.is_end(end + direction.len())
    });
    end + found.map_or(0, |direction| direction.len())
}

/// The start of an address whose street begins here, including `Flat 3, ` before it.
pub fn unit_start(view: &View<'_>, start: usize) -> usize {
    let next = view.cues.partition_point(|cue| cue.end <= start);
    let near = view
        .cues
        .get(..next)
        .unwrap_or_default()
        .iter()
        .rev()
        .take_while(|cue| start - cue.end < 9);
    let unit = near.filter(|cue| cue.kinds.meets(UNIT)).last();
    let is_unit = |at: usize, end: usize| {
        let between = view.part(end..at);
        view.at(at).is_some()
            && between
                .trim_matches([' ', ',', '.', '#'])
                .chars()
                .all(|character| character.is_ascii_alphanumeric())
            && between.ends_with([' ', ','])
    };
    unit.filter(|cue| is_unit(start, cue.end) && view.at(cue.start).is_some_and(char::is_uppercase))
        .map_or(start, |cue| cue.start)
}

/// The end of a unit after a street: `, Apt 4B`, ` Suite 200`, ` #12`.
pub fn unit_end(view: &View<'_>, end: usize) -> usize {
    let rest = view.from(end);
    let gap = rest.bytes().take(2).take_while(|byte| matches!(byte, b',' | b' ')).count();
    let at = end + gap;
    let next = view.cues.partition_point(|cue| cue.start < at);
    let cue = view.cues.get(next).filter(|cue| cue.start == at && cue.kinds.meets(UNIT));
    let after = match (cue, view.byte(at)) {
        (Some(cue), _) => {
            cue.end
                + view
                    .from(cue.end)
                    .bytes()
                    .take(2)
                    .take_while(|byte| matches!(byte, b'.' | b' ' | b'#'))
                    .count()
        }
        (None, b'#') => at + 1,
        _ => return end,
    };
    let length = view.from(after).bytes().take(6).take_while(u8::is_ascii_alphanumeric).count();
    if length > 0 && gap > 0 { after + length } else { end }
}

/// Whether a sentence or line begins here.
pub fn starts_sentence(view: &View<'_>, at: usize) -> bool {
    let before = view.text.get(..at).unwrap_or("");
    let last = before.chars().rev().take(4).find(|character| *character != ' ');
    last.is_none_or(|character| matches!(character, '.' | '!' | '?' | '\n' | ':'))
}
