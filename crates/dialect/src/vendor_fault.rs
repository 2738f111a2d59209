//! Maps a vendor's error to a fault, whatever its dialect: from the status and the words that came with it.

use crate::json;
use crate::overflow;
use crate::vendor_error::{VendorError, clip, mask};
use postern_fault::{Blame, Fault, Kind};

/// A vendor's message about a request can quote one of its fields; no more than this is passed on.
const MAX_PUBLIC_CHARS: usize = 2_000;

/// Codes are shorter than 64 characters; a path into a schema may be longer.
const MAX_WORD_CHARS: usize = 256;

/// A longer wait is taken for the vendor's mistake.
const MAX_RETRY_AFTER_MS: u64 = 24 * 60 * 60 * 1_000;

/// The fault for `status` and the vendor's error; `how` tells the operator how it came.
pub(crate) fn fault(status: u16, error: &VendorError, how: &str) -> Fault {
    let private = error.describe(how);
    let gateways =
        |public| Fault { blame: Blame::Gateway, ..Fault::new(Kind::UpstreamFailed, public) };
    let fault = match status {
        _ if overflow::is(status, error) => too_long(error),
        429 | 402 if status == 402 || error.is(&["insufficient_quota"]) => {
            gateways("the provider's quota for this gateway is used up")
        }
        400 | 422 => refused(Kind::InvalidRequest, error),
        413 => refused(Kind::TooLarge, error),
        // A 404 is the caller's fault if it names a file or an earlier answer; models and paths are the gateway's.
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

/// The vendor's own message about the caller's own request, without which a developer could not correct it.
fn refused(kind: Kind, error: &VendorError) -> Fault {
    let public = match &error.message {
        Some(message) => mask(clip(message, MAX_PUBLIC_CHARS)),
        None => "the provider refused the request and did not say why".to_owned(),
    };
    // The vendor can fill any of these fields with anything.
    let word = |word: &Option<String>| word.as_deref().map(|word| mask(clip(word, MAX_WORD_CHARS)));
    // A bare number only repeats the status.
    let code = word(&error.code).filter(|code| code.parse::<u16>().is_err());
    Fault { param: word(&error.param), code, ..Fault::new(kind, public) }
}

/// All vendors' refusals of a prompt that is too long have one kind and one code, by which they are told again.
fn too_long(error: &VendorError) -> Fault {
    let fault = refused(Kind::InvalidRequest, error).with_code(overflow::CODE);
    Fault { public: overflow::sentence(error).unwrap_or(fault.public), ..fault }
}

fn is_callers(error: &VendorError) -> bool {
    error.param.as_deref().is_some_and(|param| param != "model") && !error.is(&["model_not_found"])
}

/// The SDKs' `retry-after-ms`, or RFC 9110's `retry-after` in seconds. A date is ignored, as there is no clock here.
pub(crate) fn retry_after_ms(headers: &[(String, String)]) -> Option<u64> {
    let number = |name: &str| {
        let (_, value) = headers.iter().find(|(field, _)| field.eq_ignore_ascii_case(name))?;
        value.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0)
    };
    let ms = number("retry-after-ms")
        .or_else(|| number("retry-after").map(|seconds| seconds * 1_000.0))?;
    // A cast of a float saturates.
    Some((ms.ceil() as u64).min(MAX_RETRY_AFTER_MS))
}

/// The fault for an answer that cannot be read.
pub(crate) fn invalid(public: impl Into<String>) -> Fault {
    Fault::new(Kind::UpstreamInvalid, public)
}

/// The fault for an answer, or an event of one, that is not the required JSON. Its text is not shown.
pub(crate) fn malformed(what: &str, text: &str, error: json::Error) -> Fault {
    let (line, column) = error.place(text);
    let expected = match error.reason {
        json::Reason::Syntax(expected) => expected,
        json::Reason::TooDeep => "less nesting",
    };
    let private = format!("expected {expected} at line {line} column {column} of {what}");
    invalid(format!("the provider sent {what} that cannot be read")).with_private(private)
}

/// Reads an answer, or an event of one, as JSON of a type. Its text is not shown: the error names a position, never a word.
///
/// # Errors
/// `upstream-invalid` for any other text.
pub(crate) fn parsed<'a, T: serde::Deserialize<'a>>(what: &str, text: &'a str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| {
        let how = match error.classify() {
            serde_json::error::Category::Data => "has a value of the wrong type",
            serde_json::error::Category::Eof => "ends too early",
            _ => "is not JSON",
        };
        let private = format!("{what} {how} at line {} column {}", error.line(), error.column());
        invalid(format!("the provider sent {what} that cannot be read")).with_private(private)
    })
}
