//! Postal addresses.
//!
//! Found are streets with a house number, in the order of their language (`12 High Street`, `Hauptstraße 12`, `12 rue de la Paix`,
//! `Calle Mayor, 12`), with the postcode and town that follow; house numbers before a postcode and a town, whatever the street's
//! name; post office boxes; postcodes with a unique form (United Kingdom, Canada, US with the state, Japan), others beside a word
//! for them; Chinese and Japanese addresses by their units and Indian ones by their PIN (`east.rs`).
//!
//! Known limits: streets without a number, towns alone, and streets in small letters are not found.

mod east;
mod fields;
mod postcode;
mod words;

pub use postcode::ROWS;

use super::cue::{Cue, Kind, Kinds};
use super::found::Found;
use super::view::View;
use crate::detector::Detector::Address;
use std::ops::Range;
use words::{number_end, street_words, word_start};

const STREET: Kinds = Kinds::of(&[Kind::Street]);
const ANY_STREET: Kinds = Kinds::of(&[Kind::Street, Kind::StreetEnd, Kind::StreetStem]);
const STREET_STEM: Kinds = Kinds::of(&[Kind::StreetStem]);
const STREET_MORE: Kinds = Kinds::of(&[Kind::StreetMore]);
const UNIT: Kinds = Kinds::of(&[Kind::Unit]);
const BOX: Kinds = Kinds::of(&[Kind::Box]);
const PLACE: Kinds = Kinds::of(&[Kind::Place]);

/// Appends every address.
pub fn find(view: &View<'_>, found: &mut Vec<Found>) {
    for cue in view.cues {
        let is = |kinds: Kinds| cue.kinds.meets(kinds).then_some(());
        let street = None
            .or_else(|| is(STREET_STEM).and_then(|()| after_stem(view, cue)))
            .or_else(|| is(STREET).and_then(|()| before_street(view, cue)))
            .or_else(|| is(STREET).and_then(|()| after_street(view, cue)))
            .or_else(|| is(ANY_STREET).and_then(|()| english(view, cue)))
            .or_else(|| is(STREET_MORE).and_then(|()| less_sure(view, cue)))
            .or_else(|| is(PLACE).and_then(|()| fields::after_place(view, cue)))
            .or_else(|| is(UNIT).and_then(|()| fields::before_unit(view, cue)))
            .or_else(|| is(BOX).and_then(|()| boxed(view, cue)));
        found.extend(street.map(|(span, confidence)| whole(view, span, confidence)));
    }
    for word in view.words {
        if let Some(span) = postcode::before_town(view, word) {
            found.push(whole(view, span, 80));
        }
    }
    east::find(view, found);
}

/// A street with the unit, postcode and town that follow it.
fn whole(view: &View<'_>, street: Range<usize>, confidence: u8) -> Found {
    let (end, has_postcode) = postcode::tail(view, street.end);
    let start = words::unit_start(view, street.start);
    let is_named = view.before_within(PLACE, start, 30).is_some();
    let confidence = if has_postcode { 95 } else { confidence + if is_named { 12 } else { 0 } };
    Found::new(Address, "street", start..end, confidence.min(95)).by(if has_postcode {
        "postcode"
    } else {
        "street"
    })
}

/// `12 High Street`, `960 N 5th St.`, `221B Baker Street`: the number is up to six words before.
fn english(view: &View<'_>, cue: &Cue) -> Option<(Range<usize>, u8)> {
    if !view.at(cue.start)?.is_uppercase() || view.byte(cue.end) == b'\'' {
        return None;
    }
    let mut start = cue.start;
    for words in 0..6 {
        let (before, is_joined) = words::word_before(view, start)?;
        let word = view.part(before..words::word_end(view, before));
        if words::is_house_number(word)
            && (words > 0 || is_joined && is_whole_street(view, cue))
            && view.is_number_start(before)
        {
            let end = cue.end + usize::from(view.byte(cue.end) == b'.');
            let end = words::direction_end(view, end);
            return Some((before..end, 78));
        }
        // A comma may follow only the house number: `12, MG Road`.
        if !words::is_street_word(word) || !is_joined || view.part(before..start).contains(',') {
            return None;
        }
        start = before;
    }
    None
}

/// `10 Broadway`: a street of one word.
fn is_whole_street(view: &View<'_>, cue: &Cue) -> bool {
    view.part(cue.start..cue.end).eq_ignore_ascii_case("broadway")
}

/// `12 Miller Shoals, Springfield, IL 62704`: endings of streets (USPS Publication 28, C1) that mostly mean something else, so a
/// postcode, a unit or a word for an address must be near.
fn less_sure(view: &View<'_>, cue: &Cue) -> Option<(Range<usize>, u8)> {
    let (street, confidence) = english(view, cue)?;
    let (_, has_postcode) = postcode::tail(view, street.end);
    let is_placed = view.before_within(PLACE, street.start, 24).is_some();
    let has_unit = words::unit_end(view, street.end) > street.end;
    (has_postcode || has_unit || is_placed).then_some((street, confidence - 8))
}

/// `Hauptstraße 12a`, `Berliner Platz 3`, `Prins Hendrikkade 33`: the number follows.
fn after_stem(view: &View<'_>, cue: &Cue) -> Option<(Range<usize>, u8)> {
    let end = cue.end
        + usize::from(view.byte(cue.end) == b'.' && view.byte(cue.end.saturating_sub(1)) != b'.');
    let number = end + usize::from(view.byte(end) == b' ');
    let end = number_end(view, number)
        .filter(|_| number > cue.end || view.byte(cue.end.saturating_sub(1)) == b'.')?;
    let mut start = word_start(view, cue.start);
    if !view.at(start)?.is_uppercase() {
        return None;
    }
    // The names before it: `Lange`, `Prins`, `Heinrich-Heine-`.
    for _ in 0..3 {
        let Some((before, true)) = words::word_before(view, start) else { break };
        let word = view.part(before..words::word_end(view, before));
        let is_name = word.starts_with(char::is_uppercase)
            && word.len() > 2
            && !view.part(before..start).contains([',', '.']);
        // The first word of a sentence is not part of a street whose name is one word.
        if !is_name
            || words::starts_sentence(view, before) && word_start(view, cue.start) != cue.start
        {
            break;
        }
        start = before;
    }
    Some((start..end, 76))
}

/// `Calle Mayor 12`, `Via G. Verdi, 7`, `ul. Długa 8`, `Rua das Flores, nº 27`.
fn after_street(view: &View<'_>, cue: &Cue) -> Option<(Range<usize>, u8)> {
    let mut at = cue.end;
    at += usize::from(view.byte(at) == b'.');
    at += usize::from(view.byte(at) == b' ');
    let (words, names) = street_words(view, at, 7)?;
    let rest = view.from(words);
    let joint = [
        ", n.º ", ", nº ", ", n° ", ", n. ", ", no. ", " nº ", " n.º ", " n° ", " n. ", " nr ",
        "، ", ", ", " ",
    ];
    let joint = joint.iter().find(|joint| rest.starts_with(**joint))?;
    let end = number_end(view, words + joint.len())?;
    (names > 0).then_some((cue.start..end, 76))
}

/// `12 rue de la Paix`, `12 bis, avenue Victor Hugo`.
fn before_street(view: &View<'_>, cue: &Cue) -> Option<(Range<usize>, u8)> {
    let (mut before, is_joined) = words::word_before(view, cue.start)?;
    let mut word = view.part(before..words::word_end(view, before));
    if matches!(word, "bis" | "ter" | "quater") {
        before = words::word_before(view, before)?.0;
        word = view.part(before..words::word_end(view, before));
    }
    if !words::is_house_number(word) || !is_joined || !view.is_number_start(before) {
        return None;
    }
    let at = cue.end + usize::from(view.byte(cue.end) == b'.');
    let (end, names) = street_words(view, at + usize::from(view.byte(at) == b' '), 7)?;
    (names > 0).then_some((before..end, 78))
}

/// `P.O. Box 123`.
fn boxed(view: &View<'_>, cue: &Cue) -> Option<(Range<usize>, u8)> {
    let rest = view.from(cue.end);
    let gap =
        rest.bytes().take(3).take_while(|byte| matches!(byte, b' ' | b'.' | b':' | b'#')).count();
    let digits = rest
        .bytes()
        .skip(gap)
        .take(8)
        .take_while(|byte| byte.is_ascii_digit() || *byte == b' ')
        .count();
    let end = cue.end + gap + rest.get(gap..gap + digits)?.trim_end().len();
    (end > cue.end + gap).then_some((cue.start..end, 84))
}
