//! The input: the items of every turn.

use super::content::{self, Part, Written, unsupported};
use super::settings::CACHES;
use crate::chat::{self, Content, Losses, Message, Reasoned, Request, Role, ToolCall, ToolResult};
use crate::responses::annotation;
use crate::{Dialect, Vendor};
use postern_fault::Fault;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeSet;

/// An item, as it is written.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Item {
    Message {
        role: &'static str,
        content: Written,
    },
    Reasoning {
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        summary: Vec<Words>,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        content: Vec<Words>,
        encrypted_content: String,
    },
    FunctionCall {
        call_id: String,
        name: String,
        arguments: String,
    },
    CustomToolCall {
        call_id: String,
        name: String,
        input: String,
    },
    FunctionCallOutput {
        call_id: String,
        output: Written,
    },
    CustomToolCallOutput {
        call_id: String,
        output: Written,
    },
    #[serde(untagged)]
    Own(Value),
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Words {
    SummaryText { text: String },
    ReasoningText { text: String },
}

/// The input, and whether it contains thoughts of this API.
pub(super) struct Encoded {
    pub items: Vec<Item>,
    pub own_thoughts: bool,
}

pub(super) struct Input<'a> {
    client: Dialect,
    vendor: &'a Vendor,
    losses: &'a mut Losses,
    encoded: Encoded,
    /// The calls of custom tools, whose outputs have another item type.
    custom: BTreeSet<String>,
}

impl<'a> Input<'a> {
    pub fn new(
        request: &Request,
        vendor: &'a Vendor,
        losses: &'a mut Losses,
        messages: &[Message],
    ) -> Self {
        let calls =
            messages.iter().flat_map(|message| &message.parts).filter_map(|part| {
                match &part.content {
                    Content::ToolCall(call) if call.custom => Some(call.id.clone()),
                    _ => None,
                }
            });
        let encoded = Encoded { items: Vec::new(), own_thoughts: false };
        Input { client: request.client, vendor, losses, encoded, custom: calls.collect() }
    }

    pub fn encode(mut self, messages: Vec<Message>) -> Result<Encoded, Fault> {
        for message in messages {
            if message.name.is_some() {
                let path = format!("{}.name", message.path);
                self.losses.add(path, "OpenAI's responses have no participants' names");
            }
            match message.role {
                Role::Assistant => self.assistant(message.parts)?,
                role => self.others(role, message.parts)?,
            }
        }
        Ok(self.encoded)
    }

    fn others(&mut self, role: Role, parts: Vec<chat::Part>) -> Result<(), Fault> {
        let role = match role {
            Role::System => "system",
            Role::Developer if self.vendor.quirks.no_developer_role => "system",
            Role::Developer => "developer",
            _ => "user",
        };
        let mut said = Vec::new();
        for part in parts {
            match part.content {
                Content::ToolResult(result) => {
                    self.message(role, &mut said);
                    if part.cache.is_some() {
                        self.losses.add(format!("{}.cache_control", part.path), CACHES);
                    }
                    self.result(result, &part.path)?;
                }
                // A complete item, such as a built-in tool's output.
                Content::Foreign(Dialect::Responses, value) if is_item(&value) => {
                    self.message(role, &mut said);
                    self.encoded.items.push(Item::Own(value));
                }
                _ => said.extend(content::part(part, self.client, self.vendor, self.losses)?),
            }
        }
        self.message(role, &mut said);
        Ok(())
    }

    /// Writes the content gathered so far as a message.
    fn message(&mut self, role: &'static str, said: &mut Vec<Part>) {
        if !said.is_empty() {
            let content = Written::of(std::mem::take(said));
            self.encoded.items.push(Item::Message { role, content });
        }
    }

    fn result(&mut self, result: ToolResult, path: &str) -> Result<(), Fault> {
        let ToolResult { call_id, parts, is_error } = result;
        if is_error {
            let reason = "OpenAI's responses do not tell a tool's failure from its output";
            self.losses.add(format!("{path}.is_error"), reason);
        }
        let mut output = Vec::new();
        for part in parts {
            output.extend(content::part(part, self.client, self.vendor, self.losses)?);
        }
        let output = Written::of(output);
        self.encoded.items.push(match self.custom.contains(&call_id) {
            true => Item::CustomToolCallOutput { call_id, output },
            false => Item::FunctionCallOutput { call_id, output },
        });
        Ok(())
    }

    fn assistant(&mut self, parts: Vec<chat::Part>) -> Result<(), Fault> {
        let mut said = Vec::new();
        for part in parts {
            let chat::Part { path, content, cache, annotations } = part;
            if cache.is_some() {
                self.losses.add(format!("{path}.cache_control"), CACHES);
            }
            match content {
                Content::Text(text) => {
                    let chars = text.chars().count() as u64;
                    let notes =
                        annotations.into_iter().filter_map(|note| annotation::write(note, chars));
                    said.push(Part::OutputText { annotations: notes.collect(), text });
                    continue;
                }
                Content::Refusal(refusal) => {
                    said.push(Part::Refusal { refusal });
                    continue;
                }
                Content::Audio(audio) => {
                    self.losses.add(&path, "OpenAI's responses take the words of audio only");
                    let text = audio.transcript.ok_or_else(|| unsupported(path, "audio"))?;
                    said.push(Part::OutputText { text, annotations: Vec::new() });
                    continue;
                }
                _ => self.message("assistant", &mut said),
            }
            match content {
                Content::Reasoning(reasoned) => self.thought(reasoned, path),
                Content::ToolCall(call) => self.call(call),
                Content::Foreign(Dialect::Responses, value) => {
                    self.encoded.items.push(Item::Own(value));
                }
                Content::Foreign(maker, _) => {
                    self.losses.add(path, format!("only {} knows it", maker.maker()));
                }
                Content::Image(_) => return Err(unsupported(path, "an image of the model's")),
                Content::File(_) => return Err(unsupported(path, "a file of the model's")),
                _ => return Err(unsupported(path, "a tool result of the model's")),
            }
        }
        self.message("assistant", &mut said);
        Ok(())
    }

    /// Writes a thought, which is returned only to its maker.
    fn thought(&mut self, reasoned: Reasoned, path: String) {
        let Reasoned { text, summary, sealed, .. } = reasoned;
        let Some(sealed) = sealed.filter(|sealed| sealed.maker == Dialect::Responses) else {
            self.losses.add(path, "OpenAI's responses take back no thoughts but their own");
            return;
        };
        self.encoded.own_thoughts = true;
        let content = Some(text).filter(|text| !text.is_empty());
        self.encoded.items.push(Item::Reasoning {
            id: sealed.id,
            summary: summary.into_iter().map(|text| Words::SummaryText { text }).collect(),
            content: content.into_iter().map(|text| Words::ReasoningText { text }).collect(),
            encrypted_content: sealed.data,
        });
    }

    fn call(&mut self, call: ToolCall) {
        let ToolCall { id: call_id, name, mut arguments, custom } = call;
        if arguments.is_empty() && !custom {
            arguments.push_str("{}");
        }
        self.encoded.items.push(match custom {
            true => Item::CustomToolCall { call_id, name, input: arguments },
            false => Item::FunctionCall { call_id, name, arguments },
        });
    }
}

/// Parts of a message have types `input_...`; all other values are items.
fn is_item(value: &Value) -> bool {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    !kind.starts_with("input_") && kind != "computer_screenshot"
}
