//! The gateway's own headers.

use crate::cors;
use crate::exchange::Exchange;
use crate::stages::Stages;
use postern_dialect::Dialect;

/// Adds those of any response.
pub fn add<S: Stages>(fields: &mut Vec<(String, String)>, exchange: &mut Exchange<S>) {
    fields.push(("x-request-id".to_owned(), exchange.request_id.clone()));
    if exchange.client == Dialect::Anthropic {
        // Where Anthropic's SDKs look for it.
        fields.push(("request-id".to_owned(), exchange.request_id.clone()));
    }
    if let Some(explanation) = exchange.explanation() {
        fields.push(("x-postern-decision".to_owned(), explanation));
    }
    if let Some(found) = exchange.findings() {
        fields.push(("x-postern-guardrail".to_owned(), found));
    }
    fields.append(&mut exchange.notices);
    if exchange.timing_asked {
        fields.push(("server-timing".to_owned(), exchange.server_timing()));
    }
    let of_cors = cors::fields(&exchange.stages, exchange.origin.as_deref(), fields);
    fields.extend(of_cors);
}
