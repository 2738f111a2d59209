//! `routes.toml` as written.

use std::ops::Range;

use toml::Spanned;

use super::{hedge, shadow, when};
use crate::deadlines::{self, SetDeadlines};
use crate::grants::{REGIONS, Texts};
use crate::lifecycle;
use crate::reading::{Key, Label, Report, Table};

pub(super) const ROUTE: Key = Key::new("route", "[[route]]");
pub(super) const ALIAS: Key = Key::new("alias", r#"alias = "default-chat""#);
pub(super) const STRATEGY: Key = Key::new("strategy", r#"strategy = "ordered""#);
pub(super) const MODELS: Key = Key::new("models", r#"models = ["gpt-4o-mini", "gpt-4o"]"#);
pub(super) const TARGET: Key = Key::new("target", "[[route.target]]");
pub(super) const SAME_FOR: Key = Key::new("same_for", r#"same_for = "conversation""#);
pub(super) const VERSION: Key = Key::new("version", r#"version = "2027-01""#);
pub(super) const MODEL: Key = Key::new("model", r#"model = "gpt-4o-mini""#);
pub(super) const WEIGHT: Key = Key::new("weight", "weight = 5");
pub(super) const MAX_COMPLEXITY: Key = Key::new("max_complexity", "max_complexity = 30");

type Text<'t> = Option<Spanned<&'t str>>;
type Number = Option<Spanned<i128>>;

/// `[[route]]`.
pub(super) struct Route<'t> {
    pub(super) label: Label<'t>,
    pub(super) span: Range<usize>,
    pub(super) alias: Text<'t>,
    pub(super) strategy: Text<'t>,
    pub(super) same_for: Text<'t>,
    pub(super) version: Text<'t>,
    pub(super) regions: Texts<'t>,
    pub(super) lifecycle: lifecycle::Written<'t>,
    pub(super) deadlines: SetDeadlines,
    pub(super) hedge: Option<hedge::Written<'t>>,
    pub(super) models: Texts<'t>,
    /// Whether the key `models` is there, of whatever type.
    pub(super) has_models: bool,
    pub(super) targets: Vec<Target<'t>>,
    pub(super) shadow: Option<shadow::Written<'t>>,
}

/// `[[route.target]]`.
pub(super) struct Target<'t> {
    pub(super) label: Label<'t>,
    pub(super) model: Text<'t>,
    pub(super) weight: Number,
    pub(super) max_complexity: Number,
    pub(super) when: Option<when::Written<'t>>,
}

impl<'t> Route<'t> {
    pub(super) fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let route = Self {
            label: table.label,
            span: table.span.clone(),
            alias: table.required(report, ALIAS),
            strategy: table.optional(report, STRATEGY),
            has_models: table.has(MODELS),
            models: table.optional(report, MODELS),
            targets: table
                .tables(report, TARGET, "target of route", None)
                .into_iter()
                .map(|table| Target::read(report, table))
                .collect(),
            same_for: table.optional(report, SAME_FOR),
            regions: table.optional(report, REGIONS),
            version: table.optional(report, VERSION),
            lifecycle: lifecycle::Written::read(report, &mut table),
            shadow: shadow::Written::read(report, &mut table),
            deadlines: deadlines::read(report, &mut table, "deadlines of route"),
            hedge: hedge::Written::read(report, &mut table),
        };
        table.finish(report);
        route
    }
}

impl<'t> Target<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let target = Self {
            label: table.label,
            model: table.required(report, MODEL),
            weight: table.optional(report, WEIGHT),
            max_complexity: table.optional(report, MAX_COMPLEXITY),
            when: when::Written::read(report, &mut table),
        };
        table.finish(report);
        target
    }
}
