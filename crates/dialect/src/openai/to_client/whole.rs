//! `chat.completion`, as it is written.

use super::Head;
use super::choice::{image, place};
use super::chunk::{Audio, Call, Logprobs};
use super::finish::{Ending, Said, is_cut};
use super::usage::Counts;
use crate::Context;
use crate::chat::{self, Answer, Content, Finish, FinishReason, Part, ToolCall};
use crate::openai::annotation;
use crate::openai::thoughts::{self, Detail};
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
struct Completion {
    id: String,
    object: &'static str,
    created: u64,
    model: String,
    choices: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    usage: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<String>,
}

#[derive(Serialize)]
struct Choice {
    index: u32,
    message: Message,
    #[serde(serialize_with = "write_logprobs")]
    logprobs: Vec<Value>,
    #[serde(flatten)]
    ending: Ending,
}

#[derive(Default, Serialize)]
struct Message {
    role: &'static str,
    content: Option<String>,
    refusal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasoning_details: Vec<Detail>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<Audio>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    annotations: Vec<Value>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    images: Vec<Value>,
}

fn write_logprobs<S: serde::Serializer>(logprobs: &[Value], to: S) -> Result<S::Ok, S::Error> {
    let logprobs = Logprobs { content: logprobs, refusal: None };
    Some(logprobs).filter(|logprobs| !logprobs.content.is_empty()).serialize(to)
}

pub(super) fn write(context: &Context, answer: Answer) -> String {
    let Answer { id, model, created_unix_s, service_tier, choices, usage } = answer;
    let Head { id, model, created, .. } = Head::new(context, id, model, created_unix_s);
    let choices = (0..).zip(choices);
    let completion = Completion {
        id,
        object: "chat.completion",
        created,
        model,
        choices: choices.map(|(index, said)| choice(index, said, &context.request_id)).collect(),
        usage: usage.map(Counts::from),
        service_tier,
    };
    // Serializing strings, numbers and JSON cannot fail.
    serde_json::to_string(&completion).unwrap_or_default()
}

fn choice(index: u32, said: chat::Choice, request_id: &str) -> Choice {
    let finish = said.finish.unwrap_or(Finish::from(FinishReason::Other));
    let mut message = Writing::new(format!("{request_id}_{index}"));
    let last = said.parts.len().saturating_sub(1);
    for (number, part) in said.parts.into_iter().enumerate() {
        message.part(number, part, is_cut(finish.reason) && number == last);
    }
    let message = message.finish();
    let said_of =
        Said { calls: !message.tool_calls.is_empty(), refusal: message.refusal.is_some() };
    Choice { index, message, logprobs: said.logprobs, ending: Ending::new(finish, said_of) }
}

/// A message that is being written.
struct Writing {
    id: String,
    message: Message,
    content_chars: u64,
    held: Vec<Detail>,
    details: u32,
}

impl Writing {
    fn new(id: String) -> Self {
        let message = Message { role: "assistant", ..Message::default() };
        Writing { id, message, content_chars: 0, held: Vec::new(), details: 0 }
    }

    fn part(&mut self, number: usize, part: Part, cut: bool) {
        if !matches!(part.content, Content::Reasoning(_) | Content::ToolCall(_)) {
            self.release(None);
        }
        let message = &mut self.message;
        match part.content {
            Content::Text(text) => {
                let start = self.content_chars;
                self.content_chars += text.chars().count() as u64;
                append(&mut message.content, &text);
                let text = (start, self.content_chars);
                let cited = part.annotations.into_iter();
                message
                    .annotations
                    .extend(cited.filter_map(|cited| annotation::write(cited, text)));
            }
            Content::Refusal(text) => append(&mut message.refusal, &text),
            Content::Reasoning(reasoned) => {
                self.held.extend(thoughts::details(&reasoned));
                let words = if reasoned.text.is_empty() {
                    reasoned.summary.join("\n\n")
                } else {
                    reasoned.text
                };
                if !words.is_empty() {
                    append(&mut message.reasoning_content, &words);
                }
            }
            Content::ToolCall(call) => self.call(number, call, cut),
            Content::Audio(audio) => {
                let id = audio.id.unwrap_or_else(|| format!("audio_{}_{number}", self.id));
                message.audio = Some(Audio {
                    id: Some(id),
                    data: Some(audio.data),
                    transcript: Some(audio.transcript.unwrap_or_default()),
                    expires_at: Some(audio.expires_unix_s.unwrap_or_default()),
                });
            }
            other => message.images.extend(image(other)),
        }
    }

    fn call(&mut self, number: usize, call: ToolCall, cut: bool) {
        let ToolCall { id, name, mut arguments, custom } = call;
        let id = if id.is_empty() { format!("call_{}_{number}", self.id) } else { id };
        self.release(Some(&id));
        if arguments.is_empty() && !custom && !cut {
            arguments = "{}".to_owned();
        }
        self.message.tool_calls.push(Call {
            id: Some(id),
            kind: Some(if custom { "custom" } else { "function" }),
            ..Call::of(custom, Some(name), arguments)
        });
    }

    fn release(&mut self, call_id: Option<&str>) {
        let held = std::mem::take(&mut self.held);
        self.message.reasoning_details.extend(place(held, &mut self.details, call_id));
    }

    fn finish(mut self) -> Message {
        self.release(None);
        self.message
    }
}

fn append(text: &mut Option<String>, more: &str) {
    text.get_or_insert_default().push_str(more);
}
