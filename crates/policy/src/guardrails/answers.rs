//! What only rules about answers can use.

use super::shared::MAX_MESSAGE_CHARACTERS;
use super::written::{self, DISCLAIMER};
use super::{Action, Directions, Speaker};
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

/// The text that is appended to an answer.
pub(super) fn disclaimer(
    report: &mut Report<'_>,
    written: &written::Rule<'_>,
    action: Option<Action>,
    directions: Directions,
    roles: Option<&BTreeSet<Speaker>>,
) -> Option<String> {
    let value = written.disclaimer.as_ref()?;
    let text = *value.get_ref();
    let length = text.chars().count();
    let wrong = match action {
        Some(action @ (Action::Replace | Action::Block)) => format!(
            "is appended to an answer, and `action` is {}, which ends it; write flag, or write the text into `message`",
            action.as_str()
        ),
        _ if !is_about_answers(directions, roles) => "is appended to answers, and the rule is about requests only; add \"answer\" to `directions` and \"assistant\" to `roles`, or remove it".to_owned(),
        _ if !text.chars().any(char::is_alphanumeric) => {
            format!("has no word; write for example {}", DISCLAIMER.example)
        }
        _ if length > MAX_MESSAGE_CHARACTERS => {
            format!("has {length} characters; write at most {MAX_MESSAGE_CHARACTERS}")
        }
        _ if text.chars().any(|sign| sign.is_control() && sign != '\n') => {
            "has a control character; write text".to_owned()
        }
        _ => return Some(text.to_owned()),
    };
    report.problem(written.label, value.span(), format!("`disclaimer` {wrong}"));
    None
}
