//! The names that a caller may request.

use crate::allowed::Allowed;
use crate::decision::Choice;
use postern_policy::{Catalogue, Destination, Lifecycle, Model, Route, RouteTarget, Strategy};
use std::sync::Arc;

/// A name that can be requested, and its owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed<'c> {
    /// The model or alias.
    pub name: &'c str,
    /// Its owner; for an alias that of its first model.
    pub owned_by: &'c str,
    /// The model itself, or those of the alias.
    pub models: &'c [Arc<Model>],
    lifecycle: &'c Lifecycle,
    /// The regions of the alias.
    regions: Option<&'c [String]>,
}

impl<'c> Listed<'c> {
    /// Its deployments that a request may go to, if nothing but the caller is known of it.
    pub fn choices(&self, allowed: &Allowed<'_>) -> impl Iterator<Item = Choice<'c>> {
        let regions = self.regions;
        let models = self.models.iter().filter(|model| allowed.previews(&model.lifecycle));
        let all = models.flat_map(|model| {
            model.deployments.iter().map(move |deployment| Choice { model, deployment })
        });
        all.filter(move |choice| {
            let deployment = choice.deployment;
            crate::allowed::is_in(regions, deployment)
                && allowed.reaches(deployment)
                && allowed.entrusts(deployment)
        })
    }
}

/// The aliases whose choice goes by how a prompt is written.
pub fn by_style(catalogue: &Catalogue) -> impl Iterator<Item = &str> {
    catalogue.routes().filter(|route| goes_by_style(route)).map(|route| route.alias.as_str())
}

fn goes_by_style(route: &Route) -> bool {
    let of_target = |target: &RouteTarget| {
        let by_language = target.when.as_ref().is_some_and(|when| when.languages.is_some());
        by_language
            || match &target.to {
                Destination::Model(_) => false,
                Destination::Route(inner) => goes_by_style(inner),
            }
    };
    route.strategy == Strategy::Complexity || route.targets.iter().any(of_target)
}

/// Every model and alias that may be requested at this time, by name.
#[must_use]
pub fn list<'c>(catalogue: &'c Catalogue, allowed: &Allowed<'_>, unix_ms: u64) -> Vec<Listed<'c>> {
    let models = catalogue.models().map(|model| Listed {
        name: &model.name,
        owned_by: &model.owned_by,
        models: std::slice::from_ref(model),
        lifecycle: &model.lifecycle,
        regions: None,
    });
    let routes = catalogue.routes().map(|route| Listed {
        name: &route.alias,
        owned_by: route.models.first().map_or("", |model| &model.owned_by),
        models: &route.models,
        lifecycle: &route.lifecycle,
        regions: route.regions.as_deref(),
    });
    let is_served = |lifecycle: &Lifecycle| {
        let is_over = lifecycle.sunset_unix_s.is_some_and(|sunset| unix_ms / 1_000 >= sunset);
        !is_over && allowed.previews(lifecycle)
    };
    let may_request =
        |listed: &Listed<'_>| allowed.allows(listed.name) && is_served(listed.lifecycle);
    let mut all: Vec<_> = models.chain(routes).filter(may_request).collect();
    all.retain(|listed| listed.choices(allowed).next().is_some());
    all.sort_by_key(|listed| listed.name);
    all
}
