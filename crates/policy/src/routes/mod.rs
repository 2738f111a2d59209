//! `routes.toml`: aliases, and how a deployment is chosen among those that they stand for.

mod check;
mod hedge;
mod resolve;
mod shadow;
mod when;
mod written;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::closed::{Capability, SameFor, Strategy};
use crate::deadlines::SetDeadlines;
use crate::grants::Said;
use crate::lifecycle::Lifecycle;
use crate::models::{Declared, Model};
use crate::reading::{Report, Seen, Table};
use postern_types::router::Hedge;

pub use shadow::RouteShadow;
pub use when::{Condition, Times};

/// An alias for several models, and how one of them is chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The name that clients request, unique among models and aliases.
    pub alias: String,
    /// The order in which the targets are tried.
    pub strategy: Strategy,
    /// What has the same target each time, with the strategies `weighted` and `sticky`.
    pub same_for: SameFor,
    /// What it may choose among, in the order they are written, at least one.
    pub targets: Vec<RouteTarget>,
    /// All models that it may lead to, each once. They share one of [`Capability::ENDPOINTS`].
    pub models: Vec<Arc<Model>>,
    /// The regions that its requests may go to; `None` means any.
    pub regions: Option<Vec<String>>,
    /// Its version, for people and records.
    pub version: Option<String>,
    /// When it is served, and to whom.
    pub lifecycle: Lifecycle,
    /// Where copies of its requests go.
    pub shadow: Option<RouteShadow>,
    /// The deadlines that it sets; they go before those of its models and their providers.
    pub deadlines: SetDeadlines,
    /// When another deployment is asked beside one that is slow to begin.
    pub hedge: Option<Hedge>,
}

/// One of the targets of a route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RouteTarget {
    /// Where it leads.
    pub to: Destination,
    /// Its share of the requests, in proportion to those of the others, with the strategy `weighted`.
    pub weight: u32,
    /// The highest complexity of its prompts, up to 100, with the strategy `complexity`.
    pub max_complexity: u8,
    /// The requests that it serves; `None` means all.
    pub when: Option<Condition>,
}

/// Where a target leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// To a model.
    Model(Arc<Model>),
    /// To the targets of another route, in the order that it chooses.
    Route(Arc<Route>),
}

impl Route {
    /// Whether all of its models have a capability.
    #[must_use]
    pub fn can(&self, capability: Capability) -> bool {
        self.models.iter().all(|model| model.can(capability))
    }
}

/// Reads the file and notes its problems in the report. A route with a problem is declared by name only.
pub(crate) fn read(
    report: &mut Report<'_>,
    declared: &Declared,
    said: &mut Vec<Said>,
) -> BTreeMap<String, Option<Arc<Route>>> {
    let Some(document) = report.parse() else {
        return BTreeMap::new();
    };
    let mut root = Table::root(&document);
    let tables = root.tables(report, written::ROUTE, "route", Some(written::ALIAS));
    root.finish(report);
    let mut aliases = Seen::default();
    let mut drafts = BTreeMap::new();
    for table in tables {
        let written = written::Route::read(report, table);
        let draft = check::check(report, &written, declared, said);
        if let Some(alias) = &written.alias {
            let what = "a route of this alias";
            aliases.note(report, written.label, alias, what, "rename or remove");
            drafts.insert((*alias.get_ref()).to_owned(), draft);
        }
    }
    resolve::all(report, drafts, declared)
}
