//! By which names callers can be known: those of `consumers.toml`, and what issuers may say of others.

use std::collections::BTreeSet;

use crate::consumers::Consumers;
use crate::grants::CallerKey;
use crate::issuers::{ClaimNames, Issuers};

/// The names of consumers, teams, tenants and roles; none of a kind where tokens may say any.
pub(crate) struct KnownCallers {
    consumers: Option<BTreeSet<String>>,
    teams: Option<BTreeSet<String>>,
    tenants: Option<BTreeSet<String>>,
    roles: Option<BTreeSet<String>>,
}

impl KnownCallers {
    pub(crate) fn new(consumers: &Consumers, issuers: &Issuers) -> Self {
        let undeclared = || issuers.iter().filter_map(|issuer| issuer.undeclared.as_ref());
        let says_any =
            |says: fn(&ClaimNames) -> bool| issuers.iter().any(|issuer| says(&issuer.claims));
        let names = consumers.iter().map(|one| one.name.clone());
        let teams = consumers.iter().filter_map(|one| one.team.clone());
        let teams = teams.chain(undeclared().filter_map(|one| one.team.clone()));
        let tenants = consumers.iter().filter_map(|one| one.tenant.clone());
        let tenants = tenants.chain(undeclared().filter_map(|one| one.tenant.clone()));
        let roles = consumers.iter().flat_map(|one| one.roles.clone());
        let roles = roles.chain(undeclared().flat_map(|one| one.roles.clone()));
        Self {
            consumers: undeclared().next().is_none().then(|| names.collect()),
            teams: (!says_any(|claims| claims.team.is_some())).then(|| teams.collect()),
            tenants: (!says_any(|claims| claims.tenant.is_some())).then(|| tenants.collect()),
            roles: (!says_any(|claims| claims.roles.is_some())).then(|| roles.collect()),
        }
    }

    /// The names of a kind; none where tokens may say any.
    pub(crate) fn of(&self, key: CallerKey) -> Option<&BTreeSet<String>> {
        let names = match key {
            CallerKey::Consumer => &self.consumers,
            CallerKey::Team => &self.teams,
            CallerKey::Tenant => &self.tenants,
            CallerKey::Role => &self.roles,
        };
        names.as_ref()
    }
}
