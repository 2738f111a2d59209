//! Interprets an error of Bedrock: <https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html>.

use super::exceptions;
use crate::vendor_error::VendorError;
use crate::vendor_fault::{fault, retry_after_ms};
use postern_fault::{Blame, Fault, Kind};
use serde::Deserialize;

/// Messages that blame a request for the gateway's name for the model.
const ABOUT_MODEL: [&str; 3] =
    ["model identifier is invalid", "on-demand throughput", "model ID is not supported"];

/// An error's body, which may include its type.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    #[serde(rename = "__type")]
    kind: Option<String>,
    message: Option<String>,
    #[serde(rename = "Message")]
    capital_message: Option<String>,
    #[serde(rename = "originalStatusCode")]
    original_status: Option<u16>,
}

/// Interprets an answer with an error status. `body` may be anything, truncated anywhere.
pub fn explain(status: u16, headers: &[(String, String)], body: &str) -> Fault {
    let said: Body = serde_json::from_str(body).unwrap_or_default();
    let header = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-amzn-errortype"));
    let kind = header.map(|(_, value)| value.as_str()).or(said.kind.as_deref()).map(bare);
    let kind = kind.map(str::to_owned);
    let how = format!("the provider answered with status {status}");
    let fault = meant(kind, said, status, &how);
    let retry_after_ms = retry_after_ms(headers).filter(|_| fault.retryable);
    Fault { retry_after_ms, ..fault }
}

/// Whether an event of this name reports a failure.
pub(super) fn is_exception(name: &str) -> bool {
    name.ends_with("Exception") || name.ends_with("Error") || exceptions::status(name).is_some()
}

/// Interprets an exception in a stream.
pub(super) fn reported(name: &str, data: &str) -> Fault {
    let said: Body = serde_json::from_str(data).unwrap_or_default();
    meant(Some(name.to_owned()), said, 500, "the provider's answer reports an error")
}

/// Interprets a buffered answer that is an error. None: it is not one.
pub(super) fn reported_in(body: &str) -> Option<Fault> {
    let said: Body = serde_json::from_str(body).ok()?;
    let kind = bare(said.kind.as_deref()?).to_owned();
    Some(meant(Some(kind), said, 500, "the provider's answer reports an error"))
}

/// The type in `com.amazon.coral.service#ThrottlingException` and `ValidationException:http://internal.amazon.com/...`.
fn bare(kind: &str) -> &str {
    let kind = kind.split(':').next().unwrap_or(kind);
    kind.rsplit('#').next().unwrap_or(kind).trim()
}

fn meant(kind: Option<String>, said: Body, status: u16, how: &str) -> Fault {
    let message = said.message.or(said.capital_message);
    let has = |words: &[&str]| {
        message.as_deref().is_some_and(|message| words.iter().any(|word| message.contains(word)))
    };
    let status = match kind.as_deref().and_then(exceptions::status).unwrap_or(status) {
        400 if has(&ABOUT_MODEL) => 404,
        status => status,
    };
    let about_clock = kind
        .as_deref()
        .is_some_and(|kind| ["InvalidSignatureException", "SignatureDoesNotMatch"].contains(&kind))
        || has(&["Signature expired", "Signature not yet current"]);
    let mut how = how.to_owned();
    if let Some(status) = said.original_status {
        how += &format!(" of the model's, {status}");
    }
    let error = VendorError { message, kind, ..VendorError::default() };
    if !about_clock {
        return fault(status, &error, &how);
    }
    let public =
        "the provider refused the gateway's signature: its clock or its credential is wrong";
    Fault { blame: Blame::Gateway, ..Fault::new(Kind::UpstreamFailed, public) }
        .with_private(error.describe(&how))
}
