//! From a rule as written to a [`Rule`].

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

use toml::Spanned;

use super::answers;
use super::detectors::{self, Places};
use super::shared::{
    self, CALLER_ROLES, CONSUMERS, DATA_CLASSES, MAX_MESSAGE_CHARACTERS, MESSAGE, ON_ERROR, TEAMS,
    TENANTS,
};
use super::written::{self, CITES, DIRECTIONS, MIN_CONFIDENCE, ROLES, RULE_NAME};
use super::{Action, Callers, Directions, Rule, Speaker, ask};
use crate::closed::DataClass;
use crate::grants::{self, CallerKey, Other, Said, Texts};
use crate::reading::{Key, Label, Report, Seen, at_least_one, name, one_of, shown, whole_number};

/// The text of a refusal whose rule has no `message`.
const DEFAULT_MESSAGE: &str = "The policy of this gateway does not allow this content.";

const CONFIDENCE_BOUNDS: RangeInclusive<u64> = 0..=100;

/// The longest name of an article.
const MAX_CITE_CHARACTERS: usize = 200;

/// As long as the value of a claim about the caller may be.
const MAX_CLAIM_BYTES: usize = 256;

/// The values of `on_error`: whether text that cannot be scanned passes.
pub(super) const ON_ERROR_WORDS: &[(&str, bool)] = &[("refuse", false), ("pass", true)];

/// The values of `on_error` of a rule that asks a model: what is done also without an opinion.
const ON_ERROR_OF_ASK_WORDS: &[(&str, bool)] = &[("then", false), ("otherwise", true)];

/// A rule, if all of it is valid.
pub(super) fn check(
    report: &mut Report<'_>,
    written: &written::Rule<'_>,
    lists: Places<'_>,
    said: &mut Vec<Said>,
) -> Option<Rule> {
    let label = written.label;
    let problems = report.count();
    let name = written.name.as_ref().and_then(|value| name(report, label, RULE_NAME, value));
    let (action, ask) = ask::check(report, written, said);
    let detectors = detectors::check(report, written, lists, action);
    let directions = directions(report, written, action);
    let roles = words(report, label, ROLES, &written.roles, Speaker::WORDS);
    says_something(report, written, directions, roles.as_ref());
    answers::detectors(report, written, directions, roles.as_ref());
    let models = grants::models(report, label, &written.models, said);
    let callers = callers(report, label, &written.callers, said);
    let min_confidence = written.min_confidence.as_ref().and_then(|value| {
        let number = whole_number(report, label, MIN_CONFIDENCE, value, CONFIDENCE_BOUNDS)?;
        u8::try_from(number).ok()
    });
    let message = message(report, written, action);
    let disclaimer = answers::disclaimer(report, written, action, directions, roles.as_ref());
    let cites = cites(report, label, &written.cites);
    let on_error = written.on_error.as_ref();
    let words = if ask::is_asking(written) { ON_ERROR_OF_ASK_WORDS } else { ON_ERROR_WORDS };
    let fails_open = on_error.and_then(|word| one_of(report, label, ON_ERROR, word, words));
    if report.count() > problems {
        return None;
    }
    Some(Rule {
        name: name?,
        detectors: detectors?,
        directions,
        roles,
        models,
        callers,
        min_confidence: min_confidence.unwrap_or(0),
        action: action?,
        ask,
        message,
        disclaimer,
        cites,
        fails_open: fails_open.unwrap_or(false),
    })
}

/// The directions; both if the key is absent.
fn directions(
    report: &mut Report<'_>,
    written: &written::Rule<'_>,
    action: Option<Action>,
) -> Directions {
    let both = Directions { request: true, answer: true };
    let Some(list) = &written.directions else { return both };
    let named: Vec<_> =
        each_word(report, written.label, DIRECTIONS, list, Directions::WORDS).collect();
    let directions = Directions {
        request: named.iter().any(|one| one.request),
        answer: named.iter().any(|one| one.answer),
    };
    if action == Some(Action::Anonymise) && directions.answer && !directions.request {
        let message = format!(
            "`{}` is anonymise, and `directions` has only answers, for which nothing is there to restore; write redact or mask, or add \"request\"",
            ask::acting_key(written)
        );
        report.problem(written.label, list.span(), message);
    }
    directions
}

/// Reports a rule for answers that names other speakers than the assistant.
fn says_something(
    report: &mut Report<'_>,
    written: &written::Rule<'_>,
    directions: Directions,
    roles: Option<&BTreeSet<Speaker>>,
) {
    let (Some(list), Some(roles)) = (&written.roles, roles) else { return };
    let is_empty = roles.is_empty() || roles.contains(&Speaker::Assistant);
    if directions.answer && !directions.request && !is_empty {
        let message = "`roles` lacks \"assistant\", whose words all answers are, so the rule would match nothing; add it, or remove `roles`";
        report.problem(written.label, list.span(), message);
    }
}

/// The words of a closed list, each once, at least one; `None` if the key is absent.
pub(super) fn words<T: Copy + Ord>(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    list: &Texts<'_>,
    words: &[(&'static str, T)],
) -> Option<BTreeSet<T>> {
    Some(each_word(report, label, key, list.as_ref()?, words).collect())
}

fn each_word<T: Copy>(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    list: &Spanned<Vec<Spanned<&str>>>,
    words: &[(&'static str, T)],
) -> impl Iterator<Item = T> {
    at_least_one(report, label, key, list);
    let mut seen = Seen::default();
    let mut meanings = Vec::new();
    for value in list.get_ref() {
        let what = format!("the word {}", shown(value.get_ref()));
        seen.note(report, label, value, &what, "remove");
        meanings.extend(one_of(report, label, key, value, words));
    }
    meanings.into_iter()
}

/// Whether a token's claim could have this value: claims allow more characters than names in policies.
fn is_claimed(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_CLAIM_BYTES && !text.chars().any(char::is_control)
}

/// The callers that a table is about.
pub(super) fn callers(
    report: &mut Report<'_>,
    label: Label<'_>,
    written: &shared::Callers<'_>,
    said: &mut Vec<Said>,
) -> Callers {
    let mut named = |key: Key, of: CallerKey, list: &Texts<'_>| {
        let list = list.as_ref()?;
        at_least_one(report, label, key, list);
        let mut seen = Seen::default();
        let mut names = BTreeSet::new();
        for value in list.get_ref() {
            let text = *value.get_ref();
            let what = format!("the {} {}", of.as_str(), shown(text));
            seen.note(report, label, value, &what, "remove");
            if is_claimed(text) {
                said.push(Said::new(label, value.span(), Other::Caller(of, text.to_owned())));
                names.insert(text.to_owned());
            } else {
                let message = format!(
                    "`{}` has {}; write 1 to {MAX_CLAIM_BYTES} bytes without control characters, for example {}",
                    key.name,
                    shown(text),
                    key.example
                );
                report.problem(label, value.span(), message);
            }
        }
        Some(names)
    };
    Callers {
        consumers: named(CONSUMERS, CallerKey::Consumer, &written.consumers),
        teams: named(TEAMS, CallerKey::Team, &written.teams),
        tenants: named(TENANTS, CallerKey::Tenant, &written.tenants),
        roles: named(CALLER_ROLES, CallerKey::Role, &written.caller_roles),
        data_classes: words(report, label, DATA_CLASSES, &written.data_classes, DataClass::WORDS),
    }
}

/// The public text, for the actions that have one.
fn message(
    report: &mut Report<'_>,
    written: &written::Rule<'_>,
    action: Option<Action>,
) -> Option<String> {
    let (label, action) = (written.label, action?);
    let Some(value) = &written.message else {
        if action == Action::Replace && !written.has_message {
            let message = format!(
                "`message` is missing, which stands in place of the answer; write for example {}",
                MESSAGE.example
            );
            report.problem(label, written.span.clone(), message);
        }
        return (action == Action::Block).then(|| DEFAULT_MESSAGE.to_owned());
    };
    let text = *value.get_ref();
    let wrong = match matches!(action, Action::Replace | Action::Block) {
        true => wrong_message(text),
        false => Some(format!(
            "is what replace and block say, and `{}` is {}; remove it",
            ask::acting_key(written),
            action.as_str()
        )),
    };
    let Some(wrong) = wrong else { return Some(text.to_owned()) };
    report.problem(label, value.span(), format!("`message` {wrong}"));
    None
}

/// The problem with a public text, if it has one.
pub(super) fn wrong_message(text: &str) -> Option<String> {
    let length = text.chars().count();
    Some(match () {
        () if text.trim().is_empty() => {
            format!("says nothing; write for example {}", MESSAGE.example)
        }
        () if length > MAX_MESSAGE_CHARACTERS => {
            format!("has {length} characters; write at most {MAX_MESSAGE_CHARACTERS}")
        }
        () if text.chars().any(|sign| sign.is_control() && sign != '\n') => {
            "has a control character; write text".to_owned()
        }
        () => return None,
    })
}

/// Articles, each once, at least one if the key is present.
fn cites(report: &mut Report<'_>, label: Label<'_>, list: &Texts<'_>) -> Vec<String> {
    let Some(list) = list else { return Vec::new() };
    at_least_one(report, label, CITES, list);
    let mut seen = Seen::default();
    let mut cites = Vec::with_capacity(list.get_ref().len());
    for value in list.get_ref() {
        let text = *value.get_ref();
        seen.note(report, label, value, &format!("the article {}", shown(text)), "remove");
        let is_long = text.chars().count() > MAX_CITE_CHARACTERS;
        if text.trim().is_empty() || is_long || text.chars().any(char::is_control) {
            let message = format!(
                "`cites` has {}; write 1 to {MAX_CITE_CHARACTERS} characters of one line, for example {}",
                shown(text),
                CITES.example
            );
            report.problem(label, value.span(), message);
        }
        cites.push(text.to_owned());
    }
    cites
}
