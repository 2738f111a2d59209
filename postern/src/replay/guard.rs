//! What rules of the guardrail do about findings. What was found cannot be looked for again: content is not in the record.

use super::Replayed;
use postern_policy::Policies;
use postern_trail::Record;
use postern_trail::record::{FoundCategory, TextDirection};

/// Each finding, by the rule that decided.
pub fn replay(record: &Record, policies: &Policies) -> Vec<Replayed> {
    let mut replayed: Vec<_> = record.findings.iter().map(|found| one(found, policies)).collect();
    if !record.findings.is_empty() {
        let why =
            "what was found is not looked for again: the content of the request is not recorded";
        replayed.push(Replayed::Missing(why.to_owned()));
    }
    replayed
}

fn one(found: &FoundCategory, policies: &Policies) -> Replayed {
    let FoundCategory { direction, detector, rule, action, .. } = found;
    let told = |action: &str| format!("`{detector}` is decided by `{rule}`: {action}");
    let recorded = told(action.as_str());
    let named = policies.guardrails.rules().find(|each| each.name == rule.as_str());
    let Some(named) = named else {
        return Replayed::Different { recorded, again: format!("there is no rule `{rule}`") };
    };
    let goes = match direction {
        TextDirection::Request => named.directions.request,
        TextDirection::Answer => named.directions.answer,
    };
    if !named.detectors.contains(detector.as_str()) || !goes {
        return Replayed::Different { recorded, again: format!("`{rule}` does not apply to it") };
    }
    Replayed::compare(recorded, told(named.action.as_str()))
}
