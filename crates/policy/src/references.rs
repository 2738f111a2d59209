//! Checks references from one file to another.

use crate::callers::KnownCallers;
use crate::consumers::ModelPattern;
use crate::gateway::Gateway;
use crate::grants::{CallerKey, Holder, Other, Said};
use crate::names::Names;
use crate::plans::Scope;
use crate::reading::{Report, nearest, nearest_or_list, shown};
use crate::{issuers, plans};

/// The contents of the other files, as far as they could be read.
#[derive(Clone, Copy, Default)]
pub(crate) struct There<'t> {
    /// Models, aliases and regions; `None` if there is no catalogue: its absence is reported once, not for every name.
    pub(crate) names: Option<&'t Names>,
    /// Issuers; `None` if their file cannot be read.
    pub(crate) issuers: Option<&'t issuers::Read>,
    /// Plans; `None` if their file cannot be read.
    pub(crate) plans: Option<&'t plans::Read>,
    /// Callers; `None` if the files that define callers have problems.
    pub(crate) callers: Option<&'t KnownCallers>,
    /// The gateway's own policy; `None` if its file has problems.
    pub(crate) gateway: Option<&'t Gateway>,
}

/// Reports references to things that the other file does not have.
pub(crate) fn check(report: &mut Report<'_>, said: &[Said], there: There<'_>) {
    for said in said {
        let message = match &said.of {
            Other::Models(pattern) => {
                there.names.and_then(|names| dangling_models(pattern, &names.models))
            }
            Other::Downgrade(name) => {
                there.names.and_then(|names| dangling_model("downgrade_to", name, &names.models))
            }
            Other::Judge(name) => {
                there.names.and_then(|names| dangling_model("model", name, &names.models))
            }
            Other::Successor(name) => {
                there.names.and_then(|names| dangling_model("successor", name, &names.models))
            }
            Other::Requested(name) => {
                there.names.and_then(|names| dangling_model("requested", name, &names.models))
            }
            Other::Previewer(name) => there.callers.and_then(|callers| {
                dangling_caller("preview_for", CallerKey::Consumer, name, callers)
            }),
            Other::Header(name) => there.gateway.and_then(|gateway| unread_header(name, gateway)),
            Other::Region(region) => {
                let regions = there.names.and_then(|names| names.regions.as_ref());
                let rule = "which no provider of models.toml is in";
                let regions = regions.map(|regions| regions.iter().map(String::as_str));
                regions.and_then(|regions| dangling("regions", region, rule, regions))
            }
            Other::Issuer(issuer) => {
                let rule = "which issuers.toml does not declare";
                let names = there.issuers.map(|read| read.names.keys().map(String::as_str));
                names.and_then(|names| dangling("issuers", issuer, rule, names))
            }
            Other::Claim(claim) => there.issuers.and_then(|read| dangling_claim(claim, read)),
            Other::Money => there.names.and_then(no_price),
            Other::Plan(holder) => there.plans.and_then(|plans| wrong_plan(holder, plans, there)),
            Other::Caller(key, name) => {
                let written = match key {
                    CallerKey::Consumer => "consumers",
                    CallerKey::Team => "teams",
                    CallerKey::Tenant => "tenants",
                    CallerKey::Role => "caller_roles",
                };
                there.callers.and_then(|callers| dangling_caller(written, *key, name, callers))
            }
        };
        if let Some(message) = message {
            report.problem(said.label(), said.span.clone(), message);
        }
    }
}

/// The problem with a name that must be one of these.
fn dangling<'c>(
    key: &str,
    name: &str,
    rule: &str,
    mut there: impl Iterator<Item = &'c str> + Clone,
) -> Option<String> {
    let all = there.clone();
    if there.any(|each| each == name) {
        return None;
    }
    let advice = nearest_or_list(name, all, &format!("the {key} are"));
    let name = shown(name);
    Some(format!("`{key}` names {name}, {rule}; {advice}"))
}

/// The problem with a pattern that matches nothing in the catalogue.
fn dangling_models(pattern: &ModelPattern, names: &[String]) -> Option<String> {
    let prefix = match pattern {
        ModelPattern::Exact(name) => return dangling_model("models", name, names),
        ModelPattern::Prefix(prefix) => prefix,
    };
    if names.is_empty() || names.iter().any(|name| pattern.matches(name)) {
        return None;
    }
    let pattern = shown(&format!("{prefix}*"));
    let all = names.join(", ");
    Some(format!(
        "`models` has {pattern}, which no model and no alias matches; the names are: {all}"
    ))
}

/// The problem with a name that must be a model or an alias.
fn dangling_model(key: &str, name: &str, names: &[String]) -> Option<String> {
    if names.is_empty() || names.iter().any(|each| each == name) {
        return None;
    }
    let advice = nearest_or_list(name, names.iter().map(String::as_str), "the names are");
    let name = shown(name);
    Some(format!("`{key}` names {name}, which is neither a model nor an alias; {advice}"))
}

/// The problem with a rule that matches no caller.
fn dangling_caller(
    written: &str,
    key: CallerKey,
    name: &str,
    callers: &KnownCallers,
) -> Option<String> {
    let names = callers.lacking(key, name)?;
    let rule = match key {
        CallerKey::Consumer => "which consumers.toml does not declare",
        CallerKey::Team => "which is the team of no consumer and no issuer",
        CallerKey::Tenant => "which is the tenant of no consumer and no issuer",
        CallerKey::Role => "which is a role of no consumer and no issuer",
    };
    let list_is = format!("the {}s are", key.as_str());
    let advice = nearest_or_list(name, names.iter().map(String::as_str), &list_is);
    Some(format!("`{written}` names {}, {rule}; {advice}", shown(name)))
}

/// The problem with a header that the gateway does not hand to the router.
fn unread_header(name: &str, gateway: &Gateway) -> Option<String> {
    let named = &gateway.headers.to_router;
    if named.iter().any(|each| each == name) {
        return None;
    }
    let remedy = match nearest(name, named.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => {
            format!("name it in `to_router` of [headers] in gateway.toml: to_router = [{name:?}]")
        }
    };
    let name = shown(name);
    Some(format!("`headers` names {name}, which does not reach the router; {remedy}"))
}

/// The problem with counting by a claim that no issuer passes on.
fn dangling_claim(claim: &str, issuers: &issuers::Read) -> Option<String> {
    if issuers.passed_on.contains(claim) {
        return None;
    }
    let remedy = match nearest(claim, issuers.passed_on.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => "name it in `pass_on` of [issuer.claims] in issuers.toml".to_owned(),
    };
    let claim = shown(claim);
    Some(format!("`scope` counts by the claim {claim}, which no issuer passes on; {remedy}"))
}

/// The problem with a limit of money if no model has a price.
fn no_price(names: &Names) -> Option<String> {
    (!names.models.is_empty() && !names.has_prices).then(|| {
        "`unit` is usd, and no model of models.toml has a price, so nothing would ever count; write prices there, or limit tokens"
            .to_owned()
    })
}

/// The problem with a plan for the callers that have it.
fn wrong_plan(holder: &Holder, plans: &plans::Read, there: There<'_>) -> Option<String> {
    let name = match (&holder.plan, plans.default_plan()) {
        (Some(plan), _) => plan,
        (None, default) => default?,
    };
    let Some(scopes) = plans.scopes.get(name) else {
        return Some(no_plan(name, plans));
    };
    let issuers = there.issuers?;
    let says = |issuer: &String| issuers.names.get(issuer).copied().unwrap_or_default();
    let lacks_team = !holder.has_team && !holder.issuers.iter().any(|one| says(one).team);
    let lacks_tenant = !holder.has_tenant && !holder.issuers.iter().any(|one| says(one).tenant);
    let (scope, key) = match () {
        () if lacks_team && scopes.contains(&Scope::Team) => (Scope::Team, r#"team = "search""#),
        () if lacks_tenant && scopes.contains(&Scope::Tenant) => {
            (Scope::Tenant, r#"tenant = "acme""#)
        }
        () => return None,
    };
    let whose = match &holder.plan {
        Some(plan) => format!("`plan` names {}, which", shown(plan)),
        None => format!("without a `plan` it has {}, the default one, which", shown(name)),
    };
    Some(format!(
        "{whose} limits by {scope}, and there is none here, so the limit could not hold; write for example {key}, or another plan"
    ))
}

fn no_plan(name: &str, plans: &plans::Read) -> String {
    let wanted = shown(name);
    if plans.scopes.is_empty() {
        return format!(
            "`plan` names {wanted}, and no plan is declared; write a [[plan]] of this name in plans.toml, or remove it"
        );
    }
    let names = plans.scopes.keys().map(String::as_str);
    let advice = nearest_or_list(name, names, "the plans are");
    format!("`plan` names {wanted}, which plans.toml does not declare; {advice}")
}
