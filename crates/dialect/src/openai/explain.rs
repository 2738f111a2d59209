//! Interprets a vendor's error: <https://platform.openai.com/docs/guides/error-codes>.

use crate::vendor_error::VendorError;
use crate::vendor_fault::{fault, retry_after_ms};
use postern_fault::Fault;

/// Interprets an answer with an error status. `body` may be anything, truncated anywhere.
pub fn explain(status: u16, headers: &[(String, String)], body: &str) -> Fault {
    let how = format!("the provider answered with status {status}");
    let fault = fault(status, &VendorError::from_json(body), &how);
    let retry_after_ms = retry_after_ms(headers);
    Fault { retry_after_ms: retry_after_ms.filter(|_| fault.retryable), ..fault }
}

/// Interprets an error that a vendor reports in place of its answer.
pub(crate) fn reported(error: &VendorError) -> Fault {
    fault(error.status(), error, "the provider's answer reports an error")
}
