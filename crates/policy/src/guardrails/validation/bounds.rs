//! The numbers of a validation, and checks that no answer can satisfy together.

use std::ops::RangeInclusive;

use toml::Spanned;

use super::Validation;
use super::written::{MAX_CHARACTERS, MIN_CHARACTERS, Written};
use crate::grants::Texts;
use crate::reading::{Key, Report, shown, whole_number};

/// No model writes a longer answer.
const CHARACTERS_BOUNDS: RangeInclusive<u64> = 1..=10_000_000;

/// `min_characters` and `max_characters`.
pub(super) fn characters(
    report: &mut Report<'_>,
    written: &Written<'_>,
) -> (Option<u64>, Option<u64>) {
    let mut number = |key: Key, value: &Option<Spanned<i128>>| {
        whole_number(report, written.label, key, value.as_ref()?, CHARACTERS_BOUNDS)
    };
    let least = number(MIN_CHARACTERS, &written.min_characters);
    let most = number(MAX_CHARACTERS, &written.max_characters);
    (least, most)
}

/// Reports checks that contradict each other.
pub(super) fn contradictions(report: &mut Report<'_>, written: &Written<'_>, checked: &Validation) {
    let label = written.label;
    if let (Some(least), Some(most), Some(value)) =
        (checked.min_characters, checked.max_characters, &written.max_characters)
        && least > most
    {
        let message = format!(
            "`max_characters` is {most}, and `min_characters` is {least}, so no answer satisfies both; raise the first, or lower the second"
        );
        report.problem(label, value.span(), message);
    }
    let mut both = |wanted: (&str, &Texts<'_>), unwanted: (&str, &Texts<'_>), is_all: bool| {
        let (Some(wanted_list), Some(unwanted_list)) = (wanted.1, unwanted.1) else { return };
        let is_unwanted = |one: &&Spanned<&str>| {
            unwanted_list.get_ref().iter().any(|other| other.get_ref() == one.get_ref())
        };
        let texts = wanted_list.get_ref();
        let Some(first) = texts.iter().find(is_unwanted) else { return };
        // One form of citing is enough: another may still be possible.
        if !is_all && !texts.iter().all(|one| is_unwanted(&one)) {
            return;
        }
        let message = format!(
            "`{}` has {}, and so has `{}`, so no answer satisfies both; remove it from one of the two",
            wanted.0,
            shown(first.get_ref()),
            unwanted.0
        );
        report.problem(label, first.span(), message);
    };
    both(("must_match", &written.must_match), ("must_not_match", &written.must_not_match), true);
    both(("must_cite", &written.must_cite), ("must_not_cite", &written.must_not_cite), false);
}
