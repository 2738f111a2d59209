//! What a request does, and whether `auth` allows it.

use crate::exchange::Exchange;
use crate::head::Head;
use crate::refusal::Refusal;
use crate::stages::auth::{self, Action, Offer, Question, Ruling};
use postern_contract::types::{Caller, Operation, RequestFacts, Target};
use postern_fault::{Fault, Kind};

/// Of the deployments that could serve, those that this caller may use for what this request does. In their order, never
/// empty: if none is left, the refusal of the first one stands.
pub fn permitted(
    caller: &Caller,
    facts: &RequestFacts,
    body_bytes: usize,
    targets: Vec<Target>,
    head: &Head,
    exchange: &mut Exchange,
) -> Result<Vec<Target>, Refusal> {
    let question = Question {
        caller: caller.clone(),
        actions: actions(facts),
        offers: targets.iter().map(offer).collect(),
        client_ip: head.client_ip.clone(),
        facts: Some(facts.clone()),
        body_bytes: body_bytes as u64,
    };
    let rulings = exchange.run("authorize", || auth::authorize(&question))?;
    exchange.record.asked(&question.actions);
    let mut left = Vec::with_capacity(targets.len());
    let mut first_refusal = None;
    for (target, ruling) in targets.into_iter().zip(rulings) {
        exchange.record.ruled(Some(&target.deployment), &ruling);
        match ruling.refused {
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

/// Is this caller allowed to do something to the gateway itself?
pub fn to_gateway(
    caller: &Caller,
    action: Action,
    head: &Head,
    exchange: &mut Exchange,
) -> Result<(), Refusal> {
    let rulings = exchange.run("authorize", || rulings(caller, vec![action], Vec::new(), head))?;
    let ruling = rulings.first().ok_or_else(undecided)?;
    exchange.record.asked(&[action]);
    exchange.record.ruled(None, ruling);
    match &ruling.refused {
        Some(fault) => Err(fault.clone().into()),
        None => Ok(()),
    }
}

/// For each offer: may this caller do that to it? For lists, which are no decision to remember.
pub fn each(
    caller: &Caller,
    operation: Operation,
    offers: Vec<Offer>,
    head: &Head,
) -> Result<Vec<bool>, Fault> {
    let rulings = rulings(caller, vec![main_action(operation)], offers, head)?;
    Ok(rulings.iter().map(|ruling| ruling.refused.is_none()).collect())
}

fn rulings(
    caller: &Caller,
    actions: Vec<Action>,
    offers: Vec<Offer>,
    head: &Head,
) -> Result<Vec<Ruling>, Fault> {
    let question = Question {
        caller: caller.clone(),
        actions,
        offers,
        client_ip: head.client_ip.clone(),
        facts: None,
        body_bytes: 0,
    };
    Ok(auth::authorize(&question)?)
}

/// All that a request does; each must be allowed.
fn actions(facts: &RequestFacts) -> Vec<Action> {
    let parts = [
        (facts.tools, Action::UseTools),
        (facts.images, Action::SendImages),
        (facts.audio, Action::SendAudio),
        (facts.documents, Action::SendDocuments),
    ];
    let of_parts = parts.into_iter().filter(|(count, _)| *count > 0).map(|(_, action)| action);
    std::iter::once(main_action(facts.operation)).chain(of_parts).collect()
}

fn main_action(operation: Operation) -> Action {
    match operation {
        Operation::Chat | Operation::Completions => Action::Chat,
        Operation::Embeddings => Action::Embed,
        Operation::CountTokens => Action::CountTokens,
        Operation::Rerank => Action::Rerank,
    }
}

/// The action's name, as policies write it.
pub fn word(action: Action) -> &'static str {
    match action {
        Action::Chat => "chat",
        Action::Embed => "embed",
        Action::Rerank => "rerank",
        Action::CountTokens => "count_tokens",
        Action::ListModels => "list_models",
        Action::UseTools => "use_tools",
        Action::SendImages => "send_images",
        Action::SendAudio => "send_audio",
        Action::SendDocuments => "send_documents",
        Action::Admin => "admin",
    }
}

fn offer(target: &Target) -> Offer {
    Offer {
        model: target.model.clone(),
        route: target.route.clone(),
        provider: target.provider.clone(),
        region: target.region.clone(),
    }
}

/// Not a ruling for each offer: nothing is allowed by what was not said.
fn undecided() -> Fault {
    Fault::new(Kind::Unavailable, "the gateway cannot decide what you may use at the moment")
        .with_code("auth_unavailable")
        .with_private("auth did not rule on every deployment")
}
