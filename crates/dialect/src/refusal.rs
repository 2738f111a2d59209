//! Why a request is not read, for the small dialects beside chat.

use crate::json::{self, Reason, Type};
use postern_fault::{Fault, Kind};

/// What is wrong with a request.
pub(crate) enum Refusal {
    Json(json::Error),
    Field(Fault),
}

impl From<json::Error> for Refusal {
    fn from(error: json::Error) -> Self {
        Refusal::Json(error)
    }
}

impl Refusal {
    /// What the client is told about `body`: places and types, never its words.
    pub fn into_fault(self, body: &str) -> Fault {
        let error = match self {
            Refusal::Field(fault) => return fault,
            Refusal::Json(error) => error,
        };
        let (line, column) = error.place(body);
        let wanted = match error.reason {
            Reason::Syntax(expected) => format!("expected {expected}"),
            Reason::TooDeep => "nested too deeply".to_owned(),
        };
        let public = format!("the body is not JSON: {wanted} at line {line} column {column}");
        Fault::new(Kind::InvalidRequest, public)
    }

    /// The body is JSON, but no object.
    pub fn no_object(found: Type) -> Self {
        let public = format!("the body must be a JSON object, but is {found}");
        Refusal::Field(Fault::new(Kind::InvalidRequest, public).with_code("invalid_type"))
    }
}

/// Spans are 32 bits wide.
pub(crate) fn fits(body: &str) -> Result<(), Fault> {
    if u32::try_from(body.len()).is_ok() {
        return Ok(());
    }
    let public = format!("the body has {} bytes: send less than 4 GiB", body.len());
    Err(Fault::new(Kind::TooLarge, public))
}

/// A field that is there twice is refused: the vendor could take the one that nobody here has looked at.
pub(crate) fn once(param: &str, seen: bool) -> Result<(), Refusal> {
    match seen {
        false => Ok(()),
        true => Err(field(param, "is there twice: send it once", "duplicate_parameter")),
    }
}

pub(crate) fn missing(param: &str) -> Refusal {
    field(param, "is missing or empty", "missing_required_parameter")
}

pub(crate) fn wrong(param: &str, wanted: &str, found: Type) -> Refusal {
    field(param, &format!("must be {wanted}, but is {found}"), "invalid_type")
}

pub(crate) fn field(param: &str, what: &str, code: &str) -> Refusal {
    Refusal::Field(Fault::invalid_request(param, format!("`{param}` {what}")).with_code(code))
}
