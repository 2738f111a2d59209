//! `[[issuer]]` as written.

use std::ops::Range;

use toml::Spanned;

use super::claims::{Claims, Undeclared};
use super::introspection::Introspection;
use super::key_set::KeySet;
use super::resource::ProtectedResource;
use super::values::{Number, Text, Texts};
use crate::reading::{Key, Label, Report, Table};

const PROTECTED_RESOURCE: Key = Key::new("protected_resource", "[protected_resource]");
const ISSUER_TABLE: Key = Key::new("issuer", "[[issuer]]");
pub(super) const NAME: Key = Key::new("name", r#"name = "corporate""#);
pub(super) const ISSUER: Key = Key::new("issuer", r#"issuer = "https://login.example.com""#);
pub(super) const AUDIENCE: Key = Key::new("audience", r#"audience = ["postern"]"#);
pub(super) const CLIENT_ID: Key = Key::new("client_id", r#"client_id = ["4t0fexample9k2"]"#);
pub(super) const ALGORITHMS: Key = Key::new("algorithms", r#"algorithms = ["RS256"]"#);
pub(super) const DISCOVERY: Key = Key::new("discovery", "discovery = true");
pub(super) const JWKS_URL: Key =
    Key::new("jwks_url", r#"jwks_url = "https://login.example.com/keys""#);
pub(super) const SHARED_SECRET: Key =
    Key::new("shared_secret", r#"shared_secret = "corporate_secret""#);
pub(super) const INTROSPECTION: Key = Key::new(
    "introspection",
    r#"introspection = { url = "https://login.example.com/introspect", client_id = "postern", client_secret = "corporate_client_secret" }"#,
);
pub(super) const KEY_SET: Key = Key::new("key_set", "key_set = { ttl_s = 3_600 }");
pub(super) const LEEWAY_S: Key = Key::new("leeway_s", "leeway_s = 60");
pub(super) const REQUIRED_CLAIMS: Key =
    Key::new("required_claims", r#"required_claims = ["azp", "hd=example.com"]"#);
pub(super) const REQUIRED_SCOPES: Key =
    Key::new("required_scopes", r#"required_scopes = ["ai.use"]"#);
const CLAIMS: Key = Key::new("claims", "[issuer.claims]");
const UNDECLARED: Key = Key::new("undeclared", "[issuer.undeclared]");

/// The whole file.
pub(super) struct Written<'t> {
    pub(super) protected_resource: Option<ProtectedResource<'t>>,
    pub(super) issuers: Vec<Issuer<'t>>,
}

/// `[[issuer]]`.
pub(super) struct Issuer<'t> {
    pub(super) label: Label<'t>,
    pub(super) span: Range<usize>,
    pub(super) name: Text<'t>,
    pub(super) issuer: Text<'t>,
    pub(super) audience: Texts<'t>,
    pub(super) client_id: Texts<'t>,
    pub(super) algorithms: Texts<'t>,
    pub(super) discovery: Option<Spanned<bool>>,
    pub(super) jwks_url: Text<'t>,
    pub(super) shared_secret: Text<'t>,
    pub(super) introspection: Option<Introspection<'t>>,
    /// Whether none of these four keys has a wrong type.
    pub(super) kinds_are_right: bool,
    pub(super) key_set: Option<KeySet<'t>>,
    pub(super) leeway_s: Number,
    pub(super) required_claims: Texts<'t>,
    pub(super) required_scopes: Texts<'t>,
    pub(super) claims: Option<Claims<'t>>,
    pub(super) undeclared: Option<Undeclared<'t>>,
}

impl<'t> Written<'t> {
    pub(super) fn read(report: &mut Report<'_>, mut root: Table<'t>) -> Self {
        let resource = root.table(report, PROTECTED_RESOURCE, "[protected_resource]");
        let issuers = root.tables(report, ISSUER_TABLE, "issuer", Some(NAME));
        root.finish(report);
        Self {
            protected_resource: resource.map(|table| ProtectedResource::read(report, table)),
            issuers: issuers.into_iter().map(|table| Issuer::read(report, table)).collect(),
        }
    }
}

impl<'t> Issuer<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let name = table.required(report, NAME);
        let issuer = table.required(report, ISSUER);
        let [audience, client_id] = recipients(report, &mut table);
        let problems = report.count();
        let discovery = table.optional(report, DISCOVERY);
        let jwks_url = table.optional(report, JWKS_URL);
        let shared_secret = table.optional(report, SHARED_SECRET);
        let introspection = table.table(report, INTROSPECTION, "introspection of issuer");
        let kinds_are_right = report.count() == problems;
        let introspection = introspection.map(|table| Introspection::read(report, table));
        let issuer = Self {
            label: table.label,
            span: table.span.clone(),
            name,
            issuer,
            audience,
            client_id,
            algorithms: table.optional(report, ALGORITHMS),
            discovery,
            jwks_url,
            shared_secret,
            introspection,
            kinds_are_right,
            key_set: KeySet::of(report, &mut table, KEY_SET),
            leeway_s: table.optional(report, LEEWAY_S),
            required_claims: table.optional(report, REQUIRED_CLAIMS),
            required_scopes: table.optional(report, REQUIRED_SCOPES),
            claims: Claims::of(report, &mut table, CLAIMS),
            undeclared: Undeclared::of(report, &mut table, UNDECLARED),
        };
        table.finish(report);
        issuer
    }
}

/// Whom its tokens are for: `audience`, `client_id`, or both. Without either, a token for any other service would do.
fn recipients<'t>(report: &mut Report<'_>, table: &mut Table<'t>) -> [Texts<'t>; 2] {
    let problems = report.count();
    let lists = [table.optional(report, AUDIENCE), table.optional(report, CLIENT_ID)];
    if lists.iter().all(Option::is_none) && report.count() == problems {
        let message = format!(
            "`audience` is missing; write for example {}, or for tokens without `aud` {}",
            AUDIENCE.example, CLIENT_ID.example
        );
        report.problem(table.label, table.span.clone(), message);
    }
    lists
}
