//! The life of a request that goes to a vendor, top to bottom.

use crate::access;
use crate::answer::Answer;
use crate::attempt::{self, Call};
use crate::body;
use crate::exchange::Exchange;
use crate::head::Head;
use crate::identity;
use crate::policy;
use crate::refusal::Refusal;
use crate::stages::router;
use postern_contract::types::{RequestFacts, Target};
use postern_dialect::{Operation, needs, translate};
use spin_sdk::wasip3::http::types::Request;

/// Run the stages in their order. Streams go on in [`crate::pump`] after this has returned.
pub async fn run(
    head: &Head,
    operation: Operation,
    request: Request,
    exchange: &mut Exchange,
) -> Result<Answer, Refusal> {
    // Without readable policies nothing is served.
    let policy = policy::gateway()?;
    // Identity first: for a caller nobody knows, nothing is read, counted or looked up.
    let caller = identity::of(head, exchange).await?;
    // The body, once: every later stage speaks of these bytes.
    let read = body::read(request, head, policy.max_request_body_bytes);
    let (body, held) = exchange.wait("body", read).await?;
    exchange.held.push(held);
    // What every later stage knows of it; a stream is scanned once more, for its one splice.
    let client = exchange.client;
    let read = exchange.run("read", || translate::read(client, operation, &body))?;
    exchange.record.request(&read.facts, body.len());
    let facts = RequestFacts::from(&read.facts);
    let texts: Vec<_> = read.segments.iter().map(|segment| segment.span.into()).collect();
    let needs = exchange.run("needs", || needs::of(client, operation, &body))?;
    let call = Call {
        head,
        caller: &caller,
        facts: &facts,
        needs: &needs,
        texts: &texts,
        body: &body,
        policy,
    };
    // Which deployments may serve it, best first, and which of these this caller may use for what the request does.
    let targets = targets(&call, None, exchange)?;
    // Each in turn until one begins to answer: after the client's first byte there is no other. Before each, the limiter
    // reserves what it may use.
    match attempt::in_turn(&call, targets, exchange).await {
        Err(refusal) if refusal.downgrade_to.is_some() => {
            downgraded(&call, refusal, exchange).await
        }
        answered => answered,
    }
}

/// The deployments that may serve, `instead` in place of the model asked for. Default deny.
fn targets(
    call: &Call<'_>,
    instead: Option<&str>,
    exchange: &mut Exchange,
) -> Result<Vec<Target>, Refusal> {
    let Call { caller, facts, .. } = *call;
    let targets = exchange.run("router", || router::choose(caller, facts, instead))?;
    access::permitted(call, targets, exchange)
}

/// A limit may name another model rather than refuse. Where that one does not answer, its refusal stands.
async fn downgraded(
    call: &Call<'_>,
    mut refusal: Refusal,
    exchange: &mut Exchange,
) -> Result<Answer, Refusal> {
    let Some(instead) = refusal.downgrade_to.take() else { return Err(refusal) };
    let Ok(targets) = targets(call, Some(&instead), exchange) else { return Err(refusal) };
    exchange.record.downgraded(&instead);
    let Ok(mut answer) = attempt::in_turn(call, targets, exchange).await else {
        return Err(refusal);
    };
    answer.fields.push(("x-postern-downgraded-to".to_owned(), instead.into_string()));
    Ok(answer)
}
