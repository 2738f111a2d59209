//! What a vendor's error means: <https://platform.openai.com/docs/guides/error-codes>.

use super::vendor_error::{VendorError, clip, mask};
use postern_fault::{Blame, Fault, Kind};

/// A vendor's sentence about a request can quote a field of it, and no more than this of it is passed on.
const MAX_PUBLIC_CHARS: usize = 2_000;

/// Longer waits are the vendor's mistake.
const MAX_RETRY_AFTER_MS: u64 = 24 * 60 * 60 * 1_000;

/// What an answer with an error status means. `body` may be anything, cut anywhere.
pub fn explain(status: u16, headers: &[(String, String)], body: &str) -> Fault {
    let how = format!("the provider answered with status {status}");
    let fault = fault(status, &VendorError::from_json(body), &how);
    let retry_after_ms = retry_after_ms(headers);
    Fault { retry_after_ms: retry_after_ms.filter(|_| fault.retryable), ..fault }
}

/// What an error means that a vendor reports where its answer should be.
pub(super) fn reported(error: &VendorError) -> Fault {
    fault(error.status(), error, "the provider's answer reports an error")
}

fn fault(status: u16, error: &VendorError, how: &str) -> Fault {
    // Only these sentences are about the gateway's credential. Any other can quote the request: a server's failure as
    // well as a refusal of it.
    let about_credential = matches!(status, 401 | 403);
    let private = error.describe(how, about_credential);
    let gateways =
        |public| Fault { blame: Blame::Gateway, ..Fault::new(Kind::UpstreamFailed, public) };
    let fault = match status {
        429 | 402 if status == 402 || error.is(&["insufficient_quota"]) => {
            gateways("the provider's quota for this gateway is used up")
        }
        400 | 422 => refused(Kind::InvalidRequest, error),
        413 => refused(Kind::TooLarge, error),
        // A file or an earlier answer that the request names; a model or a path is the gateway's to know.
        404 if is_callers(error) => refused(Kind::InvalidRequest, error),
        404 => {
            gateways("the provider does not know this model under the name the gateway has for it")
        }
        401 | 403 => gateways("the gateway's credential for this provider was refused"),
        408 | 504 => Fault::new(Kind::UpstreamTimeout, "the provider did not answer in time"),
        429 => {
            Fault::new(Kind::RateLimited, "the provider limits the rate of requests: retry later")
        }
        503 | 529 => Fault::new(Kind::Overloaded, "the provider is overloaded: retry later"),
        _ => Fault::new(Kind::UpstreamFailed, "the provider failed"),
    };
    fault.with_private(private)
}

/// The vendor's own words are about the caller's own request: without them a developer cannot mend it.
fn refused(kind: Kind, error: &VendorError) -> Fault {
    let public = match &error.message {
        Some(message) => mask(clip(message, MAX_PUBLIC_CHARS)),
        None => "the provider refused the request and did not say why".to_owned(),
    };
    // A bare number repeats the status.
    let code = error.code.clone().filter(|code| code.parse::<u16>().is_err());
    Fault { param: error.param.clone(), code, ..Fault::new(kind, public) }
}

fn is_callers(error: &VendorError) -> bool {
    error.param.as_deref().is_some_and(|param| param != "model") && !error.is(&["model_not_found"])
}

/// The SDKs' `retry-after-ms`, or RFC 9110's `retry-after` in seconds. A date says nothing here: there is no clock.
fn retry_after_ms(headers: &[(String, String)]) -> Option<u64> {
    let number = |name: &str| {
        let (_, value) = headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        value.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
    };
    let ms = number("retry-after-ms")
        .or_else(|| number("retry-after").map(|seconds| seconds * 1_000.0))?;
    // A cast of a float saturates.
    Some((ms.ceil() as u64).min(MAX_RETRY_AFTER_MS))
}
