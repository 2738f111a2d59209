//! The subject of limits: a caller and a deployment.

use postern_contract::types::{Caller, Deployment};
use postern_meter::{Subject, counted_address};
use postern_policy::Plans;

/// The client's address, as limits count it.
pub fn address(plans: &Plans, client_ip: Option<&str>) -> Option<String> {
    client_ip.map(|address| counted_address(address, plans.ipv6_prefix_bits()))
}

/// The subject of a caller; without a deployment, for every model.
pub fn of<'a>(
    caller: &'a Caller,
    client_ip: Option<&'a str>,
    deployment: Option<&'a Deployment>,
) -> Subject<'a> {
    // Tokens of one owner have different ids.
    let credential_id = caller.token_owner.as_ref().unwrap_or(&caller.credential_id);
    Subject {
        credential_id,
        consumer: &caller.consumer,
        team: caller.team.as_deref(),
        tenant: caller.tenant.as_deref(),
        client_ip,
        claims: &caller.claims,
        model: deployment.map(|deployment| deployment.model.as_str()),
        route: deployment.and_then(|deployment| deployment.route.as_deref()),
        provider: deployment.map(|deployment| deployment.provider.as_str()),
    }
}

/// The requested name: the alias, or the model's own.
pub fn asked_for(deployment: &Deployment) -> &str {
    deployment.route.as_deref().unwrap_or(&deployment.model)
}
