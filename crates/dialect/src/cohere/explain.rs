//! Interprets Cohere's errors: <https://docs.cohere.com/v2/reference/errors>.

use crate::vendor_error::VendorError;
use crate::vendor_fault::{fault, retry_after_ms};
use postern_fault::{Fault, Kind};

/// Interprets an answer with an error status. `body` may be anything, truncated anywhere.
pub fn explain(status: u16, headers: &[(String, String)], body: &str) -> Fault {
    let how = format!("the provider answered with status {status}");
    let error = VendorError::from_json(body);
    let fault = meant(status, &error, &how);
    let retry_after_ms = retry_after_ms(headers);
    Fault { retry_after_ms: retry_after_ms.filter(|_| fault.retryable), ..fault }
}

/// Interprets an error in place of the answer or of its rest.
pub(super) fn reported(error: &VendorError) -> Fault {
    meant(error.status(), error, "the provider's answer reports an error")
}

/// The fault for a generation that failed or timed out, according to its finish reason.
pub(super) fn ended(reason: &str, message: Option<String>) -> Fault {
    let status = if reason == "TIMEOUT" { 504 } else { 500 };
    let error = VendorError { message, code: Some(reason.to_owned()), ..VendorError::default() };
    meant(status, &error, "the provider's answer ended in an error")
}

fn meant(status: u16, error: &VendorError, how: &str) -> Fault {
    // "Returned when a request or response contains a deny-listed token" (`InvalidTokenError` of cohere-python): a word, not a key.
    if status == 498 {
        let refused = fault(400, error, how).with_code("content_filter");
        return Fault { kind: Kind::ContentFiltered, ..refused };
    }
    let says = |words: &str| error.message.as_deref().is_some_and(|text| text.contains(words));
    let meaning = match status {
        // A trial key has used up its monthly calls, so waiting does not help.
        429 if says("/ month") => 402,
        _ => status,
    };
    fault(meaning, error, how)
}
