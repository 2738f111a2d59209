//! Anthropic's errors (<https://docs.anthropic.com/en/api/errors>).

use crate::upstream::Script;
use crate::vendors::reply;
use crate::vendors::shape::{Fault, Problem, Shapes};
use serde_json::{Value, json};

/// A refusal: its status, from which its type follows, and its message.
pub(super) struct Refusal {
    status: u16,
    message: String,
}

impl Refusal {
    pub fn new(status: u16, message: &str) -> Self {
        Self { status, message: message.to_owned() }
    }

    /// What the scenario of an error says.
    pub fn scripted(status: u16) -> Self {
        let message = match status {
            400 => "prompt is too long: 208310 tokens > 200000 maximum",
            401 => "invalid x-api-key",
            403 => "Your API key does not have permission to use the specified resource.",
            404 => "model: claude-fake",
            413 => "Request exceeds the maximum size",
            429 => {
                "This request would exceed your organization's rate limit of 50 requests per minute."
            }
            529 => "Overloaded",
            _ => "Internal server error",
        };
        Self::new(status, message)
    }

    /// No thread can be had.
    pub fn threads() -> Script {
        let refusal = Self::new(400, "thread: not available to your organization");
        let mut body = refusal.body();
        body["error"]["details"] = json!({ "error_code": "thread_unsupported_request" });
        reply::refusal(400, &body).with_header("request-id", "req_fake")
    }

    fn body(&self) -> Value {
        let kind = match self.status {
            401 => "authentication_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            529 => "overloaded_error",
            500.. => "api_error",
            _ => "invalid_request_error",
        };
        json!({
            "type": "error",
            "error": { "type": kind, "message": self.message },
            "request_id": "req_fake",
        })
    }

    pub fn script(&self) -> Script {
        let script =
            reply::refusal(self.status, &self.body()).with_header("request-id", "req_fake");
        match self.status {
            429 => script.with_header("retry-after", "7"),
            _ => script,
        }
    }

    /// As an event of a stream.
    pub fn event(&self) -> String {
        reply::typed(&self.body())
    }
}

/// Whether the body has the shape of this name.
pub(super) fn check(shapes: &Shapes, name: &str, value: &Value) -> Result<(), Refusal> {
    shapes.check(name, value).map_err(|problem| Refusal::new(400, &words(&problem)))
}

fn words(problem: &Problem) -> String {
    let path = problem.dotted();
    match &problem.fault {
        Fault::Unknown => format!("{path}: Extra inputs are not permitted"),
        Fault::Missing => format!("{path}: Field required"),
        Fault::Empty => format!("{path}: at least one message is required"),
        Fault::Kind(expected, _) => format!("{path}: Input should be {expected}"),
        Fault::Word(found, allowed) => {
            let allowed: Vec<String> = allowed.iter().map(|each| format!("'{each}'")).collect();
            let (tag, allowed) = (problem.name(), allowed.join(", "));
            let parent = problem.parent().dotted();
            format!(
                "{parent}: Input tag '{found}' found using '{tag}' does not match any of the expected \
                 tags: {allowed}"
            )
        }
        Fault::Range(low, _, found) if found < low => {
            format!("{path}: Input should be greater than or equal to {low}")
        }
        Fault::Range(_, high, _) => format!("{path}: Input should be less than or equal to {high}"),
        Fault::Union(_) => format!("{path}: Input should be a valid dictionary"),
    }
}
