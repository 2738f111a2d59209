//! The state of one choice of a stream: turns its events of the hub into deltas.

use super::chunk::{Audio, Call, Delta, Said};
use super::finish::{self, Ending, is_cut};
use crate::chat::{self, Content, Finish, Image, Kind, Reasoned, Source};
use crate::openai::annotation;
use crate::openai::thoughts::{self, Detail};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Debug)]
pub(super) struct Choice {
    /// The base of ids that the vendor does not report.
    id: String,
    began: bool,
    parts: BTreeMap<u32, Part>,
    calls: u32,
    said: finish::Said,
    /// The number of characters of content so far, in which citations are counted.
    content_chars: u64,
    /// Sealed thoughts, held until it is known which part they precede.
    held: Vec<Detail>,
    details: u32,
}

#[derive(Debug)]
enum Part {
    Text { start: u64 },
    Refusal,
    Reasoning(Reasoned),
    Call { index: u32, custom: bool, empty: bool },
    Audio,
    Whole,
}

impl Choice {
    pub fn new(id: String) -> Self {
        Choice {
            id,
            began: false,
            parts: BTreeMap::new(),
            calls: 0,
            said: finish::Said::default(),
            content_chars: 0,
            held: Vec::new(),
            details: 0,
        }
    }

    /// The first delta of a choice has the role.
    pub fn with_role(&mut self, mut deltas: Vec<Delta>) -> Vec<Delta> {
        if let Some(first) = deltas.first_mut().filter(|_| !self.began) {
            self.began = true;
            first.said.role = Some("assistant");
            // OpenAI's first chunk has an empty content, to which clients that merge the chunks add.
            if first.said.tool_calls.is_none() && first.said.refusal.is_none() {
                first.said.content.get_or_insert_default();
            }
        }
        deltas
    }

    pub fn begin(&mut self, number: u32, kind: Kind) -> Vec<Delta> {
        let mut deltas = Vec::new();
        let part = match kind {
            Kind::Text => Part::Text { start: self.content_chars },
            Kind::Refusal => {
                self.said.refusal = true;
                Part::Refusal
            }
            Kind::Reasoning { redacted } => {
                self.parts
                    .insert(number, Part::Reasoning(Reasoned { redacted, ..Reasoned::default() }));
                return deltas;
            }
            Kind::ToolCall { id, name, custom } => {
                let id = if id.is_empty() { format!("call_{}_{number}", self.id) } else { id };
                deltas.extend(self.release(Some(&id)));
                deltas.push(self.begin_call(id, name, custom));
                Part::Call { index: self.calls.saturating_sub(1), custom, empty: true }
            }
            Kind::Audio { id, expires_unix_s, format: _ } => {
                let id = id.unwrap_or_else(|| format!("audio_{}_{number}", self.id));
                let audio = Audio { id: Some(id), expires_at: expires_unix_s, ..Audio::default() };
                deltas.push(Delta::said(Said { audio: Some(audio), ..Said::default() }));
                Part::Audio
            }
            Kind::Whole(content) => {
                let images = image(*content).into_iter().collect::<Vec<_>>();
                if !images.is_empty() {
                    deltas.push(Delta::said(Said { images, ..Said::default() }));
                }
                Part::Whole
            }
        };
        self.parts.insert(number, part);
        let mut all = self.release(None);
        all.append(&mut deltas);
        all
    }

    fn begin_call(&mut self, id: String, name: String, custom: bool) -> Delta {
        let call = Call {
            index: Some(self.calls),
            id: Some(id),
            kind: Some(if custom { "custom" } else { "function" }),
            ..Call::of(custom, Some(name), String::new())
        };
        self.calls = self.calls.saturating_add(1);
        self.said.calls = true;
        Delta::said(Said { tool_calls: Some([call]), ..Said::default() })
    }

    pub fn more(&mut self, number: u32, delta: chat::Delta) -> Vec<Delta> {
        let Some(part) = self.parts.get_mut(&number) else { return Vec::new() };
        let said = match (part, delta) {
            (Part::Text { .. }, chat::Delta::Text(text)) => {
                self.content_chars += text.chars().count() as u64;
                Said { content: Some(text), ..Said::default() }
            }
            (Part::Text { start }, chat::Delta::Annotation(cited)) => {
                let annotation = annotation::write(cited, (*start, self.content_chars));
                let annotations: Vec<Value> = annotation.into_iter().collect();
                if annotations.is_empty() {
                    return Vec::new();
                }
                Said { annotations, ..Said::default() }
            }
            (Part::Refusal, chat::Delta::Text(text)) => {
                Said { refusal: Some(text), ..Said::default() }
            }
            (Part::Reasoning(reasoned), delta) => match think(reasoned, delta) {
                Some(words) => Said { reasoning_content: Some(words), ..Said::default() },
                None => return Vec::new(),
            },
            (Part::Call { index, custom, empty }, chat::Delta::Text(text)) => {
                *empty = *empty && text.is_empty();
                let call = Call { index: Some(*index), ..Call::of(*custom, None, text) };
                Said { tool_calls: Some([call]), ..Said::default() }
            }
            (Part::Audio, chat::Delta::Text(text)) => {
                let audio = Audio { data: Some(text), ..Audio::default() };
                Said { audio: Some(audio), ..Said::default() }
            }
            (Part::Audio, chat::Delta::Transcript(text)) => {
                let audio = Audio { transcript: Some(text), ..Audio::default() };
                Said { audio: Some(audio), ..Said::default() }
            }
            _ => return Vec::new(),
        };
        vec![Delta::said(said)]
    }

    /// Ends a part. Its seal is known only now.
    pub fn end(&mut self, number: u32) -> Vec<Delta> {
        if let Some(Part::Reasoning(reasoned)) = self.parts.get_mut(&number) {
            let reasoned = std::mem::take(reasoned);
            self.held.extend(thoughts::details(&reasoned));
        }
        Vec::new()
    }

    pub fn finish(&mut self, finish: Finish) -> Vec<Delta> {
        let mut deltas = self.release(None);
        deltas.extend(self.fill_empty_calls(is_cut(finish.reason)));
        let ending = Some(Ending::new(finish, self.said));
        deltas.push(Delta { ending, ..Delta::default() });
        deltas
    }

    /// A call without any arguments receives an empty object, unless the answer was cut in it.
    fn fill_empty_calls(&self, cut: bool) -> Vec<Delta> {
        let last = self.parts.keys().next_back().copied();
        let empty = self.parts.iter().filter_map(|(number, part)| match part {
            Part::Call { index, custom: false, empty: true } if !(cut && Some(*number) == last) => {
                Some(*index)
            }
            _ => None,
        });
        let fill = |index| {
            let call = Call { index: Some(index), ..Call::of(false, None, "{}".to_owned()) };
            Delta::said(Said { tool_calls: Some([call]), ..Said::default() })
        };
        empty.map(fill).collect()
    }

    /// Releases the held thoughts; `call_id` is that of the call that they precede, if they precede one.
    fn release(&mut self, call_id: Option<&str>) -> Vec<Delta> {
        let held = std::mem::take(&mut self.held);
        if held.is_empty() {
            return Vec::new();
        }
        let reasoning_details = place(held, &mut self.details, call_id);
        vec![Delta::said(Said { reasoning_details, ..Said::default() })]
    }
}

/// Numbers the details and adds the id of the call that they precede.
pub(super) fn place(details: Vec<Detail>, count: &mut u32, call_id: Option<&str>) -> Vec<Detail> {
    let mut placed = Vec::with_capacity(details.len());
    for mut detail in details {
        if let Some(id) = call_id.filter(|_| !detail.contains_key("id")) {
            detail.insert("id".to_owned(), id.into());
        }
        detail.insert("index".to_owned(), (*count).into());
        *count = count.saturating_add(1);
        placed.push(detail);
    }
    placed
}

/// Keeps what the seal will need, and returns the words.
fn think(reasoned: &mut Reasoned, delta: chat::Delta) -> Option<String> {
    match delta {
        chat::Delta::Text(words) => {
            reasoned.text.push_str(&words);
            Some(words)
        }
        chat::Delta::Summary(piece, words) => {
            let piece = (piece as usize).min(reasoned.summary.len());
            let begins = piece == reasoned.summary.len();
            if begins {
                reasoned.summary.push(String::new());
            }
            if let Some(summary) = reasoned.summary.get_mut(piece) {
                summary.push_str(&words);
            }
            Some(if begins && piece > 0 { format!("\n\n{words}") } else { words })
        }
        chat::Delta::Sealed(sealed) => {
            reasoned.sealed = Some(sealed);
            None
        }
        _ => None,
    }
}

/// A picture that the model made, in a field that OpenRouter has added. Content that only another dialect knows has no place
/// here.
pub(super) fn image(content: Content) -> Option<Value> {
    let Content::Image(Image { source, .. }) = content else { return None };
    let url = match source {
        Source::Base64 { media_type, data } => format!("data:{media_type};base64,{data}"),
        Source::Url(url) => url,
        Source::FileId(_) | Source::Text(_) => return None,
    };
    Some(json!({ "type": "image_url", "image_url": { "url": url } }))
}
