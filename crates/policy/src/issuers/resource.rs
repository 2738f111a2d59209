//! `[protected_resource]`: the gateway's metadata for clients.

use std::ops::Range;

use super::ProtectedResource as Checked;
use super::values::{Text, Texts, scopes, url};
use crate::reading::{Key, Label, Report, Table};
use crate::web_url::Query;

const URL: Key = Key::new("url", r#"url = "https://ai.example.com""#);
const DOCUMENTATION: Key =
    Key::new("documentation", r#"documentation = "https://docs.example.com/ai""#);
const SCOPES: Key = Key::new("scopes", r#"scopes = ["ai.use"]"#);

/// The table as written.
pub(super) struct ProtectedResource<'t> {
    pub(super) label: Label<'t>,
    pub(super) span: Range<usize>,
    url: Text<'t>,
    documentation: Text<'t>,
    scopes: Texts<'t>,
}

impl<'t> ProtectedResource<'t> {
    pub(super) fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let resource = Self {
            label: table.label,
            span: table.span.clone(),
            url: table.required(report, URL),
            documentation: table.optional(report, DOCUMENTATION),
            scopes: table.optional(report, SCOPES),
        };
        table.finish(report);
        resource
    }

    pub(super) fn check(&self, report: &mut Report<'_>) -> Option<Checked> {
        let label = self.label;
        let documentation = self.documentation.as_ref();
        let documentation = documentation
            .and_then(|value| url(report, label, DOCUMENTATION, value, Query::Allowed));
        let scopes = scopes(report, label, SCOPES, &self.scopes);
        let written = self.url.as_ref()?;
        let url = url(report, label, URL, written, Query::Refused)?;
        Some(Checked { url, documentation, scopes })
    }
}
