//! Names that are recognised by other names near them, and names in small letters.

use super::gazetteer::{Gazetteer, folded};
use crate::detector::Detector::PersonName;
use crate::personal::cue::{Kind, Kinds};
use crate::personal::found::Found;
use crate::personal::view::View;
use std::ops::Range;

/// "my name is", "hi", "I am".
const CALLED: Kinds = Kinds::of(&[Kind::Intro, Kind::Greeting, Kind::Naming]);
const NAMED: Kinds = Kinds::of(&[Kind::Intro, Kind::Greeting]);
/// How far from a full name a part of it is found, in bytes.
const REPEAT: usize = 120;

/// Appends names in small letters directly after "my name is", "i'm", "hi": a given name and perhaps a surname.
pub fn in_small_letters(known: &Gazetteer, view: &View<'_>, found: &mut Vec<Found>) {
    for cue in view.cues.iter().filter(|cue| cue.kinds.meets(CALLED)) {
        let is_called =
            cue.kinds.meets(NAMED) || view.part(cue.start..cue.end).ends_with(['m', 'M']);
        let start = cue.end + 1;
        let Some(first) =
            small_word(view, start).filter(|_| is_called && view.byte(cue.end) == b' ')
        else {
            continue;
        };
        let flags = known.look_up(first);
        if !flags.is_given() || flags.is_word() || flags.is_rare() {
            continue;
        }
        let mut end = start + first.len();
        if let Some(second) = small_word(view, end + 1).filter(|_| view.byte(end) == b' ') {
            let flags = known.look_up(second);
            let is_surname = flags.is_surname() && !flags.is_word() && !flags.is_english();
            end += if is_surname { 1 + second.len() } else { 0 };
        }
        found.push(Found::new(PersonName, "small_letters", start..end, 66).by("introduction"));
    }
}

/// Appends parts of a full name that occur alone near it.
pub fn repeats(known: &Gazetteer, view: &View<'_>, found: &mut Vec<Found>) {
    let full: Vec<Range<usize>> = found
        .iter()
        .filter(|name| name.detector == PersonName)
        .map(|name| name.span.clone())
        .collect();
    let mut more: Vec<Range<usize>> = Vec::new();
    for name in full.iter().filter(|name| view.part((*name).clone()).contains(' ')) {
        let window = around(view, name);
        for part in view.part(name.clone()).split(' ').filter(|part| may_repeat(known, part)) {
            for (at, _) in view.part(window.clone()).match_indices(part) {
                let span = window.start + at..window.start + at + part.len();
                more.extend(
                    Some(span).filter(|span| view.is_start(span.start) && view.is_end(span.end)),
                );
            }
        }
    }
    more.sort_by_key(|span| span.start);
    more.dedup();
    // Both lists are in order, so each part is compared only with the names beside it.
    more.retain(|span| {
        let next = full.partition_point(|name| name.end <= span.start);
        full.get(next).is_none_or(|name| name.start >= span.end)
    });
    found.extend(
        more.into_iter().map(|span| Found::new(PersonName, "repeated", span, 64).by("repeated")),
    );
}

fn may_repeat(known: &Gazetteer, part: &str) -> bool {
    let flags = known.look_up(&folded(part));
    let is_name =
        flags.is_unknown() || (flags.is_given() || flags.is_surname()) && !flags.is_word();
    part.len() > 3 && part.starts_with(char::is_uppercase) && is_name
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
