//! Ids of objects in the account with a vendor: only their owners may use them.

use crate::call::Call;
use crate::exchange::Exchange;
use crate::refusal::Refusal;
use crate::stages::{Auth, Stages};
use postern_dialect::needs::MAX_IDS;
use postern_fault::{Fault, Kind};
use postern_policy::{ForeignIds, Ids};
use postern_types::auth::IdSharing;
use postern_types::{Caller, Target};

/// The deployments at whose provider this caller may use every id of its request, in their order, never empty.
///
/// # Errors
///
/// `forbidden` if none is left, with the same message for ids of other callers and for unknown ids.
pub async fn permitted<S: Stages>(
    call: &Call<'_>,
    targets: Vec<Target>,
    exchange: &mut Exchange<S>,
) -> Result<Vec<Target>, Refusal> {
    let (policy, named) = (&call.policy.ids, &call.needs.ids);
    let Some(sharing) = sharing(policy) else { return Ok(targets) };
    if named.len() > MAX_IDS {
        return Err(too_many().into());
    }
    let asked = named.iter().filter(|(id, _)| !policy.is_shared(id));
    let (ids, fields): (Vec<String>, Vec<&String>) = asked.map(|(id, at)| (id.clone(), at)).unzip();
    if ids.is_empty() {
        return Ok(targets);
    }
    let providers = targets.iter().map(|target| target.deployment.provider.clone());
    let mut providers: Vec<String> = providers.collect();
    providers.sort();
    providers.dedup();
    let stages = exchange.stages.clone();
    let foreign = stages.foreign_ids(call.caller.clone(), providers.clone(), ids, sharing);
    let foreign = exchange.wait("ids", foreign).await?;
    let of = |target: &Target| {
        let told =
            providers.iter().zip(&foreign).find(|(name, _)| **name == target.deployment.provider);
        // A provider without a result is refused.
        told.map_or(Some(0), |(_, first)| *first)
    };
    let first = targets.first().and_then(of);
    let left: Vec<Target> = targets.into_iter().filter(|target| of(target).is_none()).collect();
    if left.is_empty() {
        let index = usize::try_from(first.unwrap_or(0)).unwrap_or(usize::MAX);
        return Err(refusal(fields.get(index).map_or("", |field| field)).into());
    }
    Ok(left)
}

fn refusal(field: &str) -> Fault {
    let public = format!(
        "`{field}` names what was not handed out to you by this gateway, or too long ago; whoever runs it can share it"
    );
    Fault::new(Kind::Forbidden, public).with_code("id_not_permitted").with_param(field)
}

fn too_many() -> Fault {
    let public = format!("the request names more than {MAX_IDS} things that the provider keeps");
    Fault::new(Kind::InvalidRequest, public).with_code("too_many_ids")
}

fn sharing(policy: &Ids) -> Option<IdSharing> {
    match policy.foreign {
        ForeignIds::Tenant => Some(IdSharing::Tenant),
        ForeignIds::Caller => Some(IdSharing::Caller),
        ForeignIds::Allow => None,
    }
}

/// Binds the ids of one answer to their owner.
pub struct Binder {
    caller: Caller,
    provider: String,
    sharing: IdSharing,
    ttl_s: u32,
}

impl Binder {
    /// The binder for an answer of this deployment; none if ids are not checked.
    pub fn of(call: &Call<'_>, target: &Target) -> Option<Self> {
        let policy = &call.policy.ids;
        Some(Binder {
            sharing: sharing(policy)?,
            caller: call.caller.clone(),
            provider: target.deployment.provider.clone(),
            ttl_s: u32::try_from(policy.ttl_s).unwrap_or(u32::MAX),
        })
    }

    /// Binds the ids before the client sees them. If that cannot be recorded, the answer is delivered and its ids have
    /// no owner; returns why, for the record.
    pub async fn bind(&self, auth: &impl Auth, ids: Vec<String>) -> Result<(), String> {
        if ids.is_empty() {
            return Ok(());
        }
        let Binder { caller, provider, sharing, ttl_s } = self;
        let bound = auth.bind_ids(caller.clone(), provider.clone(), ids, *sharing, *ttl_s).await;
        bound.map_err(|fault| fault.private.unwrap_or(fault.public))
    }
}
