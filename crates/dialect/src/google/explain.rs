//! Interprets an error of Google: <https://cloud.google.com/apis/design/errors> and
//! <https://ai.google.dev/gemini-api/docs/troubleshooting>.

use crate::overflow;
use crate::vendor_error::VendorError;
use crate::vendor_fault::{fault, retry_after_ms};
use postern_fault::{Blame, Fault, Kind};
use serde::Deserialize;

/// Interprets an answer with an error status. `body` may be anything, truncated anywhere.
pub fn explain(status: u16, headers: &[(String, String)], body: &str) -> Fault {
    let error = Error::from_json(body);
    let how = format!("the provider answered with status {status}");
    let fault = error.fault(status, &how);
    let retry_after_ms = error.retry_after_ms().or_else(|| retry_after_ms(headers));
    Fault { retry_after_ms: retry_after_ms.filter(|_| fault.retryable), ..fault }
}

/// Interprets an error in place of an answer. `error` is the object itself.
pub(super) fn reported(error: &str) -> Fault {
    let error = Error::from_json(&format!("{{\"error\":{error}}}"));
    let status = error.code.unwrap_or_else(|| error.status_code());
    let fault = error.fault(status, "the provider's answer reports an error");
    Fault { retry_after_ms: error.retry_after_ms().filter(|_| fault.retryable), ..fault }
}

/// `google.rpc.Status`, as HTTP carries it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Error {
    code: Option<u16>,
    message: Option<String>,
    status: Option<String>,
    details: Option<Vec<Detail>>,
}

/// `ErrorInfo` has a reason, `RetryInfo` a delay.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Detail {
    reason: Option<String>,
    retry_delay: Option<String>,
}

#[derive(Deserialize)]
struct Wrapped {
    error: Error,
}

/// Streams wrap the error in an array, which is tried first: an array could be taken for the fields of the object.
#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    Several(Vec<Wrapped>),
    One(Wrapped),
}

impl Error {
    fn from_json(body: &str) -> Self {
        match serde_json::from_str(body) {
            Ok(Body::One(wrapped)) => wrapped.error,
            Ok(Body::Several(wrapped)) => {
                wrapped.into_iter().next().map(|wrapped| wrapped.error).unwrap_or_default()
            }
            // A truncated body, or another server's.
            Err(_) => {
                let VendorError { message, kind, .. } = VendorError::from_json(body);
                Error { message, status: kind, ..Error::default() }
            }
        }
    }

    fn fault(&self, status: u16, how: &str) -> Fault {
        let words = VendorError {
            message: self.message.clone(),
            kind: self.status.clone(),
            code: self.reason().map(str::to_owned),
            ..VendorError::default()
        };
        // The key is the gateway's, although Google blames the request.
        if self.details().any(|detail| detail.reason.as_deref().is_some_and(is_of_key)) {
            return fault(401, &words, how);
        }
        // The caller cannot change the gateway's location or its account.
        if self.status.as_deref() == Some("FAILED_PRECONDITION") {
            let public = "the provider does not serve this gateway's account";
            let private = words.describe(how);
            return Fault { blame: Blame::Gateway, ..Fault::new(Kind::UpstreamFailed, public) }
                .with_private(private);
        }
        let fault = fault(status, &words, how);
        let is_told = fault.code.as_deref() == Some(overflow::CODE);
        match fault.kind {
            // The reasons are for programs that call Google, not for our clients.
            Kind::InvalidRequest if !is_told => Fault { code: None, ..fault },
            _ => fault,
        }
    }

    fn details(&self) -> impl Iterator<Item = &Detail> {
        self.details.iter().flatten()
    }

    fn reason(&self) -> Option<&str> {
        self.details().find_map(|detail| detail.reason.as_deref())
    }

    /// `google.protobuf.Duration`: seconds followed by an `s`.
    fn retry_after_ms(&self) -> Option<u64> {
        let delay = self.details().find_map(|detail| detail.retry_delay.as_deref())?;
        let seconds = delay.strip_suffix('s')?;
        retry_after_ms(&[("retry-after".to_owned(), seconds.to_owned())])
    }

    /// <https://cloud.google.com/apis/design/errors#handling_errors>.
    fn status_code(&self) -> u16 {
        match self.status.as_deref().unwrap_or_default() {
            "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => 400,
            "UNAUTHENTICATED" => 401,
            "PERMISSION_DENIED" => 403,
            "NOT_FOUND" => 404,
            "RESOURCE_EXHAUSTED" => 429,
            "UNAVAILABLE" => 503,
            "DEADLINE_EXCEEDED" => 504,
            _ => 500,
        }
    }
}

/// `ErrorReason` of <https://docs.cloud.google.com/service-infrastructure/docs/error-reasons>.
fn is_of_key(reason: &str) -> bool {
    reason.starts_with("API_KEY_")
        || reason.starts_with("ACCESS_TOKEN_")
        || reason == "CREDENTIALS_MISSING"
}
