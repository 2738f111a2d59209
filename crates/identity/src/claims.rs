//! From a token's claims and its issuer's policy to the caller.

use crate::Refused;
use crate::caller::{Identity, both, written};
use postern_policy::{Consumers, DataClass, Issuer, Undeclared};
use postern_token::{Claims, Rules, owner};
use postern_types::Caller;

/// The longest value of a claim that becomes part of a name; policies' own names are shorter.
const MAX_VALUE_BYTES: usize = 256;

/// The most roles and regions in a claim. Directories have users with hundreds of groups; a claim should name only
/// those that matter here.
const MAX_VALUES: usize = 128;

/// The conditions for a token of this issuer.
#[must_use]
pub fn rules(issuer: &Issuer) -> Rules {
    Rules {
        issuer: issuer.issuer.clone(),
        audience: issuer.audience.clone(),
        client_id: issuer.client_id.clone(),
        algorithms: issuer.algorithms.iter().filter_map(|word| word.parse().ok()).collect(),
        leeway_s: issuer.leeway_s,
        required_claims: issuer.required_claims.clone(),
        required_scopes: issuer.required_scopes.clone(),
    }
}

/// The caller of a verified token.
///
/// Only the issuers that a declared consumer lists may name it: an issuer speaks for its own consumers. A claim's team,
/// tenant, plan and class override those of policy; roles of both are joined; regions only narrow.
///
/// # Errors
///
/// [`Refused::NoConsumer`], [`Refused::UnknownConsumer`], [`Refused::ClaimValue`], and [`Refused::Unavailable`] if it cannot be
/// read whether the consumer is declared.
pub fn of_claims(
    issuer: &Issuer,
    consumers: &Consumers,
    claims: &Claims,
    credential_id: String,
) -> Result<Identity, Refused> {
    let named = &issuer.claims.consumer;
    let missing = || Refused::NoConsumer { issuer: issuer.name.clone(), claim: named.clone() };
    let name = claims.text(named).filter(|name| !name.is_empty()).ok_or_else(missing)?;
    checked(named, &name)?;
    let declared = consumers.by_name(&name)?.filter(|one| one.issuers.contains(&issuer.name));
    let Identity { mut caller, ip_ranges } = match (&declared, &issuer.undeclared) {
        (Some(consumer), _) => Identity::of_consumer(consumer, credential_id),
        (None, Some(undeclared)) => of_undeclared(issuer, undeclared, &name, credential_id),
        (None, None) => {
            let consumer = postern_fault::shown(&name);
            return Err(Refused::UnknownConsumer { issuer: issuer.name.clone(), consumer });
        }
    };
    caller.issuer = Some(issuer.name.clone());
    caller.token_owner = Some(owner(&issuer.issuer, claims, &name));
    let said = Said(claims);
    let ClaimsOf { team, tenant, plan, roles, regions, data_class } = ClaimsOf::of(issuer);
    caller.team = said.text(team)?.or(caller.team);
    caller.tenant = said.text(tenant)?.or(caller.tenant);
    caller.plan = said.text(plan)?.or(caller.plan);
    for role in said.texts(roles)?.unwrap_or_default() {
        if !caller.roles.contains(&role) {
            caller.roles.push(role);
        }
    }
    caller.regions = both(caller.regions, said.texts(regions)?.as_deref());
    let data_class = said.data_class(data_class)?.map(|class| class.as_str().to_owned());
    caller.data_class = data_class.or(caller.data_class);
    caller.claims = said.passed_on(&issuer.claims.pass_on);
    Ok(Identity { caller, ip_ranges })
}

/// The caller of an undeclared consumer, by the issuer's policy, under a name that no consumer of `consumers.toml` can
/// have.
fn of_undeclared(
    issuer: &Issuer,
    policy: &Undeclared,
    name: &str,
    credential_id: String,
) -> Identity {
    let caller = Caller {
        consumer: format!("{}/{name}", issuer.name),
        team: policy.team.clone(),
        tenant: policy.tenant.clone(),
        plan: policy.plan.clone(),
        roles: policy.roles.clone(),
        models: written(&policy.models),
        regions: policy.regions.clone(),
        data_class: policy.data_class.map(|class| class.as_str().to_owned()),
        issuer: None,
        claims: Vec::new(),
        credential_id,
        token_owner: None,
    };
    Identity { caller, ip_ranges: Default::default() }
}

/// The claims that policy reads, by field.
struct ClaimsOf<'i> {
    team: Option<&'i str>,
    tenant: Option<&'i str>,
    plan: Option<&'i str>,
    roles: Option<&'i str>,
    regions: Option<&'i str>,
    data_class: Option<&'i str>,
}

impl<'i> ClaimsOf<'i> {
    fn of(issuer: &'i Issuer) -> Self {
        let names = &issuer.claims;
        Self {
            team: names.team.as_deref(),
            tenant: names.tenant.as_deref(),
            plan: names.plan.as_deref(),
            roles: names.roles.as_deref(),
            regions: names.regions.as_deref(),
            data_class: names.data_class.as_deref(),
        }
    }
}

/// The values of the claims of each field; none if policy names no claim for it, or the claim is absent.
struct Said<'c>(&'c Claims);

impl Said<'_> {
    fn text(&self, claim: Option<&str>) -> Result<Option<String>, Refused> {
        let Some(claim) = claim.filter(|claim| self.0.has(claim)) else { return Ok(None) };
        // An unreadable value is not treated as absent: policy's value might grant more.
        let unreadable = || Refused::claim(claim, "no text", "text");
        let text = self.0.text(claim).ok_or_else(unreadable)?;
        checked(claim, &text)?;
        Ok(Some(text))
    }

    fn texts(&self, claim: Option<&str>) -> Result<Option<Vec<String>>, Refused> {
        let Some(claim) = claim.filter(|claim| self.0.has(claim)) else { return Ok(None) };
        let texts = self.0.texts(claim);
        if texts.len() > MAX_VALUES {
            let value = format!("a list of {}", texts.len());
            return Err(Refused::claim(claim, &value, "list of at most 128 values"));
        }
        for text in &texts {
            checked(claim, text)?;
        }
        Ok(Some(texts))
    }

    /// Those of these claims whose value can be part of a name. No decision depends on their absence, so another value
    /// is left out rather than refused.
    fn passed_on(&self, names: &[String]) -> Vec<(String, String)> {
        let value = |name: &String| self.0.text(name).filter(|text| is_name(text));
        names.iter().filter_map(|name| Some((name.clone(), value(name)?))).collect()
    }

    fn data_class(&self, claim: Option<&str>) -> Result<Option<DataClass>, Refused> {
        let (Some(claim), Some(word)) = (claim, self.text(claim)?) else { return Ok(None) };
        let wrong =
            || Refused::claim(claim, &word, "class: public, internal, confidential or restricted");
        DataClass::from_name(&word).map(Some).ok_or_else(wrong)
    }
}

/// A value that becomes a name must be valid as one: it is written in records and looked up in stores.
fn checked(claim: &str, value: &str) -> Result<(), Refused> {
    let wrong = || Refused::claim(claim, value, "name of at most 256 bytes on one line");
    is_name(value).then_some(()).ok_or_else(wrong)
}

fn is_name(value: &str) -> bool {
    value.len() <= MAX_VALUE_BYTES && !value.chars().any(char::is_control)
}
