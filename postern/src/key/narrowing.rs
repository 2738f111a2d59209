//! The restrictions of a key, checked against the policies before the key is made.

use super::times::utc;
use crate::cli::Narrowing;
use anyhow::{Result, bail};
use postern_keys::{IssuedKey, MAX_RESTRICTIONS};
use postern_policy::{Consumer, IpRange, ModelPattern, Policies};

/// Longest label: fits a line of `key list`.
const MAX_LABEL_CHARACTERS: usize = 80;

/// Writes the requested restrictions into a record.
pub fn apply(record: &mut IssuedKey, label: Option<String>, narrowing: Narrowing) {
    let Narrowing { expires_in, expires_at, models, regions, ip_ranges, plan } = narrowing;
    let after = expires_in.map(|seconds| record.created_at_unix_s.saturating_add(seconds));
    record.label = label;
    record.expires_at_unix_s = after.or(expires_at);
    record.models = models;
    record.regions = regions;
    record.ip_ranges =
        ip_ranges.map(|ranges| ranges.iter().map(|range| canonical(range)).collect());
    record.plan = plan;
}

/// The canonical form of a range, if it is one.
fn canonical(range: &str) -> String {
    range.parse().map_or_else(|_| range.to_owned(), |range: IpRange| range.to_string())
}

/// Checks a record against the policies.
///
/// # Errors
/// Every problem, a line each.
pub fn check(record: &IssuedKey, policies: &Policies) -> Result<()> {
    let name = &record.consumer;
    let Some(consumer) = &policies.consumers.by_name(name)? else {
        let known: Vec<_> = policies.consumers.iter().map(|known| known.name.as_str()).collect();
        bail!("no consumer is called {name:?} in consumers.toml; there are: {}", known.join(", "));
    };
    let mut problems = Vec::new();
    problems.extend(expiry(record));
    problems.extend(label(record));
    problems
        .extend(record.models.iter().flatten().filter_map(|text| model(text, consumer, policies)));
    problems.extend(
        record.regions.iter().flatten().filter_map(|text| region(text, consumer, policies)),
    );
    problems.extend(record.ip_ranges.iter().flatten().filter_map(|text| {
        let error = text.parse::<IpRange>().err()?;
        Some(format!("--ip-ranges: {error}"))
    }));
    problems.extend(plan(record, policies));
    for (option, list) in
        [("models", &record.models), ("regions", &record.regions), ("ip-ranges", &record.ip_ranges)]
    {
        let entries = list.as_ref().map_or(0, Vec::len);
        if entries > MAX_RESTRICTIONS {
            problems.push(format!(
                "--{option} has {entries} entries; write at most {MAX_RESTRICTIONS}, or give the consumer less in consumers.toml"
            ));
        }
    }
    if problems.is_empty() { Ok(()) } else { bail!(problems.join("\n")) }
}

fn expiry(record: &IssuedKey) -> Option<String> {
    let at = record.expires_at_unix_s.filter(|at| *at <= record.created_at_unix_s)?;
    Some(format!("the key would be expired at once, {}; write a later time", utc(at)))
}

fn label(record: &IssuedKey) -> Option<String> {
    let label = record.label.as_ref()?;
    let right =
        label.chars().count() <= MAX_LABEL_CHARACTERS && !label.chars().any(char::is_control);
    (!right).then(|| format!("--label has over {MAX_LABEL_CHARACTERS} characters, or control characters; write one short line"))
}

fn plan(record: &IssuedKey, policies: &Policies) -> Option<String> {
    let name = record.plan.as_deref()?;
    if policies.plans.plan(Some(name)).is_some() {
        return None;
    }
    let known: Vec<_> = policies.plans.plans().map(|plan| plan.name.as_str()).collect();
    let there = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Some(format!("--plan is {name:?}, which plans.toml does not have; there are: {there}"))
}

fn model(text: &str, consumer: &Consumer, policies: &Policies) -> Option<String> {
    let Some(pattern) = ModelPattern::parse(text) else {
        return Some(format!(
            "--models has {text:?}; write a name, or the beginning of names with one `*` behind it, for example gpt-*"
        ));
    };
    let catalogue = &policies.catalogue;
    let models = catalogue.models().map(|model| model.name.as_str());
    let mut names = models.chain(catalogue.routes().map(|route| route.alias.as_str()));
    if !names.any(|name| pattern.matches(name)) {
        return Some(format!(
            "--models has {text:?}, which is no model and no alias of models.toml and routes.toml, and the beginning of none"
        ));
    }
    if ModelPattern::narrowed(&consumer.models, &[pattern]).is_empty() {
        let all: Vec<_> = consumer.models.iter().map(ToString::to_string).collect();
        return Some(format!(
            "--models has {text:?}, which {} may not ask for; it may: {}",
            consumer.name,
            all.join(", ")
        ));
    }
    None
}

fn region(name: &str, consumer: &Consumer, policies: &Policies) -> Option<String> {
    let there: Vec<&str> = policies.catalogue.regions().into_iter().collect();
    if !there.contains(&name) {
        return Some(format!(
            "--regions has {name:?}, which no provider of models.toml is in; there are: {}",
            there.join(", ")
        ));
    }
    let regions =
        consumer.regions.as_ref().filter(|regions| regions.iter().all(|each| each != name))?;
    Some(format!(
        "--regions has {name:?}, which {} does not have; it has: {}",
        consumer.name,
        regions.join(", ")
    ))
}
