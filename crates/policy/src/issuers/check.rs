//! From `issuers.toml` as written to [`Issuers`].

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::Arc;

use super::claims::{Claims, Says};
use super::keys::{self, Kind};
use super::values::{Texts, scopes, texts, url, within};
use super::written::{
    self, AUDIENCE, CLIENT_ID, LEEWAY_S, REQUIRED_CLAIMS, REQUIRED_SCOPES, Written,
};
use super::{Issuer, IssuerKeys, Issuers, algorithms};
use crate::grants::Said;
use crate::reading::{Key, Label, Report, Seen, Table, at_least_one, name, shown};
use crate::web_url::Query;

/// Up to five minutes: clocks that differ by more are wrong, and every second lengthens the life of a token.
const LEEWAY_BOUNDS_S: RangeInclusive<u64> = 0..=300;
const DEFAULT_LEEWAY_S: u64 = 60;

/// The contents of the file: its valid issuers, the names of all, and its references to other files.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) issuers: Issuers,
    /// The names of all issuers, each with whether its tokens tell a caller's team and tenant.
    pub(crate) names: BTreeMap<String, Says>,
    /// The claims that any issuer passes on.
    pub(crate) passed_on: BTreeSet<String>,
    pub(crate) said: Vec<Said>,
}

/// Names that must be unique in the file, and the one issuer with introspection.
#[derive(Default)]
struct Taken<'t> {
    names: Seen<'t>,
    issuers: Seen<'t>,
    introspection: Option<(&'t str, u32)>,
}

/// Reads the file and notes its problems in the report; invalid issuers are left out. `None` if the file is not TOML.
pub(crate) fn read(report: &mut Report<'_>) -> Option<Read> {
    let mut read = Read::default();
    let document = report.parse()?;
    let written = Written::read(report, Table::root(&document));
    if let Some(resource) = &written.protected_resource {
        if written.issuers.is_empty() && report.is_clean() {
            let message = "it tells clients where to get a token, and no issuer is declared; write an [[issuer]], or remove it";
            report.problem(resource.label, resource.span.clone(), message);
        }
        read.issuers.protected_resource = resource.check(report);
    }
    let mut taken = Taken::default();
    for issuer in &written.issuers {
        taken.note(report, issuer);
        let claims = issuer.claims.as_ref();
        let says = claims.map(Claims::says).unwrap_or_default();
        read.names.extend(issuer.name.as_ref().map(|name| ((*name.get_ref()).to_owned(), says)));
        read.passed_on.extend(claims.into_iter().flat_map(Claims::passed_on));
        if let Some(issuer) = check(report, issuer, &mut read.said).map(Arc::new) {
            read.issuers.by_issuer.insert(issuer.issuer.clone(), Arc::clone(&issuer));
            read.issuers.by_name.insert(issuer.name.clone(), issuer);
        }
    }
    Some(read)
}

impl<'t> Taken<'t> {
    fn note(&mut self, report: &mut Report<'_>, issuer: &written::Issuer<'t>) {
        let label = issuer.label;
        if let Some(name) = &issuer.name {
            self.names.note(report, label, name, "an issuer of this name", "rename or remove");
        }
        if let Some(value) = &issuer.issuer {
            self.issuers.note(report, label, value, "an issuer of this `issuer`", "remove");
        }
        let Some(introspection) = &issuer.introspection else { return };
        match self.introspection {
            // An opaque token does not tell its issuer, so only one issuer can introspect.
            Some((name, line)) => {
                let message = format!(
                    "`introspection` is already on line {line}, of issuer {}; an opaque token does not say whom to ask, so remove one of the two",
                    shown(name)
                );
                report.problem(label, introspection.span.clone(), message);
            }
            None => {
                let line = report.line_of(&introspection.span);
                self.introspection = Some((label.name.unwrap_or_default(), line));
            }
        }
    }
}

fn check(
    report: &mut Report<'_>,
    written: &written::Issuer<'_>,
    said: &mut Vec<Said>,
) -> Option<Issuer> {
    let label = written.label;
    let checked_name = written.name.as_ref();
    let checked_name = checked_name.and_then(|value| name(report, label, written::NAME, value));
    let issuer = written.issuer.as_ref();
    let issuer =
        issuer.and_then(|value| url(report, label, written::ISSUER, value, Query::Refused));
    let audience = recipients(report, label, AUDIENCE, &written.audience);
    let client_id = recipients(report, label, CLIENT_ID, &written.client_id);
    let kind = Kind::of(report, written);
    let algorithms = algorithms::check(report, written, kind);
    let keys = kind.and_then(|kind| keys::check(report, written, kind));
    let leeway_s =
        within(report, label, LEEWAY_S, &written.leeway_s, LEEWAY_BOUNDS_S, DEFAULT_LEEWAY_S);
    let required_claims = required_claims(report, written);
    let required_scopes = scopes(report, label, REQUIRED_SCOPES, &written.required_scopes);
    let claims = written.claims.as_ref().map(|claims| claims.check(report));
    let undeclared =
        written.undeclared.as_ref().map(|table| table.check(report, written.claims.as_ref(), said));
    let keys: IssuerKeys = keys?;
    Some(Issuer {
        name: checked_name?,
        issuer: issuer?,
        audience,
        client_id,
        algorithms,
        keys,
        leeway_s,
        required_claims,
        required_scopes,
        claims: claims.unwrap_or_default(),
        undeclared,
    })
}

/// The entries of a list; one that is written is not empty.
fn recipients(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    list: &Texts<'_>,
) -> Vec<String> {
    let Some(list) = list else { return Vec::new() };
    at_least_one(report, label, key, list);
    texts(report, label, key, list)
}

/// Names of claims, or with `=` also the required value; the first `=` ends the name.
fn required_claims(
    report: &mut Report<'_>,
    written: &written::Issuer<'_>,
) -> Vec<(String, Option<String>)> {
    let Some(list) = &written.required_claims else {
        return Vec::new();
    };
    let mut claims = Vec::new();
    for text in texts(report, written.label, REQUIRED_CLAIMS, list) {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text.as_str(), None),
        };
        if !name.is_empty() && value != Some("") {
            claims.push((name.to_owned(), value.map(str::to_owned)));
        } else {
            let message = format!(
                "`required_claims` has {}; write the name of a claim, or name=text, for example {}",
                shown(&text),
                REQUIRED_CLAIMS.example
            );
            report.problem(written.label, list.span(), message);
        }
    }
    claims
}
