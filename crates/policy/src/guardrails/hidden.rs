//! Finds rules that never decide because earlier rules of their file match everything that they match.

use std::collections::BTreeSet;

use super::written;
use super::{Callers, Rule, Speaker};
use crate::consumers::ModelPattern;
use crate::reading::{Report, shown};

/// A valid rule, as written and as used.
pub(super) type Pair<'r, 't> = (&'r written::Rule<'t>, &'r Rule);

/// The direction of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Request,
    Answer,
}

/// Reports rules that never decide.
pub(super) fn check(report: &mut Report<'_>, rules: &[Pair<'_, '_>]) {
    for (index, (written, rule)) in rules.iter().enumerate() {
        let earlier = rules.get(..index).unwrap_or_default();
        let Some(hiding) = hiding(rule, earlier) else { continue };
        let mut names = Vec::new();
        for (first, by) in &hiding {
            names.push(format!("{} on line {}", shown(&by.name), report.line_of(&first.span)));
        }
        let (rules, match_) =
            if names.len() == 1 { ("rule", "matches") } else { ("rules", "match") };
        let message = format!(
            "it never decides: the earlier {rules} {} {match_} all that it matches; move it up, or remove it",
            names.join(" and ")
        );
        report.problem(written.label, written.span.clone(), message);
    }
}

/// The earlier rules that together hide a rule, if they do.
fn hiding<'p, 'r, 't>(rule: &Rule, earlier: &'p [Pair<'r, 't>]) -> Option<Vec<&'p Pair<'r, 't>>> {
    let mut hiding: Vec<&Pair<'_, '_>> = Vec::new();
    for way in [Way::Request, Way::Answer] {
        if !goes(rule, way) {
            continue;
        }
        for detector in &rule.detectors {
            let by = earlier.iter().find(|(_, other)| {
                other.detectors.contains(detector) && is_wider(other, rule, way)
            })?;
            if !hiding.iter().any(|(_, other)| std::ptr::eq(*other, by.1)) {
                hiding.push(by);
            }
        }
    }
    (!hiding.is_empty()).then_some(hiding)
}

/// Whether a rule can match a text in this direction.
fn goes(rule: &Rule, way: Way) -> bool {
    match way {
        Way::Request => rule.directions.request,
        // The text of an answer is always the assistant's.
        Way::Answer => {
            let assistant = |roles: &BTreeSet<Speaker>| roles.contains(&Speaker::Assistant);
            rule.directions.answer && rule.roles.as_ref().is_none_or(assistant)
        }
    }
}

/// Whether a rule matches everything that another rule matches, for the same detector and direction.
fn is_wider(wide: &Rule, narrow: &Rule, way: Way) -> bool {
    goes(wide, way)
        && (way == Way::Answer || has_all(wide.roles.as_ref(), narrow.roles.as_ref()))
        && wide.min_confidence <= narrow.min_confidence
        && has_all_models(wide.models.as_deref(), narrow.models.as_deref())
        && has_all_callers(&wide.callers, &narrow.callers)
}

/// Whether a list contains another; `None` contains everything.
fn has_all<T: Ord>(wide: Option<&BTreeSet<T>>, narrow: Option<&BTreeSet<T>>) -> bool {
    match (wide, narrow) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(wide), Some(narrow)) => narrow.is_subset(wide),
    }
}

fn has_all_callers(wide: &Callers, narrow: &Callers) -> bool {
    has_all(wide.consumers.as_ref(), narrow.consumers.as_ref())
        && has_all(wide.teams.as_ref(), narrow.teams.as_ref())
        && has_all(wide.tenants.as_ref(), narrow.tenants.as_ref())
        && has_all(wide.roles.as_ref(), narrow.roles.as_ref())
        && has_all(wide.data_classes.as_ref(), narrow.data_classes.as_ref())
}

fn has_all_models(wide: Option<&[ModelPattern]>, narrow: Option<&[ModelPattern]>) -> bool {
    let all_names = ModelPattern::Prefix(String::new());
    let wide = wide.unwrap_or(std::slice::from_ref(&all_names));
    let narrow = narrow.unwrap_or(std::slice::from_ref(&all_names));
    narrow.iter().all(|pattern| {
        let both = ModelPattern::narrowed(wide, std::slice::from_ref(pattern));
        both.contains(pattern)
    })
}
