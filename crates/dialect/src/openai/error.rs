//! Writes a fault for a client of this dialect.
//!
//! Types and codes are those of <https://platform.openai.com/docs/guides/error-codes>, so that the SDKs raise the class that
//! their users catch. Faults that only a gateway has (`upstream_...`) have codes of their own.

use crate::{Dialect, overflow};
use postern_fault::{Fault, Kind};
use serde::Serialize;

/// The status of the response.
pub fn status(fault: &Fault) -> u16 {
    match fault.kind {
        Kind::InvalidRequest | Kind::ContentFiltered => 400,
        Kind::Unauthenticated => 401,
        Kind::Forbidden => 403,
        Kind::ModelNotFound => 404,
        Kind::TooLarge => 413,
        // RFC 9110, 15.5.21: understood, and not to be processed as it is.
        Kind::NoEligibleDeployment => 422,
        Kind::RateLimited => 429,
        Kind::UpstreamUnreachable | Kind::UpstreamFailed | Kind::UpstreamInvalid => 502,
        Kind::Overloaded | Kind::NotConfigured | Kind::Unavailable => 503,
        Kind::UpstreamTimeout => 504,
    }
}

/// The body of the response: OpenAI's error object.
pub fn body(fault: &Fault) -> String {
    let (kind, code) = words(fault.kind);
    let param = match fault.kind {
        Kind::ModelNotFound | Kind::NoEligibleDeployment => Some("model"),
        _ => None,
    };
    let error = ErrorObject {
        message: &overflow::told(fault, Dialect::OpenAi),
        kind,
        param: fault.param.as_deref().or(param),
        code: fault.code.as_deref().or(code),
    };
    // Serializing four strings cannot fail.
    serde_json::to_string(&Body { error }).unwrap_or_default()
}

/// The event that tells a client mid-stream that the stream has failed. `openai-python` (`_streaming.py`) and `openai-node`
/// (`core/streaming.ts`) raise on an `error` in the data of an event without a name; `[DONE]` must not follow.
pub fn event(fault: &Fault) -> String {
    format!("data: {}\n\n", body(fault))
}

#[derive(Serialize)]
struct Body<'a> {
    error: ErrorObject<'a>,
}

/// <https://platform.openai.com/docs/api-reference/responses-streaming/error> names the four members.
#[derive(Serialize)]
struct ErrorObject<'a> {
    message: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    param: Option<&'a str>,
    code: Option<&'a str>,
}

/// The type, and the code where no more precise one is known.
fn words(kind: Kind) -> (&'static str, Option<&'static str>) {
    const REQUEST: &str = "invalid_request_error";
    const SERVER: &str = "server_error";
    match kind {
        Kind::InvalidRequest => (REQUEST, None),
        Kind::Unauthenticated => (REQUEST, Some("invalid_api_key")),
        Kind::Forbidden => ("permission_error", Some("forbidden")),
        Kind::ModelNotFound => (REQUEST, Some("model_not_found")),
        Kind::NoEligibleDeployment => (REQUEST, Some("no_eligible_deployment")),
        Kind::TooLarge => (REQUEST, Some("request_too_large")),
        // Azure OpenAI's code: https://learn.microsoft.com/azure/ai-services/openai/concepts/content-filter.
        Kind::ContentFiltered => (REQUEST, Some("content_filter")),
        Kind::RateLimited => ("rate_limit_error", Some("rate_limit_exceeded")),
        Kind::Overloaded => ("service_unavailable_error", Some("server_is_overloaded")),
        Kind::UpstreamUnreachable => (SERVER, Some("upstream_unreachable")),
        Kind::UpstreamTimeout => (SERVER, Some("upstream_timeout")),
        Kind::UpstreamFailed => (SERVER, Some("upstream_failed")),
        Kind::UpstreamInvalid => (SERVER, Some("upstream_invalid")),
        Kind::NotConfigured | Kind::Unavailable => (SERVER, Some("unavailable")),
    }
}
