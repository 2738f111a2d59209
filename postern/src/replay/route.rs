//! Which deployments serve the requested name.

use super::Replayed;
use postern_policy::{Model, Named, Policies};
use postern_trail::Record;
use postern_trail::record::AttemptRecord;
use std::collections::BTreeSet;

/// A deployment by its name in records, with its model.
pub fn deployments(policies: &Policies) -> Vec<(String, &Model)> {
    let models = policies.catalogue.models();
    let of = |model: &std::sync::Arc<Model>| {
        let name = |each: &postern_policy::Deployment| {
            format!("{}/{}", each.provider.name, each.upstream_model)
        };
        model.deployments.iter().map(name).collect::<Vec<_>>()
    };
    models.flat_map(|model| of(model).into_iter().map(move |name| (name, &**model))).collect()
}

/// The attempts at an answer: a question of the guardrail to a model is not routed by the requested name.
pub fn of_the_request(record: &Record) -> impl Iterator<Item = &AttemptRecord> {
    record.attempts.iter().filter(|attempt| !attempt.question)
}

/// Whether the recorded name leads to every deployment that was tried. Their order goes by the prompt and by the state of that moment.
pub fn replay(record: &Record, policies: &Policies) -> Option<Replayed> {
    let requested = record.requested_model.as_ref()?.as_str();
    let tried: BTreeSet<&str> =
        of_the_request(record).map(|attempt| attempt.deployment.as_str()).collect();
    if tried.is_empty() {
        return None;
    }
    let downgraded = record.limits.as_ref().and_then(|limits| limits.downgraded_to.as_ref());
    let names = [Some(requested), downgraded.map(|name| name.as_str())];
    let reached: BTreeSet<String> =
        names.into_iter().flatten().flat_map(|name| reached(policies, name)).collect();
    let missing: Vec<_> = tried.iter().filter(|name| !reached.contains(**name)).copied().collect();
    Some(if missing.is_empty() {
        let tried: Vec<_> = tried.into_iter().collect();
        Replayed::Equal(format!(
            "`{requested}` leads to {}; their order is not replayed: the prompt and the state of that moment are not recorded",
            tried.join(", ")
        ))
    } else {
        let recorded = format!("`{requested}` led to {}", missing.join(", "));
        let reached: Vec<_> = reached.into_iter().collect();
        Replayed::Different { recorded, again: format!("it leads to {}", reached.join(", ")) }
    })
}

/// The deployments that a name leads to.
fn reached(policies: &Policies, name: &str) -> Vec<String> {
    let all = deployments(policies);
    let of = |model: &str| -> Vec<String> {
        let of_model = all.iter().filter(|(_, each)| each.name == model);
        of_model.map(|(name, _)| name.clone()).collect()
    };
    match policies.catalogue.named(name) {
        Some(Named::Model(model)) => of(&model.name),
        Some(Named::Route(route)) => {
            route.models.iter().flat_map(|model| of(&model.name)).collect()
        }
        None => Vec::new(),
    }
}
