//! Writes a fault for a client of this dialect: <https://platform.claude.com/docs/en/api/errors>.
//!
//! The types and their statuses are those of that page, so that the SDKs raise the class that their users catch. A fault that
//! only a gateway has (the vendor could not be reached) is an `api_error` with the gateway's status.

use super::thread;
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
        Kind::NotConfigured | Kind::Unavailable => 503,
        Kind::UpstreamTimeout => 504,
        Kind::Overloaded => 529,
    }
}

/// The body of the response: Anthropic's error object.
pub fn body(fault: &Fault) -> String {
    let details = thread::code(fault).map(|error_code| Details { error_code });
    let error = ErrorObject {
        kind: word(fault.kind),
        message: &overflow::told(fault, Dialect::Anthropic),
        details,
    };
    // Serializing strings cannot fail.
    serde_json::to_string(&Body { kind: "error", error }).unwrap_or_default()
}

/// The event that tells a client mid-stream that the stream has failed: `anthropic-sdk-python` (`_streaming.py`) raises on an
/// event named `error`; `message_stop` must not follow.
pub fn event(fault: &Fault) -> String {
    format!("event: error\ndata: {}\n\n", body(fault))
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    error: ErrorObject<'a>,
}

#[derive(Serialize)]
struct ErrorObject<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    details: Option<Details>,
}

/// The details that the official SDKs act on.
#[derive(Serialize)]
struct Details {
    error_code: &'static str,
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::InvalidRequest | Kind::ContentFiltered | Kind::NoEligibleDeployment => {
            "invalid_request_error"
        }
        Kind::Unauthenticated => "authentication_error",
        Kind::Forbidden => "permission_error",
        Kind::ModelNotFound => "not_found_error",
        Kind::TooLarge => "request_too_large",
        Kind::RateLimited => "rate_limit_error",
        Kind::Overloaded => "overloaded_error",
        Kind::UpstreamTimeout => "timeout_error",
        Kind::UpstreamUnreachable
        | Kind::UpstreamFailed
        | Kind::UpstreamInvalid
        | Kind::NotConfigured
        | Kind::Unavailable => "api_error",
    }
}
