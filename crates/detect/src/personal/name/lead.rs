//! The evidence before a name.

use super::token::{Token, is_particle};
use crate::personal::cue::{Kind, Kinds};
use crate::personal::view::View;

const TITLE: Kinds = Kinds::of(&[Kind::Title]);

const INTRO: Kinds = Kinds::of(&[Kind::Intro]);

const FIELD: Kinds = Kinds::of(&[Kind::Field]);

const GREETING: Kinds = Kinds::of(&[Kind::Greeting]);

const NAMING: Kinds =
    Kinds::of(&[Kind::Naming, Kind::Greeting, Kind::Intro, Kind::Field, Kind::Title]);

/// Small words that may stand before a name.
const LINKS: [&str; 19] = [
    "with", "for", "and", "by", "from", "cc", "von", "mit", "bei", "und", "avec", "par", "et",
    "con", "met", "van", "com", "z", "od",
];
const STREET: Kinds = Kinds::of(&[Kind::Street]);

const WORDS: Kinds = Kinds::of(&[
    Kind::Title,
    Kind::Greeting,
    Kind::Field,
    Kind::Phone,
    Kind::Place,
    Kind::Street,
    Kind::Version,
    Kind::Order,
    Kind::Intro,
]);

/// The evidence before a name, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lead {
    /// No evidence.
    None,
    /// A small word that may stand before a name: "with", "and".
    Link,
    /// A word for a person: "patient", "husband".
    Weak,
    /// "Dear", "my name is", "Name:".
    Strong,
    /// "Mr."
    Title,
}

/// The evidence directly before a name.
pub fn lead(view: &View<'_>, start: usize) -> Lead {
    let is_near = |kinds: Kinds, within: usize| view.before_within(kinds, start, within).is_some();
    // Between a field and its value: `": "`, `=`, ` is `.
    let is_field = || {
        let Some(distance) = view.before_within(FIELD, start, 5) else { return false };
        let between = view.part(start - distance..start);
        between.contains([':', '=', '\t']) || between.contains('\u{ff1a}')
    };
    let between = |kinds: Kinds, within: usize| {
        view.before_within(kinds, start, within).is_some_and(|distance| {
            view.part(start - distance..start)
                .chars()
                .all(|character| matches!(character, ' ' | ',' | '\n' | '.' | ':' | '"'))
        })
    };
    if is_near(TITLE, 2) && !view.part(start.saturating_sub(1)..start).contains('\n') {
        return Lead::Title;
    }
    if between(INTRO, 4) || is_field() || between(GREETING, 1) {
        return Lead::Strong;
    }
    match () {
        _ if is_near(NAMING, 3) => Lead::Weak,
        _ if follows_link(view, start) => Lead::Link,
        _ => Lead::None,
    }
}

/// The start of the small words before a surname: `von`, `de la`.
pub fn with_particles(view: &View<'_>, start: usize) -> usize {
    let mut at = start;
    for _ in 0..3 {
        let before = view.text.get(..at).and_then(|before| before.strip_suffix(' ')).unwrap_or("");
        let length = before.bytes().rev().take(6).take_while(u8::is_ascii_lowercase).count();
        let word = before.get(before.len() - length..).unwrap_or("");
        if !is_particle(word) || !view.is_start(before.len() - length) {
            break;
        }
        at = before.len() - length;
    }
    at
}

/// Whether it is a word of context that is not certainly a name.
pub fn is_word(view: &View<'_>, token: &Token) -> bool {
    let is_name = (token.flags.is_given() || token.flags.is_surname()) && !token.flags.is_word();
    let next = view.cues.partition_point(|cue| cue.start < token.start);
    let cue = view.cues.get(next).filter(|cue| cue.start == token.start && cue.end >= token.end);
    !is_name && cue.is_some_and(|cue| cue.kinds.meets(WORDS))
        || cue.is_some_and(|cue| cue.kinds.meets(TITLE))
}

/// Whether the name of a street begins before it: `rue`, `Calle de`.
pub fn is_place(view: &View<'_>, start: usize) -> bool {
    let Some(distance) = view.before_within(STREET, start, 12) else { return false };
    view.part(start - distance..start).split(' ').all(|word| word.len() < 4)
}

pub fn starts_sentence(view: &View<'_>, start: usize) -> bool {
    let before = view.text.get(..start).unwrap_or("").chars().rev().take(8);
    let last = before
        .into_iter()
        .find(|character| !matches!(character, ' ' | '"' | '\'' | '(' | '*' | '-'));
    last.is_none_or(|character| matches!(character, '.' | '!' | '?' | '\n' | ':'))
}

/// Whether a small word of [`LINKS`] is before this place.
fn follows_link(view: &View<'_>, start: usize) -> bool {
    let Some(before) = view.text.get(..start).and_then(|before| before.strip_suffix(' ')) else {
        return false;
    };
    let length = before.bytes().rev().take(5).take_while(u8::is_ascii_alphabetic).count();
    let word = before.get(before.len() - length..).unwrap_or("");
    view.is_start(before.len() - length) && LINKS.iter().any(|link| link.eq_ignore_ascii_case(word))
}
