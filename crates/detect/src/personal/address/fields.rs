//! Streets that are recognised only by a word beside them: "Address: Metsanurga 48", "Skogarlond 53, Apt. 304".

use super::words::{is_house_number, number_end, street_words, word_before, word_end};
use crate::personal::cue::Cue;
use crate::personal::view::View;
use std::ops::Range;

/// A street directly after a word for an address: words with capital letters and a number, in either order.
pub fn after_place(view: &View<'_>, cue: &Cue) -> Option<(Range<usize>, u8)> {
    let rest = view.from(cue.end);
    let joint = [
        ": ", ":\n", " is ", " ist ", " est ", " es ", " at ", " to ", " in der ", " ", "\": \"",
        "=",
    ];
    let start = cue.end + joint.iter().find(|joint| rest.starts_with(**joint))?.len();
    // A bare space suffices only after "lives at" and the like.
    let is_direct = view.part(cue.end..start) != " " || view.part(cue.start..cue.end).contains(' ');
    let first = view.at(start).filter(|_| is_direct)?;
    if first.is_ascii_digit() {
        let end = word_end(view, start);
        let (end, names) = street_words(view, end + 1, 5).filter(|_| view.byte(end) == b' ')?;
        return (is_house_number(view.part(start..word_end(view, start))) && names > 0)
            .then_some((start..end, 60));
    }
    let (words, names) = street_words(view, start, 5).filter(|_| first.is_uppercase())?;
    let number = words + if view.from(words).starts_with(", ") { 2 } else { 1 };
    let is_joined = matches!(view.byte(words), b' ' | b',');
    let end = number_end(view, number).filter(|_| is_joined && names > 0)?;
    // `Ship to: Jane Doe, 12 Oak Street`: the number belongs to the following words.
    let goes_on =
        view.from(end).strip_prefix(' ').is_some_and(|rest| rest.starts_with(char::is_uppercase));
    let written = view.part(number..end);
    let is_year = written.len() == 4 && (written.starts_with("19") || written.starts_with("20"));
    (!(is_year || goes_on && view.byte(words) == b',')).then_some((start..end, 60))
}

/// A street before an apartment or suite: words with capital letters and a number.
pub fn before_unit(view: &View<'_>, cue: &Cue) -> Option<(Range<usize>, u8)> {
    let unit = view.part(cue.start..cue.end).to_ascii_lowercase();
    if !["apt", "apartment", "suite", "ste"].contains(&unit.trim_end_matches('.')) {
        return None;
    }
    let before = view.text.get(..cue.start)?.trim_end_matches([' ', ',', '\n']);
    if cue.start - before.len() > 3 || before.len() == cue.start {
        return None;
    }
    let (number, _) = word_before(view, before.len() + 1).filter(|(at, _)| *at < before.len())?;
    let is_number = is_house_number(view.part(number..before.len()));
    let mut start = number;
    for _ in 0..3 {
        let Some((at, true)) = word_before(view, start) else { break };
        let name = view.part(at..word_end(view, at));
        if !name.starts_with(char::is_uppercase) || view.part(at..start).contains(['\n', ',']) {
            break;
        }
        start = at;
    }
    (is_number && start < number).then_some((start..before.len(), 74))
}
