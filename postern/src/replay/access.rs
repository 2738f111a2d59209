//! What Cedar's policies decide.

use super::Replayed;
use super::policies::PoliciesOfThen;
use super::route;
use crate::explain::principal;
use anyhow::{Context as _, Result};
use postern_authorization::{Action, Context, ContextAttributes, Resource};
use postern_identity::Caller;
use postern_trail::record::AccessDecision;
use postern_trail::{Name, Record};

/// Whether policies read an attribute.
type IsRead = fn(&ContextAttributes) -> bool;

/// The attributes of a request that policies may read and records do not have.
const NOT_RECORDED: [(&str, IsRead); 4] = [
    ("ip", |read| read.ip),
    ("tools", |read| read.tools),
    ("output_cap_tokens", |read| read.output_cap_tokens),
    ("body_bytes", |read| read.body_bytes),
];

/// Each decision on a deployment, or on the gateway.
pub fn replay(
    record: &Record,
    then: &PoliciesOfThen,
    caller: Option<&Caller>,
) -> Result<Vec<Replayed>> {
    let Some(access) = &record.access else { return Ok(Vec::new()) };
    let not = |why: String| Ok(vec![Replayed::Missing(why)]);
    let read = then.authorization.context_attributes();
    let missing: Vec<_> =
        NOT_RECORDED.iter().filter(|(_, is_read)| is_read(&read)).map(|(name, _)| *name).collect();
    if !missing.is_empty() {
        return not(format!(
            "policies read context.{}, which is not recorded",
            missing.join(" and context.")
        ));
    }
    let Some(caller) = caller else { return not("the policies do not know the caller".to_owned()) };
    if let Some(issuer) = &caller.issuer {
        return not(format!("the roles of its token of `{issuer}` are not recorded"));
    }
    let of = Access { record, then, access, caller };
    of.decisions()
}

struct Access<'r> {
    record: &'r Record,
    then: &'r PoliciesOfThen,
    access: &'r AccessDecision,
    caller: &'r Caller,
}

impl Access<'_> {
    fn decisions(&self) -> Result<Vec<Replayed>> {
        let mut found = Vec::new();
        for refused in &self.access.refused {
            let deployment = refused.deployment.as_ref();
            found.push(self.one(deployment, false, &refused.policies)?);
        }
        let is_refused = |name: &Name| {
            self.access.refused.iter().any(|refused| refused.deployment.as_ref() == Some(name))
        };
        let mut allowed: Vec<&Name> =
            route::of_the_request(self.record).map(|attempt| &attempt.deployment).collect();
        allowed.retain(|name| !is_refused(name));
        allowed.dedup();
        if self.access.allowed && allowed.is_empty() && self.record.requested_model.is_none() {
            found.push(self.one(None, true, &self.access.policies)?);
        }
        for (at, name) in allowed.into_iter().enumerate() {
            // Only of the first one the policies are recorded.
            let policies = if at == 0 { &self.access.policies[..] } else { &[] };
            found.push(self.one(Some(name), true, policies)?);
        }
        Ok(found)
    }

    fn one(&self, deployment: Option<&Name>, allowed: bool, policies: &[Name]) -> Result<Replayed> {
        let on = deployment.map_or("the gateway", |name| name.as_str());
        let Some(resource) = self.resource(deployment) else {
            let recorded = told(on, allowed, &[]);
            return Ok(Replayed::Different { recorded, again: format!("there is no {on}") });
        };
        let (again, by) = self.decide(&resource)?;
        let recorded: Vec<String> = policies.iter().map(ToString::to_string).collect();
        // Where the record has no policies, only the outcome is compared.
        let by = if recorded.is_empty() && allowed { Vec::new() } else { by };
        Ok(Replayed::compare(told(on, allowed, &recorded), told(on, again, &by)))
    }

    fn resource(&self, deployment: Option<&Name>) -> Option<Resource> {
        let Some(name) = deployment else { return Some(Resource::Gateway) };
        let all = route::deployments(&self.then.policies);
        let (_, model) = all.iter().find(|(each, _)| each == name.as_str())?;
        let provider = name.as_str().split('/').next()?;
        let region = self.then.policies.catalogue.provider(provider)?.region.clone();
        Some(Resource::Model {
            name: model.name.clone(),
            route: self.record.route.as_ref().map(ToString::to_string),
            provider: provider.to_owned(),
            region,
        })
    }

    /// Every action must be allowed, as in the stage.
    fn decide(&self, resource: &Resource) -> Result<(bool, Vec<String>)> {
        let context = Context {
            unix_s: self.record.started_unix_ms / 1_000,
            client: self.record.dialect.as_ref().map(ToString::to_string).unwrap_or_default(),
            stream: self.record.stream,
            ..Context::default()
        };
        let principal = principal(self.caller);
        let mut by: Vec<String> = Vec::new();
        for action in &self.access.actions {
            let known = Action::from_name(action.as_str());
            let action = known.with_context(|| format!("there is no action `{action}`"))?;
            let decision = self.then.authorization.decide(&principal, action, resource, &context);
            if !decision.allowed {
                return Ok((false, decision.policies));
            }
            let new = decision.policies.into_iter().filter(|id| !by.contains(id));
            by.extend(new.collect::<Vec<_>>());
        }
        Ok((true, by))
    }
}

fn told(on: &str, allowed: bool, policies: &[String]) -> String {
    let word = if allowed { "allowed" } else { "refused" };
    match policies {
        [] => format!("{on} {word}"),
        _ => format!("{on} {word} by {}", policies.join(", ")),
    }
}
