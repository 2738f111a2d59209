//! Whom and what limits distinguish.

use postern_contract::types::{Caller, Target};
use postern_meter::Subject;

/// A caller; with no target, whatever the model.
pub fn of<'a>(
    caller: &'a Caller,
    client_ip: Option<&'a str>,
    target: Option<&'a Target>,
) -> Subject<'a> {
    Subject {
        credential_id: &caller.credential_id,
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
