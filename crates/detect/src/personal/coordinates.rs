//! Geographic coordinates (ISO 6709, RFC 5870): with degrees, minutes and seconds, with degree signs, as `geo:` URIs, and pairs of decimals.
//!
//! A pair of decimals is found beside a word, or by itself if both have at least four decimals and no third number is adjacent (as
//! in a list of numbers).

use super::cue::{Kind, Kinds};
use super::found::Found;
use super::view::View;
use crate::detector::Detector::Coordinates;

const GEO: Kinds = Kinds::of(&[Kind::Geo]);
const MARKS: [char; 10] =
    ['\u{b0}', '\u{ba}', '\'', '"', '\u{2032}', '\u{2033}', '\u{2019}', '\u{201d}', ':', ' '];

/// One of the two numbers.
struct Angle {
    start: usize,
    end: usize,
    degrees: f64,
    decimals: usize,
    has_sign: bool,
    has_direction: bool,
}

/// Appends every pair.
pub fn find(view: &View<'_>, found: &mut Vec<Found>) {
    let mut end = 0;
    for word in view.words {
        if word.start < end || !view.byte(word.start).is_ascii_digit() {
            continue;
        }
        if let Some(pair) = pair(view, word.start) {
            end = pair.span.end;
            found.push(pair);
        }
    }
}

fn pair(view: &View<'_>, digit: usize) -> Option<Found> {
    let first = angle(view, digit)?;
    if first.decimals == 0 && !first.has_sign {
        return None;
    }
    let second = second(view, first.end).and_then(|digit| angle(view, digit));
    let Some(second) = second else { return single(view, &first) };
    let is_within = first.degrees <= 90.0 && second.degrees <= 180.0;
    let is_named = view.before_within(GEO, first.start, 60).is_some();
    let is_uri = view.part(first.start.saturating_sub(4)..first.start) == "geo:";
    let is_marked = first.has_sign && second.has_sign && (first.has_direction || is_named);
    let is_listed = is_listed(view, first.start, second.end);
    let decimals = first.decimals.min(second.decimals);
    let start = if is_uri { first.start - 4 } else { first.start };
    let confidence = match () {
        _ if !is_within || !view.is_end(second.end) => return None,
        _ if is_uri || is_marked => 95,
        _ if is_named && decimals >= 2 && !is_listed => 92,
        _ if decimals >= 4 && !is_listed && first.degrees > 1.0 => 66,
        _ => return single(view, &first),
    };
    Some(Found::new(
        Coordinates,
        if is_marked { "degrees" } else { "decimal" },
        start..second.end,
        confidence,
    ))
}

/// One of them beside its name: `"lat": 51.5074`.
fn single(view: &View<'_>, angle: &Angle) -> Option<Found> {
    let is_named = view.before_within(GEO, angle.start, 5).is_some();
    (is_named && angle.decimals >= 3 && angle.degrees <= 180.0)
        .then(|| Found::beside(Coordinates, "decimal", angle.start..angle.end, 85))
}

/// The place of the second number's first digit; its name may precede it: `, Long `.
fn second(view: &View<'_>, end: usize) -> Option<usize> {
    let is_gap = |byte: &u8| matches!(byte, b',' | b' ' | b';' | b'/' | b':' | b'=' | b'"');
    let gap = |at: usize| view.from(at).bytes().take(4).take_while(is_gap).count();
    let mut at = end + gap(end);
    let next = view.cues.partition_point(|cue| cue.start < at);
    if let Some(name) = view.cues.get(next).filter(|cue| cue.start == at && cue.kinds.meets(GEO)) {
        at = name.end + gap(name.end);
    }
    at += usize::from(matches!(view.byte(at), b'-' | b'+'));
    (at > end && view.byte(at).is_ascii_digit()).then_some(at)
}

fn angle(view: &View<'_>, digit: usize) -> Option<Angle> {
    let (whole, mut end) = decimal(view, digit)?;
    let decimals = view.part(digit..end).split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let sign = digit.checked_sub(1).filter(|at| matches!(view.byte(*at), b'-' | b'+'));
    let start = sign.unwrap_or(digit);
    if !view.is_start(start) || start.checked_sub(1).is_some_and(|at| view.byte(at) == b'.') {
        return None;
    }
    let has_sign =
        view.from(end).starts_with(['\u{b0}', '\u{ba}']) || view.from(end).starts_with(" \u{b0}");
    let mut has_direction = false;
    if has_sign {
        end = minutes(view, end);
        let rest = view.from(end).strip_prefix(' ').unwrap_or(view.from(end));
        has_direction = rest.starts_with(['N', 'S', 'E', 'W', 'O'])
            && !rest.chars().nth(1).is_some_and(char::is_alphanumeric);
        end = if has_direction { view.text.len() - rest.len() + 1 } else { end };
    }
    Some(Angle { start, end, degrees: whole, decimals, has_sign, has_direction })
}

fn decimal(view: &View<'_>, start: usize) -> Option<(f64, usize)> {
    let length = view
        .from(start)
        .bytes()
        .take(20)
        .take_while(|byte| byte.is_ascii_digit() || *byte == b'.')
        .count();
    let written = view.part(start..start + length).trim_end_matches('.');
    let whole = written.split('.').next().map_or(0, str::len);
    let value = written.parse().ok().filter(|_| (1..=3).contains(&whole))?;
    Some((value, start + written.len()))
}

/// The end of degrees with the minutes and seconds after them.
fn minutes(view: &View<'_>, end: usize) -> usize {
    let is_part = |character: &char| {
        character.is_ascii_digit() || *character == '.' || MARKS.contains(character)
    };
    let rest = view.from(end);
    let taken: usize = rest.chars().take(18).take_while(is_part).map(char::len_utf8).sum();
    let written = rest.get(..taken).unwrap_or("");
    // Up to the last mark: the text after it belongs to the next number.
    let last = written
        .rfind(['\u{b0}', '\u{ba}', '\'', '"', '\u{2032}', '\u{2033}', '\u{2019}', '\u{201d}']);
    let length =
        last.and_then(|at| written.get(at..)?.chars().next().map(|mark| at + mark.len_utf8()));
    end + length.unwrap_or(0)
}

/// Whether another number precedes or follows in the same list.
fn is_listed(view: &View<'_>, start: usize, end: usize) -> bool {
    let after = view.from(end).strip_prefix(',').map(|rest| rest.trim_start_matches([' ', '-']));
    let follows = after.is_some_and(|rest| {
        let mut bytes = rest.bytes().skip_while(u8::is_ascii_digit);
        rest.starts_with(|character: char| character.is_ascii_digit()) && bytes.next() == Some(b'.')
    });
    let before = view.text.get(..start).unwrap_or("").trim_end_matches(' ');
    let precedes = before
        .strip_suffix(',')
        .is_some_and(|before| before.ends_with(|character: char| character.is_ascii_digit()));
    follows || precedes
}
