//! The vendor's refusals: a status and an error object.
//!
//! Shape and codes: <https://platform.openai.com/docs/guides/error-codes>.

use crate::script::Script;
use serde::Serialize;

/// A status and the vendor's error object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    status: u16,
    error: ErrorObject,
    retry_after_s: Option<u32>,
}

#[derive(Serialize)]
struct Body {
    error: ErrorObject,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct ErrorObject {
    message: String,
    r#type: &'static str,
    param: Option<String>,
    code: Option<&'static str>,
}

pub(crate) const INVALID_REQUEST: &str = "invalid_request_error";
pub(crate) const SERVER_ERROR: &str = "server_error";

impl Refusal {
    pub(crate) fn new(status: u16, error_type: &'static str, message: String) -> Self {
        let error = ErrorObject { message, r#type: error_type, param: None, code: None };
        Refusal { status, error, retry_after_s: None }
    }

    pub(crate) fn with_code(mut self, code: &'static str) -> Self {
        self.error.code = Some(code);
        self
    }

    /// The request's field `param` (`messages[0].role`) is wrong.
    pub(crate) fn invalid(param: impl Into<String>, code: &'static str, message: String) -> Self {
        let mut refusal = Refusal::new(400, INVALID_REQUEST, message).with_code(code);
        refusal.error.param = Some(param.into());
        refusal
    }

    pub(crate) fn missing(param: &str) -> Self {
        let message = format!("Missing required parameter: '{param}'.");
        Refusal::invalid(param, "missing_required_parameter", message)
    }

    pub(crate) fn wrong_type(param: &str, expected: &str, actual: &str) -> Self {
        let message = format!("Invalid type for '{param}': expected {expected}, but got {actual}.");
        Refusal::invalid(param, "invalid_type", message)
    }

    pub(crate) fn wrong_value(param: &str, value: &str, expected: &str) -> Self {
        let message = format!("Invalid value for '{param}': {value}. Expected {expected}.");
        Refusal::invalid(param, "invalid_value", message)
    }

    pub(crate) fn not_json(error: &serde_json::Error) -> Self {
        let message = format!("The body of the request cannot be parsed as JSON: {error}.");
        Refusal::new(400, INVALID_REQUEST, message)
    }

    pub(crate) fn unknown_path(path: &str) -> Self {
        let message =
            format!("Unknown path: {path}. The sandbox has /chat/completions and /embeddings.");
        Refusal::new(404, INVALID_REQUEST, message)
    }

    pub(crate) fn unknown_pace(model: &str) -> Self {
        let message = format!(
            "The model '{model}' does not exist: sandbox-pace-<ms> takes 1 to 5000 milliseconds."
        );
        Refusal::new(404, INVALID_REQUEST, message).with_code("model_not_found")
    }

    /// A model of the host, requested from a component that was built without them: it must not seem to answer.
    pub(crate) fn without_inference(model: &str) -> Self {
        let message = format!(
            "The model '{model}' is the host's, and this sandbox was built without the feature spin-llm."
        );
        Refusal::new(404, INVALID_REQUEST, message).with_code("model_not_found")
    }

    /// A field, `param`, that is not supported here.
    pub(crate) fn unsupported(param: impl Into<String>, code: &'static str) -> Self {
        let param = param.into();
        let message =
            format!("Unsupported parameter: '{param}'. The host's models have no such thing.");
        Refusal::invalid(param, code, message)
    }

    pub(crate) fn rate_limited(model: &str) -> Self {
        let message = format!("Rate limit reached for {model}. Try again in 1 second.");
        let refusal = Refusal::new(429, "requests", message).with_code("rate_limit_exceeded");
        Refusal { retry_after_s: Some(1), ..refusal }
    }

    pub(crate) fn server_error(model: &str) -> Self {
        let message = format!("The server had an error while {model} processed the request.");
        Refusal::new(500, SERVER_ERROR, message)
    }

    pub(crate) fn overloaded(model: &str) -> Self {
        let message = format!("{model} is overloaded. Try again later.");
        Refusal::new(503, SERVER_ERROR, message)
    }

    pub(crate) fn gateway_timeout() -> Self {
        let message = "The sandbox was told never to answer, and has waited long enough.";
        Refusal::new(504, SERVER_ERROR, message.to_owned())
    }

    pub(crate) fn into_script(self) -> Script {
        let Refusal { status, error, retry_after_s } = self;
        // Strings always serialise.
        let body = serde_json::to_string(&Body { error }).unwrap_or_default();
        let script = Script::json(status, body);
        match retry_after_s {
            Some(seconds) => script.with_header("retry-after", seconds.to_string()),
            None => script,
        }
    }
}
