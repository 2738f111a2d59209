//! The rules, and the providers that each can reach.

use postern_policy::{Catalogue, Destination, ModelPattern, Named, Policies, Provider, Route};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A rule that keeps data in regions, and where it leads.
pub(super) struct Rule<'p> {
    /// Whose it is, for people.
    pub(super) name: String,
    pub(super) regions: &'p [String],
    /// The providers of the deployments that it leaves, by name.
    pub(super) reaches: Vec<&'p Arc<Provider>>,
}

/// All rules: of consumers, keys, issuers and routes.
pub(super) fn all(policies: &Policies) -> Vec<Rule<'_>> {
    let catalogue = &policies.catalogue;
    let mut rules = Vec::new();
    for consumer in policies.consumers.iter() {
        if let Some(regions) = &consumer.regions {
            let name = format!("consumer {:?}", consumer.name);
            rules.push(of_caller(name, regions, &consumer.models, catalogue));
        }
    }
    for key in policies.consumers.keys() {
        if let Some(regions) = &key.regions {
            let models = key.models.as_deref().unwrap_or(&key.consumer.models);
            rules.push(of_caller(format!("key {:?}", key.id), regions, models, catalogue));
        }
    }
    for issuer in policies.issuers.iter() {
        let undeclared = issuer.undeclared.as_ref();
        if let Some((it, regions)) = undeclared.and_then(|it| Some((it, it.regions.as_ref()?))) {
            let name = format!("undeclared callers of issuer {:?}", issuer.name);
            rules.push(of_caller(name, regions, &it.models, catalogue));
        }
    }
    for route in catalogue.routes() {
        if let Some(regions) = &route.regions {
            let mut reached = BTreeMap::new();
            of_route(route, &mut vec![regions], &mut reached);
            let reaches = reached.into_values().collect();
            rules.push(Rule { name: format!("route {:?}", route.alias), regions, reaches });
        }
    }
    rules
}

type Reached<'p> = BTreeMap<&'p str, &'p Arc<Provider>>;

fn of_caller<'p>(
    name: String,
    regions: &'p [String],
    models: &[ModelPattern],
    catalogue: &'p Catalogue,
) -> Rule<'p> {
    let may_use = |name: &str| models.iter().any(|pattern| pattern.matches(name));
    let names = catalogue.models().map(|model| model.name.as_str());
    let names = names.chain(catalogue.routes().map(|route| route.alias.as_str()));
    let mut reached = BTreeMap::new();
    for name in names.filter(|name| may_use(name)) {
        match catalogue.named(name) {
            Some(Named::Model(model)) => of_model(model, &[regions], &mut reached),
            Some(Named::Route(route)) => of_route(route, &mut vec![regions], &mut reached),
            None => {}
        }
    }
    Rule { name, regions, reaches: reached.into_values().collect() }
}

/// What is in all of these regions: those of the caller, and of each route on the way.
fn of_route<'p>(route: &'p Route, within: &mut Vec<&'p [String]>, reached: &mut Reached<'p>) {
    let before = within.len();
    within.extend(route.regions.as_deref());
    for target in &route.targets {
        match &target.to {
            Destination::Model(model) => of_model(model, within, reached),
            Destination::Route(inner) => of_route(inner, within, reached),
        }
    }
    within.truncate(before);
}

fn of_model<'p>(model: &'p postern_policy::Model, within: &[&[String]], reached: &mut Reached<'p>) {
    for deployment in &model.deployments {
        let provider = &deployment.provider;
        let is_in = |regions: &&[String]| {
            provider.region.as_ref().is_some_and(|region| regions.contains(region))
        };
        if within.iter().all(is_in) {
            reached.insert(&provider.name, provider);
        }
    }
}
