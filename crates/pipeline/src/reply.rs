//! Responses. The one place where a fault becomes a status and an error object, in the client's dialect.

use crate::answer::{Answer, Streamed};
use crate::cors;
use crate::exchange::Exchange;
use crate::losses;
use crate::pump;
use crate::record::Event;
use crate::refusal::Refusal;
use crate::stages::{Client, Stages};
use postern_dialect::{Dialect, translate};

/// The response: a head, and a body that is complete or still arriving.
pub struct Reply<S: Stages> {
    /// The status.
    pub status: u16,
    /// The headers.
    pub fields: Vec<(String, String)>,
    body: Vec<u8>,
    streamed: Option<Streamed<S>>,
    exchange: Exchange<S>,
}

impl<S: Stages> Reply<S> {
    /// Sends the body, after the head was sent.
    pub async fn send(self, client: impl Client) {
        // RFC 9110, 9.3.2: the head is the same, and nothing follows it.
        let body = if self.exchange.is_head { Vec::new() } else { self.body };
        pump::run(client, body, self.streamed, self.exchange).await;
    }
}

/// An answer.
pub fn answer<S: Stages>(answer: Answer<S>, exchange: Exchange<S>) -> Reply<S> {
    let mut fields = answer.fields;
    if !answer.content_type.is_empty() {
        fields.push(("content-type".to_owned(), answer.content_type));
    }
    if let Some(deployment) = answer.served_by {
        fields.push(("x-postern-served-by".to_owned(), deployment));
    }
    if !answer.losses.is_empty() {
        fields.push(("x-postern-losses".to_owned(), losses::header(&answer.losses)));
    }
    // RFC 9110, 8.6: a 204 has no length.
    if answer.streamed.is_none() && answer.status != 204 {
        fields.push(("content-length".to_owned(), answer.body.len().to_string()));
    }
    respond(answer.status, fields, answer.body, answer.streamed, exchange)
}

/// The response of a refusal.
pub fn refusal<S: Stages>(refusal: Refusal, mut exchange: Exchange<S>) -> Reply<S> {
    let fault = refusal.fault;
    let status =
        refusal.status.unwrap_or_else(|| translate::error::status(exchange.client, &fault));
    exchange.observe(Event::Answered(status));
    exchange.observe(Event::Failed(&fault));
    let body = translate::error::body(exchange.client, &fault);
    let mut fields = refusal.fields;
    fields.push(("content-type".to_owned(), "application/json".to_owned()));
    fields.push(("content-length".to_owned(), body.len().to_string()));
    if let Some(methods) = refusal.allow {
        fields.push(("allow".to_owned(), methods.to_owned()));
    }
    if let Some(ms) = fault.retry_after_ms {
        // RFC 9110, 10.2.3 has whole seconds, rounded up here. The SDKs read the exact header.
        fields.push(("retry-after".to_owned(), ms.div_ceil(1_000).to_string()));
        fields.push(("retry-after-ms".to_owned(), ms.to_string()));
    }
    respond(status, fields, body.into_bytes(), None, exchange)
}

fn respond<S: Stages>(
    status: u16,
    mut fields: Vec<(String, String)>,
    body: Vec<u8>,
    streamed: Option<Streamed<S>>,
    mut exchange: Exchange<S>,
) -> Reply<S> {
    exchange.observe(Event::Answered(status));
    fields.push(("x-request-id".to_owned(), exchange.request_id.clone()));
    if exchange.client == Dialect::Anthropic {
        // Where Anthropic's SDKs look for it.
        fields.push(("request-id".to_owned(), exchange.request_id.clone()));
    }
    if let Some(found) = exchange.findings() {
        fields.push(("x-postern-guardrail".to_owned(), found));
    }
    if let Some(explanation) = exchange.explanation() {
        fields.push(("x-postern-decision".to_owned(), explanation));
    }
    fields.append(&mut exchange.notices);
    if exchange.timing_asked {
        fields.push(("server-timing".to_owned(), exchange.server_timing()));
    }
    let of_cors = cors::fields(&exchange.stages, exchange.origin.as_deref(), &fields);
    fields.extend(of_cors);
    Reply { status, fields, body, streamed, exchange }
}
