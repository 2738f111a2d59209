//! Responses: <https://platform.openai.com/docs/api-reference/responses-streaming>. Each text comes in pieces, then complete at
//! its own end and at those of its part, its item and the response.

use super::beside::{beside, members};
use super::close::raw::Raw;
use super::close::responses::{Left, whole};
use super::close::{Cut, Ending};
use super::find::FindTexts;
use super::found::Found;
use super::hosted;
use super::items::{STRINGS, place};
use super::mark::When;
use crate::json::Node;
use postern_types::provider::{Place, TextKind};
use serde_json::json;
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Responses {
    items: BTreeMap<u32, Item>,
    left: Left,
}

struct Item {
    id: String,
    kind: String,
}

impl FindTexts for Responses {
    fn event(&mut self, data: Option<&Node<'_>>, found: &mut Found<'_>) {
        let Some(data) = data else { return };
        if let Some(number) = data.get("sequence_number") {
            found.number(number);
        }
        let kind = data.text_of("type");
        let Some(event) = kind.strip_prefix("response.") else { return };
        if !event.ends_with(".delta") {
            found.frame();
        }
        let index = data.index_of("output_index").unwrap_or_default();
        match event {
            "output_item.added" | "output_item.done" => {
                let Some(item) = data.get("item") else { return };
                self.see_item(index, item);
                self.item(index, item, found);
                if event == "output_item.done" {
                    found.end_if(|place| place.content == index);
                }
            }
            "completed" | "incomplete" | "failed" | "cancelled" => {
                if let Some(response) = data.get("response") {
                    self.response(response, found);
                }
                found.end_if(|_| true);
            }
            _ => more(index, event, data, found),
        }
    }

    fn whole(&mut self, answer: &Node<'_>, found: &mut Found<'_>) {
        self.response(answer, found);
    }

    fn delta(&self, at: Place, text: &str, number: u64) -> Option<String> {
        let item = self.items.get(&at.content);
        if let Some(event) = item.and_then(|item| item.hosted(at, text, number)) {
            return Some(event);
        }
        let (name, part) = match at.kind {
            TextKind::Text => ("output_text", Some("content_index")),
            TextKind::Refusal => ("refusal", Some("content_index")),
            TextKind::Reasoning => ("reasoning_text", Some("content_index")),
            TextKind::ReasoningSummary => ("reasoning_summary_text", Some("summary_index")),
            TextKind::ToolArguments => {
                let kind = item.map_or("", |item| item.kind.as_str());
                let known = STRINGS.iter().find(|(of, _, _)| *of == kind);
                (known.map_or("function_call_arguments", |(_, _, name)| name), None)
            }
            TextKind::ToolName | TextKind::Transcript | TextKind::Citation | TextKind::ToolData => {
                return None;
            }
        };
        let kind = format!("response.{name}.delta");
        let mut event = json!({
            "type": kind,
            "sequence_number": number,
            "item_id": item.map_or("", |item| item.id.as_str()),
            "output_index": at.content,
        });
        if let (Some(part), Some(members)) = (part, event.as_object_mut()) {
            members.insert(part.to_owned(), at.part.into());
        }
        if let Some(members) = event.as_object_mut() {
            members.insert("delta".to_owned(), text.into());
            if at.kind == TextKind::Text {
                members.insert("logprobs".to_owned(), json!([]));
            }
        }
        Some(format!("event: {kind}\ndata: {event}\n\n"))
    }

    fn left(&mut self, event: &Node<'_>, text: &str) {
        self.left.see(event, text);
    }

    fn close(&mut self, ending: &mut Ending<'_>) {
        self.left.close(ending);
    }

    fn cut(&self, answer: Raw<'_>, cut: &Cut<'_>) -> String {
        whole(answer, cut)
    }
}

impl Responses {
    fn see_item(&mut self, index: u32, item: &Node<'_>) {
        let (id, kind) = (item.text_of("id").into_owned(), item.text_of("type").into_owned());
        self.items.insert(index, Item { id, kind });
    }

    /// Items are matched by id; an item without a known id is matched by its position.
    fn response(&self, response: &Node<'_>, found: &mut Found<'_>) {
        for (number, item) in response.list("output") {
            let id = item.text_of("id");
            let known = self.items.iter().find(|(_, known)| !id.is_empty() && known.id == id);
            self.item(known.map_or(number, |(index, _)| *index), item, found);
        }
        if let Some(text) = response.get("output_text") {
            found.void(place(TextKind::Text, 0, 0), text, "null", When::ChoiceTouched);
        }
    }

    fn item(&self, index: u32, item: &Node<'_>, found: &mut Found<'_>) {
        for (number, content) in item.list("content") {
            part(index, number, content, found);
        }
        for (number, summary) in item.list("summary") {
            part(index, number, summary, found);
        }
        let kind = item.text_of("type");
        self.beside(index, &kind, item, found);
        if kind == "reasoning"
            && let Some(sealed) = item.get("encrypted_content")
        {
            let place = place(TextKind::Reasoning, index, 0);
            found.void(place, sealed, "null", When::ThoughtsDiffer);
        }
        let Some((_, member, _)) = STRINGS.iter().find(|(of, _, _)| *of == kind) else { return };
        if let Some(name) = item.get("name") {
            found.tell(place(TextKind::ToolName, index, 0), name);
        }
        let arguments = place(TextKind::ToolArguments, index, 0);
        match item.get(member) {
            Some(text) if !text.text().is_empty() => found.tell(arguments, text),
            _ if found.seen(arguments).is_empty() => found.open(arguments),
            _ => {}
        }
    }
}

impl Responses {
    /// What the item has beside the texts that are read on their own.
    fn beside(&self, index: u32, kind: &str, item: &Node<'_>, found: &mut Found<'_>) {
        let own = match kind {
            "message" | "reasoning" => &[][..],
            _ => hosted::of_item(index, kind, item, found),
        };
        // The parts of any item are read, whatever its type.
        let parts =
            ["content", "summary"].into_iter().filter(|name| item.list(name).next().is_some());
        let string = STRINGS.iter().find(|(of, _, _)| *of == kind).map(|(_, member, _)| *member);
        let read: Vec<&str> = own.iter().copied().chain(string).chain(parts).collect();
        members(place(TextKind::ToolData, index, 0), item, &read, found);
    }
}

impl Item {
    fn hosted(&self, at: Place, text: &str, number: u64) -> Option<String> {
        let (name, mut event) = hosted::delta(&self.kind, at, &self.id, text)?;
        let kind = format!("response.{name}.delta");
        event.insert("type".to_owned(), kind.as_str().into());
        event.insert("sequence_number".to_owned(), number.into());
        Some(format!("event: {kind}\ndata: {}\n\n", serde_json::Value::Object(event)))
    }
}

/// A part of a message or of thoughts, as complete as it is.
fn part(item: u32, number: u32, node: &Node<'_>, found: &mut Found<'_>) {
    let (kind, member) = match &*node.text_of("type") {
        "output_text" => (TextKind::Text, "text"),
        "refusal" => (TextKind::Refusal, "refusal"),
        "reasoning_text" => (TextKind::Reasoning, "text"),
        "summary_text" => (TextKind::ReasoningSummary, "text"),
        _ => return beside(place(TextKind::ToolData, item, 0), node, found),
    };
    if let Some(annotations) = node.get("annotations") {
        beside(place(TextKind::Citation, item, 0), annotations, found);
    }
    let place = place(kind, item, number);
    match node.get(member) {
        Some(text) if !text.text().is_empty() => found.tell(place, text),
        _ if found.seen(place).is_empty() => found.open(place),
        _ => {}
    }
    void_logprobs(place, node, found);
}

/// An event of one text.
fn more(item: u32, event: &str, data: &Node<'_>, found: &mut Found<'_>) {
    let content = data.index_of("content_index").unwrap_or_default();
    let summary = data.index_of("summary_index").unwrap_or_default();
    let Some((name, when)) = event.rsplit_once('.') else { return };
    if hosted::more(item, (name, when), data, found) {
        return;
    }
    let (place, member) = match name {
        "content_part" | "reasoning_summary_part" => {
            let number = if name == "content_part" { content } else { summary };
            if let Some(node) = data.get("part") {
                part(item, number, node, found);
            }
            if when == "done" {
                let is_summary = name != "content_part";
                found.end_if(|place| {
                    (place.content, place.part) == (item, number)
                        && is_summary == (place.kind == TextKind::ReasoningSummary)
                });
            }
            return;
        }
        "output_text" => (place(TextKind::Text, item, content), "text"),
        "refusal" => (place(TextKind::Refusal, item, content), "refusal"),
        "reasoning_text" => (place(TextKind::Reasoning, item, content), "text"),
        "reasoning_summary_text" => (place(TextKind::ReasoningSummary, item, summary), "text"),
        _ => {
            let Some((_, member, _)) = STRINGS.iter().find(|(_, _, of)| *of == name) else {
                return other(item, name, data, found);
            };
            (place(TextKind::ToolArguments, item, 0), *member)
        }
    };
    match (when, data.get("delta"), data.get(member)) {
        ("delta", Some(delta), _) => found.say(place, delta),
        ("done", _, whole) => {
            if let Some(whole) = whole.filter(|whole| !whole.text().is_empty()) {
                found.tell(place, whole);
            }
            if let Some(name) = data.get("name").filter(|_| place.kind == TextKind::ToolArguments) {
                found.tell(Place { kind: TextKind::ToolName, ..place }, name);
            }
            found.end(place);
        }
        _ => {}
    }
    void_logprobs(place, data, found);
}

/// An event of a source, or one that is not known.
fn other(item: u32, name: &str, data: &Node<'_>, found: &mut Found<'_>) {
    match name {
        "audio" => {}
        "output_text.annotation" => {
            if let Some(annotation) = data.get("annotation") {
                beside(place(TextKind::Citation, item, 0), annotation, found);
            }
        }
        _ => members(
            place(TextKind::ToolData, item, 0),
            data,
            &["obfuscation", "size", "quality"],
            found,
        ),
    }
}

fn void_logprobs(place: Place, node: &Node<'_>, found: &mut Found<'_>) {
    if let Some(logprobs) = node.get("logprobs").filter(|node| !node.items().is_empty()) {
        found.void(place, logprobs, "[]", When::Touched);
    }
}
