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
    /// Appends its conditions on rows of requests, each after `AND`. Without a value, their columns are null.
    pub(super) fn push_rows(&self, sql: &mut Sql) {
        for (column, value) in self.columns() {
            match value {
                Some(value) => sql.push(&format!(" AND {column} = ")).bind(value.as_str()),
                None => sql.push(&format!(" AND {column} IS NULL")),
            };
        }
    }

    /// Appends its conditions on sums, each after `AND`. Without a value, their columns are empty.
    pub(super) fn push_sums(&self, sql: &mut Sql) {
        for (column, value) in self.columns() {
            sql.push(&format!(" AND {column} = ")).bind(value.map_or("", Name::as_str));
        }
    }

    /// Its columns. No function is about them, so that indexes are of use.
    fn columns(&self) -> Vec<(&'static str, Option<&Name>)> {
        match self {
            Scope::All => Vec::new(),
            Scope::Tenant(tenant) => vec![("tenant", Some(tenant))],
            Scope::Team { tenant, team } => {
                vec![("tenant", tenant.as_ref()), ("team", Some(team))]
            }
        }
    }
}
