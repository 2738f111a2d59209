//! From a vendor's words to a script: good, broken, or cut, as the scenario says.

use super::scenario::Scenario;
use crate::upstream::{Script, Step};
use bytes::Bytes;
use serde_json::Value;
use std::time::Duration;

/// What was written must be on its way before the connection breaks.
const BEFORE_A_CUT: Duration = Duration::from_millis(50);

/// A framed event of a stream.
pub(super) struct Event {
    bytes: Bytes,
    is_delta: bool,
}

impl Event {
    /// One that brings more of a part.
    pub fn delta(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), is_delta: true }
    }

    pub fn other(bytes: impl Into<Bytes>) -> Self {
        Self { bytes: bytes.into(), is_delta: false }
    }
}

/// An event without a name.
pub(super) fn data(data: &Value) -> String {
    format!("data: {data}\n\n")
}

/// An event whose name is its data's type.
pub(super) fn typed(data: &Value) -> String {
    format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap_or_default())
}

/// How a stream goes wrong, in the vendor's way.
pub(super) struct Wrong {
    pub error: Bytes,
    pub malformed: Bytes,
}

/// The stream, unless the scenario spoils it after the second delta.
pub(super) fn stream(scenario: Scenario, mut events: Vec<Event>, wrong: Wrong) -> Script {
    let deltas = events.iter().enumerate().filter(|(_, event)| event.is_delta);
    let second = deltas.map(|(index, _)| index).nth(1).unwrap_or(events.len().saturating_sub(1));
    let mut end = Vec::new();
    match scenario {
        Scenario::MidstreamError => {
            events.truncate(second + 1);
            end.push(Step::Write(wrong.error));
        }
        Scenario::Malformed => events[second] = Event::other(wrong.malformed),
        Scenario::Cut => {
            events.truncate(second + 1);
            end.extend([Step::Pause(BEFORE_A_CUT), Step::Cut]);
        }
        _ => {}
    }
    let written = events.into_iter().flat_map(|event| halves(event.bytes));
    Script::stream(written.chain(end).collect())
}

/// Two writes, with the border where no event ends.
fn halves(bytes: Bytes) -> Vec<Step> {
    let middle = bytes.len() / 2;
    vec![Step::Write(bytes.slice(..middle)), Step::Write(bytes.slice(middle..))]
}

/// The answer in one piece, unless the scenario spoils it.
pub(super) fn whole(scenario: Scenario, body: &Value) -> Script {
    let text = body.to_string();
    match scenario {
        Scenario::Malformed => {
            Script::json(text[..text.floor_char_boundary(text.len() / 3)].to_owned() + "]")
        }
        Scenario::Cut => {
            let mut script = Script::json(text);
            if let Some(Step::Write(bytes)) = script.steps.first_mut() {
                *bytes = bytes.slice(..bytes.len() / 2);
            }
            script.steps.extend([Step::Pause(BEFORE_A_CUT), Step::Cut]);
            script
        }
        _ => Script::json(text),
    }
}

/// A refusal whose body is this.
pub(super) fn refusal(status: u16, body: &Value) -> Script {
    Script::whole(status, "application/json", body.to_string())
}
