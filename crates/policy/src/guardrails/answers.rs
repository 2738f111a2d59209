//! What only rules about answers can use.

use super::written;
use super::{Directions, Speaker};
use crate::detectors::{DETECTORS, DetectorGroup};
use crate::reading::{Report, shown};
use std::collections::BTreeSet;

/// Whether a rule decides on text of answers: all of it is the assistant's.
pub(super) fn is_about_answers(directions: Directions, roles: Option<&BTreeSet<Speaker>>) -> bool {
    directions.answer && roles.is_none_or(|roles| roles.contains(&Speaker::Assistant))
}

/// Reports detectors that find something in answers only, in a rule about requests only.
pub(super) fn detectors(
    report: &mut Report<'_>,
    written: &written::Rule<'_>,
    directions: Directions,
    roles: Option<&BTreeSet<Speaker>>,
) {
    let Some(list) = written.detectors.as_ref() else { return };
    if is_about_answers(directions, roles) {
        return;
    }
    let is_of_answers = |name: &str| {
        let is_group = name == DetectorGroup::Leakage.as_str();
        is_group
            || DETECTORS
                .iter()
                .any(|(known, group)| *known == name && *group == DetectorGroup::Leakage)
    };
    for value in list.get_ref().iter().filter(|value| is_of_answers(value.get_ref())) {
        let message = format!(
            "`detectors` has {}, which looks for the instructions in answers, and the rule is about requests only; add \"answer\" to `directions` and \"assistant\" to `roles`, or remove them",
            shown(value.get_ref())
        );
        report.problem(written.label, value.span(), message);
    }
}
