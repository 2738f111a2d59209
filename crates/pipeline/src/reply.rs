//! Responses. The one place where a fault becomes a status and an error object, in the client's dialect.

use crate::answer::{Answer, Streamed};
use crate::attempt::waiting::Waiting;
use crate::exchange::Exchange;
use crate::losses;
use crate::own_headers;
use crate::pump;
use crate::record::Event;
use crate::refusal::Refusal;
use crate::stages::{Client, Stages};
use postern_dialect::translate;
use postern_fault::Fault;

/// The response: a head, and a body that is complete or still arriving.
pub struct Reply<S: Stages> {
    /// The status.
    pub status: u16,
    /// The headers.
    pub fields: Vec<(String, String)>,
    rest: Rest<S>,
}

/// A body that is complete, or its beginning and what is still arriving.
struct Known<S: Stages> {
    body: Vec<u8>,
    streamed: Option<Streamed<S>>,
    exchange: Exchange<S>,
}

/// What follows the head.
enum Rest<S: Stages> {
    Known(Box<Known<S>>),
    /// Nothing has begun to answer yet.
    Waiting(Waiting<S>),
}

impl<S: Stages> Reply<S> {
    /// Sends the body, after the head was sent.
    pub async fn send(self, client: impl Client) {
        let Known { body, streamed, exchange } = match self.rest {
            Rest::Known(known) => *known,
            Rest::Waiting(waiting) => return waiting.send(client).await,
        };
        // RFC 9110, 9.3.2: the head is the same, and nothing follows it.
        let body = if exchange.is_head { Vec::new() } else { body };
        pump::run(client, body, streamed, exchange).await;
    }

    /// The head of a stream that leaves before its answer begins.
    pub(crate) fn early(fields: Vec<(String, String)>, waiting: Waiting<S>) -> Self {
        Reply { status: 200, fields, rest: Rest::Waiting(waiting) }
    }
}

/// What became of a request.
pub fn of<S: Stages>(result: Result<Answer<S>, Refusal>, exchange: Exchange<S>) -> Reply<S> {
    match result {
        Ok(known) => answer(known, exchange),
        Err(refused) => refusal(refused, exchange),
    }
}

/// An answer.
fn answer<S: Stages>(answer: Answer<S>, exchange: Exchange<S>) -> Reply<S> {
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
fn refusal<S: Stages>(refusal: Refusal, mut exchange: Exchange<S>) -> Reply<S> {
    let fault = refusal.fault;
    let status =
        refusal.status.unwrap_or_else(|| translate::error::status(exchange.client, &fault));
    exchange.observe(Event::Answered(status));
    exchange.observe(Event::Failed(&fault));
    let mut fields = refusal.fields;
    if let Some(body) = streamed(&fault, &exchange) {
        fields.push(("content-type".to_owned(), "text/event-stream".to_owned()));
        return respond(200, fields, body.into_bytes(), None, exchange);
    }
    let body = translate::error::body(exchange.client, &fault);
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

/// The stream that tells a client of a fault, if its dialect has one for it.
fn streamed<S: Stages>(fault: &Fault, exchange: &Exchange<S>) -> Option<String> {
    let model = exchange.streamed_model.as_deref()?;
    let (client, request_id) = (exchange.client, &exchange.request_id);
    translate::error::stream(client, fault, request_id, model, exchange.unix_s())
}

fn respond<S: Stages>(
    status: u16,
    mut fields: Vec<(String, String)>,
    body: Vec<u8>,
    streamed: Option<Streamed<S>>,
    mut exchange: Exchange<S>,
) -> Reply<S> {
    exchange.observe(Event::Answered(status));
    own_headers::add(&mut fields, &mut exchange);
    Reply { status, fields, rest: Rest::Known(Box::new(Known { body, streamed, exchange })) }
}
