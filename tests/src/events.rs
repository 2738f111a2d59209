//! Server-sent events, as a client reads them.

use serde_json::Value;

/// One event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A `data:` with JSON.
    Json(Value),
    /// The end marker of OpenAI's dialect.
    Done,
    /// Anything else.
    Other(String),
}

impl Event {
    /// The JSON of the event, if it has one.
    #[must_use]
    pub fn json(&self) -> Option<&Value> {
        match self {
            Self::Json(value) => Some(value),
            _ => None,
        }
    }

    /// Whether it is an error in OpenAI's form.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.json().is_some_and(|value| value["error"]["message"].is_string())
    }
}

/// All events of a stream, comments left out; an unfinished one at the end is [`Event::Other`].
#[must_use]
pub fn events(text: &str) -> Vec<Event> {
    let text = text.replace("\r\n", "\n");
    let (whole, rest) = text.rsplit_once("\n\n").unwrap_or(("", &text));
    let mut events: Vec<Event> = whole.split("\n\n").filter_map(event).collect();
    if !rest.is_empty() {
        events.push(Event::Other(rest.to_owned()));
    }
    events
}

fn event(block: &str) -> Option<Event> {
    let lines = block.lines().filter_map(|line| line.strip_prefix("data:"));
    let data: Vec<&str> = lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
    let data = data.join("\n");
    match data.as_str() {
        "" if block.lines().all(|line| line.starts_with(':') || line.is_empty()) => None,
        "[DONE]" => Some(Event::Done),
        _ => Some(serde_json::from_str(&data).map_or(Event::Other(block.to_owned()), Event::Json)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_data_of_one_and_several_lines_and_leaves_comments_out() {
        let text = ": hello\n\ndata: {\"a\":\ndata: 1}\r\n\r\ndata:[DONE]\n\n";
        let json = Event::Json(serde_json::json!({ "a": 1 }));
        assert_eq!(events(text), [json, Event::Done]);
    }

    #[test]
    fn shows_what_is_unfinished_or_not_json() {
        let other = |text: &str| Event::Other(text.to_owned());
        assert_eq!(
            events("data: {x}\n\ndata: {\"b\""),
            [other("data: {x}"), other("data: {\"b\"")]
        );
    }
}
