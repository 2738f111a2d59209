//! The reasons why a request is not read.

use crate::json::{self, MAX_DEPTH, Reason, Type};
use postern_fault::{Fault, Kind};

/// A fault of a request. The codes are the API's own.
#[derive(Debug)]
pub(crate) enum Refusal {
    Json(json::Error),
    Field(Fault),
}

impl From<json::Error> for Refusal {
    fn from(error: json::Error) -> Self {
        Refusal::Json(error)
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Refusal::Field(fault)
    }
}

impl Refusal {
    /// The fault for a client, about `body`: it names positions and types, never the body's words.
    pub fn into_fault(self, body: &str) -> Fault {
        match self {
            Refusal::Field(fault) => fault,
            Refusal::Json(error) => not_json(error, body),
        }
    }
}

fn not_json(error: json::Error, body: &str) -> Fault {
    let (line, column) = error.place(body);
    match error.reason {
        Reason::TooDeep => Fault::new(
            Kind::InvalidRequest,
            format!(
                "the body is nested deeper than {MAX_DEPTH} levels at line {line} column {column}: flatten it"
            ),
        )
        .with_code("nesting_too_deep"),
        Reason::Syntax(_) if body.starts_with('\u{feff}') => Fault::new(
            Kind::InvalidRequest,
            "the body is not JSON: it begins with a byte-order mark; send it without",
        ),
        Reason::Syntax(expected) => Fault::new(
            Kind::InvalidRequest,
            format!("the body is not JSON: expected {expected} at line {line} column {column}"),
        ),
    }
}

/// The field has a value of another type.
pub(crate) fn wrong_type(param: impl Into<String>, wanted: &str, found: Type) -> Refusal {
    let param = param.into();
    let public = format!("`{param}` must be {wanted}, but is {found}");
    Fault::invalid_request(param, public).with_code("invalid_type").into()
}

/// The field is absent or null.
pub(crate) fn missing(param: impl Into<String>, wanted: &str) -> Refusal {
    let param = param.into();
    let public = format!("`{param}` is missing: send {wanted}");
    Fault::invalid_request(param, public).with_code("missing_required_parameter").into()
}

/// The field is empty.
pub(crate) fn empty(param: impl Into<String>, code: &str, wanted: &str) -> Refusal {
    let param = param.into();
    let public = format!("`{param}` is empty: send {wanted}");
    Fault::invalid_request(param, public).with_code(code).into()
}

/// The field has the right type and an impossible value.
pub(crate) fn invalid(param: impl Into<String>, code: &str, public: String) -> Refusal {
    Fault::invalid_request(param, public).with_code(code).into()
}
