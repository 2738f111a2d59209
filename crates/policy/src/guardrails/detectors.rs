//! The detectors that a rule names.

use std::collections::{BTreeMap, BTreeSet};

use toml::Spanned;

use super::Action;
use super::ask::acting_key;
use super::written::{self, DETECTORS as KEY};
use crate::detectors::{DETECTORS, DetectorGroup};
use crate::reading::{Report, Seen, at_least_one, nearest, nearest_or_list, shown};

/// The prefix of a list's name among detectors.
const LIST: &str = "list:";

/// The place of each list; `None` if a file with lists cannot be read.
pub(super) type Places<'t> = Option<&'t BTreeMap<&'t str, String>>;

/// What a name in `detectors` refers to.
enum Named {
    Detectors(DetectorGroup, Vec<&'static str>),
    List,
}

/// The names of all detectors of a rule, if all are valid.
pub(super) fn check(
    report: &mut Report<'_>,
    written: &written::Rule<'_>,
    lists: Places<'_>,
    action: Option<Action>,
) -> Option<BTreeSet<String>> {
    let (label, list) = (written.label, written.detectors.as_ref()?);
    at_least_one(report, label, KEY, list);
    let problems = report.count();
    let mut seen = Seen::default();
    let mut names = BTreeSet::new();
    for value in list.get_ref() {
        let text: &str = value.get_ref();
        seen.note(report, label, value, &format!("the detector {}", shown(text)), "remove");
        match named(text, lists) {
            Err(message) => report.problem(label, value.span(), message),
            Ok(Named::List) => {
                names.insert(text.to_owned());
            }
            Ok(Named::Detectors(group, detectors)) => {
                marks_data(report, written, value, group, action);
                names.extend(detectors.into_iter().map(str::to_owned));
            }
        }
    }
    (!names.is_empty() && report.count() == problems).then_some(names)
}

/// Reports an action that replaces data on a detector that judges the meaning of a text.
fn marks_data(
    report: &mut Report<'_>,
    written: &written::Rule<'_>,
    value: &Spanned<&str>,
    group: DetectorGroup,
    action: Option<Action>,
) {
    let Some(action) = action.filter(|action| action.covers_data() && !group.marks_data()) else {
        return;
    };
    let message = format!(
        "`detectors` has {}, which judges what is said and marks no data that could be covered, and `{}` is {}; write flag, replace or block in a rule of its own",
        shown(value.get_ref()),
        acting_key(written),
        action.as_str()
    );
    report.problem(written.label, value.span(), message);
}

fn named(text: &str, lists: Places<'_>) -> Result<Named, String> {
    if let Some(name) = text.strip_prefix(LIST) {
        return match lists {
            Some(places) if !places.contains_key(name) => Err(no_list(text, name, places)),
            _ => Ok(Named::List),
        };
    }
    if let Some((_, group)) = DetectorGroup::WORDS.iter().find(|(word, _)| *word == text) {
        let of_group = DETECTORS.iter().filter(|(_, each)| each == group);
        return Ok(Named::Detectors(*group, of_group.map(|(name, _)| *name).collect()));
    }
    match DETECTORS.iter().find(|(name, _)| *name == text) {
        Some((name, group)) => Ok(Named::Detectors(*group, vec![name])),
        None => Err(no_detector(text, lists)),
    }
}

fn no_list(text: &str, name: &str, places: &BTreeMap<&str, String>) -> String {
    let advice = match nearest(name, places.keys().copied()) {
        Some(near) => format!("did you mean \"{LIST}{near}\"?"),
        None => "write a [[list]] of this name".to_owned(),
    };
    format!("`detectors` names {}, and there is no such list; {advice}", shown(text))
}

fn no_detector(text: &str, lists: Places<'_>) -> String {
    let is_list = lists.is_some_and(|places| places.contains_key(text));
    let advice = if is_list {
        format!("the list of this name is \"{LIST}{text}\"")
    } else {
        let groups = DetectorGroup::WORDS.iter().map(|(word, _)| *word);
        let words = groups.chain(DETECTORS.iter().map(|(name, _)| *name)).chain(["list:NAME"]);
        nearest_or_list(text, words, "it can be")
    };
    format!("`detectors` cannot have {}; {advice}", shown(text))
}
