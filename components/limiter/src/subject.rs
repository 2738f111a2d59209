//! Whom and what limits distinguish.

use postern_contract::types::{Caller, Target};
use postern_meter::{Subject, counted_address};
use postern_policy::Plans;

/// Where the client is, as limits count it.
pub fn address(plans: &Plans, client_ip: Option<&str>) -> Option<String> {
    client_ip.map(|address| counted_address(address, plans.ipv6_prefix_bits()))
}

/// A caller; with no target, whatever the model.
pub fn of<'a>(
    caller: &'a Caller,
    client_ip: Option<&'a str>,
    target: Option<&'a Target>,
) -> Subject<'a> {
    // Each token has another id; its owner is the same.
    let credential_id = caller.token_owner.as_ref().unwrap_or(&caller.credential_id);
    Subject {
        credential_id,
        consumer: &caller.consumer,
        team: caller.team.as_deref(),
        tenant: caller.tenant.as_deref(),
        client_ip,
        claims: &caller.claims,
        model: target.map(|target| target.model.as_str()),
        route: target.and_then(|target| target.route.as_deref()),
        provider: target.map(|target| target.provider.as_str()),
    }
}

/// The name that was asked for: the alias, or the model's own.
pub fn asked_for(target: &Target) -> &str {
    target.route.as_deref().unwrap_or(&target.model)
}
