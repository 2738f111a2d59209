//! `[issuer.claims]` and `[issuer.undeclared]`: the attributes of a caller with a token.

use std::ops::Range;

use toml::Spanned;

use super::values::{Text, Texts, claim, texts};
use super::{ClaimNames, Undeclared as CheckedUndeclared};
use crate::grants::{self, Holder, Other, Said};
use crate::reading::{Key, Label, Report, Table, at_least_one, name};

const CONSUMER: Key = Key::new("consumer", r#"consumer = "azp""#);
const TEAM: Key = Key::new("team", r#"team = "department""#);
const TENANT: Key = Key::new("tenant", r#"tenant = "tid""#);
const PLAN: Key = Key::new("plan", r#"plan = "plan""#);
const ROLES: Key = Key::new("roles", r#"roles = "realm_access.roles""#);
const REGIONS: Key = Key::new("regions", r#"regions = "regions""#);
const DATA_CLASS: Key = Key::new("data_class", r#"data_class = "data_class""#);

const PASS_ON: Key = Key::new("pass_on", r#"pass_on = ["department"]"#);

/// Every request carries each of them, and limits count by few, so their number is bounded.
const MAX_PASSED_ON: usize = 16;

/// Claims that belong to one token or one session (RFC 7519, 4.1; OpenID Connect Core 1.0, 2 and 3.3.2.11; Front-Channel
/// Logout 1.0, 3): by them, a caller with a new token would be another caller.
const OF_ONE_TOKEN: [&str; 10] =
    ["jti", "nonce", "at_hash", "c_hash", "s_hash", "sid", "auth_time", "exp", "iat", "nbf"];

/// The claim that names the consumer by default: the token's subject (RFC 7519, 4.1.2).
const DEFAULT_CONSUMER: &str = "sub";

/// `[issuer.claims]` as written.
pub(super) struct Claims<'t> {
    label: Label<'t>,
    consumer: Text<'t>,
    team: Text<'t>,
    tenant: Text<'t>,
    plan: Text<'t>,
    roles: Text<'t>,
    regions: Text<'t>,
    data_class: Text<'t>,
    pass_on: Texts<'t>,
}

impl Default for ClaimNames {
    fn default() -> Self {
        Self {
            consumer: DEFAULT_CONSUMER.to_owned(),
            team: None,
            tenant: None,
            plan: None,
            roles: None,
            regions: None,
            data_class: None,
            pass_on: Vec::new(),
        }
    }
}

impl<'t> Claims<'t> {
    pub(super) fn of(report: &mut Report<'_>, issuer: &mut Table<'t>, key: Key) -> Option<Self> {
        let mut table = issuer.table(report, key, "claims of issuer")?;
        let claims = Self {
            label: table.label,
            consumer: table.optional(report, CONSUMER),
            team: table.optional(report, TEAM),
            tenant: table.optional(report, TENANT),
            plan: table.optional(report, PLAN),
            roles: table.optional(report, ROLES),
            regions: table.optional(report, REGIONS),
            data_class: table.optional(report, DATA_CLASS),
            pass_on: table.optional(report, PASS_ON),
        };
        table.finish(report);
        Some(claims)
    }

    pub(super) fn check(&self, report: &mut Report<'_>) -> ClaimNames {
        let mut checked = |key, value: &Text<'t>| {
            value.as_ref().and_then(|value| claim(report, self.label, key, value))
        };
        ClaimNames {
            consumer: checked(CONSUMER, &self.consumer).unwrap_or(DEFAULT_CONSUMER.to_owned()),
            team: checked(TEAM, &self.team),
            tenant: checked(TENANT, &self.tenant),
            plan: checked(PLAN, &self.plan),
            roles: checked(ROLES, &self.roles),
            regions: checked(REGIONS, &self.regions),
            data_class: checked(DATA_CLASS, &self.data_class),
            pass_on: self.pass_on(report),
        }
    }

    fn pass_on(&self, report: &mut Report<'_>) -> Vec<String> {
        let Some(list) = &self.pass_on else {
            return Vec::new();
        };
        at_least_one(report, self.label, PASS_ON, list);
        let count = list.get_ref().len();
        if count > MAX_PASSED_ON {
            let message = format!(
                "`pass_on` has {count} claims; write at most {MAX_PASSED_ON}, those by which limits count"
            );
            report.problem(self.label, list.span(), message);
        }
        for name in list.get_ref().iter().filter(|name| OF_ONE_TOKEN.contains(name.get_ref())) {
            let message = format!(
                "`pass_on` has {:?}, which is another in every token or session, so nothing could be counted by it; remove it",
                name.get_ref()
            );
            report.problem(self.label, name.span(), message);
        }
        texts(report, self.label, PASS_ON, list)
    }

    /// The claims that are passed on, even if other keys are invalid.
    pub(super) fn passed_on(&self) -> impl Iterator<Item = String> {
        self.pass_on.iter().flat_map(|list| list.get_ref()).map(|name| (*name.get_ref()).to_owned())
    }

    /// Whether claims tell a caller's team and tenant.
    pub(super) fn says(&self) -> Says {
        Says { team: self.team.is_some(), tenant: self.tenant.is_some() }
    }

    /// Whether a claim tells a caller's plan.
    pub(super) fn says_plan(&self) -> bool {
        self.plan.is_some()
    }
}

/// Whether an issuer's tokens tell a caller's team and tenant.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Says {
    pub(crate) team: bool,
    pub(crate) tenant: bool,
}

/// `[issuer.undeclared]` as written.
pub(super) struct Undeclared<'t> {
    label: Label<'t>,
    span: Range<usize>,
    models: Texts<'t>,
    team: Text<'t>,
    tenant: Text<'t>,
    plan: Text<'t>,
    roles: Texts<'t>,
    regions: Texts<'t>,
    data_class: Text<'t>,
}

impl<'t> Undeclared<'t> {
    pub(super) fn of(report: &mut Report<'_>, issuer: &mut Table<'t>, key: Key) -> Option<Self> {
        let mut table = issuer.table(report, key, "undeclared of issuer")?;
        let undeclared = Self {
            label: table.label,
            span: table.span.clone(),
            models: table.required(report, grants::MODELS),
            team: table.optional(report, grants::TEAM),
            tenant: table.optional(report, grants::TENANT),
            plan: table.optional(report, grants::PLAN),
            roles: table.optional(report, grants::ROLES),
            regions: table.optional(report, grants::REGIONS),
            data_class: table.optional(report, grants::DATA_CLASS),
        };
        table.finish(report);
        Some(undeclared)
    }

    /// Checks the table together with the issuer's claims.
    pub(super) fn check(
        &self,
        report: &mut Report<'_>,
        claims: Option<&Claims<'_>>,
        said: &mut Vec<Said>,
    ) -> CheckedUndeclared {
        let label = self.label;
        let mut checked = |key, value: &Text<'t>| {
            value.as_ref().and_then(|value| name(report, label, key, value))
        };
        let team = checked(grants::TEAM, &self.team);
        let tenant = checked(grants::TENANT, &self.tenant);
        let plan = checked(grants::PLAN, &self.plan);
        if plan.is_some() || self.plan.is_none() && !claims.is_some_and(Claims::says_plan) {
            let says = claims.map(Claims::says).unwrap_or_default();
            let holder = Holder {
                plan: plan.clone(),
                has_team: says.team || self.team.is_some(),
                has_tenant: says.tenant || self.tenant.is_some(),
                issuers: Vec::new(),
            };
            let span = self.plan.as_ref().map_or(self.span.clone(), Spanned::span);
            said.push(Said::new(label, span, Other::Plan(holder)));
        }
        CheckedUndeclared {
            models: grants::models(report, label, &self.models, said).unwrap_or_default(),
            team,
            tenant,
            plan,
            roles: grants::roles(report, label, &self.roles),
            regions: grants::regions(report, label, &self.regions, said),
            data_class: grants::data_class(report, label, &self.data_class),
        }
    }
}
