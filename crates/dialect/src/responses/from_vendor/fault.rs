//! Failures that a vendor reports in place of its answer: an event `error`, or a failed response.

use crate::openai::explain;
use crate::vendor_error::VendorError;
use postern_fault::Fault;

pub(super) fn reported(error: &str) -> Fault {
    let mut error = VendorError::from_json(error);
    // The codes of a response's error that blame the request have no type
    // (<https://platform.openai.com/docs/api-reference/responses/object>).
    let of_request = |code: &String| {
        code.starts_with("invalid_")
            || code.starts_with("image_")
            || matches!(
                code.as_str(),
                "empty_image_file"
                    | "failed_to_download_image"
                    | "unsupported_image_media_type"
                    | "bio_policy"
                    | "misalignment_policy_violation"
            )
    };
    let known = |kind: &String| kind != "error";
    if !error.kind.as_ref().is_some_and(known) && error.code.as_ref().is_some_and(of_request) {
        error.kind = Some("invalid_request_error".to_owned());
    }
    explain::reported(&error)
}
