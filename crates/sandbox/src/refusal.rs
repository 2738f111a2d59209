//! What the vendor says when it will not answer: a status and an error object.
//!
//! Shape and codes: <https://platform.openai.com/docs/guides/error-codes>.

use crate::script::Script;
use serde_json::json;

/// A status and the vendor's error object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    status: u16,
    message: String,
    error_type: &'static str,
    param: Option<String>,
    code: Option<&'static str>,
    retry_after_s: Option<u32>,
}

const INVALID_REQUEST: &str = "invalid_request_error";
const SERVER_ERROR: &str = "server_error";

impl Refusal {
    fn new(status: u16, error_type: &'static str, message: String) -> Self {
        Refusal { status, message, error_type, param: None, code: None, retry_after_s: None }
    }

    /// The request's field `param` (`messages[0].role`) is wrong.
    pub(crate) fn invalid(param: impl Into<String>, code: &'static str, message: String) -> Self {
        Refusal {
            param: Some(param.into()),
            code: Some(code),
            ..Refusal::new(400, INVALID_REQUEST, message)
        }
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
        Refusal { code: Some("model_not_found"), ..Refusal::new(404, INVALID_REQUEST, message) }
    }

    pub(crate) fn rate_limited(model: &str) -> Self {
        let message = format!("Rate limit reached for {model}. Try again in 1 second.");
        Refusal {
            code: Some("rate_limit_exceeded"),
            retry_after_s: Some(1),
            ..Refusal::new(429, "requests", message)
        }
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
        let body = json!({
            "error": {
                "message": self.message,
                "type": self.error_type,
                "param": self.param,
                "code": self.code,
            }
        });
        let script = Script::json(self.status, body.to_string());
        match self.retry_after_s {
            Some(seconds) => script.with_header("retry-after", seconds.to_string()),
            None => script,
        }
    }
}
