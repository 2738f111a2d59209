//! Interprets a vendor's error: <https://platform.claude.com/docs/en/api/errors>.

use super::thread;
use crate::vendor_error::VendorError;
use crate::vendor_fault::{fault, retry_after_ms};
use postern_fault::Fault;

/// Interprets an answer with an error status. `body` may be anything, truncated anywhere.
pub fn explain(status: u16, headers: &[(String, String)], body: &str) -> Fault {
    let how = format!("the provider answered with status {status}");
    let error = VendorError::from_json(body);
    let fault = match thread::code_of_error(body) {
        Some(code) => meaning(400, &error, &how).with_code(code),
        None => meaning(status, &error, &how),
    };
    let retry_after_ms = retry_after_ms(headers);
    Fault { retry_after_ms: retry_after_ms.filter(|_| fault.retryable), ..fault }
}

/// Interprets an error that a vendor reports in place of its answer: an `error` event, or a body that is one.
pub(super) fn reported(body: &str) -> Fault {
    let error = VendorError::from_json(body);
    meaning(status(&error), &error, "the provider's answer reports an error")
}

/// The status that this error has outside of a stream.
fn status(error: &VendorError) -> u16 {
    match error.kind.as_deref() {
        Some("request_too_large") => 413,
        Some("billing_error") => 402,
        _ => error.status(),
    }
}

fn meaning(status: u16, error: &VendorError, how: &str) -> Fault {
    let says = |start: &str| error.message.as_deref().is_some_and(|said| said.starts_with(start));
    // An account without credit is reported as a bad request, but the caller cannot correct it.
    let status = if status == 400 && says("Your credit balance is too low") { 402 } else { status };
    fault(status, error, how)
}
