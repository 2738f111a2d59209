//! The end of a stream that fails: <https://platform.openai.com/docs/api-reference/responses-streaming/response/failed>.
//!
//! The API sends an event `error`, on which the SDKs raise, and then `response.failed`, from whose error Codex reads the code
//! (`codex-api/src/sse/responses.rs`; it reads no code from an answer with status 400). Both continue the stream's numbers.

use super::error::{body, member, numbered};
use crate::overflow;
use postern_fault::Fault;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

const NUMBER: &str = "\"sequence_number\":";

/// What the events so far say of a stream: their numbers, and the response.
#[derive(Debug, Default)]
pub struct Sequence {
    next: u64,
    response: Option<Named>,
}

#[derive(Debug, Clone, Deserialize)]
struct Named {
    #[serde(default)]
    id: String,
    #[serde(default)]
    model: String,
    /// Some servers write a fraction.
    #[serde(default)]
    created_at: f64,
}

#[derive(Deserialize)]
struct First {
    response: Named,
}

impl Sequence {
    /// Reads whole events that go to the client.
    pub fn see(&mut self, events: &str) {
        // A quotation mark within a string is escaped, so this is a member. The last number is the highest.
        if let Some((_, after)) = events.rsplit_once(NUMBER) {
            let after = after.trim_start();
            let end = after.find(|c: char| !c.is_ascii_digit()).unwrap_or(after.len());
            let number = after.get(..end).and_then(|digits| digits.parse::<u64>().ok());
            self.next = number.map_or(self.next, |number| number.saturating_add(1));
        }
        if self.response.is_none() {
            let mut data = events.lines().filter_map(|line| line.strip_prefix("data:"));
            let first = data.find_map(|data| serde_json::from_str::<First>(data).ok());
            self.response = first.map(|first| first.response);
        }
    }

    /// The events that end the stream with a fault.
    pub fn failed(&self, fault: &Fault) -> String {
        let named = self.response.clone();
        let named = named.unwrap_or(Named {
            id: "resp_failed".into(),
            model: String::new(),
            created_at: 0.0,
        });
        ending(fault, self.next, &named)
    }
}

/// A stream for a request that was not sent, because its prompt is too long. None: the client is told by a status.
///
/// The API answers such a request for a stream with status 200, and Codex makes room in a conversation only then.
pub fn refused(fault: &Fault, request_id: &str, model: &str, unix_s: u64) -> Option<String> {
    if fault.code.as_deref() != Some(overflow::CODE) {
        return None;
    }
    let id = format!("resp_{}", request_id.replace('-', ""));
    // A cast to a float is exact for thousands of years.
    let named = Named { id, model: model.to_owned(), created_at: unix_s as f64 };
    let begun = Event {
        r#type: "response.created",
        sequence_number: 0,
        response: Response::of(&named, "in_progress", None),
    };
    Some(begun.into_text() + &ending(fault, 1, &named))
}

fn ending(fault: &Fault, number: u64, named: &Named) -> String {
    let body = body(fault);
    let error = member(&body, "error");
    let of_error = |name: &str| error.and_then(|error| member(error.get(), name));
    let error = Error { code: of_error("code"), message: of_error("message") };
    let failed = Event {
        r#type: "response.failed",
        sequence_number: number.saturating_add(1),
        response: Response::of(named, "failed", Some(error)),
    };
    numbered(fault, number) + &failed.into_text()
}

#[derive(Serialize)]
struct Event<'a> {
    r#type: &'static str,
    sequence_number: u64,
    response: Response<'a>,
}

impl Event<'_> {
    fn into_text(self) -> String {
        // Serializing strings and numbers cannot fail.
        let data = serde_json::to_string(&self).unwrap_or_default();
        format!("event: {}\ndata: {data}\n\n", self.r#type)
    }
}

#[derive(Serialize)]
struct Response<'a> {
    id: &'a str,
    object: &'static str,
    created_at: u64,
    status: &'static str,
    error: Option<Error<'a>>,
    incomplete_details: Option<()>,
    model: &'a str,
    output: [(); 0],
    usage: Option<()>,
}

#[derive(Serialize)]
struct Error<'a> {
    code: Option<&'a RawValue>,
    message: Option<&'a RawValue>,
}

impl<'a> Response<'a> {
    fn of(named: &'a Named, status: &'static str, error: Option<Error<'a>>) -> Self {
        Response {
            id: &named.id,
            object: "response",
            // A cast of a float saturates.
            created_at: named.created_at as u64,
            status,
            error,
            incomplete_details: None,
            model: &named.model,
            output: [],
            usage: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use postern_fault::Kind;

    fn numbers(text: &str) -> Vec<(String, u64)> {
        let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
        let events = data.map(|data| serde_json::from_str::<serde_json::Value>(data).unwrap());
        events
            .map(|event| {
                let kind = event["type"].as_str().unwrap().to_owned();
                (kind, event["sequence_number"].as_u64().unwrap())
            })
            .collect()
    }

    #[test]
    fn the_events_of_a_failure_continue_the_numbers_and_name_the_response() {
        let mut sequence = Sequence::default();
        sequence.see("event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"model\":\"m\",\"created_at\":7}}\n\n");
        sequence.see(": \n\n");
        sequence.see("data: {\"type\":\"response.output_text.delta\",\"sequence_number\": 8,\"delta\":\"\\\"sequence_number\\\":99\"}\n\n");
        let text = sequence.failed(&Fault::new(Kind::Overloaded, "later"));
        assert_eq!(numbers(&text), [("error".to_owned(), 9), ("response.failed".to_owned(), 10)]);
        assert!(
            text.contains(r#""id":"resp_1""#) && text.contains(r#""status":"failed""#),
            "{text}"
        );
    }

    #[test]
    fn only_a_prompt_that_is_too_long_is_refused_by_a_stream() {
        let fault = Fault::new(Kind::InvalidRequest, "x");
        assert_eq!(refused(&fault, "r", "m", 1), None);
        let text = refused(&fault.with_code(overflow::CODE), "r", "m", 1).unwrap();
        let kinds: Vec<_> = numbers(&text).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(kinds, ["response.created", "error", "response.failed"]);
        assert!(text.contains(r#""code":"context_length_exceeded""#), "{text}");
    }
}
