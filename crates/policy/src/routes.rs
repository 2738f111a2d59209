//! `routes.toml`: aliases for several models.

use std::collections::BTreeMap;
use std::sync::Arc;

use toml::Spanned;

use crate::closed::{Capability, Strategy};
use crate::models::{Declared, Model};
use crate::reading::{
    Key, Label, Report, Seen, Table, at_least_one, model_name, nearest_or_list, one_of, shown,
};

const ROUTE: Key = Key::new("route", "[[route]]");
const ALIAS: Key = Key::new("alias", r#"alias = "default-chat""#);
const STRATEGY: Key = Key::new("strategy", r#"strategy = "ordered""#);
const MODELS: Key = Key::new("models", r#"models = ["gpt-4o-mini", "gpt-4o"]"#);

/// An alias for several models, and how one of them is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The name that clients request, unique among models and aliases.
    pub alias: String,
    /// The order in which the models are tried.
    pub strategy: Strategy,
    /// The models in the order they are written, at least one. They share one of [`Capability::ENDPOINTS`].
    pub models: Vec<Arc<Model>>,
}

impl Route {
    /// Whether all of its models have a capability.
    #[must_use]
    pub fn can(&self, capability: Capability) -> bool {
        self.models.iter().all(|model| model.can(capability))
    }
}

/// `[[route]]` as written.
struct Written<'t> {
    label: Label<'t>,
    alias: Option<Spanned<&'t str>>,
    strategy: Option<Spanned<&'t str>>,
    models: Option<Spanned<Vec<Spanned<&'t str>>>>,
}

/// Reads the file and notes its problems in the report. A route with a problem is declared by name only.
pub(crate) fn read(
    report: &mut Report<'_>,
    declared: &Declared,
) -> BTreeMap<String, Option<Arc<Route>>> {
    let mut routes = BTreeMap::new();
    let Some(document) = report.parse() else {
        return routes;
    };
    let mut root = Table::root(&document);
    let tables = root.tables(report, ROUTE, "route", Some(ALIAS));
    root.finish(report);
    let mut aliases = Seen::default();
    for table in tables {
        let written = Written::read(report, table);
        let route = check(report, &written, declared).map(Arc::new);
        if let Some(alias) = &written.alias {
            aliases.note(report, written.label, alias, "a route of this alias", "rename or remove");
            routes.insert((*alias.get_ref()).to_owned(), route);
        }
    }
    routes
}

impl<'t> Written<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let written = Self {
            label: table.label,
            alias: table.required(report, ALIAS),
            strategy: table.optional(report, STRATEGY),
            models: table.required(report, MODELS),
        };
        table.finish(report);
        written
    }
}

fn check(report: &mut Report<'_>, written: &Written<'_>, declared: &Declared) -> Option<Route> {
    let alias = written.alias.as_ref();
    let alias = alias.and_then(|alias| checked_alias(report, written, alias, declared));
    let strategy = match &written.strategy {
        None => Some(Strategy::Ordered),
        Some(value) => checked_strategy(report, written, value),
    };
    let models = models(report, written, declared);
    Some(Route { alias: alias?, strategy: strategy?, models: models? })
}

fn checked_alias(
    report: &mut Report<'_>,
    written: &Written<'_>,
    alias: &Spanned<&str>,
    declared: &Declared,
) -> Option<String> {
    if declared.models.contains_key(*alias.get_ref()) {
        let message = "a model of models.toml has this name already; choose another alias";
        report.problem(written.label, alias.span(), message);
        return None;
    }
    model_name(report, written.label, ALIAS, alias)
}

fn checked_strategy(
    report: &mut Report<'_>,
    written: &Written<'_>,
    value: &Spanned<&str>,
) -> Option<Strategy> {
    let word = *value.get_ref();
    if Strategy::RESERVED.contains(&word) {
        let message = format!("`strategy` {word:?} is not available yet; it can be: ordered");
        report.problem(written.label, value.span(), message);
        return None;
    }
    one_of(report, written.label, STRATEGY, value, Strategy::WORDS)
}

/// The models of a route, if all are declared and valid and share an endpoint.
fn models(
    report: &mut Report<'_>,
    written: &Written<'_>,
    declared: &Declared,
) -> Option<Vec<Arc<Model>>> {
    let list = written.models.as_ref()?;
    at_least_one(report, written.label, MODELS, list);
    if declared.models.is_empty() {
        // models.toml has a problem, which each name here would only repeat.
        return None;
    }
    let mut seen = Seen::default();
    let mut models = Vec::new();
    for name in list.get_ref() {
        let wanted = *name.get_ref();
        seen.note(report, written.label, name, &format!("the model {}", shown(wanted)), "remove");
        if let Some(model) = declared.models.get(wanted) {
            models.push(model.clone());
            continue;
        }
        let names = declared.models.keys().map(String::as_str);
        let advice = nearest_or_list(wanted, names, "the models are");
        let message = format!(
            "`models` names {}, which models.toml does not declare; {advice}",
            shown(wanted)
        );
        report.problem(written.label, name.span(), message);
    }
    let complete = models.len() == list.get_ref().len();
    let models: Vec<Arc<Model>> = models.into_iter().collect::<Option<_>>()?;
    let shared = |capability| models.iter().all(|model| model.can(capability));
    if complete && !Capability::ENDPOINTS.into_iter().any(shared) {
        let words = Capability::ENDPOINTS.map(|endpoint| format!("{:?}", endpoint.as_str()));
        let message = format!(
            "`models` has some that can do nothing that the others can; write models that share one of {}",
            words.join(", ")
        );
        report.problem(written.label, list.span(), message);
    }
    Some(models)
}
