//! The faults of requests for which there is no deployment.

use crate::decision::{Candidate, Filter};
use crate::request::Request;
use postern_fault::{Fault, Kind, shown};
use postern_policy::Lifecycle;
use std::fmt::Write as _;

/// The deployments that a refusal names for each filter.
const MAX_NAMED: usize = 8;

/// There is no such name, or not for this caller, which must not be told apart.
pub(crate) fn not_found(name: &str) -> Fault {
    let public = format!("the model `{}` does not exist or you may not use it", shown(name));
    Fault { param: Some("model".to_owned()), ..Fault::new(Kind::ModelNotFound, public) }
        .with_code("model_not_found")
}

/// Nothing behind the name does what the path is for.
pub(crate) fn unsupported(request: &Request<'_>) -> Fault {
    let words: Vec<_> = request.any_of().iter().map(|capability| capability.as_str()).collect();
    let public = format!("the model `{}` does not offer {}", request.name, words.join(" or "));
    Fault::invalid_request("model", public).with_code("unsupported_operation")
}

/// The filters have removed all candidates.
pub(crate) fn none_eligible(request: &Request<'_>, candidates: &[Candidate<'_>]) -> Fault {
    let mut public = format!("no deployment of `{}` may serve this request: ", shown(request.name));
    let mut private = String::new();
    let groups = groups(candidates);
    for (index, (filter, members)) in groups.iter().enumerate() {
        if index > 0 {
            public.push_str("; ");
            private.push_str("; ");
        }
        let _ = write!(public, "{}", said(*filter, request));
        public.push_str(&named(members, request));
        let all = members.iter().map(|member| member.choice.deployment.name.as_str());
        let all: Vec<_> = all.take(MAX_NAMED).collect();
        let _ =
            write!(private, "{} removed {} ({})", filter.as_str(), members.len(), all.join(", "));
    }
    Fault::new(Kind::NoEligibleDeployment, public)
        .with_param("model")
        .with_code("no_eligible_deployment")
        .with_private(private)
}

type Group<'g, 'c> = (Filter<'c>, Vec<&'g Candidate<'c>>);

/// The candidates by what has removed them, in the order of the policy.
fn groups<'g, 'c>(candidates: &'g [Candidate<'c>]) -> Vec<Group<'g, 'c>> {
    let mut groups: Vec<Group<'g, 'c>> = Vec::new();
    for candidate in candidates {
        let Some(filter) = candidate.removed else { continue };
        match groups.iter_mut().find(|(each, _)| *each == filter) {
            Some((_, members)) => members.push(candidate),
            None => groups.push((filter, vec![candidate])),
        }
    }
    groups
}

/// What a filter asks for, in the caller's terms.
fn said(filter: Filter<'_>, request: &Request<'_>) -> String {
    match filter {
        Filter::Operation => {
            let words: Vec<_> = request.any_of().iter().map(|one| one.as_str()).collect();
            format!("operation ({})", words.join(" or "))
        }
        Filter::Capability(capability) => format!(
            "capability (the request needs `{}`: ask another model, or leave that out)",
            capability.as_str()
        ),
        Filter::Condition(key) => format!("condition (`{key}` is not met)"),
        Filter::CallerRegion => {
            let regions = request.allowed.caller.regions.as_deref().unwrap_or_default();
            format!("region (your requests may go to {})", listed(regions))
        }
        Filter::RouteRegion(regions) => {
            format!("region (this alias serves from {})", listed(regions))
        }
        Filter::DataClass => {
            let class = request.allowed.caller.data_class.as_deref().unwrap_or("not declared");
            format!("data_class (your data is {})", shown(class))
        }
        Filter::Preview => "preview (it is not offered to you yet)".to_owned(),
        Filter::Sunset(lifecycle) => sunset(lifecycle, request),
        Filter::Context => "context (the prompt is too long)".to_owned(),
        Filter::OutputCap => "output_cap (the cap on the answer is too high)".to_owned(),
        Filter::Breaker { .. } => "breaker (it has failed lately)".to_owned(),
    }
}

fn sunset(lifecycle: &Lifecycle, request: &Request<'_>) -> String {
    // A successor that the caller may not use is not named.
    match lifecycle.successor.as_deref().filter(|name| request.allowed.allows(name)) {
        Some(successor) => format!("sunset (it is not served any more: use `{successor}`)"),
        None => "sunset (it is not served any more)".to_owned(),
    }
}

/// At most so many regions, each bounded.
fn listed(regions: &[String]) -> String {
    match regions.is_empty() {
        true => "none".to_owned(),
        false => shown(&regions.join(", ")),
    }
}

/// How many a filter has removed; those of models that the caller may request by name, the others as a number.
fn named(members: &[&Candidate<'_>], request: &Request<'_>) -> String {
    let may_know = |member: &&&Candidate<'_>| {
        let model = member.choice.model;
        request.allowed.allows(&model.name)
            && (member.removed != Some(Filter::Preview)
                && request.allowed.previews(&model.lifecycle))
    };
    let known: Vec<_> = members.iter().filter(may_know).take(MAX_NAMED).collect();
    let mut text = format!(" removed {}", members.len());
    if known.is_empty() {
        return text;
    }
    let names: Vec<_> = known.iter().map(|one| one.choice.deployment.name.as_str()).collect();
    let _ = write!(text, ": {}", names.join(", "));
    if members.len() > known.len() {
        let _ = write!(text, " and {} more", members.len() - known.len());
    }
    text
}
