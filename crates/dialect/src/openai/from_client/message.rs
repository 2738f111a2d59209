//! Messages of every role.

use super::cache;
use super::part;
use super::value::{Members, array, object, required, said, string};
use crate::chat::{
    Annotation, Audio, CacheControl, Content, Losses, Message, Part, Reasoned, Role, ToolCall,
    ToolResult,
};
use crate::openai::annotation;
use crate::openai::thoughts::{self, Detail};
use postern_fault::Fault;
use serde_json::Value;
use std::collections::BTreeMap;

pub(super) fn decode(messages: Vec<Value>, losses: &mut Losses) -> Result<Vec<Message>, Fault> {
    // Legacy function calls have no ids: a result answers the call before it.
    let mut legacy_call = String::new();
    let mut decoded = Vec::with_capacity(messages.len());
    for (index, message) in messages.into_iter().enumerate() {
        let path = format!("messages[{index}]");
        let mut said = Said::read(message, &path, losses)?;
        if said.function_call.is_some() {
            legacy_call = format!("call_{index}");
        }
        if said.role == "function" {
            said.tool_call_id = Some(legacy_call.clone());
            said.name = None;
        }
        decoded.push(said.into_message(path, &legacy_call, losses)?);
    }
    Ok(decoded)
}

/// A message as it is written.
#[derive(Default)]
struct Said {
    role: String,
    content: Option<Value>,
    name: Option<String>,
    refusal: Option<String>,
    tool_calls: Vec<Value>,
    tool_call_id: Option<String>,
    function_call: Option<Value>,
    audio: Option<Value>,
    annotations: Vec<Value>,
    reasoning: Option<String>,
    details: Vec<Detail>,
    cache: Option<CacheControl>,
}

impl Said {
    fn read(message: Value, path: &str, losses: &mut Losses) -> Result<Self, Fault> {
        let mut read = Said::default();
        for (name, value) in said(object(message, || path.to_owned())?) {
            let at = || format!("{path}.{name}");
            match name.as_str() {
                "role" => read.role = string(value, at)?,
                "content" => read.content = Some(value),
                "name" => read.name = Some(string(value, at)?),
                "refusal" => read.refusal = Some(string(value, at)?),
                "tool_calls" => read.tool_calls = array(value, at)?,
                "tool_call_id" => read.tool_call_id = Some(string(value, at)?),
                "function_call" => read.function_call = Some(value),
                "audio" => read.audio = Some(value),
                "annotations" => read.annotations = array(value, at)?,
                thoughts::CONTENT => read.reasoning = Some(string(value, at)?),
                thoughts::REASONING => {
                    // Servers that send both send the same words.
                    let words = string(value, at)?;
                    read.reasoning.get_or_insert(words);
                }
                "reasoning_details" => {
                    let details = array(value, at)?.into_iter();
                    read.details = details.map(|d| object(d, at)).collect::<Result<_, _>>()?;
                }
                "cache_control" => read.cache = Some(cache::control(value, at)?),
                _ => losses.add(at(), "no field that the gateway can translate"),
            }
        }
        Ok(read)
    }

    fn into_message(
        self,
        path: String,
        legacy_call: &str,
        losses: &mut Losses,
    ) -> Result<Message, Fault> {
        let role = match self.role.as_str() {
            "system" => Role::System,
            "developer" => Role::Developer,
            "assistant" => Role::Assistant,
            "tool" | "function" => Role::Tool,
            // As in `read`: trusted no more than a user.
            _ => Role::User,
        };
        let (name, cache) = (self.name.clone(), self.cache.clone());
        let mut parts = match role {
            Role::Tool => vec![self.into_result(&path, losses)?],
            Role::Assistant => self.into_answer(&path, legacy_call, losses)?,
            _ => part::content(self.content, &path, losses)?,
        };
        if let (Some(cache), Some(last)) = (cache, parts.last_mut()) {
            last.cache.get_or_insert(cache);
        }
        Ok(Message { path, role, parts, name })
    }

    fn into_result(self, path: &str, losses: &mut Losses) -> Result<Part, Fault> {
        let wanted = "the id of the call that this answers";
        let call_id = required(self.tool_call_id, || format!("{path}.tool_call_id"), wanted)?;
        let parts = part::content(self.content, path, losses)?;
        let result = ToolResult { call_id, parts, is_error: false };
        Ok(Part::new(path, Content::ToolResult(result)))
    }

    /// Thoughts first, then the content, then the calls; thoughts that belong to a call stand before it.
    fn into_answer(
        self,
        path: &str,
        legacy_call: &str,
        losses: &mut Losses,
    ) -> Result<Vec<Part>, Fault> {
        let mut calls = Vec::with_capacity(self.tool_calls.len());
        for (index, call) in self.tool_calls.into_iter().enumerate() {
            calls.push(read_call(call, format!("{path}.tool_calls[{index}]"), losses)?);
        }
        if let Some(call) = self.function_call {
            calls.push(read_legacy_call(call, format!("{path}.function_call"), legacy_call)?);
        }
        let mut before_calls: BTreeMap<String, Vec<Part>> =
            calls.iter().filter_map(call_id).map(|id| (id.to_owned(), Vec::new())).collect();
        let mut parts = Vec::new();
        for (part, id) in thoughts_of(self.reasoning, self.details, path) {
            match id.and_then(|id| before_calls.get_mut(&id)) {
                Some(before) => before.push(part),
                None => parts.push(part),
            }
        }
        let mut content = part::content(self.content, path, losses)?;
        content.retain(|part| !matches!(&part.content, Content::Text(text) if text.is_empty()));
        annotate(&mut content, self.annotations);
        parts.append(&mut content);
        if let Some(refusal) = self.refusal.filter(|refusal| !refusal.is_empty()) {
            parts.push(Part::new(format!("{path}.refusal"), Content::Refusal(refusal)));
        }
        if let Some(audio) = self.audio {
            parts.push(read_audio(audio, format!("{path}.audio"))?);
        }
        for call in calls {
            let before = call_id(&call).and_then(|id| before_calls.remove(id));
            parts.extend(before.into_iter().flatten());
            parts.push(call);
        }
        Ok(parts)
    }
}

fn call_id(part: &Part) -> Option<&str> {
    match &part.content {
        Content::ToolCall(call) => Some(&call.id),
        _ => None,
    }
}

/// Details contain everything that the words beside them say.
fn thoughts_of(
    words: Option<String>,
    details: Vec<Detail>,
    path: &str,
) -> Vec<(Part, Option<String>)> {
    let at = format!("{path}.reasoning_details");
    let mut thoughts: Vec<(Part, Option<String>)> = thoughts::from_details(details)
        .into_iter()
        .map(|(reasoned, id)| (Part::new(at.clone(), Content::Reasoning(reasoned)), id))
        .collect();
    let has_words = |(part, _): &(Part, Option<String>)| matches!(&part.content, Content::Reasoning(thought) if !thought.text.is_empty() || !thought.summary.is_empty());
    if let Some(text) = words.filter(|words| !words.is_empty() && !thoughts.iter().any(has_words)) {
        let reasoned = Reasoned { text, ..Reasoned::default() };
        let at = format!("{path}.{}", thoughts::CONTENT);
        thoughts.insert(0, (Part::new(at, Content::Reasoning(reasoned)), None));
    }
    thoughts
}

fn annotate(content: &mut [Part], annotations: Vec<Value>) {
    let text = content.iter_mut().find(|part| matches!(part.content, Content::Text(_)));
    if let Some(part) = text {
        part.annotations =
            annotations.into_iter().map(annotation::read).collect::<Vec<Annotation>>();
    }
}

fn read_call(value: Value, path: String, losses: &mut Losses) -> Result<Part, Fault> {
    let (mut id, mut inside, mut cache) = (None, None, None);
    for (name, value) in said(object(value, || path.clone())?) {
        let at = || format!("{path}.{name}");
        match name.as_str() {
            "id" => id = Some(string(value, at)?),
            // Some clients return the index of the stream's deltas.
            "type" | "index" => {}
            "function" => inside = Some((object(value, at)?, false, at())),
            "custom" => inside = Some((object(value, at)?, true, at())),
            "cache_control" => cache = Some(cache::control(value, at)?),
            _ => losses.add(at(), "no field that the gateway can translate"),
        }
    }
    let id = required(id, || format!("{path}.id"), "the id of the call")?;
    let wanted = "the name of the tool and its arguments";
    let (members, custom, at) = required(inside, || format!("{path}.function"), wanted)?;
    let call = call_of(members, id, custom, &at)?;
    Ok(Part { cache, ..Part::new(path, Content::ToolCall(call)) })
}

fn read_legacy_call(value: Value, path: String, id: &str) -> Result<Part, Fault> {
    let members = object(value, || path.clone())?;
    let call = call_of(members, id.to_owned(), false, &path)?;
    Ok(Part::new(path, Content::ToolCall(call)))
}

fn call_of(mut members: Members, id: String, custom: bool, path: &str) -> Result<ToolCall, Fault> {
    let name =
        required(members.shift_remove("name"), || format!("{path}.name"), "the tool's name")?;
    let name = string(name, || format!("{path}.name"))?;
    let field = if custom { "input" } else { "arguments" };
    let arguments = match members.shift_remove(field) {
        None | Some(Value::Null) => String::new(),
        // Some clients return the parsed arguments.
        Some(parsed @ Value::Object(_)) => parsed.to_string(),
        Some(other) => string(other, || format!("{path}.{field}"))?,
    };
    Ok(ToolCall { id, name, arguments, custom })
}

/// A spoken answer is returned by its id only: <https://platform.openai.com/docs/guides/audio>.
fn read_audio(value: Value, path: String) -> Result<Part, Fault> {
    let mut audio = Audio::default();
    for (name, value) in said(object(value, || path.clone())?) {
        let at = || format!("{path}.{name}");
        match name.as_str() {
            "id" => audio.id = Some(string(value, at)?),
            "transcript" => audio.transcript = Some(string(value, at)?),
            "data" => audio.data = string(value, at)?,
            _ => {}
        }
    }
    Ok(Part::new(path, Content::Audio(audio)))
}
