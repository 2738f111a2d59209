//! Names of persons.
//!
//! A word with a capital letter is looked up among given names and surnames (Faker's locales). Evidence for a name is a given name
//! followed by a surname or another capitalised word; a title, a greeting, "my name is", a field of a form, or an e-mail address in
//! angle brackets beside it. Evidence against it is a word that is also another word or a place, an institution's word beside it, or a
//! heading of many capitalised words. Names in Devanagari and Arabic, which have no capitals, need two known words or a word that
//! introduces a name; `han.rs` finds Chinese and Japanese names.
//!
//! Known limits: names in small letters are found only after "my name is", and single surnames only beside a title; nicknames and
//! user names are not found.

mod gazetteer;
mod han;
mod lead;
mod near;
mod token;
mod weigh;

use super::cue::{Kind, Kinds};
use super::found::Found;
use super::view::View;
use crate::detector::Detector::PersonName;
use gazetteer::{Gazetteer, folded};
use lead::{Lead, is_place, is_word, lead, starts_sentence, with_particles};
use token::{Case, LONGEST_RUN, Token};
use weigh::weigh;

const STREET_END: Kinds = Kinds::of(&[Kind::StreetEnd]);

/// The known names.
pub struct Names {
    known: Gazetteer,
    han: han::Names,
}

impl Names {
    /// Reads the lists.
    pub fn new() -> Self {
        Names { known: Gazetteer::new(), han: han::Names::new() }
    }

    /// Appends every name.
    pub fn find(&self, view: &View<'_>, found: &mut Vec<Found>) {
        let mut tokens = Vec::with_capacity(16);
        let mut end = 0;
        for start in view.capitals.iter().copied() {
            if start < end || !is_first(view, start) {
                continue;
            }
            end = token::run(view, &self.known, start, &mut tokens);
            if tokens.len() <= LONGEST_RUN {
                in_run(view, &self.known, &tokens, found);
            }
        }
        near::in_small_letters(&self.known, view, found);
        near::repeats(&self.known, view, found);
        self.han.find(view, found);
    }
}

/// Whether a word begins here with a capital letter, or in a script without capitals.
fn is_first(view: &View<'_>, at: usize) -> bool {
    view.byte(at).is_ascii()
        || view.at(at).is_some_and(|first| {
            matches!(first, '\u{600}'..='\u{6ff}' | '\u{900}'..='\u{97f}') || first.is_uppercase()
        }) && view.is_start(at)
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

/// `mevrouw Van Dijk`: a small word with a capital after a title.
fn is_dutch(view: &View<'_>, tokens: &[Token]) -> bool {
    let [first, _, ..] = tokens else { return false };
    let word = view.part(first.start..first.end).to_ascii_lowercase();
    token::is_particle(&word) && lead(view, first.start) == Lead::Title
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
    if tokens
        .get(at)
        .is_some_and(|token| token.flags.may_be_surname() && follows_particle(tokens, at))
    {
        return true;
    }
    let is_surname = tokens.get(at).is_some_and(|token| token.flags.is_org_surname());
    let given = at.checked_sub(1).and_then(|before| tokens.get(before));
    is_surname
        && at + 1 == tokens.len()
        && given.is_some_and(|given| given.flags.is_given() && !given.flags.is_word())
}

/// The name that begins with the first of these words, and the number of its words.
fn name(
    view: &View<'_>,
    known: &Gazetteer,
    tokens: &[Token],
    is_first: bool,
) -> Option<(usize, Found)> {
    let first = tokens.first()?;
    let stops = first.flags.is_stop() && !is_dutch(view, tokens);
    if stops
        || first.flags.is_org()
        || first.case == Case::Particle
        || is_word(view, first)
        || is_place(view, first.start)
    {
        return None;
    }
    // `St. Louis`
    if ["St. ", "Mt. ", "Ft. ", "Ste. "]
        .iter()
        .any(|saint| view.part(first.start.saturating_sub(saint.len())..first.start) == *saint)
    {
        return None;
    }
    let start = with_particles(view, first.start);
    let lead = lead(view, start);
    let start = if lead == Lead::Title { start } else { first.start };
    let length = extent(view, tokens, lead >= Lead::Strong);
    let last = tokens.get(length - 1)?;
    let mut end = last.end;
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
fn extent(view: &View<'_>, tokens: &[Token], is_introduced: bool) -> usize {
    let mut length = 1;
    let mut full = 0;
    while let Some(token) = tokens.get(length).filter(|_| length < 6) {
        let is_known = token.flags.is_surname() || token.flags.is_given();
        let belongs = match token.case {
            Case::Particle => true,
            Case::Initial => !token.is_uncased,
            // `van der Meer`, where "meer" is a word.
            _ if token.flags.may_be_surname() && follows_particle(tokens, length) => true,
            _ if token.flags.is_stop() || is_word(view, token) => false,
            _ if token.is_uncased => full < 2 && (is_known || is_introduced && full == 0),
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

fn follows_particle(tokens: &[Token], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| tokens.get(before));
    before.is_some_and(|before| before.case == Case::Particle)
}

/// The end of a given name after a surname and a comma: `Smith, John`.
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
