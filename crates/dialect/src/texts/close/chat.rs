//! Chat completions and completions: the `finish_reason` is `content_filter`, with which no client runs a call
//! (<https://platform.openai.com/docs/api-reference/chat/object#chat-object-choices-finish_reason>).

use super::raw::{Raw, array, string};
use super::{Cut, Ending, guardrail};
use crate::json::Node;
use crate::texts::head::Head;
use crate::{Facts, Usage};
use postern_types::provider::{Place, TextKind};
use serde_json::{Value as Json, json};
use std::collections::BTreeMap;

const FILTERED: &str = "content_filter";

/// OpenAI's own maximum.
const MAX_CHOICES: u32 = 128;

/// The part of a stream that has been sent.
#[derive(Default)]
pub struct Left {
    /// The choices that began, and whether they have ended.
    choices: BTreeMap<u32, bool>,
    usage: bool,
    asked: u32,
    asked_for_usage: bool,
}

/// How a dialect writes its chunks.
pub struct Form<'a> {
    pub object: &'static str,
    pub head: &'a Head,
    /// The content of a choice's first chunk.
    pub begun: Json,
    pub nothing: Json,
    /// A chunk with more text.
    pub delta: &'a dyn Fn(Place, &str) -> Option<String>,
}

impl Left {
    pub fn new(facts: &Facts) -> Self {
        Left {
            choices: BTreeMap::new(),
            usage: false,
            asked: facts.choices.clamp(1, MAX_CHOICES),
            asked_for_usage: facts.usage_in_stream,
        }
    }

    pub fn see(&mut self, chunk: &Node<'_>) {
        for (number, choice) in chunk.list("choices") {
            let ended = self.choices.entry(choice.index_of("index").unwrap_or(number)).or_default();
            *ended |= choice.get("finish_reason").is_some();
        }
        let only_usage = chunk.get("choices").is_none_or(|choices| choices.items().is_empty());
        self.usage |= only_usage && chunk.get("usage").is_some();
    }

    pub fn close(&mut self, form: &Form<'_>, ending: &mut Ending<'_>) {
        let message =
            ending.said().map(|text| (Place::new(TextKind::Text, ending.at.choice), text));
        let rest = std::mem::take(&mut ending.rest);
        for (at, text) in rest.into_iter().chain(message) {
            self.say(form, at, &text, ending);
        }
        let mut unfinished: Vec<u32> = (0..self.asked).collect();
        unfinished.extend(self.choices.keys().filter(|index| **index >= self.asked));
        unfinished.retain(|index| self.choices.get(index) != Some(&true));
        for index in &unfinished {
            self.begin(form, *index, ending);
            finish(form, vec![choice(*index, &form.nothing, Some(FILTERED))], ending);
        }
        if unfinished.is_empty() {
            finish(form, Vec::new(), ending);
        }
        if self.asked_for_usage && !self.usage {
            let mut chunk = form.head.chunk(form.object, Vec::new());
            if let Some(members) = chunk.as_object_mut() {
                members.insert("usage".to_owned(), counts(ending.usage));
            }
            ending.data(&chunk.to_string());
        }
        ending.data("[DONE]");
    }

    fn say(&mut self, form: &Form<'_>, at: Place, text: &str, ending: &mut Ending<'_>) {
        if self.choices.get(&at.choice) == Some(&true) {
            return;
        }
        let Some(event) = (form.delta)(at, text) else { return };
        self.begin(form, at.choice, ending);
        ending.memory.release(at, text);
        ending.out.push_str(&event);
    }

    /// A choice begins with a chunk of its own: accumulators ignore an end in the first chunk of a stream.
    fn begin(&mut self, form: &Form<'_>, index: u32, ending: &mut Ending<'_>) {
        if self.choices.insert(index, false).is_none() {
            let begun = vec![choice(index, &form.begun, None)];
            ending.data(&form.head.chunk(form.object, begun).to_string());
        }
    }
}

fn finish(form: &Form<'_>, choices: Vec<Json>, ending: &mut Ending<'_>) {
    let chunk = form.head.chunk(form.object, choices).to_string();
    let why = Some(guardrail(ending.notice));
    ending.data(&Raw::uncut(&chunk).with([("guardrail", why)]));
}

fn choice(index: u32, said: &Json, finish: Option<&str>) -> Json {
    let mut choice = json!({ "index": index });
    if let (Some(members), Some(said)) = (choice.as_object_mut(), said.as_object()) {
        members.extend(said.clone());
        members.insert("logprobs".to_owned(), Json::Null);
        members.insert("finish_reason".to_owned(), finish.into());
    }
    choice
}

fn counts(usage: Usage) -> Json {
    json!({
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens.saturating_add(usage.output_tokens),
        "prompt_tokens_details": { "cached_tokens": usage.cached_input_tokens },
        "completion_tokens_details": { "reasoning_tokens": usage.reasoning_tokens },
    })
}

/// A buffered answer.
pub fn whole(answer: Raw<'_>, cut: &Cut<'_>) -> String {
    let choices = answer.list("choices").into_iter().zip(0..).map(|(choice, number)| {
        let index = choice.get("index").and_then(|index| index.as_str().parse().ok());
        let is_said = cut.notice.said && index.unwrap_or(number) == cut.at.choice;
        let said = is_said.then_some(cut.notice.message.as_str());
        let mut changes = vec![("finish_reason", Some(string(FILTERED)))];
        match choice.get("message") {
            Some(message) => changes.push(("message", Some(whole_message(message, said)))),
            None => {
                let text = said.map(|said| string(&(choice.text_of("text") + said)));
                changes.extend(text.map(|text| ("text", Some(text))));
            }
        }
        choice.with_all(changes)
    });
    let choices = array(choices);
    answer.with([("choices", Some(choices)), ("guardrail", Some(guardrail(cut.notice)))])
}

/// Sound and pictures cannot be cut, so they are removed.
const UNCUT: [&str; 4] = ["function_call", "audio", "images", "annotations"];

fn whole_message(message: Raw<'_>, said: Option<&str>) -> String {
    let mut changes = Vec::new();
    let calls = message.list("tool_calls");
    let whole: Vec<&str> =
        calls.iter().filter(|call| !call.is_behind()).map(|call| call.as_str()).collect();
    if whole.len() < calls.len() {
        changes.push(("tool_calls", Some(array(&whole)).filter(|_| !whole.is_empty())));
    }
    let behind = |name: &&str| message.get(name).is_some_and(Raw::is_behind);
    changes.extend(UNCUT.into_iter().filter(behind).map(|name| (name, None)));
    if let Some(said) = said {
        changes.push(("content", Some(with_words(message, said))));
    }
    message.with_all(changes)
}

/// The content with more text, as a string or as parts.
fn with_words(message: Raw<'_>, said: &str) -> String {
    let content = message.get("content").map_or("", Raw::as_str);
    if content.starts_with('[') {
        let part = format!(r#"{{"type":"text","text":{}}}"#, string(said));
        let parts = message.list("content");
        return array(parts.iter().map(|part| part.as_str()).chain([part.as_str()]));
    }
    string(&(message.text_of("content") + said))
}
