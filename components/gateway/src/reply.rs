//! Responses. The one place where a fault becomes a status and an error object, in the client's dialect.

use crate::answer::Answer;
use crate::cors;
use crate::exchange::Exchange;
use crate::losses;
use crate::pump;
use crate::refusal::Refusal;
use postern_dialect::{Wire, translate};
use spin_sdk::wasip3::http::types::{Fields, Response};
use spin_sdk::wasip3::{spawn, wit_future, wit_stream};

/// Begin to send an answer; its body follows by itself.
pub fn answer(answer: Answer, mut exchange: Exchange) -> Response {
    exchange.record.status = answer.status;
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

/// Say no.
pub fn refusal(refusal: Refusal, mut exchange: Exchange) -> Response {
    let fault = refusal.fault;
    let status =
        refusal.status.unwrap_or_else(|| translate::error::status(exchange.client, &fault));
    exchange.record.status = status;
    exchange.record.fault(&fault);
    let body = translate::error::body(exchange.client, &fault);
    let mut fields = refusal.fields;
    fields.push(("content-type".to_owned(), "application/json".to_owned()));
    fields.push(("content-length".to_owned(), body.len().to_string()));
    if let Some(methods) = refusal.allow {
        fields.push(("allow".to_owned(), methods.to_owned()));
    }
    if let Some(ms) = fault.retry_after_ms {
        // RFC 9110, 10.2.3 knows whole seconds: never earlier than said. The SDKs read the exact one.
        fields.push(("retry-after".to_owned(), ms.div_ceil(1_000).to_string()));
        fields.push(("retry-after-ms".to_owned(), ms.to_string()));
    }
    respond(status, fields, body, None, exchange)
}

fn respond(
    status: u16,
    mut fields: Vec<(String, String)>,
    body: String,
    streamed: Option<crate::answer::Streamed>,
    exchange: Exchange,
) -> Response {
    fields.push(("x-request-id".to_owned(), exchange.request_id.clone()));
    if exchange.client == Wire::Anthropic {
        // Where Anthropic's SDKs look for it.
        fields.push(("request-id".to_owned(), exchange.request_id.clone()));
    }
    if exchange.timing_asked {
        fields.push(("server-timing".to_owned(), exchange.server_timing()));
    }
    fields.extend(cors::fields(exchange.origin.as_deref(), &fields));
    let headers = Fields::new();
    for (name, value) in &fields {
        // A vendor's header that the host will not carry is not worth the answer.
        let _ = headers.append(name, value.as_bytes());
    }
    let (client, contents) = wit_stream::new();
    let (no_trailers, trailers) = wit_future::new(|| Ok(None));
    let (response, _sent) = Response::new(headers, Some(contents), trailers);
    // Only a status outside 100..=999 is refused; ours and vendors' are within.
    let _ = response.set_status_code(status);
    drop(no_trailers);
    // RFC 9110, 9.3.2: the head is the same, and nothing follows it.
    let body = if exchange.is_head { String::new() } else { body };
    spawn(pump::run(client, body, streamed, exchange));
    response
}
