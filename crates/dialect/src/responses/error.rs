//! Writes a fault for a client of this dialect: OpenAI's error object and status, as for chat completions.

use crate::{Dialect, overflow};
use postern_fault::Fault;
use serde::Serialize;
use serde_json::value::RawValue;

pub use crate::openai::error::{body, status};

/// The event that tells a client mid-stream that the stream has failed:
/// <https://platform.openai.com/docs/api-reference/responses-streaming/error>.
pub fn event(fault: &Fault) -> String {
    numbered(fault, 0)
}

/// The same with a sequence number. It has the fields of the reference and an `error` as well, as the API itself sends it: the
/// SDKs pass on an event `error`, and raise only on an `error` in its data (`_streaming.py`).
pub(super) fn numbered(fault: &Fault, sequence_number: u64) -> String {
    #[derive(Serialize)]
    struct Event<'a> {
        r#type: &'static str,
        code: Option<&'a RawValue>,
        message: &'a str,
        param: Option<&'a RawValue>,
        sequence_number: u64,
        error: Option<&'a RawValue>,
    }
    let body = body(fault);
    let error = member(&body, "error");
    let of_error = |name: &str| error.and_then(|error| member(error.get(), name));
    let event = Event {
        r#type: "error",
        code: of_error("code"),
        message: &overflow::told(fault, Dialect::Responses),
        param: of_error("param"),
        sequence_number,
        error,
    };
    let data = serde_json::to_string(&event).unwrap_or_default();
    format!("event: error\ndata: {data}\n\n")
}

/// A member of an object as it is written.
pub(super) fn member<'a>(object: &'a str, name: &str) -> Option<&'a RawValue> {
    let members: std::collections::BTreeMap<&str, &'a RawValue> =
        serde_json::from_str(object).ok()?;
    members.get(name).copied()
}
