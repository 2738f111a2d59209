//! What a vendor's error means: <https://platform.openai.com/docs/guides/error-codes>.

use crate::vendor_error::VendorError;
use crate::vendor_fault::{fault, retry_after_ms};
use postern_fault::Fault;

/// What an answer with an error status means. `body` may be anything, cut anywhere.
pub fn explain(status: u16, headers: &[(String, String)], body: &str) -> Fault {
    let how = format!("the provider answered with status {status}");
    let fault = fault(status, &VendorError::from_json(body), &how);
    let retry_after_ms = retry_after_ms(headers);
    Fault { retry_after_ms: retry_after_ms.filter(|_| fault.retryable), ..fault }
}

/// What an error means that a vendor reports where its answer should be.
pub(crate) fn reported(error: &VendorError) -> Fault {
    fault(error.status(), error, "the provider's answer reports an error")
}
