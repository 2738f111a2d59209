//! Events as they are written. A buffered answer is built without writing any.

use super::item::Item;
use super::response::Response;
use serde::Serialize;

/// Writes numbered events, if the answer is streamed.
#[derive(Debug, Default)]
pub(super) struct Emit {
    out: Option<String>,
    number: u64,
}

#[derive(Serialize)]
struct Numbered<'a, T> {
    r#type: &'a str,
    sequence_number: u64,
    #[serde(flatten)]
    event: T,
}

#[derive(Serialize)]
struct OfResponse<'a> {
    r#type: &'a str,
    sequence_number: u64,
    response: &'a Response<'a>,
}

/// The place of an event's content.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct At<'a> {
    item_id: &'a str,
    output_index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary_index: Option<usize>,
}

impl<'a> At<'a> {
    pub fn item(item: &'a Item, output_index: usize) -> Self {
        At { item_id: item.id(), output_index, content_index: None, summary_index: None }
    }

    pub fn content(self, index: usize) -> Self {
        At { content_index: Some(index), ..self }
    }

    pub fn summary(self, index: usize) -> Self {
        At { summary_index: Some(index), ..self }
    }
}

/// The content of an event, and its place.
#[derive(Serialize)]
pub(super) struct More<'a, T> {
    #[serde(flatten)]
    pub at: At<'a>,
    #[serde(flatten)]
    pub what: T,
}

impl Emit {
    /// Makes the following events be written at the end of `out`.
    pub fn open(&mut self, out: &mut String) {
        self.out = Some(std::mem::take(out));
    }

    /// Gives `out` back with the events.
    pub fn close(&mut self, out: &mut String) {
        if let Some(written) = self.out.take() {
            *out = written;
        }
    }

    pub fn next_number(&mut self) -> u64 {
        let number = self.number;
        self.number = number.saturating_add(1);
        number
    }

    /// Writes an event of a part or an item.
    pub fn event(&mut self, kind: &str, event: impl Serialize) {
        if self.out.is_some() {
            let numbered = Numbered { r#type: kind, sequence_number: self.next_number(), event };
            self.write(kind, &numbered);
        }
    }

    /// Writes an event with the response, as complete as it is.
    pub fn response(&mut self, kind: &str, response: &Response<'_>) {
        if self.out.is_some() {
            let sequence_number = self.next_number();
            self.write(kind, &OfResponse { r#type: kind, sequence_number, response });
        }
    }

    fn write(&mut self, kind: &str, event: &impl Serialize) {
        let (Some(out), Ok(data)) = (&mut self.out, serde_json::to_string(event)) else { return };
        for text in ["event: ", kind, "\ndata: ", &data, "\n\n"] {
            out.push_str(text);
        }
    }
}
