//! The problems of the policies: Cedar's findings in the form of all policy files: where, in which policy, what to
//! write instead.

use std::collections::{BTreeMap, BTreeSet};

use cedar_policy::{ParseErrors, PolicyId, PolicySet, Schema, ValidationMode, Validator};
use miette::Diagnostic;

use crate::SCHEMA;
use crate::policy::{MAX_ID_CHARACTERS, Policy, index, numbered};
use crate::problem::Problem;
use crate::schema::GATEWAY;
use crate::statements::{Lines, Statement};
use crate::wording::{advice, never, worded};

/// Problems by policy and offset. The validator checks a policy once for each action that it may apply to, and a
/// problem for one is mostly a problem for all: the alphabetically first is reported.
type Found = BTreeMap<(usize, usize), String>;

/// The parse errors of a statement.
pub(crate) fn unparsed(
    text: &str,
    statement: &Statement<'_>,
    errors: &ParseErrors,
) -> Vec<Problem> {
    let lines = Lines::of(text);
    let problem = |error: &dyn Diagnostic| {
        let label = error.labels().and_then(|mut labels| labels.next());
        let at = label.as_ref().map_or(0, miette::LabeledSpan::offset);
        let expected = label.as_ref().and_then(|label| label.label()).map(str::to_owned);
        let help = error.help().map(|help| help.to_string()).or(expected);
        Problem::at(lines.line_of(statement.start + at), worded(&error.to_string(), help))
    };
    errors.iter().map(|error| problem(error)).collect()
}

/// Ids that are duplicate, or cannot be written in a record.
pub(crate) fn ids(set: &PolicySet, policies: &[Policy]) -> Vec<Problem> {
    let mut seen = BTreeMap::new();
    let mut problems = Vec::new();
    for (index, policy) in policies.iter().enumerate() {
        let written = set.annotation(&numbered(index), "id");
        let characters = written.map(|id| id.chars().count());
        let message = if characters == Some(0) {
            "the policy has an empty @id; write what it is for: @id(\"no-tools-for-agents\")".into()
        } else if let Some(characters) = characters.filter(|count| *count > MAX_ID_CHARACTERS) {
            format!(
                "the policy's @id has {characters} characters, over {MAX_ID_CHARACTERS}; shorten it"
            )
        } else if let Some(line) = seen.insert(policy.id.as_str(), policy.line) {
            format!("a policy with the id {:?} is in line {line}; rename or remove one", policy.id)
        } else {
            continue;
        };
        problems.push(Problem::at(policy.line, message));
    }
    problems
}

/// Gateways other than this one.
pub(crate) fn gateways<'p>(
    names: impl Iterator<Item = (&'p Policy, String, String)>,
) -> impl Iterator<Item = Problem> {
    let other = names.filter(|(_, kind, name)| kind == "Gateway" && name != GATEWAY);
    other.map(|(policy, _, name)| {
        let id = &policy.id;
        let message = format!(
            "policy {id:?}: there is no Gateway::{name:?}; the only one is Gateway::{GATEWAY:?}"
        );
        Problem::at(policy.line, message)
    })
}

/// Violations of the schema, and policies that can never apply: what such a `forbid` should forbid would not be
/// forbidden.
pub(crate) fn problems(text: &str, set: &PolicySet, policies: &[Policy]) -> Vec<Problem> {
    let schema = match Schema::from_cedarschema_str(SCHEMA) {
        Ok((schema, _)) => schema,
        Err(error) => return vec![Problem::of_file(format!("the schema is wrong: {error}"))],
    };
    let result = Validator::new(schema).validate(set, ValidationMode::Strict);
    let mut found = Found::new();
    for error in result.validation_errors() {
        let id = error.policy_id();
        let message = without(id, &error.to_string());
        let help = error.help().map(|help| without(id, &help.to_string()));
        let advice = advice(error, &message, help);
        note(&mut found, policies, id, error, &worded(&message, Some(advice)));
    }
    let wrong: BTreeSet<usize> = found.keys().map(|(policy, _)| *policy).collect();
    for warning in result.validation_warnings() {
        // A policy with another problem is not reported as never applying.
        if index(warning.policy_id()).is_some_and(|policy| wrong.contains(&policy)) {
            continue;
        }
        let id = warning.policy_id();
        let (message, advice) = never(warning);
        let message = worded(&without(id, &message), Some(advice));
        note(&mut found, policies, id, warning, &message);
    }
    let lines = Lines::of(text);
    let problem = |((_, at), message)| Problem::at(lines.line_of(at), message);
    found.into_iter().map(problem).collect()
}

fn note(
    found: &mut Found,
    policies: &[Policy],
    id: &PolicyId,
    diagnostic: &dyn Diagnostic,
    message: &str,
) {
    let of = index(id).and_then(|index| Some((index, policies.get(index)?)));
    let label = diagnostic.labels().and_then(|mut labels| labels.next());
    let (start, parsed_from) = of.map_or((0, 0), |(_, policy)| (policy.start, policy.parsed_from));
    let at = label.map_or(start, |label| parsed_from + label.offset());
    let name = of.map_or("", |(_, policy)| policy.id.as_str());
    let message = format!("policy {name:?}: {message}");
    let key = (of.map_or(0, |(index, _)| index), at);
    let first = found.entry(key).or_insert_with(|| message.clone());
    if message < *first {
        *first = message;
    }
}

/// Cedar's message, without its own id of the policy.
fn without(id: &PolicyId, text: &str) -> String {
    text.replacen(&format!("for policy `{id}`, "), "", 1)
}
