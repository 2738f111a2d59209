//! All models and aliases that clients can request, from `models.toml` and `routes.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::grants::Said;
use crate::models::{self, Declared, Model, Provider};
use crate::names::Names;
use crate::problem::Problems;
use crate::reading::Report;
use crate::references::{self, There};
use crate::routes::{self, Route};
use crate::{MODELS_FILE, ROUTES_FILE};

/// All providers, models and routes, with every reference resolved.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    providers: BTreeMap<String, Arc<Provider>>,
    models: BTreeMap<String, Arc<Model>>,
    routes: BTreeMap<String, Arc<Route>>,
}

/// What a requested name refers to.
#[derive(Debug, Clone, Copy)]
pub enum Named<'c> {
    /// One model.
    Model(&'c Arc<Model>),
    /// An alias for several models.
    Route(&'c Arc<Route>),
}

impl Catalogue {
    /// Reads the texts of `models.toml` and, if there is one, of `routes.toml`.
    ///
    /// # Errors
    ///
    /// All problems of both files.
    pub fn from_toml(models: &str, routes: Option<&str>) -> Result<Self, Problems> {
        let mut models = Report::new(MODELS_FILE, models);
        let mut routes = routes.map(|text| Report::new(ROUTES_FILE, text));
        let (catalogue, names, said) = read(&mut models, routes.as_mut());
        // What names models and aliases can be checked without the other files.
        let there = There { names: Some(&names), ..There::default() };
        references::check(&mut models, &said.models, there);
        if let Some(routes) = &mut routes {
            references::check(routes, &said.routes, there);
        }
        let of_routes = routes.map(Report::into_problems).unwrap_or_default();
        models.into_problems().and(of_routes).or(catalogue)
    }

    /// Compiled providers and models, and the text of `routes.toml`, if there is one.
    pub(crate) fn with_routes(declared: Declared, routes: Option<&str>) -> Result<Self, Problems> {
        let mut routes = routes.map(|text| Report::new(ROUTES_FILE, text));
        let (catalogue, names, said) = resolve(declared, routes.as_mut());
        let there = There { names: Some(&names), ..There::default() };
        if let Some(routes) = &mut routes {
            references::check(routes, &said.routes, there);
        }
        routes.map(Report::into_problems).unwrap_or_default().or(catalogue)
    }

    /// What a name refers to.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Named<'_>> {
        let model = self.models.get(name).map(Named::Model);
        model.or_else(|| self.routes.get(name).map(Named::Route))
    }

    /// The provider of this name.
    #[must_use]
    pub fn provider(&self, name: &str) -> Option<&Arc<Provider>> {
        self.providers.get(name)
    }

    /// The model of this name.
    #[must_use]
    pub fn model(&self, name: &str) -> Option<&Arc<Model>> {
        self.models.get(name)
    }

    /// The route of this alias.
    #[must_use]
    pub fn route(&self, alias: &str) -> Option<&Arc<Route>> {
        self.routes.get(alias)
    }

    /// All providers, by name.
    pub fn providers(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.providers.values()
    }

    /// The regions of the providers.
    #[must_use]
    pub fn regions(&self) -> BTreeSet<&str> {
        self.providers().filter_map(|provider| provider.region.as_deref()).collect()
    }

    /// All models, by name.
    pub fn models(&self) -> impl Iterator<Item = &Arc<Model>> {
        self.models.values()
    }

    /// All routes, by alias.
    pub fn routes(&self) -> impl Iterator<Item = &Arc<Route>> {
        self.routes.values()
    }
}

/// Reads both files, and returns the catalogue, the names that can be referred to, and what they refer to.
pub(crate) fn read(
    models: &mut Report<'_>,
    routes: Option<&mut Report<'_>>,
) -> (Catalogue, Names, References) {
    resolve(models::read(models), routes)
}

fn resolve(declared: Declared, routes: Option<&mut Report<'_>>) -> (Catalogue, Names, References) {
    let mut of_routes = Vec::new();
    let routes = routes.map(|report| routes::read(report, &declared, &mut of_routes));
    let routes = routes.unwrap_or_default();
    let names = Names {
        models: models_and_aliases(&declared, &routes),
        regions: regions(&declared),
        has_prices: has_prices(&declared),
    };
    let Declared { providers, models, said } = declared;
    let said = References { models: said, routes: of_routes };
    let catalogue = Catalogue {
        providers: only_right(providers),
        models: only_right(models),
        routes: only_right(routes),
    };
    (catalogue, names, said)
}

/// What the two files say of others.
#[derive(Default)]
pub(crate) struct References {
    pub(crate) models: Vec<Said>,
    pub(crate) routes: Vec<Said>,
}

fn models_and_aliases(
    declared: &Declared,
    routes: &BTreeMap<String, Option<Arc<Route>>>,
) -> Vec<String> {
    match declared.models.is_empty() {
        true => Vec::new(),
        false => declared.models.keys().chain(routes.keys()).cloned().collect(),
    }
}

fn regions(declared: &Declared) -> Option<BTreeSet<String>> {
    if declared.providers.is_empty() {
        return None;
    }
    let mut regions = BTreeSet::new();
    for provider in declared.providers.values() {
        regions.extend(provider.as_ref()?.region.clone());
    }
    Some(regions)
}

fn has_prices(declared: &Declared) -> bool {
    declared.models.values().any(|model| {
        let priced = |model: &Arc<Model>| model.deployments.iter().any(|one| one.price.is_some());
        model.as_ref().is_none_or(priced)
    })
}

fn only_right<T>(declared: BTreeMap<String, Option<T>>) -> BTreeMap<String, T> {
    declared.into_iter().filter_map(|(name, meaning)| Some((name, meaning?))).collect()
}
