//! `[issuer.claims]` and `[issuer.undeclared]`: what is known of who shows a token.

use super::check::claim;
use super::written::{Text, Texts};
use super::{ClaimNames, Undeclared as CheckedUndeclared};
use crate::grants::{self, Said};
use crate::reading::{Key, Label, Report, Table, name};

const CONSUMER: Key = Key::new("consumer", r#"consumer = "azp""#);
const TEAM: Key = Key::new("team", r#"team = "department""#);
const TENANT: Key = Key::new("tenant", r#"tenant = "tid""#);
const PLAN: Key = Key::new("plan", r#"plan = "plan""#);
const ROLES: Key = Key::new("roles", r#"roles = "realm_access.roles""#);
const REGIONS: Key = Key::new("regions", r#"regions = "regions""#);
const DATA_CLASS: Key = Key::new("data_class", r#"data_class = "data_class""#);

/// Who calls is the token's subject, unless the file says another claim (RFC 7519, 4.1.2).
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
        }
    }
}

/// `[issuer.undeclared]` as written.
pub(super) struct Undeclared<'t> {
    label: Label<'t>,
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

    pub(super) fn check(&self, report: &mut Report<'_>, said: &mut Vec<Said>) -> CheckedUndeclared {
        let label = self.label;
        let mut checked = |key, value: &Text<'t>| {
            value.as_ref().and_then(|value| name(report, label, key, value))
        };
        let team = checked(grants::TEAM, &self.team);
        let tenant = checked(grants::TENANT, &self.tenant);
        let plan = checked(grants::PLAN, &self.plan);
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
