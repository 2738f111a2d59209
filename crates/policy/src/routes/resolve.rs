//! Looks up the targets of routes, which may lead to other routes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::check::{Draft, DraftTarget};
use super::{Destination, Route, RouteTarget, shadow};
use crate::closed::Capability;
use crate::models::{Declared, Model};
use crate::reading::{Report, nearest_or_list, shown};

/// Routes of routes of routes are hard to follow, and each is walked on each request.
const MAX_DEPTH: usize = 8;
/// The deployments that a route may lead to, each as often as it does: they are all looked at on each request.
const MAX_DEPLOYMENTS: usize = 2_000;

type Drafts<'t> = BTreeMap<String, Option<Draft<'t>>>;

/// The routes so far: those that could not be resolved have no value.
struct Resolver<'d, 't> {
    drafts: &'d Drafts<'t>,
    declared: &'d Declared,
    done: BTreeMap<String, Option<Arc<Route>>>,
    /// The aliases on the way to the one that is looked at.
    path: Vec<String>,
}

pub(super) fn all(
    report: &mut Report<'_>,
    drafts: Drafts<'_>,
    declared: &Declared,
) -> BTreeMap<String, Option<Arc<Route>>> {
    let mut resolver =
        Resolver { drafts: &drafts, declared, done: BTreeMap::new(), path: Vec::new() };
    for alias in drafts.keys() {
        resolver.route(report, alias);
    }
    resolver.done
}

impl Resolver<'_, '_> {
    fn route(&mut self, report: &mut Report<'_>, alias: &str) -> Option<Arc<Route>> {
        if let Some(done) = self.done.get(alias) {
            return done.clone();
        }
        let drafts = self.drafts;
        let route = drafts.get(alias).and_then(Option::as_ref).and_then(|draft| {
            self.path.push(alias.to_owned());
            let route = self.resolved(report, draft);
            self.path.pop();
            route.map(Arc::new)
        });
        self.done.insert(alias.to_owned(), route.clone());
        route
    }

    fn resolved(&mut self, report: &mut Report<'_>, draft: &Draft<'_>) -> Option<Route> {
        if self.declared.models.is_empty() {
            // models.toml has a problem, which each name here would only repeat.
            return None;
        }
        let targets: Vec<Option<RouteTarget>> =
            draft.targets.iter().map(|target| self.target(report, target)).collect();
        let targets = targets.into_iter().collect::<Option<Vec<_>>>()?;
        let models = models(&targets);
        fit_together(report, draft, &models);
        has_another(report, draft, &models);
        self.served(report, draft, &models);
        let regions = draft.regions.as_ref().map(|(regions, _)| regions.as_slice());
        let shadow = draft.shadow.as_ref();
        let shadow = shadow
            .and_then(|shadow| shadow::resolved(report, shadow, regions, self.declared, &models));
        if deployments(&targets) > MAX_DEPLOYMENTS {
            let message = format!(
                "it leads to more than {MAX_DEPLOYMENTS} deployments, over other routes; shorten it"
            );
            report.problem(draft.label, draft.span.clone(), message);
            return None;
        }
        Some(Route {
            alias: draft.alias.clone(),
            strategy: draft.strategy,
            same_for: draft.same_for,
            targets,
            models,
            regions: draft.regions.as_ref().map(|(regions, _)| regions.clone()),
            version: draft.version.clone(),
            lifecycle: draft.lifecycle.clone(),
            shadow,
            deadlines: draft.deadlines,
            hedge: draft.hedge.as_ref().map(|(hedge, _)| *hedge),
        })
    }

    fn target(&mut self, report: &mut Report<'_>, draft: &DraftTarget<'_>) -> Option<RouteTarget> {
        Some(RouteTarget {
            to: self.destination(report, draft)?,
            weight: draft.weight,
            max_complexity: draft.max_complexity,
            when: draft.when.clone(),
        })
    }

    fn destination(
        &mut self,
        report: &mut Report<'_>,
        draft: &DraftTarget<'_>,
    ) -> Option<Destination> {
        let wanted = *draft.name.get_ref();
        if let Some(model) = self.declared.models.get(wanted) {
            return model.clone().map(Destination::Model);
        }
        if !self.drafts.contains_key(wanted) {
            let names = self.declared.models.keys().chain(self.drafts.keys());
            let advice = nearest_or_list(wanted, names.map(String::as_str), "the names are");
            let message = format!(
                "`{}` names {}, which is neither a model nor an alias; {advice}",
                draft.key,
                shown(wanted)
            );
            report.problem(draft.label, draft.name.span(), message);
            return None;
        }
        if let Some(at) = self.path.iter().position(|alias| alias == wanted) {
            let around = self.path.iter().skip(at).map(|alias| shown(alias));
            let around: Vec<_> = around.chain([shown(wanted)]).collect();
            let message = format!(
                "`{}` leads back to where it came from: {}; remove one of them",
                draft.key,
                around.join(" to ")
            );
            report.problem(draft.label, draft.name.span(), message);
            return None;
        }
        if self.path.len() >= MAX_DEPTH {
            let message = format!(
                "`{}` names the alias {}, the {}th of a row of aliases; at most {MAX_DEPTH} may lead to one another",
                draft.key,
                shown(wanted),
                MAX_DEPTH + 1
            );
            report.problem(draft.label, draft.name.span(), message);
            return None;
        }
        self.route(report, wanted).map(Destination::Route)
    }

    /// Reports regions of the route in which none of its deployments is. A region without any provider is reported
    /// elsewhere.
    fn served(&self, report: &mut Report<'_>, draft: &Draft<'_>, models: &[Arc<Model>]) {
        let Some((regions, span)) = &draft.regions else { return };
        let deployments = models.iter().flat_map(|model| &model.deployments);
        let there: BTreeSet<&str> =
            deployments.filter_map(|one| one.provider.region.as_deref()).collect();
        let is_known = |region: &String| {
            let mut providers = self.declared.providers.values().flatten();
            providers.any(|provider| provider.region.as_ref() == Some(region))
        };
        let is_served = |region: &String| there.contains(region.as_str());
        if !regions.iter().any(is_known) || regions.iter().any(is_served) {
            return;
        }
        let list = match there.is_empty() {
            true => "no region at all".to_owned(),
            false => there.iter().copied().collect::<Vec<_>>().join(", "),
        };
        let message = format!(
            "`regions` has {}, where none of its deployments is, so nothing could serve it; they are in {list}",
            regions.join(", ")
        );
        report.problem(draft.label, span.clone(), message);
    }
}

fn models(targets: &[RouteTarget]) -> Vec<Arc<Model>> {
    let mut models: Vec<Arc<Model>> = Vec::new();
    for target in targets {
        let of_target = match &target.to {
            Destination::Model(model) => std::slice::from_ref(model),
            Destination::Route(route) => &route.models,
        };
        for model in of_target {
            if !models.iter().any(|each| each.name == model.name) {
                models.push(Arc::clone(model));
            }
        }
    }
    models
}

/// Reports a hedge of a route that leads to one deployment.
fn has_another(report: &mut Report<'_>, draft: &Draft<'_>, models: &[Arc<Model>]) {
    let Some((_, span)) = &draft.hedge else { return };
    if models.iter().map(|model| model.deployments.len()).sum::<usize>() < 2 {
        let message = "`hedge` asks a second deployment, and the route leads to one only; add a model or a deployment, or remove `hedge`";
        report.problem(draft.label, span.clone(), message);
    }
}

fn deployments(targets: &[RouteTarget]) -> usize {
    let of_target = |target: &RouteTarget| match &target.to {
        Destination::Model(model) => model.deployments.len(),
        Destination::Route(route) => deployments(&route.targets),
    };
    targets.iter().map(of_target).sum()
}

fn fit_together(report: &mut Report<'_>, draft: &Draft<'_>, models: &[Arc<Model>]) {
    let shared = |capability| models.iter().all(|model| model.can(capability));
    if Capability::ENDPOINTS.into_iter().any(shared) {
        return;
    }
    let words = Capability::ENDPOINTS.map(|endpoint| format!("{:?}", endpoint.as_str()));
    let message = format!(
        "it leads to models of which some can do nothing that the others can; write models that share one of {}",
        words.join(", ")
    );
    report.problem(draft.label, draft.span.clone(), message);
}
