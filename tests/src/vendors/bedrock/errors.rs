//! Bedrock's errors (<https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html>).

use crate::upstream::Script;
use crate::vendors::reply;
use crate::vendors::shape::{Fault, Problem, Shapes, Step};
use serde_json::{Value, json};

/// A refusal: its status, its type, and its message.
#[derive(Debug)]
pub(super) struct Refusal {
    status: u16,
    kind: String,
    message: String,
}

impl Refusal {
    pub fn new(status: u16, kind: &str, message: &str) -> Self {
        Self { status, kind: kind.to_owned(), message: message.to_owned() }
    }

    pub fn invalid(message: &str) -> Self {
        Self::new(400, "ValidationException", message)
    }

    /// What the scenario of an error says.
    pub fn scripted(status: u16) -> Self {
        let (kind, message) = match status {
            400 => ("ValidationException", "Input is too long for requested model."),
            401 => (
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ),
            403 => (
                "AccessDeniedException",
                "You don't have access to the model with the specified model ID.",
            ),
            404 => (
                "ResourceNotFoundException",
                "Could not resolve the foundation model from the provided model identifier.",
            ),
            408 => (
                "ModelTimeoutException",
                "Model has timed out in processing the request. Try your request again.",
            ),
            413 => ("RequestEntityTooLargeException", "Request entity too large."),
            424 => (
                "ModelErrorException",
                "The system encountered an unexpected error during processing.",
            ),
            429 => ("ThrottlingException", "Too many requests, please wait before trying again."),
            503 | 529 => {
                ("ServiceUnavailableException", "Bedrock is unable to process your request.")
            }
            _ => (
                "InternalServerException",
                "The system encountered an unexpected error during processing.",
            ),
        };
        Self::new(status, kind, message)
    }

    pub fn script(&self) -> Script {
        let kind = format!("{}:http://internal.amazon.com/coral/com.amazon.bedrock/", self.kind);
        let script = reply::refusal(self.status, &json!({ "message": self.message }))
            .with_header("x-amzn-errortype", &kind)
            .with_header("x-amzn-requestid", "fake-request");
        match self.status {
            429 => script.with_header("retry-after", "7"),
            _ => script,
        }
    }
}

/// Whether the body has the shape of this name.
pub(super) fn check(shapes: &Shapes, name: &str, value: &Value) -> Result<(), Refusal> {
    shapes.check(name, value).map_err(|problem| Refusal::invalid(&words(&problem)))
}

fn words(problem: &Problem) -> String {
    let constraint = |found: &str, rule: &str| {
        format!(
            "1 validation error detected: Value {found} at '{}' failed to satisfy constraint: Member must {rule}",
            members(problem)
        )
    };
    match &problem.fault {
        Fault::Unknown => format!(
            "Malformed input request: #/{}: extraneous key [{}] is not permitted, please reformat your \
             input and try again.",
            problem.parent().dotted().replace('.', "/"),
            problem.name()
        ),
        Fault::Missing => constraint("null", "not be null"),
        Fault::Empty => constraint("'[]'", "have length greater than or equal to 1"),
        Fault::Kind(expected, _) => constraint("of another type", &format!("be {expected}")),
        Fault::Word(found, allowed) => constraint(
            &format!("'{found}'"),
            &format!("satisfy enum value set: [{}]", allowed.join(", ")),
        ),
        Fault::Range(low, _, found) if found < low => {
            constraint(&format!("'{found}'"), &format!("have value greater than or equal to {low}"))
        }
        Fault::Range(_, high, found) => {
            constraint(&format!("'{found}'"), &format!("have value less than or equal to {high}"))
        }
        Fault::Union(set) => format!(
            "Union at '{}' must have exactly one member set, and has {set}.",
            members(problem)
        ),
    }
}

/// The path as Smithy writes it: `messages.1.member.content`.
fn members(problem: &Problem) -> String {
    let steps = problem.path.iter().map(|step| match step {
        Step::Key(key) => key.clone(),
        Step::Index(index) => format!("{}.member", index + 1),
    });
    steps.collect::<Vec<_>>().join(".")
}
