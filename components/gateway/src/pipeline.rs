//! The life of a request that goes to a vendor, top to bottom.

use crate::access;
use crate::answer::Answer;
use crate::attempt;
use crate::body;
use crate::exchange::Exchange;
use crate::head::Head;
use crate::identity;
use crate::policy;
use crate::refusal::Refusal;
use crate::stages::router;
use postern_contract::types::RequestFacts;
use postern_dialect::{Operation, translate};
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
    // Which deployments may serve it, best first; what this caller may not use is not among them.
    let targets = exchange.run("router", || router::choose(&caller, &facts))?;
    // And of these, which this caller may use for what the request does: default deny.
    let targets = access::permitted(&caller, &facts, body.len(), targets, head, exchange)?;
    // Each in turn until one begins to answer: after the client's first byte there is no other.
    let call = attempt::Call { head, facts: &facts, body: &body, policy };
    Ok(attempt::in_turn(&call, targets, exchange).await?)
}
