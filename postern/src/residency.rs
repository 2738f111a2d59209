//! Which hosts each residency rule can reach: the regions of callers and routes, intersected with those of deployments, down to
//! the hosts of their endpoints; and whether one of these is a host of another region.
//!
//! The router removes deployments by the region that policy declares of a provider. This looks at whether the declarations
//! agree with each other, and with what the names of hosts and signing regions say.

mod place;
mod rules;

use crate::provisions;
use place::Places;
use postern_policy::{MODELS_FILE, Policies, Problem, Provider};
use rules::Rule;
use std::collections::{BTreeMap, BTreeSet};

/// All residency rules, and the hosts.
pub struct Residency<'p> {
    rules: Vec<Rule<'p>>,
    places: Places,
    policies: &'p Policies,
    allowed: Vec<String>,
}

impl<'p> Residency<'p> {
    /// What the policies say. `manifest` gives variables their defaults, `variables` (`NAME=VALUE`) replace them.
    pub fn of(policies: &'p Policies, manifest: &str, variables: &[String]) -> Self {
        // The check of the manifest reports an unreadable one.
        let manifest = manifest.parse::<toml::Table>().unwrap_or_default();
        Self {
            rules: rules::all(policies),
            places: Places::of(&manifest, variables),
            allowed: provisions::allowed_hosts(&manifest).into_iter().map(str::to_owned).collect(),
            policies,
        }
    }

    /// The rules that could reach a host of another region. `models` is the text of `models.toml`.
    pub fn problems(&self, models: &str) -> Vec<Problem> {
        let reached: BTreeMap<&str, &Rule<'_>> = self
            .rules
            .iter()
            .rev()
            .flat_map(|rule| {
                rule.reaches.iter().map(move |provider| (provider.name.as_str(), rule))
            })
            .collect();
        let catalogue = &self.policies.catalogue;
        let providers = catalogue.providers().filter(|one| reached.contains_key(one.name.as_str()));
        let mut problems = Vec::new();
        for provider in providers {
            let Some(rule) = reached.get(provider.name.as_str()) else { continue };
            let message = self.elsewhere(provider, rule).or_else(|| self.shared(provider, rule));
            let line = line_of(models, &provider.name);
            let file = MODELS_FILE.to_owned();
            problems.extend(message.map(|message| Problem { file, line, message }));
        }
        problems
    }

    /// What the host's name or the signing region says of a provider, if that is another region than it declares.
    fn elsewhere(&self, provider: &Provider, rule: &Rule<'_>) -> Option<String> {
        let declared = provider.region.as_deref()?;
        let (said, by) = self.places.said_of(provider)?;
        if !place::differ(declared, &said) {
            return None;
        }
        Some(format!(
            "provider {:?} declares region = {declared:?}, and {by} is in {said:?}: {} could reach it; write the region where it processes data, or the host of that region",
            provider.name, rule.name
        ))
    }

    /// Another provider's region for the same host, if the rule does not allow that one.
    fn shared(&self, provider: &Provider, rule: &Rule<'_>) -> Option<String> {
        let hosts = self.places.hosts(provider);
        let is_at_one = |other: &Provider| {
            let region = other.region.as_deref();
            region.is_some_and(|region| !rule.regions.iter().any(|allowed| allowed == region))
                && self.places.hosts(other).iter().any(|host| hosts.contains(host))
        };
        let mut others = self.policies.catalogue.providers();
        let other = others.find(|other| is_at_one(other))?;
        let host = hosts.iter().next()?;
        Some(format!(
            "provider {:?} in region {:?} and provider {:?} in region {:?} are reached at the same host, {host}: {} could reach a host of another region; give each its own base_url, or both the same region",
            provider.name,
            provider.region.as_deref().unwrap_or_default(),
            other.name,
            other.region.as_deref().unwrap_or_default(),
            rule.name
        ))
    }

    /// What each rule can reach, a line each.
    pub fn lines(&self) -> Vec<String> {
        if self.rules.is_empty() {
            return vec![
                "no consumer, key, issuer or route has `regions`: requests may go to every provider".to_owned(),
            ];
        }
        let mut lines: Vec<String> = self.rules.iter().flat_map(|rule| self.told(rule)).collect();
        lines.extend(self.beside());
        lines
    }

    fn told(&self, rule: &Rule<'_>) -> Vec<String> {
        let mut lines = vec![format!("{}: {}", rule.name, rule.regions.join(", "))];
        for provider in &rule.reaches {
            let hosts: Vec<String> = self.places.hosts(provider).into_iter().collect();
            let hosts =
                if hosts.is_empty() { "no host (sandbox)".to_owned() } else { hosts.join(", ") };
            let region = provider.region.as_deref().unwrap_or_default();
            lines.push(format!("    {} ({region}) at {hosts}", provider.name));
        }
        if rule.reaches.is_empty() {
            lines.push("    nothing: every request is refused (no_eligible_deployment)".to_owned());
        }
        lines
    }

    /// Hosts that spin.toml allows and no provider of policy has: there nothing but the router keeps data in its region.
    fn beside(&self) -> impl Iterator<Item = String> + '_ {
        let catalogue = &self.policies.catalogue;
        let named: BTreeSet<String> = catalogue
            .providers()
            .flat_map(|one| provisions::origins(one))
            .chain(self.policies.issuers.iter().filter_map(|issuer| issuer.origin()))
            .chain(self.policies.plans.redis_url().map(str::to_owned))
            .chain(provisions::of_recorder(&self.policies.recorder))
            .collect();
        let variables: BTreeSet<&str> =
            catalogue.providers().flat_map(|provider| provider.variables()).collect();
        let is_known = move |entry: &&String| {
            let of_variable = |name: &&str| place::names(entry, name);
            named.iter().any(|origin| provisions::is_allowed(origin, &[entry.as_str()]))
                || variables.iter().any(of_variable)
        };
        self.allowed.iter().filter(move |entry| !is_known(entry)).map(|entry| {
            format!("allowed_outbound_hosts of spin.toml has {entry:?} beside, which no provider, no issuer and no redis_url needs; remove it, or no grant keeps requests from there")
        })
    }
}

/// The line of the name of a provider.
fn line_of(models: &str, name: &str) -> Option<u32> {
    let mut is_in_provider = false;
    for (place, line) in models.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            is_in_provider = line.starts_with("[[provider]]");
        }
        let value = line.strip_prefix("name").map(str::trim_start);
        let value = value.and_then(|rest| rest.strip_prefix('=')).map(str::trim_start);
        let quoted = [format!("\"{name}\""), format!("'{name}'")];
        let is_it = value.is_some_and(|value| quoted.iter().any(|one| value.starts_with(one)));
        if is_in_provider && is_it {
            return u32::try_from(place + 1).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests;
