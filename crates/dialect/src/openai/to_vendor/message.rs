//! Messages of every role.
//!
//! A tool's message holds texts only (<https://platform.openai.com/docs/api-reference/chat/create>): the pictures and files of
//! a result follow in a user's message, after the results of all calls, which must be adjacent.

use super::content::{self, Part, Written, unsupported};
use super::settings::CACHES;
use super::thought::Thoughts;
use crate::chat::{self, Content, Losses, Request, Role, ToolCall, ToolResult};
use crate::openai::thoughts::Detail;
use crate::openai::{breakpoint, call_id};
use crate::{Dialect, Vendor};
use postern_fault::Fault;
use serde::Serialize;

/// A message, as it is written.
#[derive(Debug, Default, Serialize)]
pub(super) struct Message {
    role: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_call_id: Option<String>,
    /// `null` where an assistant only calls tools, as some servers require it.
    content: Option<Written>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_content: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasoning_details: Vec<Detail>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<AudioId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_calls: Vec<Call>,
}

#[derive(Debug, Serialize)]
struct AudioId {
    id: String,
}

#[derive(Debug, Serialize)]
struct Call {
    id: String,
    #[serde(flatten)]
    kind: CallKind,
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum CallKind {
    Function { function: Function },
    Custom { custom: Custom },
}

#[derive(Debug, Serialize)]
struct Function {
    name: String,
    arguments: String,
}

#[derive(Debug, Serialize)]
struct Custom {
    name: String,
    input: String,
}

pub(super) struct Messages<'a> {
    client: Dialect,
    vendor: &'a Vendor,
    losses: &'a mut Losses,
    written: Vec<Message>,
    /// Content of results other than text, until all results are written.
    beside: Vec<Part>,
}

impl<'a> Messages<'a> {
    pub fn new(request: &Request, vendor: &'a Vendor, losses: &'a mut Losses) -> Self {
        let client = request.client;
        Messages { client, vendor, losses, written: Vec::new(), beside: Vec::new() }
    }

    pub fn encode(mut self, messages: Vec<chat::Message>) -> Result<Vec<Message>, Fault> {
        for message in messages {
            self.message(message)?;
        }
        self.release();
        Ok(self.written)
    }

    fn message(&mut self, message: chat::Message) -> Result<(), Fault> {
        let chat::Message { path, role, parts, name } = message;
        let marks = role != Role::Assistant && breakpoint::has(&self.vendor.model);
        self.tell_of_marks(&parts, marks);
        if role == Role::Assistant {
            self.release();
            return self.assistant(path, parts, name);
        }
        let mut others = Vec::new();
        for part in parts {
            match part.content {
                Content::ToolResult(result) => self.result(result, &part.path)?,
                _ => {
                    let marked = marks && part.cache.is_some();
                    let parts = content::part(part, self.client, self.losses)?;
                    others.extend(if marked { content::marked(parts) } else { parts });
                }
            }
        }
        let Some(content) = Written::of(others) else { return Ok(()) };
        self.release();
        let role = match role {
            Role::System => "system",
            Role::Developer if self.vendor.quirks.no_developer_role => "system",
            Role::Developer => "developer",
            _ => "user",
        };
        self.written.push(Message { role, name, content: Some(content), ..Message::default() });
        Ok(())
    }

    /// Whether the server refuses this field of messages.
    fn refuses(&self, field: &str) -> bool {
        self.vendor.quirks.unsupported_in_messages.iter().any(|refused| refused == field)
    }

    fn call_id(&self, id: String) -> String {
        match self.vendor.quirks.nine_letter_call_ids {
            true => call_id::of_nine(&id),
            false => id,
        }
    }

    fn assistant(
        &mut self,
        path: String,
        parts: Vec<chat::Part>,
        name: Option<String>,
    ) -> Result<(), Fault> {
        let mut message = Message { role: "assistant", name, ..Message::default() };
        let mut thoughts = Thoughts::default();
        let mut content = Vec::new();
        for part in parts {
            match part.content {
                Content::Reasoning(reasoned) => {
                    let (client, vendor) = (self.client, self.vendor);
                    thoughts.add(reasoned, part.path, client, vendor, self.losses);
                    content.append(&mut thoughts.parts);
                }
                Content::ToolCall(call) => {
                    let call = ToolCall { id: self.call_id(call.id), ..call };
                    message.tool_calls.push(Call::from(call));
                }
                Content::Refusal(words) if self.refuses("refusal") => {
                    content.push(Part::text(words));
                }
                Content::Refusal(words) => {
                    message.refusal.get_or_insert_default().push_str(&words);
                }
                Content::Audio(audio) if self.refuses("audio") => match audio.transcript {
                    Some(words) => content.push(Part::text(words)),
                    None => self.losses.add(part.path, "the server has no speech of the model's"),
                },
                Content::Audio(audio) => match (audio.id, audio.transcript) {
                    (Some(id), _) => message.audio = Some(AudioId { id }),
                    (None, Some(words)) => content.push(Part::text(words)),
                    (None, None) => {
                        return Err(unsupported(part.path, "audio of an answer without its id"));
                    }
                },
                Content::Text(text) => content.push(Part::text(text)),
                Content::Foreign(Dialect::OpenAi, value) => content.push(Part::Own(value)),
                _ => {
                    let reason = "OpenAI's chat completions take only texts and calls as answers";
                    self.losses.add(part.path, reason);
                }
            }
        }
        message.content = Written::of(content);
        message.reasoning_content = thoughts.reasoning_content;
        message.reasoning = thoughts.reasoning;
        message.reasoning_details = thoughts.reasoning_details;
        if message.says_nothing() {
            self.losses.add(path, "nothing of the message is left");
            return Ok(());
        }
        self.written.push(message);
        Ok(())
    }

    fn result(&mut self, result: ToolResult, path: &str) -> Result<(), Fault> {
        if result.is_error {
            let reason =
                "OpenAI's chat completions have no mark for it: the result's text must say it";
            self.losses.add(format!("{path}.is_error"), reason);
        }
        self.tell_of_marks(&result.parts, false);
        let mut texts = Vec::new();
        let mut others = Vec::new();
        for part in result.parts {
            let parts = content::part(part, self.client, self.losses)?;
            let (text, other): (Vec<_>, Vec<_>) = parts.into_iter().partition(Part::is_text);
            texts.extend(text);
            others.extend(other);
        }
        if !others.is_empty() {
            let label = format!("From the result of the tool call {}:", result.call_id);
            self.beside.push(Part::text(label));
            self.beside.append(&mut others);
            if texts.is_empty() {
                texts.push(Part::text("The result follows in the next message."));
            }
        }
        let content = Written::of(texts).unwrap_or(Written::Text(String::new()));
        self.written.push(Message {
            role: "tool",
            tool_call_id: Some(self.call_id(result.call_id)),
            content: Some(content),
            ..Message::default()
        });
        Ok(())
    }

    /// All results are written; their content other than text follows.
    fn release(&mut self) {
        let content = Written::of(std::mem::take(&mut self.beside));
        if content.is_some() {
            self.written.push(Message { role: "user", content, ..Message::default() });
        }
    }

    /// `marks`: the places that are worth caching are said.
    fn tell_of_marks(&mut self, parts: &[chat::Part], marks: bool) {
        for part in parts {
            let is_result = matches!(part.content, Content::ToolResult(_));
            if part.cache.is_some() && (!marks || is_result) {
                self.losses.add(format!("{}.cache_control", part.path), CACHES);
            }
            if !part.annotations.is_empty() {
                let reason = "OpenAI's chat completions take no citations back";
                self.losses.add(format!("{}.citations", part.path), reason);
            }
        }
    }
}

impl Message {
    fn says_nothing(&self) -> bool {
        self.content.is_none()
            && self.refusal.is_none()
            && self.audio.is_none()
            && self.tool_calls.is_empty()
            && self.reasoning_content.is_none()
            && self.reasoning.is_none()
            && self.reasoning_details.is_empty()
    }
}

impl From<ToolCall> for Call {
    fn from(call: ToolCall) -> Self {
        let ToolCall { id, name, arguments, custom } = call;
        let kind = match custom {
            true => CallKind::Custom { custom: Custom { name, input: arguments } },
            // The API requires JSON, but a call without arguments has an empty text.
            false if arguments.is_empty() => {
                CallKind::Function { function: Function { name, arguments: "{}".to_owned() } }
            }
            false => CallKind::Function { function: Function { name, arguments } },
        };
        Call { id, kind }
    }
}
