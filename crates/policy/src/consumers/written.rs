//! `consumers.toml` as written.

use std::ops::Range;

use toml::Spanned;

use crate::grants::{
    DATA_CLASS, IP_RANGES, ISSUERS, MODELS, PLAN, REGIONS, ROLES, TEAM, TENANT, Texts,
};
use crate::reading::{Instant, Key, Label, Report, Table};

pub(crate) const CONSUMER: Key = Key::new("consumer", "[[consumer]]");
pub(crate) const NAME: Key = Key::new("name", r#"name = "search-team""#);
const KEY: Key = Key::new("key", "[[consumer.key]]");
pub(crate) const ID: Key = Key::new("id", r#"id = "ci-2026""#);
pub(crate) const SHA256: Key = Key::new("sha256", r#"sha256 = "<64 hexadecimal digits>""#);
const EXPIRES_AT: Key = Key::new("expires_at", "expires_at = 2027-01-01T00:00:00Z");

/// `[[consumer]]`.
pub(crate) struct Consumer<'t> {
    pub(crate) label: Label<'t>,
    pub(crate) span: Range<usize>,
    pub(crate) name: Option<Spanned<&'t str>>,
    pub(crate) team: Option<Spanned<&'t str>>,
    pub(crate) tenant: Option<Spanned<&'t str>>,
    pub(crate) plan: Option<Spanned<&'t str>>,
    pub(crate) roles: Texts<'t>,
    pub(crate) models: Texts<'t>,
    pub(crate) regions: Texts<'t>,
    pub(crate) data_class: Option<Spanned<&'t str>>,
    pub(crate) issuers: Texts<'t>,
    pub(crate) ip_ranges: Texts<'t>,
    pub(crate) keys: Vec<ConsumerKey<'t>>,
}

/// `[[consumer.key]]`.
pub(crate) struct ConsumerKey<'t> {
    pub(crate) label: Label<'t>,
    pub(crate) id: Option<Spanned<&'t str>>,
    pub(crate) sha256: Option<Spanned<&'t str>>,
    pub(crate) expires_at: Option<Spanned<Instant>>,
    pub(crate) models: Texts<'t>,
    pub(crate) regions: Texts<'t>,
    pub(crate) ip_ranges: Texts<'t>,
    pub(crate) plan: Option<Spanned<&'t str>>,
}

impl<'t> Consumer<'t> {
    pub(crate) fn all(report: &mut Report<'_>, mut root: Table<'t>) -> Vec<Self> {
        let tables = root.tables(report, CONSUMER, "consumer", Some(NAME));
        root.finish(report);
        tables.into_iter().map(|table| Self::read(report, table)).collect()
    }

    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let consumer = Self {
            label: table.label,
            span: table.span.clone(),
            name: table.required(report, NAME),
            team: table.optional(report, TEAM),
            tenant: table.optional(report, TENANT),
            plan: table.optional(report, PLAN),
            roles: table.optional(report, ROLES),
            models: table.required(report, MODELS),
            regions: table.optional(report, REGIONS),
            data_class: table.optional(report, DATA_CLASS),
            issuers: table.optional(report, ISSUERS),
            ip_ranges: table.optional(report, IP_RANGES),
            keys: ConsumerKey::all(report, &mut table),
        };
        table.finish(report);
        consumer
    }
}

impl<'t> ConsumerKey<'t> {
    fn all(report: &mut Report<'_>, table: &mut Table<'t>) -> Vec<Self> {
        let tables = table.tables(report, KEY, "key of consumer", None);
        tables.into_iter().map(|table| Self::read(report, table)).collect()
    }

    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let key = Self {
            label: table.label,
            id: table.required(report, ID),
            sha256: table.required(report, SHA256),
            expires_at: table.optional(report, EXPIRES_AT),
            models: table.optional(report, MODELS),
            regions: table.optional(report, REGIONS),
            ip_ranges: table.optional(report, IP_RANGES),
            plan: table.optional(report, PLAN),
        };
        table.finish(report);
        key
    }
}
