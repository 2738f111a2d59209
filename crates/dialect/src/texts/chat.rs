//! Chat completions: <https://platform.openai.com/docs/api-reference/chat>, and the extensions of compatible servers.
//!
//! No event marks the end of a text except the end of its choice. A text also ends where another text of the same choice
//! begins, as in the accumulator of `openai-python` (`lib/streaming/chat`).

use super::beside::{beside, members};
use super::close::chat::{Form, Left, whole};
use super::close::raw::Raw;
use super::close::{Cut, Ending};
use super::find::FindTexts;
use super::found::Found;
use super::head::Head;
use super::mark::When;
use crate::Facts;
use crate::json::{Node, Value};
use postern_types::provider::{Place, TextKind};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;
use std::mem;

pub(crate) struct Chat {
    head: Head,
    choices: BTreeMap<u32, Choice>,
    left: Left,
}

#[derive(Default)]
struct Choice {
    calls: BTreeMap<u32, Call>,
    last_call: u32,
    thoughts: Thoughts,
}

#[derive(Default)]
struct Call {
    id: String,
    custom: bool,
    /// The legacy form, before `tool_calls`.
    legacy: bool,
}

/// The fields in which the thoughts of a choice come.
#[derive(Default)]
struct Thoughts {
    /// The field that has their words.
    field: Option<&'static str>,
    /// The kind of the last piece of `reasoning_details`.
    details: Option<&'static str>,
}

impl FindTexts for Chat {
    fn event(&mut self, data: Option<&Node<'_>>, found: &mut Found<'_>) {
        let Some(data) = data else { return found.end_if(|_| true) };
        self.head.see(data);
        sources(data, found);
        let mut is_frame = data.get("usage").is_some();
        for (_, choice) in data.list("choices") {
            let index = choice.index_of("index").unwrap_or_default();
            is_frame |= !self.choices.contains_key(&index);
            self.choice(index, choice, found);
            found.end_others(index);
            if choice.get("finish_reason").is_some() {
                is_frame = true;
                found.end_if(|place| place.choice == index);
            }
        }
        if is_frame {
            found.frame();
        }
    }

    fn whole(&mut self, answer: &Node<'_>, found: &mut Found<'_>) {
        sources(answer, found);
        for (number, choice) in answer.list("choices") {
            self.choice(choice.index_of("index").unwrap_or(number), choice, found);
        }
    }

    fn delta(&self, at: Place, text: &str, _: u64) -> Option<String> {
        let choice = self.choices.get(&at.choice)?;
        let delta = match at.kind {
            TextKind::Text => json!({ "content": text }),
            TextKind::Refusal => json!({ "refusal": text }),
            TextKind::Reasoning => choice.thoughts.delta(text),
            TextKind::Transcript => json!({ "audio": { "transcript": text } }),
            TextKind::ToolArguments => choice.calls.get(&at.content)?.delta(at.content, text),
            TextKind::ReasoningSummary => {
                json!({ "reasoning_details": [{ "type": SUMMARY, "summary": text, "index": at.part }] })
            }
            TextKind::ToolName | TextKind::Citation | TextKind::ToolData => return None,
        };
        let choice =
            json!({ "index": at.choice, "delta": delta, "logprobs": null, "finish_reason": null });
        Some(self.head.event(OBJECT, choice))
    }

    fn left(&mut self, event: &Node<'_>, _: &str) {
        self.left.see(event);
    }

    fn close(&mut self, ending: &mut Ending<'_>) {
        let mut left = mem::take(&mut self.left);
        let form = Form {
            object: OBJECT,
            head: &self.head,
            begun: json!({ "delta": { "role": "assistant", "content": "" } }),
            nothing: json!({ "delta": {} }),
            delta: &|at, text| self.delta(at, text, 0),
        };
        left.close(&form, ending);
    }

    fn cut(&self, answer: Raw<'_>, cut: &Cut<'_>) -> String {
        whole(answer, cut)
    }
}

const OBJECT: &str = "chat.completion.chunk";

/// The members of a message that are read on their own, or have sound and pictures. What compatible servers have beside them are
/// texts, too: `executed_tools` of Groq (<https://console.groq.com/docs/compound>).
const READ: [&str; 10] = [
    "content",
    "refusal",
    "tool_calls",
    "function_call",
    "annotations",
    "reasoning_content",
    "reasoning",
    "reasoning_details",
    "audio",
    "images",
];

/// Sources beside the choices (<https://docs.perplexity.ai/api-reference/chat-completions-post>), which each chunk repeats.
const SOURCES: [&str; 3] = ["citations", "search_results", "documents"];

fn sources(answer: &Node<'_>, found: &mut Found<'_>) {
    for sources in SOURCES.iter().filter_map(|name| answer.get(name)) {
        beside(Place::new(TextKind::Citation, 0), sources, found);
    }
}

impl Chat {
    pub fn new(facts: &Facts) -> Self {
        Chat { head: Head::default(), choices: BTreeMap::new(), left: Left::new(facts) }
    }

    fn choice(&mut self, index: u32, node: &Node<'_>, found: &mut Found<'_>) {
        let choice = self.choices.entry(index).or_default();
        let text = Place::new(TextKind::Text, index);
        if let Some(logprobs) = node.get("logprobs") {
            found.void(text, logprobs, "null", When::ChoiceTouched);
        }
        // Some servers send both, and clients read either.
        for said in ["delta", "message"].iter().filter_map(|member| node.get(member)) {
            choice.said(index, said, found);
        }
    }
}

impl Choice {
    fn said(&mut self, index: u32, said: &Node<'_>, found: &mut Found<'_>) {
        let text = Place::new(TextKind::Text, index);
        self.thoughts.see(Place { kind: TextKind::Reasoning, ..text }, said, found);
        for (kind, member) in [(TextKind::Text, "content"), (TextKind::Refusal, "refusal")] {
            for (is_thought, words) in said.get(member).map(words).unwrap_or_default() {
                let kind = if is_thought { TextKind::Reasoning } else { kind };
                found.say(Place { kind, ..text }, words);
            }
        }
        if let Some(words) = said.at(&["audio", "transcript"]) {
            found.say(Place { kind: TextKind::Transcript, ..text }, words);
        }
        for (_, call) in said.list("tool_calls") {
            self.call(index, call, found);
        }
        if let Some(function) = said.get("function_call") {
            self.calls.entry(0).or_default().legacy = true;
            say_call(Place::new(TextKind::ToolArguments, index), function, "arguments", found);
        }
        if let Some(annotations) = said.get("annotations") {
            beside(Place { kind: TextKind::Citation, ..text }, annotations, found);
        }
        members(Place { kind: TextKind::ToolData, ..text }, said, &READ, found);
    }

    fn call(&mut self, index: u32, node: &Node<'_>, found: &mut Found<'_>) {
        let function = node.get("function");
        let custom = node.get("custom");
        let said = function.or(custom);
        let named = said.is_some_and(|said| !said.text_of("name").is_empty());
        let key = self.key_of(node.index_of("index"), &node.text_of("id"), named);
        self.last_call = key;
        let call = self.calls.entry(key).or_default();
        if call.id.is_empty() {
            call.id = node.text_of("id").into_owned();
        }
        call.custom |= custom.is_some();
        let place = Place::new(TextKind::ToolArguments, index).in_content(key);
        if let Some(said) = said {
            let arguments = if call.custom { "input" } else { "arguments" };
            say_call(place, said, arguments, found);
        }
    }

    /// The key of a call, as the reader of vendors' answers tells calls apart: by index, except that another id begins a new
    /// call.
    fn key_of(&self, index: Option<u32>, id: &str, named: bool) -> u32 {
        let next = || self.calls.keys().next_back().map_or(0, |last| last.saturating_add(1));
        let same = |key: &u32| {
            id.is_empty()
                || self.calls.get(key).is_none_or(|call| call.id.is_empty() || call.id == id)
        };
        match index {
            Some(index) if same(&index) => index,
            _ if id.is_empty() && named => next(),
            _ if id.is_empty() => self.last_call,
            _ => {
                let known = self.calls.iter().find(|(_, call)| call.id == id);
                known.map_or_else(next, |(key, _)| *key)
            }
        }
    }
}

impl Call {
    fn delta(&self, index: u32, text: &str) -> Json {
        match (self.legacy, self.custom) {
            (true, _) => json!({ "function_call": { "arguments": text } }),
            (_, true) => json!({ "tool_calls": [{ "index": index, "custom": { "input": text } }] }),
            _ => json!({ "tool_calls": [{ "index": index, "function": { "arguments": text } }] }),
        }
    }
}

fn say_call(place: Place, said: &Node<'_>, arguments: &str, found: &mut Found<'_>) {
    if let Some(name) = said.get("name") {
        found.say(Place { kind: TextKind::ToolName, ..place }, name);
    }
    if let Some(arguments) = said.get(arguments) {
        found.say(place, arguments);
    }
}

const SUMMARY: &str = "reasoning.summary";

const FIELDS: [&str; 2] = ["reasoning_content", "reasoning"];

impl Thoughts {
    fn see(&mut self, place: Place, said: &Node<'_>, found: &mut Found<'_>) {
        let fields = FIELDS.map(|field| (field, said.get(field).map(words).unwrap_or_default()));
        let mut by_field = String::new();
        for (field, words) in fields {
            let text: String = words.iter().map(|(_, word)| word.text()).collect();
            // Servers that send the words twice send the same words.
            let again = !text.is_empty() && text == by_field;
            for (_, word) in words {
                self.field = self.field.or(Some(field).filter(|_| !word.text().is_empty()));
                if again { found.echo(place, word) } else { found.say(place, word) }
            }
            by_field = if by_field.is_empty() { text } else { by_field };
        }
        if let Some(details) = said.get("reasoning_details") {
            self.details(place, details, &by_field, found);
        }
    }

    /// Details either repeat the words of the field, complete or in pieces, and seal them, or are the only source of the words.
    fn details(&mut self, place: Place, details: &Node<'_>, by_field: &str, found: &mut Found<'_>) {
        let texts: Vec<_> = details.items().iter().filter_map(text_of_detail).collect();
        let is_part = |whole: &str| texts.iter().all(|(_, text)| whole.contains(&*text.text()));
        if by_field.is_empty() && self.field.is_some() && is_part(found.seen(place)) {
            found.end(place);
            return found.void(place, details, "[]", When::ThoughtsDiffer);
        }
        // A summary in pieces whose joined text the field already had.
        if texts.len() > 1 && self.details.is_none() && is_part(by_field) {
            return found.void(place, details, "[]", When::ThoughtsDiffer);
        }
        for (number, (kind, text)) in (0..).zip(texts) {
            self.detail(place, number, (kind, text), by_field, found);
        }
        for detail in details.items() {
            if let Some(seal) = detail.get("signature").filter(|node| !node.text().is_empty()) {
                found.end(place);
                found.void(place, seal, "\"\"", When::ThoughtsDiffer);
            }
        }
    }

    fn detail(
        &mut self,
        place: Place,
        number: u32,
        (kind, text): (&'static str, &Node<'_>),
        by_field: &str,
        found: &mut Found<'_>,
    ) {
        if text.text() == by_field {
            self.details = Some(kind);
            found.echo(place, text);
        } else if kind == SUMMARY && !by_field.is_empty() {
            let place = Place { kind: TextKind::ReasoningSummary, ..place }.in_part(number);
            found.say(place, text);
        } else {
            self.details = Some(kind);
            found.say(place, text);
        }
    }

    fn delta(&self, text: &str) -> Json {
        let mut delta = Map::new();
        let by_default = self.details.is_none().then_some("reasoning_content");
        if let Some(field) = self.field.or(by_default) {
            delta.insert(field.to_owned(), text.into());
        }
        if let Some(kind) = self.details {
            let words = if kind == SUMMARY { "summary" } else { "text" };
            let details = json!([{ "type": kind, words: text, "index": 0 }]);
            delta.insert("reasoning_details".to_owned(), details);
        }
        Json::Object(delta)
    }
}

/// The words of a detail, if it has some.
fn text_of_detail<'n, 'a>(detail: &'n Node<'a>) -> Option<(&'static str, &'n Node<'a>)> {
    let (kind, member) = match &*detail.text_of("type") {
        SUMMARY => (SUMMARY, "summary"),
        _ => ("reasoning.text", "text"),
    };
    detail.get(member).filter(|text| !text.text().is_empty()).map(|text| (kind, text))
}

/// The words of a content: a string, or Mistral's parts, some of which are thoughts.
fn words<'n, 'a>(node: &'n Node<'a>) -> Vec<(bool, &'n Node<'a>)> {
    match &node.value {
        Value::String(_) => vec![(false, node)],
        Value::Array(parts) => parts.iter().flat_map(words).collect(),
        Value::Object(members) => {
            let known = members.iter().filter_map(|(name, value)| match &**name {
                "text" => Some(words(value)),
                "thinking" => {
                    Some(words(value).into_iter().map(|(_, word)| (true, word)).collect())
                }
                _ => None,
            });
            known.flatten().collect()
        }
        _ => Vec::new(),
    }
}
