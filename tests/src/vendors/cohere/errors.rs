//! Cohere's errors (<https://docs.cohere.com/reference/errors>).

use crate::upstream::Script;
use crate::vendors::reply;
use crate::vendors::shape::{Fault, Problem, Shapes};
use serde_json::{Value, json};

/// A refusal: its status and its message.
pub(super) struct Refusal {
    status: u16,
    message: String,
}

impl Refusal {
    pub fn new(status: u16, message: &str) -> Self {
        Self { status, message: message.to_owned() }
    }

    pub fn invalid(message: &str) -> Self {
        Self::new(400, &format!("invalid request: {message}"))
    }

    pub fn no_such_model(model: &str) -> Self {
        Self::new(
            404,
            &format!(
                "model '{model}' not found, make sure the correct model ID was used and that you have access to the model."
            ),
        )
    }

    /// What the scenario of an error says.
    pub fn scripted(status: u16) -> Self {
        let message = match status {
            400 => {
                "too many tokens: total number of tokens in the prompt cannot exceed 128000 - received 130034."
            }
            401 => "invalid api token",
            403 => "you do not have access to this resource",
            404 => return Self::no_such_model("command-fake"),
            413 => "request body too large",
            422 => "message is too long",
            429 => "You are past the per minute request limit, please wait and try again later.",
            503 | 529 => "service is temporarily unavailable",
            _ => "internal server error",
        };
        Self::new(status, message)
    }

    pub fn script(&self) -> Script {
        let body = json!({ "id": "fake-error", "message": self.message });
        let script = reply::refusal(self.status, &body);
        match self.status {
            429 => script.with_header("retry-after", "7"),
            _ => script,
        }
    }
}

/// Whether the body has the shape of this name.
pub(super) fn check(shapes: &Shapes, name: &str, value: &Value) -> Result<(), Refusal> {
    shapes.check(name, value).map_err(|problem| Refusal::new(400, &words(&problem)))
}

fn words(problem: &Problem) -> String {
    let path = problem.bracketed();
    match &problem.fault {
        Fault::Unknown => format!("unknown field: parameter '{path}' is not a valid field"),
        Fault::Missing => format!("invalid request: {path} is required"),
        Fault::Empty => format!("invalid request: {path} must be at least 1 element long"),
        Fault::Kind(expected, found) => {
            format!(
                "invalid type: parameter {path} is of type {found} but should be of type {expected}"
            )
        }
        Fault::Word(found, allowed) => {
            format!("invalid request: {path} '{found}' must be one of {}", allowed.join(", "))
        }
        Fault::Range(low, high, _) => {
            format!("invalid request: {path} must be between {low} and {high} inclusive")
        }
        Fault::Union(_) => format!("invalid request: {path}"),
    }
}
