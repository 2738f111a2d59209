//! One deployment after the other, until one begins to answer.

use crate::answer::{Answer, Streamed};
use crate::exchange::Exchange;
use crate::facts::edit_from_contract;
use crate::head::Head;
use crate::headers;
use crate::source::Source;
use crate::stages::provider::{self, Decoder, Encoded, Rewritten};
use crate::stages::{sandbox, upstream};
use postern_contract::transport::{Inbound, Outbound};
use postern_contract::types::{RequestFacts, Target, Transport};
use postern_fault::{Fault, Kind};
use postern_policy::Gateway;

/// How much of an error's body is read to explain it: vendors' error objects are under 2 KiB.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// What every attempt has in common.
pub struct Call<'a> {
    pub head: &'a Head,
    pub facts: &'a RequestFacts,
    pub body: &'a str,
    pub policy: &'a Gateway,
}

/// Try the targets in order. A retryable fault leads to the next one, and the last one's stands if all fail; a fault
/// that no deployment would mend ends it at once.
pub async fn in_turn(
    call: &Call<'_>,
    targets: Vec<Target>,
    exchange: &mut Exchange,
) -> Result<Answer, Fault> {
    let mut last = Fault::new(Kind::Unavailable, "no deployment serves this model");
    for target in targets {
        exchange.record.attempt(&target.deployment);
        match one(call, target, exchange).await {
            Ok(answer) => return Ok(answer),
            Err(fault) if fault.retryable => {
                exchange.record.failed_attempt(&fault);
                last = fault;
            }
            Err(fault) => return Err(fault),
        }
    }
    Err(last)
}

async fn one(call: &Call<'_>, target: Target, exchange: &mut Exchange) -> Result<Answer, Fault> {
    let encoded = exchange.run("encode", || provider::encode(&target, call.facts, call.body))?;
    exchange.record.losses(&encoded.losses);
    let losses =
        encoded.losses.iter().map(|loss| format!("{}: {}", loss.path, loss.reason)).collect();
    let outbound = outbound(call, &target, encoded, exchange)?;
    let inbound = exchange.wait("upstream", send(target.transport, outbound)).await?;
    let silence_ms = target.deadlines.between_bytes_ms;
    let (status, fields) = (inbound.status, inbound.headers);
    let mut source = Source::new(inbound.body, inbound.ending, silence_ms);
    if !(200..300).contains(&status) {
        let body = source.beginning(MAX_ERROR_BYTES).await;
        return Err(provider::explain(&target, status, &fields, &body).into());
    }
    let content_type = content_type(&fields);
    let decoder = Decoder::new(&target, call.facts, &content_type);
    let mut streamed = Streamed::new(source, decoder);
    let body = if call.facts.stream {
        // The head waits for the first event: until then another deployment may still answer.
        exchange.wait("first_event", streamed.next()).await?.unwrap_or_default()
    } else {
        let whole = streamed.whole(call.policy.max_response_body_bytes);
        let (body, held) = exchange.wait("answer", whole).await?;
        exchange.held.push(held);
        body
    };
    exchange.record.usage(streamed.usage);
    Ok(Answer {
        status,
        content_type,
        fields: fields.into_iter().filter(|(name, _)| headers::passes_to_client(name)).collect(),
        served_by: Some(target.deployment),
        losses,
        body,
        streamed: call.facts.stream.then_some(streamed),
    })
}

fn outbound(
    call: &Call<'_>,
    target: &Target,
    encoded: Encoded,
    exchange: &Exchange,
) -> Result<Outbound, Fault> {
    let body = match encoded.body {
        Rewritten::Whole(body) => body,
        Rewritten::Edits(edits) => {
            let edits: Vec<_> = edits.into_iter().map(edit_from_contract).collect();
            postern_dialect::apply(call.body, &edits).map_err(|error| {
                Fault::new(Kind::Unavailable, "the request could not be rewritten for this model")
                    .with_private(error.to_string())
            })?
        }
    };
    let mut headers = call.head.forwarded.clone();
    headers.extend(encoded.headers);
    headers.push(("traceparent".to_owned(), exchange.trace.parent.clone()));
    if let Some(state) = &exchange.trace.state {
        headers.push(("tracestate".to_owned(), state.clone()));
    }
    headers.push(("x-request-id".to_owned(), exchange.request_id.clone()));
    Ok(Outbound { target: target.clone(), path: encoded.path, headers, body })
}

async fn send(transport: Transport, outbound: Outbound) -> Result<Inbound, Fault> {
    let inbound = match transport {
        Transport::Upstream => upstream::send(outbound).await,
        Transport::Sandbox => sandbox::send(outbound).await,
    };
    Ok(inbound?)
}

fn content_type(fields: &[(String, String)]) -> String {
    let named = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    named.map(|(_, value)| value.clone()).unwrap_or_default()
}
