//! Writes an answer as completions: <https://platform.openai.com/docs/api-reference/completions/object>.
//!
//! Only words have a place there. Thoughts and all other content of a chat model are left out; a request for completions has no
//! tools to call.

use crate::chat::{Answer, Choice, Content, Delta, Event, Finish, FinishReason, Kind, Slot};
use crate::{Context, Usage, WriteAnswer};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Writes one answer. The object is the same in buffered and streamed answers.
#[derive(Debug)]
pub struct Writer {
    id: String,
    model: String,
    created: u64,
    usage_in_stream: bool,
    usage: Option<Usage>,
    /// The parts that hold words.
    words: BTreeSet<Slot>,
    /// The number of characters in each choice whose probabilities were written.
    offsets: BTreeMap<u32, u64>,
}

#[derive(Serialize)]
struct Completion<'a> {
    id: &'a str,
    object: &'static str,
    created: u64,
    model: &'a str,
    choices: &'a [Text],
    /// The inner None is written as null, in all chunks but the last of a stream whose usage was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Option<Counts>>,
}

#[derive(Serialize, Default)]
struct Text {
    text: String,
    index: u32,
    logprobs: Option<Logprobs>,
    finish_reason: Option<&'static str>,
}

#[derive(Serialize)]
struct Logprobs {
    text_offset: Vec<u64>,
    token_logprobs: Vec<Value>,
    tokens: Vec<Value>,
    top_logprobs: Vec<Map<String, Value>>,
}

#[derive(Serialize)]
struct Counts {
    prompt_tokens: u64,
    completion_tokens: u64,
    total_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_tokens_details: Option<CachedTokens>,
    #[serde(skip_serializing_if = "Option::is_none")]
    completion_tokens_details: Option<ReasoningTokens>,
}

#[derive(Serialize)]
struct CachedTokens {
    cached_tokens: u64,
}

#[derive(Serialize)]
struct ReasoningTokens {
    reasoning_tokens: u64,
}

impl Writer {
    /// A writer of one answer.
    pub fn new(context: Context) -> Self {
        Writer {
            id: format!("cmpl-{}", context.request_id),
            model: context.model,
            created: context.unix_s,
            usage_in_stream: context.usage_in_stream,
            usage: None,
            words: BTreeSet::new(),
            offsets: BTreeMap::new(),
        }
    }

    /// Values that the vendor does not report keep the gateway's defaults.
    fn head(&mut self, id: String, model: String, created_unix_s: Option<u64>) {
        for (known, said) in [(&mut self.id, id), (&mut self.model, model)] {
            if !said.is_empty() {
                *known = said;
            }
        }
        self.created = created_unix_s.unwrap_or(self.created);
    }

    fn object(&self, choices: &[Text], usage: Option<Option<Counts>>) -> String {
        let Writer { id, model, created, .. } = self;
        let object = "text_completion";
        // Serializing strings and numbers cannot fail.
        serde_json::to_string(&Completion { id, object, created: *created, model, choices, usage })
            .unwrap_or_default()
    }

    fn chunk(&self, choice: Text, out: &mut String) {
        let usage = self.usage_in_stream.then_some(None);
        push_data(&self.object(&[choice], usage), out);
    }

    fn done(&mut self, out: &mut String) {
        if let Some(usage) = self.usage.take().filter(|_| self.usage_in_stream) {
            push_data(&self.object(&[], Some(Some(Counts::of(usage)))), out);
        }
        push_data("[DONE]", out);
    }

    fn logprobs(&mut self, choice: u32, items: Vec<Value>) -> Option<Logprobs> {
        let offset = self.offsets.entry(choice).or_default();
        (!items.is_empty()).then(|| Logprobs::of(items, offset))
    }

    fn choice(&mut self, index: u32, choice: Choice) -> Text {
        let Choice { parts, logprobs, finish } = choice;
        let words = parts.into_iter().filter_map(|part| match part.content {
            Content::Text(text) | Content::Refusal(text) => Some(text),
            _ => None,
        });
        let text = words.reduce(|before, text| before + &text).unwrap_or_default();
        let finish_reason = Some(finish.as_ref().map_or("stop", reason));
        Text { text, index, logprobs: self.logprobs(index, logprobs), finish_reason }
    }
}

impl WriteAnswer for Writer {
    fn event(&mut self, event: Event, out: &mut String) {
        match event {
            Event::Started { id, model, created_unix_s } => self.head(id, model, created_unix_s),
            Event::Begun(slot, Kind::Text | Kind::Refusal) => drop(self.words.insert(slot)),
            Event::Delta(slot, Delta::Text(text)) if self.words.contains(&slot) => {
                self.chunk(Text { text, index: slot.choice, ..Text::default() }, out);
            }
            Event::Ended(slot) => drop(self.words.remove(&slot)),
            Event::Logprobs(index, items) => {
                let logprobs = self.logprobs(index, items);
                self.chunk(Text { index, logprobs, ..Text::default() }, out);
            }
            Event::Finished(index, finish) => {
                let finish_reason = Some(reason(&finish));
                self.chunk(Text { index, finish_reason, ..Text::default() }, out);
            }
            Event::Usage(usage) => self.usage = Some(usage),
            Event::Done => self.done(out),
            Event::Begun(..) | Event::Delta(..) | Event::ServiceTier(_) => {}
        }
    }

    fn whole(&mut self, answer: Answer) -> String {
        let Answer { id, model, created_unix_s, choices, usage, .. } = answer;
        self.head(id, model, created_unix_s);
        let choices: Vec<Text> =
            (0..).zip(choices).map(|(index, choice)| self.choice(index, choice)).collect();
        self.object(&choices, usage.map(|usage| Some(Counts::of(usage))))
    }
}

impl Logprobs {
    /// Converts OpenAI's objects for the tokens of a chat into those of completions. Offsets count from the beginning of the
    /// answer.
    fn of(items: Vec<Value>, offset: &mut u64) -> Self {
        let mut logprobs = Logprobs {
            text_offset: Vec::new(),
            token_logprobs: Vec::new(),
            tokens: Vec::new(),
            top_logprobs: Vec::new(),
        };
        for mut item in items {
            let mut take = |name: &str| item.get_mut(name).map(Value::take).unwrap_or_default();
            let (token, logprob, top) = (take("token"), take("logprob"), take("top_logprobs"));
            logprobs.text_offset.push(*offset);
            let characters = token.as_str().map_or(0, |token| token.chars().count());
            *offset = offset.saturating_add(u64::try_from(characters).unwrap_or(u64::MAX));
            logprobs.top_logprobs.push(likeliest(top));
            logprobs.tokens.push(token);
            logprobs.token_logprobs.push(logprob);
        }
        logprobs
    }
}

/// The alternatives of a token with their probabilities.
fn likeliest(top: Value) -> Map<String, Value> {
    let Value::Array(top) = top else { return Map::new() };
    let pairs = top.into_iter().filter_map(|mut one| {
        let token = one.get("token")?.as_str()?.to_owned();
        Some((token, one.get_mut("logprob")?.take()))
    });
    pairs.collect()
}

impl Counts {
    fn of(usage: Usage) -> Self {
        let some = |count: u64| (count > 0).then_some(count);
        Counts {
            prompt_tokens: usage.input_tokens,
            completion_tokens: usage.output_tokens,
            total_tokens: usage.input_tokens.saturating_add(usage.output_tokens),
            prompt_tokens_details: some(usage.cached_input_tokens)
                .map(|cached_tokens| CachedTokens { cached_tokens }),
            completion_tokens_details: some(usage.reasoning_tokens)
                .map(|reasoning_tokens| ReasoningTokens { reasoning_tokens }),
        }
    }
}

/// There are three reasons; `stop` stands for all ends that are not cuts.
fn reason(finish: &Finish) -> &'static str {
    match finish.reason {
        FinishReason::Length | FinishReason::ContextFull => "length",
        FinishReason::ContentFilter | FinishReason::Refusal => "content_filter",
        FinishReason::Stop
        | FinishReason::ToolCalls
        | FinishReason::Pause
        | FinishReason::MalformedToolCall
        | FinishReason::Other => "stop",
    }
}

fn push_data(data: &str, out: &mut String) {
    out.push_str("data: ");
    out.push_str(data);
    out.push_str("\n\n");
}
