//! The names that callers can have: those in `consumers.toml`, and those that issuers' tokens may give.

use std::collections::BTreeSet;

use crate::consumers::Consumers;
use crate::grants::CallerKey;
use crate::issuers::{ClaimNames, Issuers};

/// The names of consumers, teams, tenants and roles.
pub(crate) struct KnownCallers {
    consumers: BTreeSet<String>,
    /// Issuers whose tokens may name undeclared consumers, which are called `<issuer>/<claim>`.
    issuers_of_others: BTreeSet<String>,
    /// `None` if tokens may name any team; the same holds for tenants and roles.
    teams: Option<BTreeSet<String>>,
    tenants: Option<BTreeSet<String>>,
    roles: Option<BTreeSet<String>>,
}

impl KnownCallers {
    pub(crate) fn new(consumers: &Consumers, issuers: &Issuers) -> Self {
        let undeclared = || issuers.iter().filter_map(|issuer| issuer.undeclared.as_ref());
        let says_any =
            |says: fn(&ClaimNames) -> bool| issuers.iter().any(|issuer| says(&issuer.claims));
        let teams = consumers.iter().filter_map(|one| one.team.clone());
        let teams = teams.chain(undeclared().filter_map(|one| one.team.clone()));
        let tenants = consumers.iter().filter_map(|one| one.tenant.clone());
        let tenants = tenants.chain(undeclared().filter_map(|one| one.tenant.clone()));
        let roles = consumers.iter().flat_map(|one| one.roles.clone());
        let roles = roles.chain(undeclared().flat_map(|one| one.roles.clone()));
        let of_others = issuers.iter().filter(|issuer| issuer.undeclared.is_some());
        Self {
            consumers: consumers.iter().map(|one| one.name.clone()).collect(),
            issuers_of_others: of_others.map(|issuer| issuer.name.clone()).collect(),
            teams: (!says_any(|claims| claims.team.is_some())).then(|| teams.collect()),
            tenants: (!says_any(|claims| claims.tenant.is_some())).then(|| tenants.collect()),
            roles: (!says_any(|claims| claims.roles.is_some())).then(|| roles.collect()),
        }
    }

    /// The names of a kind, if `name` is not among them and no token can give it.
    pub(crate) fn lacking(&self, key: CallerKey, name: &str) -> Option<&BTreeSet<String>> {
        let names = match key {
            CallerKey::Consumer => {
                let issuer = name.split_once('/').map(|(issuer, _)| issuer);
                let is_known = |issuer| self.issuers_of_others.contains(issuer);
                (!issuer.is_some_and(is_known)).then_some(&self.consumers)
            }
            CallerKey::Team => self.teams.as_ref(),
            CallerKey::Tenant => self.tenants.as_ref(),
            CallerKey::Role => self.roles.as_ref(),
        };
        names.filter(|names| !names.contains(name))
    }
}
