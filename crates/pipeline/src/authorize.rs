//! The actions of a request, and whether `auth` allows them.

use crate::call::Call;
use crate::exchange::Exchange;
use crate::head::Head;
use crate::record::Event;
use crate::refusal::Refusal;
use crate::stages::Stages;
use postern_dialect::needs::{Needs, Use};
use postern_fault::{Fault, Kind};
use postern_types::auth::{Action, AuthorizationRequest, Decision};
use postern_types::{Caller, Deployment, Operation, RequestFacts, Target};
use std::collections::BTreeSet;

/// The deployments that this caller may use for what this request does, in their order, never empty: if none is left,
/// the refusal of the first one stands.
pub fn permitted<S: Stages>(
    call: &Call<'_>,
    targets: Vec<Target>,
    exchange: &mut Exchange<S>,
) -> Result<Vec<Target>, Refusal> {
    let request = AuthorizationRequest {
        caller: call.caller.clone(),
        actions: actions(call.facts, call.needs),
        resources: targets.iter().map(|target| target.deployment.clone()).collect(),
        client_ip: call.head.client_ip.clone(),
        facts: Some(call.facts.clone()),
        body_bytes: call.body_bytes as u64,
    };
    let decisions = exchange.run("authorize", |stages| stages.authorize(&request))?;
    exchange.observe(Event::Asked(&request.actions));
    let mut left = Vec::with_capacity(targets.len());
    let mut first_refusal = None;
    for (target, decision) in targets.into_iter().zip(decisions) {
        exchange.observe(Event::Decided(Some(&target.deployment), &decision));
        match decision.denied {
            None => left.push(target),
            Some(fault) => first_refusal = first_refusal.or(Some(fault)),
        }
    }
    match first_refusal {
        Some(fault) if left.is_empty() => Err(fault.into()),
        _ if left.is_empty() => Err(undecided().into()),
        _ => Ok(left),
    }
}

/// Authorizes an action on the gateway itself.
pub fn to_gateway<S: Stages>(
    caller: &Caller,
    action: Action,
    head: &Head,
    exchange: &mut Exchange<S>,
) -> Result<(), Refusal> {
    let request = request(caller, action, Vec::new(), head);
    let decisions = exchange.run("authorize", |stages| stages.authorize(&request))?;
    let decision = decisions.first().ok_or_else(undecided)?;
    exchange.observe(Event::Asked(&[action]));
    exchange.observe(Event::Decided(None, decision));
    match &decision.denied {
        Some(fault) => Err(fault.clone().into()),
        None => Ok(()),
    }
}

/// The first of these actions on the gateway that the caller may do. The record has this one; if it may do none, the first.
pub fn first_to_gateway<S: Stages>(
    caller: &Caller,
    actions: &[Action],
    head: &Head,
    exchange: &mut Exchange<S>,
) -> Result<Action, Refusal> {
    let mut denied: Option<(Action, Decision)> = None;
    for action in actions {
        let request = request(caller, *action, Vec::new(), head);
        let decisions = exchange.run("authorize", |stages| stages.authorize(&request))?;
        let decision = decisions.into_iter().next().ok_or_else(undecided)?;
        if decision.denied.is_none() {
            exchange.observe(Event::Asked(&[*action]));
            exchange.observe(Event::Decided(None, &decision));
            return Ok(*action);
        }
        denied.get_or_insert((*action, decision));
    }
    let (action, decision) = denied.ok_or_else(undecided)?;
    exchange.observe(Event::Asked(&[action]));
    exchange.observe(Event::Decided(None, &decision));
    Err(decision.denied.map_or_else(|| undecided().into(), Refusal::from))
}

/// The decision for each deployment, for lists, which are not noted in the record.
pub fn each(
    stages: &impl Stages,
    caller: &Caller,
    operation: Operation,
    resources: Vec<Deployment>,
    head: &Head,
) -> Result<Vec<bool>, Fault> {
    let request = request(caller, main_action(operation), resources, head);
    let decisions = stages.authorize(&request)?;
    Ok(decisions.iter().map(|decision: &Decision| decision.denied.is_none()).collect())
}

fn request(
    caller: &Caller,
    action: Action,
    resources: Vec<Deployment>,
    head: &Head,
) -> AuthorizationRequest {
    AuthorizationRequest {
        caller: caller.clone(),
        actions: vec![action],
        resources,
        client_ip: head.client_ip.clone(),
        facts: None,
        body_bytes: 0,
    }
}

/// All actions of a request; each must be allowed. They come from counts and from fields.
fn actions(facts: &RequestFacts, needs: &Needs) -> Vec<Action> {
    let counted = [
        (facts.tools, Use::Tools),
        (facts.images, Use::Images),
        (facts.audio, Use::Audio),
        (facts.documents, Use::Documents),
    ];
    let counted = counted.into_iter().filter(|(count, _)| *count > 0).map(|(_, what)| what);
    let uses: BTreeSet<Use> = counted.chain(needs.uses.iter().copied()).collect();
    let main = main_action(facts.operation);
    let others = uses.into_iter().map(action_of).filter(|action| *action != main);
    std::iter::once(main).chain(others).collect()
}

fn action_of(what: Use) -> Action {
    match what {
        Use::Tools => Action::UseTools,
        Use::Images => Action::SendImages,
        Use::Audio => Action::SendAudio,
        Use::Documents => Action::SendDocuments,
        Use::Video => Action::SendVideo,
        Use::ReceiveAudio => Action::ReceiveAudio,
        Use::GenerateImages => Action::GenerateImages,
        Use::KeepState => Action::KeepState,
        Use::RouteAtVendor => Action::RouteAtVendor,
    }
}

fn main_action(operation: Operation) -> Action {
    match operation {
        Operation::Chat | Operation::Completions => Action::Chat,
        Operation::Embeddings => Action::Embed,
        Operation::CountTokens => Action::CountTokens,
        Operation::Rerank => Action::Rerank,
        Operation::Transcribe | Operation::Translate => Action::Transcribe,
        Operation::Speak => Action::ReceiveAudio,
        Operation::GenerateImages | Operation::EditImages | Operation::VaryImages => {
            Action::GenerateImages
        }
    }
}

/// A decision is missing: what was not allowed is refused.
fn undecided() -> Fault {
    Fault::new(Kind::Unavailable, "the gateway cannot decide what you may use at the moment")
        .with_code("auth_unavailable")
        .with_private("auth did not decide on every deployment")
}
