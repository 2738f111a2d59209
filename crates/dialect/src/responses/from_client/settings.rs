//! Settings of a request.

use super::{UNKNOWN, tool, unsupported};
use crate::chat::{Effort, Field, Format, Logprobs, Losses, Reasoning, Request, Schema};
use crate::openai::from_client::value::{array, boolean, number, object, said, string, whole};
use postern_fault::Fault;
use serde_json::Value;

/// Pairs of settings that are one in the hub.
#[derive(Default)]
pub(super) struct Settings {
    logprobs: bool,
    top_logprobs: Option<u64>,
    user: Option<String>,
    safety_identifier: Option<String>,
}

impl Settings {
    pub fn field(
        &mut self,
        name: &str,
        value: Value,
        request: &mut Request,
        losses: &mut Losses,
    ) -> Result<(), Fault> {
        let path = || name.to_owned();
        match name {
            "tools" => tool::tools(value, "tools", request, losses)?,
            "tool_choice" => request.tool_choice = tool::choice(value, losses)?,
            "parallel_tool_calls" => request.parallel_tool_calls = Some(boolean(value, path)?),
            "text" => text(value, request, losses)?,
            "reasoning" => reasoning(value, request, losses)?,
            "include" => self.include(value, request, losses)?,
            "max_output_tokens" => request.max_output_tokens = Some(whole(value, path)?),
            "temperature" => request.sampling.temperature = Some(number(value, path)?),
            "top_p" => request.sampling.top_p = Some(number(value, path)?),
            "top_logprobs" => self.top_logprobs = Some(whole(value, path)?),
            "stream" => request.stream = boolean(value, path)?,
            _ => self.other(name, value, request, losses)?,
        }
        Ok(())
    }

    fn other(
        &mut self,
        name: &str,
        value: Value,
        request: &mut Request,
        losses: &mut Losses,
    ) -> Result<(), Fault> {
        let path = || name.to_owned();
        match name {
            "user" => self.user = Some(string(value, path)?),
            "safety_identifier" => self.safety_identifier = Some(string(value, path)?),
            "service_tier" => request.service_tier = Some(string(value, path)?),
            "metadata" => request.metadata = Some(object(value, path)?),
            "prompt_cache_key" => request.prompt_cache_key = Some(string(value, path)?),
            "store" => request.store = Some(boolean(value, path)?),
            "background" if boolean(value.clone(), path)? => {
                let public = "the gateway keeps no answers to be fetched: leave `background` out";
                return Err(unsupported(path(), public.to_owned()));
            }
            "background" => {}
            // The API's default.
            "truncation" if value == "disabled" => {}
            "stream_options" => stream_options(value, losses)?,
            "truncation"
            | "max_tool_calls"
            | "moderation"
            | "image"
            | "context_management"
            | "access_programs"
            | "background_options"
            | "prompt_cache_options"
            | "prompt_cache_retention" => losses.add(name, "only OpenAI has it"),
            _ => losses.add(name, UNKNOWN),
        }
        Ok(())
    }

    /// Additional content of the answer. That of built-in tools has no place in other dialects.
    fn include(
        &mut self,
        value: Value,
        request: &mut Request,
        losses: &mut Losses,
    ) -> Result<(), Fault> {
        for (index, requested) in array(value, || "include".to_owned())?.into_iter().enumerate() {
            let path = format!("include[{index}]");
            match string(requested, || path.clone())?.as_str() {
                "reasoning.encrypted_content" => {
                    request.reasoning.get_or_insert_default().encrypted = true;
                }
                "message.output_text.logprobs" => self.logprobs = true,
                _ => losses.add(path, "only OpenAI has it"),
            }
        }
        Ok(())
    }

    pub fn settle(self, request: &mut Request, losses: &mut Losses) {
        match (self.logprobs, self.top_logprobs) {
            (true, top) => request.logprobs = Some(Logprobs { top }),
            (false, Some(1..)) => {
                let reason = "only with `message.output_text.logprobs` in `include`";
                losses.add(request.path(Field::TopLogprobs), reason);
            }
            _ => {}
        }
        let differs = self.user.as_ref().zip(self.safety_identifier.as_ref());
        if differs.is_some_and(|(user, safety)| user != safety) {
            let reason = "other vendors have one id for the end user: `safety_identifier` is sent";
            losses.add(request.path(Field::User), reason);
        }
        request.user = self.safety_identifier.or(self.user);
    }
}

/// Obfuscation is padding against observers of the network.
fn stream_options(value: Value, losses: &mut Losses) -> Result<(), Fault> {
    for (name, value) in said(object(value, || "stream_options".to_owned())?) {
        if !(name == "include_obfuscation" && value == Value::Bool(false)) {
            losses.add(format!("stream_options.{name}"), "only for vendors of this API");
        }
    }
    Ok(())
}

fn reasoning(value: Value, request: &mut Request, losses: &mut Losses) -> Result<(), Fault> {
    let asked: &mut Reasoning = request.reasoning.get_or_insert_default();
    for (name, value) in said(object(value, || "reasoning".to_owned())?) {
        let path = format!("reasoning.{name}");
        match name.as_str() {
            "effort" => {
                asked.effort = Effort::from_name(&string(value, || path.clone())?);
                if asked.effort.is_none() {
                    losses.add(path, "no effort that is known here");
                }
            }
            // `generate_summary` is the older name.
            "summary" | "generate_summary" => asked.summary = Some(string(value, || path)?),
            "context" if value == "auto" => {}
            "mode" if value == "standard" => {}
            _ => losses.add(path, UNKNOWN),
        }
    }
    Ok(())
}

/// <https://platform.openai.com/docs/guides/structured-outputs>
fn text(value: Value, request: &mut Request, losses: &mut Losses) -> Result<(), Fault> {
    for (name, value) in said(object(value, || "text".to_owned())?) {
        let path = format!("text.{name}");
        match name.as_str() {
            "format" => request.format = format(value, &path, losses)?,
            "verbosity" => request.verbosity = Some(string(value, || path)?),
            _ => losses.add(path, UNKNOWN),
        }
    }
    Ok(())
}

fn format(value: Value, path: &str, losses: &mut Losses) -> Result<Format, Fault> {
    let members = object(value, || path.to_owned())?;
    match members.get("type").and_then(Value::as_str) {
        Some("text") => return Ok(Format::Text),
        Some("json_object") => return Ok(Format::JsonObject),
        Some("json_schema") => {}
        _ => {
            losses.add(path, "no form of answers that is known here");
            return Ok(Format::Text);
        }
    }
    let mut schema =
        Schema { name: String::new(), description: None, schema: Value::Null, strict: None };
    for (name, value) in said(members).filter(|(name, _)| name != "type") {
        let at = || format!("{path}.{name}");
        match name.as_str() {
            "name" => schema.name = string(value, at)?,
            "description" => schema.description = Some(string(value, at)?),
            "schema" => schema.schema = Value::Object(object(value, at)?),
            "strict" => schema.strict = Some(boolean(value, at)?),
            _ => losses.add(at(), UNKNOWN),
        }
    }
    // Without a schema, any object is valid.
    Ok(if schema.schema.is_null() { Format::JsonObject } else { Format::JsonSchema(schema) })
}
