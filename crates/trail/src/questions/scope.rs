//! What the one who asks may see.

use crate::ledger::Sql;
use crate::name::Name;

/// What the one who asks may see: authorization decides it, and no parameter widens it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// Everything.
    All,
    /// What the consumers of a tenant did.
    Tenant(Name),
    /// What the consumers of a team did. A team of no tenant is another than one of the same name in a tenant.
    Team {
        /// Its tenant.
        tenant: Option<Name>,
        /// Its name.
        team: Name,
    },
}

impl Scope {
    /// Appends its conditions, each after `AND`. Without a value, columns of rows are null and those of sums are empty.
    pub(super) fn push(&self, sql: &mut Sql) {
        let (tenant, team) = match self {
            Scope::All => return,
            Scope::Tenant(tenant) => (Some(tenant), None),
            Scope::Team { tenant, team } => (tenant.as_ref(), Some(team)),
        };
        sql.push(" AND COALESCE(tenant, '') = ").bind(tenant.map_or("", Name::as_str));
        if let Some(team) = team {
            sql.push(" AND COALESCE(team, '') = ").bind(team.as_str());
        }
    }
}
