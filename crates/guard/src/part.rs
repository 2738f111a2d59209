//! The texts of a request, each with a mapping to the bytes of the body.

use postern_types::{Edit, Segment, SegmentKind, Span, Unescaped, escape};
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::ops::Range;
use std::rc::Rc;

/// A text that is scanned as a whole.
pub struct Part<'a> {
    pub text: Cow<'a, str>,
    /// The layers of JSON strings around it, the outermost first.
    layers: Vec<Layer>,
    /// Where the outermost layer begins in the body.
    offset: usize,
    /// Whether it is a JSON number or literal: an edit replaces it entirely, by a string.
    is_bare: bool,
}

/// The inside of a JSON string, and the places of its escapes.
#[derive(Clone, Default)]
struct Layer {
    /// Of each escape: where it ends in what is said, and in the writing.
    escapes: Rc<[(u32, u32)]>,
    /// Where the text that is looked at begins in what this layer says.
    offset: usize,
}

/// Segments whose JSON text is parsed one level deep: JSON nested in it is scanned as written.
const CONTAINERS: &[SegmentKind] = &[
    SegmentKind::ToolArguments,
    SegmentKind::ToolResult,
    SegmentKind::AnswerSchema,
    SegmentKind::Prediction,
    SegmentKind::Other,
];

/// Data whose keys may be data, too: a table by address. Those of schemas are names.
const KEYED: &[SegmentKind] = &[
    SegmentKind::ToolArguments,
    SegmentKind::ToolResult,
    SegmentKind::Metadata,
    SegmentKind::Other,
];

/// The texts of a segment.
pub fn of<'a>(segment: Segment, body: &'a str) -> Vec<Part<'a>> {
    let Some(raw) = segment.raw(body) else { return Vec::new() };
    let offset = segment.span.start as usize;
    if !segment.is_json_string {
        return values(raw, KEYED.contains(&segment.kind))
            .into_iter()
            .map(|(span, is_string)| {
                let inside = raw.get(span.clone()).unwrap_or_default();
                match is_string {
                    true => Part::string(inside, offset + span.start),
                    false => Part::bare(Cow::Borrowed(inside), Vec::new(), offset + span.start),
                }
            })
            .collect();
    }
    let part = Part::string(raw, offset);
    match CONTAINERS.contains(&segment.kind) && is_container(&part.text) {
        true => part.values(KEYED.contains(&segment.kind)),
        false => vec![part],
    }
}

impl<'a> Part<'a> {
    fn string(inside: &'a str, offset: usize) -> Self {
        if !inside.contains('\\') {
            let layers = vec![Layer::default()];
            return Part { text: Cow::Borrowed(inside), layers, offset, is_bare: false };
        }
        let (text, layer) = Layer::read(inside);
        Part { text: Cow::Owned(text), layers: vec![layer], offset, is_bare: false }
    }

    fn bare(text: Cow<'a, str>, layers: Vec<Layer>, offset: usize) -> Self {
        Part { text, layers, offset, is_bare: true }
    }

    /// The strings and numbers of the JSON that it says.
    fn values(self, with_keys: bool) -> Vec<Part<'a>> {
        let parts = values(&self.text, with_keys).into_iter().map(|(span, is_string)| {
            let mut layers = self.layers.clone();
            if let Some(layer) = layers.last_mut() {
                layer.offset = span.start;
            }
            let inside = self.text.get(span).unwrap_or_default();
            if !is_string {
                return Part::bare(Cow::Owned(inside.to_owned()), layers, self.offset);
            }
            let (text, layer) = Layer::read(inside);
            layers.push(layer);
            Part { text: Cow::Owned(text), layers, offset: self.offset, is_bare: false }
        });
        parts.collect()
    }

    /// The edit of the body that puts `with` in place of a range of the text.
    pub fn replace(&self, range: Range<usize>, with: &str) -> Edit {
        let (range, mut replacement) = match self.is_bare {
            true => (0..self.text.len(), format!("\"{}\"", escape(with))),
            false => (range, with.to_owned()),
        };
        let (mut start, mut end) = (range.start, range.end);
        for layer in self.layers.iter().rev() {
            replacement = escape(&replacement).into_owned();
            start = layer.written(start);
            end = layer.written(end);
        }
        Edit { span: Span::from(self.offset + start..self.offset + end), replacement }
    }
}

impl Layer {
    fn read(inside: &str) -> (String, Layer) {
        let mut text = String::with_capacity(inside.len());
        let mut escapes = Vec::new();
        let mut before = 0;
        for (end, character) in Unescaped::new(inside) {
            text.push(character);
            if end - before != character.len_utf8() {
                escapes.push((text.len() as u32, end as u32));
            }
            before = end;
        }
        (text, Layer { escapes: escapes.into(), offset: 0 })
    }

    /// The written place of decoded place `at`. A character's end maps to the start of the next character.
    fn written(&self, at: usize) -> usize {
        let at = at + self.offset;
        let before = self.escapes.partition_point(|(said, _)| *said as usize <= at);
        match before.checked_sub(1).and_then(|last| self.escapes.get(last)) {
            Some((said, written)) => *written as usize + (at - *said as usize),
            None => at,
        }
    }
}

fn is_container(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

/// The strings of a JSON text, without quotes, and its numbers: true is a string.
fn values(json: &str, with_keys: bool) -> Vec<(Range<usize>, bool)> {
    let bytes = json.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let start = at;
        match byte {
            b'"' => {
                at = end_of_string(bytes, at + 1);
                let after = bytes.get(at + 1..).unwrap_or_default();
                let next = after.iter().find(|byte| !byte.is_ascii_whitespace());
                if with_keys || next != Some(&b':') {
                    found.push((start + 1..at, true));
                }
                at += 1;
            }
            b'-' | b'0'..=b'9' => {
                let is_number =
                    |byte: &&u8| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E');
                at += bytes.iter().skip(at).take_while(is_number).count();
                found.push((start..at, false));
            }
            _ => at += 1,
        }
    }
    found
}

/// The place of the closing quote, or the end of the text.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests;
