//! Events, as they are written. A whole answer is made without writing any.

use super::item::Item;
use super::response::Response;
use serde::Serialize;

/// Writes numbered events, if events are wanted.
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

/// Where what an event says belongs.
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

/// What an event says, and where it belongs.
#[derive(Serialize)]
pub(super) struct More<'a, T> {
    #[serde(flatten)]
    pub at: At<'a>,
    #[serde(flatten)]
    pub what: T,
}

impl Emit {
    /// What follows is written behind `out`.
    pub fn open(&mut self, out: &mut String) {
        self.out = Some(std::mem::take(out));
    }

    /// `out` with what was written.
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

    /// An event of a part or an item.
    pub fn event(&mut self, kind: &str, event: impl Serialize) {
        if self.out.is_some() {
            let numbered = Numbered { r#type: kind, sequence_number: self.next_number(), event };
            self.write(kind, &numbered);
        }
    }

    /// An event with the response as far as it is.
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
