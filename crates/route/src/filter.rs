//! The candidates of a request, each with the filter that removes it.
//!
//! Filters are hard: no strategy brings back what one has removed. Only those that go by an estimate (`context`) or by a cap
//! that may be lowered (`output_cap`) leave everything if they would leave nothing.

use crate::allowed::is_in;
use crate::decision::{BreakerState, Candidate, Choice, Filter, Score};
use crate::request::Request;
use postern_policy::{Condition, Destination, Lifecycle, Model, Named, Route, RouteTarget};
use std::collections::BTreeSet;

/// The routes on the way to a model.
#[derive(Clone, Copy)]
struct Way<'w, 'c> {
    route: &'c Route,
    /// The route before it.
    before: Option<&'w Way<'w, 'c>>,
}

/// All candidates, in the order of the policy.
pub(crate) fn candidates<'c>(named: Named<'c>, request: &Request<'_>) -> Vec<Candidate<'c>> {
    let mut walk = Walk { request, candidates: Vec::new() };
    match named {
        Named::Model(model) => walk.model(model, None, None),
        Named::Route(route) => walk.route(route, None, None),
    }
    let mut candidates = walk.candidates;
    gently(&mut candidates, |candidate| context(candidate, request), Filter::Context);
    gently(&mut candidates, |candidate| output_cap(candidate, request), Filter::OutputCap);
    candidates
}

struct Walk<'r, 'c> {
    request: &'r Request<'r>,
    candidates: Vec<Candidate<'c>>,
}

impl<'c> Walk<'_, 'c> {
    fn route(
        &mut self,
        route: &'c Route,
        removed: Option<Filter<'c>>,
        before: Option<&Way<'_, 'c>>,
    ) {
        let removed = removed.or_else(|| lifecycle(&route.lifecycle, self.request));
        for target in &route.targets {
            let removed = removed.or_else(|| condition(target, self.request));
            let way = Way { route, before };
            match &target.to {
                Destination::Model(model) => self.model(model, removed, Some(&way)),
                Destination::Route(inner) => self.route(inner, removed, Some(&way)),
            }
        }
    }

    fn model(&mut self, model: &'c Model, removed: Option<Filter<'c>>, way: Option<&Way<'_, 'c>>) {
        // What a model can do comes first: it is the same for all callers and at all times.
        let of_model = able(model, self.request)
            .or(removed)
            .or_else(|| lifecycle(&model.lifecycle, self.request));
        for deployment in &model.deployments {
            let choice = Choice { model, deployment };
            let removed = of_model.or_else(|| place(choice, self.request, way));
            self.candidates.push(Candidate {
                choice,
                route: way.map(|way| way.route),
                removed,
                score: Score::Written,
                breaker: BreakerState::Closed,
            });
        }
    }
}

fn able<'c>(model: &Model, request: &Request<'_>) -> Option<Filter<'c>> {
    if !request.any_of().iter().any(|one| model.can(*one)) {
        return Some(Filter::Operation);
    }
    request.lacked(|capability| model.can(capability)).map(Filter::Capability)
}

fn lifecycle<'c>(lifecycle: &'c Lifecycle, request: &Request<'_>) -> Option<Filter<'c>> {
    if !request.allowed.previews(lifecycle) {
        return Some(Filter::Preview);
    }
    let is_over = lifecycle.sunset_unix_s.is_some_and(|sunset| request.unix_s() >= sunset);
    is_over.then_some(Filter::Sunset(lifecycle))
}

/// Residency is the intersection of what caller, each route on the way and deployment say.
fn place<'c>(
    choice: Choice<'_>,
    request: &Request<'_>,
    way: Option<&Way<'_, 'c>>,
) -> Option<Filter<'c>> {
    let allowed = request.allowed;
    if !allowed.reaches(choice.deployment) {
        return Some(Filter::CallerRegion);
    }
    let mut at = way;
    while let Some(way) = at {
        if let Some(regions) = way.route.regions.as_deref()
            && !is_in(Some(regions), choice.deployment)
        {
            return Some(Filter::RouteRegion(regions));
        }
        at = way.before;
    }
    (!allowed.entrusts(choice.deployment)).then_some(Filter::DataClass)
}

/// Removes what does not fit, unless nothing fits.
fn gently<'c>(
    candidates: &mut [Candidate<'c>],
    fits: impl Fn(&Candidate<'c>) -> bool,
    filter: Filter<'c>,
) {
    let eligible = |candidate: &&Candidate<'c>| candidate.removed.is_none();
    if !candidates.iter().filter(eligible).any(&fits) {
        return;
    }
    for candidate in candidates.iter_mut().filter(|candidate| candidate.removed.is_none()) {
        if !fits(candidate) {
            candidate.removed = Some(filter);
        }
    }
}

fn context(candidate: &Candidate<'_>, request: &Request<'_>) -> bool {
    let tokens = candidate.choice.model.context_tokens;
    // The estimate is at most twice the count.
    tokens.is_none_or(|most| request.signals.prompt_tokens / 2 <= most)
}

fn output_cap(candidate: &Candidate<'_>, request: &Request<'_>) -> bool {
    let most = candidate.choice.model.max_output_tokens;
    request.facts.output_cap_tokens.zip(most).is_none_or(|(cap, most)| cap <= most)
}

/// The key of `when` that a request does not meet.
fn condition<'c>(target: &RouteTarget, request: &Request<'_>) -> Option<Filter<'c>> {
    let when = target.when.as_ref()?;
    unmet(when, request).map(Filter::Condition)
}

fn unmet(when: &Condition, request: &Request<'_>) -> Option<&'static str> {
    let caller = request.allowed.caller;
    let has = |names: &Option<BTreeSet<String>>, value: Option<&str>| match (names, value) {
        (None, _) => true,
        (Some(names), Some(value)) => names.contains(value),
        (Some(_), None) => false,
    };
    let tokens = request.signals.prompt_tokens;
    let language = request.signals.style.as_ref().and_then(|style| style.language.as_deref());
    let of_languages = |languages: &Vec<&'static str>| {
        language.is_some_and(|language| languages.contains(&language))
    };
    let roles = |roles: &BTreeSet<String>| caller.roles.iter().any(|role| roles.contains(role));
    let keys = [
        (has(&when.consumers, Some(&caller.consumer)), "consumers"),
        (has(&when.teams, caller.team.as_deref()), "teams"),
        (has(&when.tenants, caller.tenant.as_deref()), "tenants"),
        (when.roles.as_ref().is_none_or(roles), "caller_roles"),
        (has(&when.requested, Some(request.name)), "requested"),
        (when.min_prompt_tokens.is_none_or(|least| tokens >= least), "min_prompt_tokens"),
        (when.max_prompt_tokens.is_none_or(|most| tokens <= most), "max_prompt_tokens"),
        (when.languages.as_ref().is_none_or(of_languages), "languages"),
        (when.headers.iter().all(|header| has_header(header, request)), "headers"),
        (when.times.as_ref().is_none_or(|times| times.has(request.unix_ms)), "hours"),
    ];
    keys.into_iter().find(|(is_met, _)| !is_met).map(|(_, key)| key)
}

fn has_header((name, values): &(String, Vec<String>), request: &Request<'_>) -> bool {
    let mut sent = request.headers.iter().filter(|(each, _)| each == name);
    sent.any(|(_, value)| values.is_empty() || values.iter().any(|one| one == value.trim()))
}
