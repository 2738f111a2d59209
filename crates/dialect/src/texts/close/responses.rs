//! Responses: `response.incomplete`, with the reason `content_filter`
//! (<https://platform.openai.com/docs/api-reference/responses-streaming/response/incomplete>).

use super::item::{Item, Part, empty_part, numbered};
use super::raw::{Raw, array, string};
use super::{Cut, Ending, guardrail, leaves_alone};
use crate::Usage;
use crate::json::Node;
use crate::texts::items::{STRINGS, place};
use postern_types::provider::TextKind;
use std::collections::BTreeMap;

const INCOMPLETE: &str = "incomplete";

const WHY: &str = r#"{"reason":"content_filter"}"#;

/// The part of a stream that has been sent.
#[derive(Default)]
pub struct Left {
    /// The response as it began.
    response: Option<String>,
    items: BTreeMap<u32, Item>,
}

impl Left {
    /// `text` is the event's JSON.
    pub fn see(&mut self, event: &Node<'_>, text: &str) {
        let raw = |name: &str| event.get(name).and_then(|node| node.span.of(text));
        let kind = event.text_of("type");
        let index = event.index_of("output_index").unwrap_or_default();
        match kind.strip_prefix("response.") {
            Some("created" | "queued" | "in_progress") => {
                if let Some(response) = raw("response") {
                    self.response.get_or_insert_with(|| response.to_owned());
                }
            }
            Some("output_item.added") => {
                self.items.insert(index, Item::new(index, raw("item").unwrap_or("{}")));
            }
            Some("output_item.done") => {
                let item = Item::new(index, raw("item").unwrap_or("{}"));
                self.items.insert(index, Item { done: true, ..item });
            }
            Some(of_item) => {
                if let Some(item) = self.items.get_mut(&index) {
                    see_part(item, of_item, event, raw);
                }
            }
            None => {}
        }
    }

    pub fn close(&mut self, ending: &mut Ending<'_>) {
        for (at, text) in std::mem::take(&mut ending.rest) {
            if let Some(item) = self.items.get(&at.content).filter(|item| item.is_open(at)) {
                item.say(at, &text, ending);
            }
        }
        let mut message = ending.said();
        if let Some(item) = self.items.values_mut().rev().find(|item| is_open_message(item)) {
            say(item, message.take(), ending);
        }
        self.complete_parts(ending);
        for item in self.items.values_mut().filter(|item| !item.done) {
            item.close(INCOMPLETE, ending);
        }
        if message.is_some() {
            let next = self.items.keys().next_back().map_or(0, |last| last.saturating_add(1));
            let mut item = Item::new(next, &new_message("in_progress", "[]", self.id().as_str()));
            item.begin(ending);
            say(&mut item, message, ending);
            item.close("completed", ending);
            self.items.insert(next, item);
        }
        self.finish(ending);
    }

    /// Adds a part to each text that began without one.
    fn complete_parts(&mut self, ending: &Ending<'_>) {
        for at in ending.memory.released_places() {
            let item = self.items.get_mut(&at.content).filter(|item| !item.done);
            if let Some(item) = item.filter(|_| leaves_alone(at.kind)) {
                let key = (at.kind == TextKind::ReasoningSummary, at.part);
                item.parts.entry(key).or_insert_with(|| Part::new(empty_part(at.kind)));
            }
        }
    }

    fn id(&self) -> String {
        Raw::uncut(self.response.as_deref().unwrap_or("{}")).text_of("id")
    }

    fn finish(&self, ending: &mut Ending<'_>) {
        let response = Raw::uncut(self.response.as_deref().unwrap_or(r#"{"object":"response"}"#));
        let response = response.with([
            ("status", Some(string(INCOMPLETE))),
            ("incomplete_details", Some(WHY.to_owned())),
            ("output", Some(array(self.items.values().map(|item| &item.raw)))),
            ("usage", Some(counts(ending.usage))),
        ]);
        let event = vec![("response", response), ("guardrail", guardrail(ending.notice))];
        numbered("response.incomplete", event, ending);
    }
}

/// An event of a part, or of the one string of an item.
fn see_part<'a>(
    item: &mut Item,
    kind: &str,
    event: &Node<'_>,
    raw: impl Fn(&str) -> Option<&'a str>,
) {
    let Some((name, when)) = kind.rsplit_once('.') else { return };
    let of_summary = name.starts_with("reasoning_summary");
    let number = if of_summary { "summary_index" } else { "content_index" };
    let key = (of_summary, event.index_of(number).unwrap_or_default());
    match (name, when) {
        ("content_part" | "reasoning_summary_part", _) => {
            let part = Part::new(raw("part").unwrap_or("{}"));
            item.parts.insert(key, Part { done: when == "done", ..part });
        }
        ("output_text.annotation", "added") => {
            if let (Some(part), Some(said)) = (item.parts.get_mut(&key), raw("annotation")) {
                part.annotations.push(said.to_owned());
            }
        }
        (_, "done") if STRINGS.iter().any(|(_, _, of)| *of == name) => item.said = true,
        (_, "done") => {
            if let Some(part) = item.parts.get_mut(&key) {
                part.said = true;
            }
        }
        _ => {}
    }
}

fn is_open_message(item: &Item) -> bool {
    !item.done && item.kind() == "message"
}

/// Writes the message into the open text, or into a new part.
fn say(item: &mut Item, message: Option<String>, ending: &mut Ending<'_>) {
    let Some(text) = message else { return };
    let number = item.open_text().unwrap_or_else(|| {
        let next = item.parts.keys().map(|(_, number)| number.saturating_add(1)).max();
        let next = next.unwrap_or_default();
        item.begin_part(next, ending);
        next
    });
    item.say(place(TextKind::Text, item.index, number), &text, ending);
}

/// A message item of the gateway's own.
fn new_message(status: &str, content: &str, response_id: &str) -> String {
    let own = response_id.strip_prefix("resp_").unwrap_or(response_id);
    let id = string(&format!("msg_{own}_guardrail"));
    format!(
        r#"{{"id":{id},"type":"message","status":"{status}","role":"assistant","content":{content}}}"#
    )
}

fn counts(usage: Usage) -> String {
    serde_json::json!({
        "input_tokens": usage.input_tokens,
        "input_tokens_details": {
            "cached_tokens": usage.cached_input_tokens,
            "cache_write_tokens": usage.cache_write_tokens,
        },
        "output_tokens": usage.output_tokens,
        "output_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
        "total_tokens": usage.input_tokens.saturating_add(usage.output_tokens),
    })
    .to_string()
}

/// A buffered answer: content other than words is kept only if it stands before the cut.
pub fn whole(answer: Raw<'_>, cut: &Cut<'_>) -> String {
    let mut message = Some(cut.notice.message.as_str()).filter(|_| cut.notice.said);
    let mut items = Vec::new();
    for item in answer.list("output") {
        if !item.is_behind() {
            items.push(item.as_str().to_owned());
            continue;
        }
        let said = message.filter(|_| item.holds_cut() && cut.at.kind == TextKind::Text);
        let (content, summary) =
            (whole_parts(item, "content", said), whole_parts(item, "summary", None));
        message = message.filter(|_| said.is_none());
        if !content.is_empty() || !summary.is_empty() {
            let list = |name: &str, parts: &[String]| item.get(name).map(|_| array(parts));
            items.push(item.with([
                ("content", list("content", &content)),
                ("summary", list("summary", &summary)),
                ("status", Some(string(INCOMPLETE))),
            ]));
        }
    }
    items.extend(message.map(|text| {
        let text = string(text);
        let part =
            format!(r#"[{{"type":"output_text","text":{text},"annotations":[],"logprobs":[]}}]"#);
        new_message("completed", &part, &answer.text_of("id"))
    }));
    answer.with([
        ("status", Some(string(INCOMPLETE))),
        ("incomplete_details", Some(WHY.to_owned())),
        ("output", Some(array(&items))),
        ("guardrail", Some(guardrail(cut.notice))),
    ])
}

/// The parts that keep words, and the message after the part that contains the cut.
fn whole_parts(item: Raw<'_>, name: &str, said: Option<&str>) -> Vec<String> {
    let mut parts = Vec::new();
    for part in item.list(name) {
        let is_refusal = part.text_of("type") == "refusal";
        let member = if is_refusal { "refusal" } else { "text" };
        let words = part.text_of(member);
        match said.filter(|_| part.holds_cut() && !is_refusal) {
            Some(said) => parts.push(part.with([(member, Some(string(&(words + said))))])),
            None if !part.is_behind() || !words.is_empty() => parts.push(part.as_str().to_owned()),
            None => {}
        }
    }
    parts
}
