//! Postcodes and the towns beside them.

use super::words::{is_house_number, is_street_word, unit_end, word_before, word_end};
use crate::detector::Detector::Address;
use crate::personal::cue::Kind;
use crate::personal::row::{Row, any};
use crate::personal::view::View;
use std::ops::Range;

const ZIP: &[Kind] = &[Kind::Zip];

/// Postcodes that are found by themselves, or beside a word.
pub const ROWS: &[Row] = &[
    // Royal Mail's Programmers' Guide.
    Row::beside(
        Address,
        "postcode",
        &["ud duu", "udd duu", "uud duu", "uudd duu", "udu duu", "uudu duu"],
        british,
        ZIP,
    )
    .alone(70),
    // Canada Post: letters other than D, F, I, O, Q, U.
    Row::beside(Address, "postcode", &["udu dud"], canadian, ZIP).alone(72),
    // USPS Publication 28: the state's abbreviation, or that of the armed forces, before the code.
    Row::beside(Address, "postcode", &["uu ddddd", "uu ddddd-dddd"], american, ZIP).alone(66),
    Row::beside(
        Address,
        "postcode",
        &[
            "d{4,6}",
            "ddddd-dddd",
            "dd-ddd",
            "dddd-ddd",
            "ddddd-ddd",
            "ddd-dddd",
            "ddd dd",
            "ddd ddd",
            "dddd uu",
        ],
        any,
        ZIP,
    )
    .at_most(84),
];

const STATES: &str = "AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA PR RI SC SD TN TX UT VT VA WA WV WI WY AA AE AP";

fn american(code: &[u8]) -> bool {
    code.get(..2)
        .and_then(|state| std::str::from_utf8(state).ok())
        .is_some_and(|state| STATES.split(' ').any(|known| known == state))
}

fn british(code: &[u8]) -> bool {
    let inward = code.len().saturating_sub(2);
    code.get(inward..)
        .is_some_and(|letters| letters.iter().all(|letter| !b"CIKMOV".contains(letter)))
        && !matches!(code.first(), Some(b'Q' | b'V' | b'X'))
}

fn canadian(code: &[u8]) -> bool {
    code.iter().all(|byte| !b"DFIOQU".contains(byte)) && !matches!(code.first(), Some(b'W' | b'Z'))
}

/// The length in bytes of a postcode of any country at this place.
fn length(view: &View<'_>, at: usize) -> Option<usize> {
    let rest = view.from(at);
    let country = ["D-", "A-", "CH-", "F-", "I-", "B-", "NL-", "PL-", "L-", "CP ", "C.P. "]
        .iter()
        .find(|country| rest.starts_with(**country))
        .map_or(0, |country| country.len());
    let rest = rest.get(country..)?;
    const SHAPES: [&str; 20] = [
        "dddd uu",
        "dddduu",
        "ddddd-dddd",
        "ddddd-ddd",
        "dddd-ddd",
        "dd-ddd",
        "ddddd",
        "dddddd",
        "ddd dd",
        "ddd ddd",
        "dddd",
        "udu dud",
        "uudu duu",
        "uudd duu",
        "udu duu",
        "udd duu",
        "uud duu",
        "ud duu",
        "ddd-dddd",
        "uuu dddd",
    ];
    let fits = |shape: &&str| {
        let text = rest.as_bytes().get(..shape.len()).unwrap_or(b"");
        let is_class = |class: u8, byte: u8| match class {
            b'd' => byte.is_ascii_digit(),
            b'u' => byte.is_ascii_uppercase(),
            class => class == byte,
        };
        text.len() == shape.len()
            && shape.bytes().zip(text).all(|(class, byte)| is_class(class, *byte))
            && !rest.get(shape.len()..).is_some_and(|rest| rest.starts_with(char::is_alphanumeric))
    };
    SHAPES.iter().filter(|shape| fits(shape)).map(|shape| country + shape.len()).max()
}

/// The end of an address whose street ends here, with its unit, and with town and postcode if they are near; and whether they are.
pub fn tail(view: &View<'_>, street: usize) -> (usize, bool) {
    let after_unit = unit_end(view, street);
    let (mut at, mut end, mut has_postcode) = (after_unit, after_unit, false);
    for step in 0..9 {
        let gap = gap(view, at);
        if gap == 0 && step > 0 {
            break;
        }
        at += gap;
        if let Some(length) = length(view, at).filter(|_| gap > 0) {
            has_postcode = true;
            at += length;
            end = town_end(view, at);
            break;
        }
        let stop = word_end(view, at);
        let word = view.part(at..stop);
        let is_town = word.starts_with(char::is_uppercase)
            || step > 0 && is_street_word(word)
            || word.chars().next().is_some_and(|first| matches!(first, '\u{600}'..='\u{6ff}'));
        if !is_town || at - street > 70 {
            break;
        }
        at = stop;
    }
    (end, has_postcode)
}

/// The length of a separator between the parts of an address: `, `, a line break, ` - `.
fn gap(view: &View<'_>, at: usize) -> usize {
    let rest = view.from(at);
    let gaps =
        [",\n", ", ", " - ", "\n", ",", ". ", " in ", " à ", " w ", " te ", " (", " ", "\u{60c} "];
    gaps.iter().find(|gap| rest.starts_with(**gap)).map_or(0, |gap| gap.len())
}

/// The end of the town after a postcode: up to three words with capital letters in the same line.
fn town_end(view: &View<'_>, end: usize) -> usize {
    let mut at = end;
    for word in 0..3 {
        let joint = view.from(at).starts_with(' ') || word == 0 && view.from(at).starts_with(", ");
        let start = at + if view.from(at).starts_with(", ") { 2 } else { 1 };
        let stop = word_end(view, start);
        let town = view.part(start..stop);
        if !joint || !town.starts_with(char::is_uppercase) || town.len() < 2 {
            break;
        }
        at = stop;
    }
    at
}

/// A house number, a comma or line break, a postcode and a town: `Am Markt 9, 80331 München`. `word` begins the postcode.
pub fn before_town(view: &View<'_>, word: &Range<usize>) -> Option<Range<usize>> {
    let before = view.text.get(..word.start)?;
    let street = before
        .strip_suffix(", ")
        .or_else(|| before.strip_suffix('\n'))
        .or_else(|| before.strip_suffix(",\n"))?;
    let size = length(view, word.start).filter(|size| (4..=9).contains(size))?;
    let is_town = view
        .from(word.start + size)
        .strip_prefix(' ')
        .is_some_and(|rest| rest.starts_with(char::is_uppercase));
    let (number, _) = word_before(view, street.len() + 1).filter(|_| is_town)?;
    if !is_house_number(view.part(number..street.len())) {
        return None;
    }
    let mut start = number;
    for _ in 0..4 {
        let Some((at, true)) = word_before(view, start) else { break };
        let name = view.part(at..word_end(view, at));
        let is_name = name.starts_with(char::is_uppercase)
            || matches!(name, "den" | "der" | "de" | "la" | "dem" | "van" | "het" | "di" | "du");
        if !is_name || view.part(at..start).contains([',', '\n']) {
            break;
        }
        start = at;
    }
    let first = view.at(start)?;
    (start < number && first.is_uppercase()).then_some(start..street.len())
}
