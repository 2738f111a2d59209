//! Splits an output into events and finds the position of each event's data.

use crate::vendor_fault::invalid;
use postern_event_stream::{Event, Parser};
use postern_fault::Fault;
use std::borrow::Cow;

const END: &str = "[DONE]";

/// The data of an event.
pub(super) struct Data<'a> {
    /// Where the event begins in the output.
    pub start: usize,
    /// Its JSON; None for the end mark of chat completions.
    pub text: Option<Cow<'a, str>>,
    /// Where each line of the text begins, in the text and in the output.
    pub lines: Vec<(usize, usize)>,
}

/// Gives `read` each event that has data. An output ends at the end of an event.
pub(super) fn each(
    output: &str,
    mut read: impl FnMut(Data<'_>) -> Result<(), (usize, Fault)>,
) -> Result<(), (usize, Fault)> {
    let mut parser = Parser::new(usize::MAX);
    parser.push(output);
    parser.finish();
    let mut start = 0;
    while let Some(event) = parser
        .next_event()
        .map_err(|_| (start, invalid("the provider sent an event that is too long")))?
    {
        let length = event.raw.len();
        if let Some(text) = event.data.as_deref().filter(|text| !text.is_empty()) {
            let data = match text.starts_with(END) {
                true => Data { start, text: None, lines: Vec::new() },
                false => {
                    Data { start, text: Some(Cow::Borrowed(text)), lines: lines(&event, start) }
                }
            };
            read(data)?;
        }
        start += length;
    }
    Ok(())
}

/// Nearly always there is only one line.
fn lines(event: &Event<'_>, start: usize) -> Vec<(usize, usize)> {
    let (mut lines, mut in_text, mut at) = (Vec::new(), 0, start);
    for line in event.raw.split_inclusive(['\n', '\r']) {
        let content = line.trim_end_matches(['\n', '\r']);
        let content = content.strip_prefix('\u{feff}').unwrap_or(content);
        if let Some(value) = content.strip_prefix("data:") {
            let value = value.strip_prefix(' ').unwrap_or(value);
            let ends = line.len() - line.trim_end_matches(['\n', '\r']).len();
            lines.push((in_text, at + line.len() - ends - value.len()));
            in_text += value.len() + 1;
        } else if content == "data" {
            in_text += 1;
        }
        at += line.len();
    }
    lines
}
