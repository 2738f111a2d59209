//! Names of persons.
//!
//! A word with a capital letter is looked up among given names and surnames (Faker's locales). What speaks for a name: a given name followed by a surname or by
//! another capitalised word; a title, a greeting, "my name is", a field of a form, an e-mail address in angle brackets beside it. What speaks against it: the word
//! is also another word or a place; an institution's word beside it; a heading of many capitalised words. Names in Devanagari and Arabic, which have no capitals, need two known words or
//! a word that introduces one; Chinese and Japanese ones stand in `han.rs`.
//!
//! Known limits: names in small letters only after "my name is"; single surnames only beside a title; nicknames and user names not at all.

mod gazetteer;
mod han;
mod token;

use super::cue::{Kind, Kinds};
use super::found::Found;
use super::view::View;
use crate::detector::Detector::PersonName;
use gazetteer::{Flags, Gazetteer, folded};
use std::ops::Range;
use token::{Case, LONGEST_RUN, Token};

const TITLE: Kinds = Kinds::of(&[Kind::Title]);
const INTRO: Kinds = Kinds::of(&[Kind::Intro]);
const FIELD: Kinds = Kinds::of(&[Kind::Field]);
const GREETING: Kinds = Kinds::of(&[Kind::Greeting]);
const NAMING: Kinds =
    Kinds::of(&[Kind::Naming, Kind::Greeting, Kind::Intro, Kind::Field, Kind::Title]);
/// "my name is", "hi", "I am".
const CALLED: Kinds = Kinds::of(&[Kind::Intro, Kind::Greeting, Kind::Naming]);
const STREET: Kinds = Kinds::of(&[Kind::Street]);
const STREET_END: Kinds = Kinds::of(&[Kind::StreetEnd]);
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

/// The names that are known.
pub struct Names {
    known: Gazetteer,
    han: han::Names,
}

/// What stands before a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Lead {
    None,
    /// A word that may stand before a name: "with", "patient".
    Weak,
    /// "Dear", "my name is", "Name:".
    Strong,
    /// "Mr."
    Title,
}

impl Names {
    /// Read the lists.
    pub fn new() -> Self {
        Names { known: Gazetteer::new(), han: han::Names::new() }
    }

    /// Append every name.
    pub fn find(&self, view: &View<'_>, found: &mut Vec<Found>) {
        let mut tokens = Vec::with_capacity(16);
        let mut at = 0;
        while let Some(start) = next_capital(view, at) {
            at = token::run(view, &self.known, start, &mut tokens).max(start + 1);
            if tokens.len() <= LONGEST_RUN {
                in_run(view, &self.known, &tokens, found);
            }
        }
        self.in_small_letters(view, found);
        self.repeats(view, found);
        self.han.find(view, found);
    }
}

/// How far from a full name a part of it counts.
const REPEAT: usize = 120;

impl Names {
    /// Append names in small letters directly after "my name is", "i'm", "hi": a given name and perhaps a surname.
    fn in_small_letters(&self, view: &View<'_>, found: &mut Vec<Found>) {
        for cue in view.cues.iter().filter(|cue| cue.kinds.meets(CALLED)) {
            let is_called = cue.kinds.meets(INTRO.and(GREETING))
                || view.part(cue.start..cue.end).ends_with(['m', 'M']);
            let start = cue.end + 1;
            let Some(first) =
                small_word(view, start).filter(|_| is_called && view.byte(cue.end) == b' ')
            else {
                continue;
            };
            let flags = self.known.look_up(first);
            if !flags.is_given() || flags.is_word() || flags.is_rare() {
                continue;
            }
            let mut end = start + first.len();
            if let Some(second) = small_word(view, end + 1).filter(|_| view.byte(end) == b' ') {
                let flags = self.known.look_up(second);
                let is_surname = flags.is_surname() && !flags.is_word() && !flags.is_english();
                end += if is_surname { 1 + second.len() } else { 0 };
            }
            found.push(Found::new(PersonName, "small_letters", start..end, 66).by("introduction"));
        }
    }

    /// Append parts of a full name that stand alone near it.
    fn repeats(&self, view: &View<'_>, found: &mut Vec<Found>) {
        let full: Vec<Range<usize>> = found
            .iter()
            .filter(|name| name.detector == PersonName)
            .map(|name| name.span.clone())
            .collect();
        let mut more: Vec<Range<usize>> = Vec::new();
        for name in full.iter().filter(|name| view.part((*name).clone()).contains(' ')) {
            let window = around(view, name);
            for part in view.part(name.clone()).split(' ').filter(|part| self.may_repeat(part)) {
                for (at, _) in view.part(window.clone()).match_indices(part) {
                    let span = window.start + at..window.start + at + part.len();
                    more.extend(
                        Some(span)
                            .filter(|span| view.is_start(span.start) && view.is_end(span.end)),
                    );
                }
            }
        }
        more.sort_by_key(|span| span.start);
        more.dedup();
        // Both are in order: each is compared with the names beside it.
        more.retain(|span| {
            let next = full.partition_point(|name| name.end <= span.start);
            full.get(next).is_none_or(|name| name.start >= span.end)
        });
        found.extend(
            more.into_iter()
                .map(|span| Found::new(PersonName, "repeated", span, 64).by("repeated")),
        );
    }

    fn may_repeat(&self, part: &str) -> bool {
        let flags = self.known.look_up(&folded(part));
        let is_name =
            flags.is_unknown() || (flags.is_given() || flags.is_surname()) && !flags.is_word();
        part.len() > 3 && part.starts_with(char::is_uppercase) && is_name
    }
}

/// A word of small ASCII letters that begins here.
fn small_word<'t>(view: &View<'t>, start: usize) -> Option<&'t str> {
    let length = view.from(start).bytes().take(24).take_while(u8::is_ascii_lowercase).count();
    let is_word = length > 2 && view.is_start(start) && view.is_end(start + length);
    is_word.then(|| view.part(start..start + length))
}

fn around(view: &View<'_>, name: &Range<usize>) -> Range<usize> {
    let mut start = name.start.saturating_sub(REPEAT);
    let mut end = (name.end + REPEAT).min(view.text.len());
    while !view.text.is_char_boundary(start) {
        start += 1;
    }
    while !view.text.is_char_boundary(end) {
        end -= 1;
    }
    start..end
}

/// The next place where a word with a capital letter, or of a script without them, begins.
fn next_capital(view: &View<'_>, from: usize) -> Option<usize> {
    let bytes = view.text.as_bytes();
    let mut at = from;
    loop {
        at +=
            bytes.get(at..)?.iter().position(|byte| byte.is_ascii_uppercase() || *byte >= 0xc3)?;
        let is_first = match view.byte(at) {
            byte if byte.is_ascii() => at.checked_sub(1).is_none_or(|before| !matches!(view.byte(before), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'@' | b'/' | b'.' | 0x80..)),
            _ => view.is_start(at) && view.at(at).is_some_and(|first| first.is_uppercase() || matches!(first, '\u{600}'..='\u{6ff}' | '\u{900}'..='\u{97f}')),
        };
        if is_first {
            return Some(at);
        }
        at += view.at(at).map_or(1, char::len_utf8);
    }
}

fn in_run(view: &View<'_>, known: &Gazetteer, tokens: &[Token], found: &mut Vec<Found>) {
    if tokens
        .iter()
        .enumerate()
        .any(|(at, token)| token.flags.is_org() && !is_surname_of(tokens, at))
    {
        return;
    }
    let mut at = 0;
    while let Some(rest) = tokens.get(at..).filter(|rest| !rest.is_empty()) {
        match name(view, known, rest, at == 0) {
            Some((length, name)) => {
                found.push(name);
                at += length;
            }
            None => at += 1,
        }
    }
}

/// `Jane Doe <jane@example.com>`
fn precedes_address(view: &View<'_>, end: usize) -> bool {
    let rest = view.from(end);
    let rest = rest.strip_prefix('"').unwrap_or(rest).strip_prefix(" <");
    rest.is_some_and(|rest| {
        rest.bytes()
            .take(64)
            .take_while(|byte| !matches!(byte, b'>' | b' ' | b'\n'))
            .any(|byte| byte == b'@')
    })
}

/// `Robert Hall`: an institution's word as a surname.
fn is_surname_of(tokens: &[Token], at: usize) -> bool {
    let is_surname = tokens.get(at).is_some_and(|token| token.flags.is_org_surname());
    let given = at.checked_sub(1).and_then(|before| tokens.get(before));
    is_surname
        && at + 1 == tokens.len()
        && given.is_some_and(|given| given.flags.is_given() && !given.flags.is_word())
}

/// The name that begins with the first of these words, and how many of them it has.
fn name(
    view: &View<'_>,
    known: &Gazetteer,
    tokens: &[Token],
    is_first: bool,
) -> Option<(usize, Found)> {
    let first = tokens.first()?;
    if first.flags.is_stop()
        || first.flags.is_org()
        || first.case == Case::Particle
        || is_word(view, first)
        || is_place(view, first.start)
    {
        return None;
    }
    let length = extent(view, tokens);
    let last = tokens.get(length - 1)?;
    let mut end = last.end;
    let start = with_particles(view, first.start);
    let lead = lead(view, start);
    let start = if lead == Lead::Title { start } else { first.start };
    let is_start = is_first && starts_sentence(view, first.start);
    let is_addressed = precedes_address(view, end);
    let weight = weigh(tokens.get(..length)?, lead, is_start, is_addressed);
    if lead != Lead::Title && view.after_within(STREET_END, end, 1).is_some() {
        return None;
    }
    let given =
        if length == 1 && first.flags.is_surname() { inverted(view, known, end) } else { None };
    let (confidence, feature) = match given {
        Some(given) => {
            end = given;
            (80, "surname_and_given")
        }
        None => weight?,
    };
    Some((length, Found::new(PersonName, feature, start..end, confidence).by(feature)))
}

/// How many of the words belong to the name.
fn extent(view: &View<'_>, tokens: &[Token]) -> usize {
    let mut length = 1;
    let mut full = 0;
    while let Some(token) = tokens.get(length).filter(|_| length < 6) {
        let is_known = token.flags.is_surname() || token.flags.is_given();
        let belongs = match token.case {
            Case::Particle => true,
            Case::Initial => !token.is_uncased,
            _ if token.flags.is_stop() || is_word(view, token) => false,
            _ if token.is_uncased => is_known && full < 2,
            _ if full == 0 => true,
            _ => full < 3 && is_known,
        };
        if !belongs {
            break;
        }
        full += usize::from(matches!(token.case, Case::Capital | Case::Upper));
        length += 1;
    }
    while length > 1 && tokens.get(length - 1).is_some_and(|token| token.case == Case::Particle) {
        length -= 1;
    }
    length
}

/// How certain a name is, and the weightiest reason.
fn weigh(
    tokens: &[Token],
    lead: Lead,
    is_start: bool,
    is_addressed: bool,
) -> Option<(u8, &'static str)> {
    let first = tokens.first()?;
    match lead {
        Lead::Title => return Some((88, "title")),
        Lead::Strong if may_be_introduced(first, tokens.len()) => {
            return Some((84, "introduction"));
        }
        _ if is_addressed && !first.is_uncased => return Some((84, "address")),
        _ => {}
    }
    let rest = tokens.get(1..)?;
    let second = rest.iter().find(|token| !matches!(token.case, Case::Initial | Case::Particle));
    let has_initial = rest.iter().any(|token| token.case == Case::Initial);
    match second {
        Some(second) => weigh_two(first, second, has_initial, lead, is_start),
        None => weigh_one(first, lead, is_start),
    }
}

/// Not `named Unicode`, `name: String`, a word of English that is no name; and not `--name=VALUE`.
fn may_be_introduced(first: &Token, words: usize) -> bool {
    let is_name = first.flags.is_given() || first.flags.is_surname();
    let is_capital = first.case == Case::Capital || words > 1 && first.case == Case::Upper;
    is_name || is_capital && !first.flags.is_english()
}

/// A name of two words or more.
fn weigh_two(
    first: &Token,
    second: &Token,
    has_initial: bool,
    lead: Lead,
    is_start: bool,
) -> Option<(u8, &'static str)> {
    let shouts = first.case == Case::Upper || first.is_uncased;
    let is_weak = lead == Lead::Weak;
    let is_sure = |flags: Flags| (flags.is_given() || flags.is_surname()) && !flags.is_word();
    let (is_given, is_surname) = (first.flags.is_given(), first.flags.is_surname());
    let follows = second.flags;
    Some(match () {
        _ if first.case == Case::Initial => {
            return (is_sure(follows) && follows.is_surname()
                || is_weak && follows.is_surname_like())
            .then_some((72, "initial_and_surname"));
        }
        _ if is_given && is_sure(first.flags) && follows.is_surname() => (92, "given_and_surname"),
        _ if is_given && (is_sure(follows) || follows.is_surname_like() && !follows.is_word()) => {
            (82, "given_and_surname")
        }
        _ if shouts => return None,
        _ if is_given
            && is_sure(first.flags)
            && (!first.flags.is_rare() || follows.is_unknown()) =>
        {
            (76, "given_name")
        }
        _ if is_given && follows.is_unknown() => (66, "given_name"),
        _ if has_initial && (is_surname || is_given || follows.is_surname_like()) => {
            (68, "initial")
        }
        _ if is_given && follows.is_surname() && (is_weak || !is_start) => {
            (62, "given_and_surname")
        }
        _ if is_surname && is_sure(first.flags) && is_sure(follows) => (66, "surnames"),
        _ if first.flags.is_unknown() && is_sure(follows) && follows.is_surname() => {
            (62, "surname")
        }
        _ if first.flags.is_unknown() && follows.is_surname_like() && !follows.is_word() => {
            (58, "surname")
        }
        _ if first.flags.is_unknown() && follows.is_surname() && !is_start => (54, "surname"),
        _ => return None,
    })
}

/// A single word.
fn weigh_one(first: &Token, lead: Lead, is_start: bool) -> Option<(u8, &'static str)> {
    let is_sure = !first.flags.is_word() && matches!(first.case, Case::Capital);
    match lead {
        Lead::Weak if first.flags.is_given() && is_sure => Some((70, "given_name")),
        Lead::Weak if first.flags.is_surname() && is_sure && !first.is_uncased => {
            Some((60, "surname"))
        }
        _ if !is_sure || first.is_uncased => None,
        _ if first.flags.is_given() && !first.flags.is_rare() => Some((58, "given_name")),
        _ if first.flags.is_given() && !is_start => Some((52, "given_name")),
        _ if first.flags.is_surname() && !is_start => Some((50, "surname")),
        _ => None,
    }
}

/// What stands directly before a name.
fn lead(view: &View<'_>, start: usize) -> Lead {
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
    match is_near(NAMING, 3) {
        true => Lead::Weak,
        false => Lead::None,
    }
}

/// Where the small words begin that stand before a surname: `von`, `de la`.
fn with_particles(view: &View<'_>, start: usize) -> usize {
    let mut at = start;
    for _ in 0..3 {
        let before = view.text.get(..at).and_then(|before| before.strip_suffix(' ')).unwrap_or("");
        let length = before.bytes().rev().take(6).take_while(u8::is_ascii_lowercase).count();
        let word = before.get(before.len() - length..).unwrap_or("");
        if !token::is_particle(word) || !view.is_start(before.len() - length) {
            break;
        }
        at = before.len() - length;
    }
    at
}

/// Is it a word of the lists of context, and not surely a name?
fn is_word(view: &View<'_>, token: &Token) -> bool {
    let is_name = (token.flags.is_given() || token.flags.is_surname()) && !token.flags.is_word();
    let next = view.cues.partition_point(|cue| cue.start < token.start);
    let cue = view.cues.get(next).filter(|cue| cue.start == token.start && cue.end >= token.end);
    !is_name && cue.is_some_and(|cue| cue.kinds.meets(WORDS))
        || cue.is_some_and(|cue| cue.kinds.meets(TITLE))
}

/// Does the name of a street begin before it: `rue`, `Calle de`?
fn is_place(view: &View<'_>, start: usize) -> bool {
    let Some(distance) = view.before_within(STREET, start, 12) else { return false };
    view.part(start - distance..start).split(' ').all(|word| word.len() < 4)
}

fn starts_sentence(view: &View<'_>, start: usize) -> bool {
    let before = view.text.get(..start).unwrap_or("").chars().rev().take(8);
    let last = before
        .into_iter()
        .find(|character| !matches!(character, ' ' | '"' | '\'' | '(' | '*' | '-'));
    last.is_none_or(|character| matches!(character, '.' | '!' | '?' | '\n' | ':'))
}

/// Where a given name ends that follows a surname and a comma: `Smith, John`.
fn inverted(view: &View<'_>, known: &Gazetteer, end: usize) -> Option<usize> {
    let rest =
        view.from(end).strip_prefix(", ").filter(|rest| rest.starts_with(char::is_uppercase))?;
    let length: usize = rest
        .chars()
        .take(20)
        .take_while(|character| character.is_alphabetic())
        .map(char::len_utf8)
        .sum();
    let flags = known.get(&folded(rest.get(..length)?));
    // `Smith, John, Mary` is a list.
    let is_list = rest.get(length..)?.starts_with(',');
    (flags.is_given() && !flags.is_word() && !is_list).then_some(end + 2 + length)
}
