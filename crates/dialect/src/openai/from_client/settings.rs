//! Settings other than the conversation and the sampling.

use super::value::{array, boolean, object, said, string, whole, wrong};
use crate::chat::{Effort, Field, Logprobs, Losses, Reasoning, Request};
use postern_fault::Fault;
use serde_json::Value;

/// Pairs of settings that are one in the hub.
#[derive(Default)]
pub(super) struct Settings {
    logprobs: Option<bool>,
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
            "logprobs" => self.logprobs = Some(boolean(value, path)?),
            "top_logprobs" => self.top_logprobs = Some(whole(value, path)?),
            "user" => self.user = Some(string(value, path)?),
            "safety_identifier" => self.safety_identifier = Some(string(value, path)?),
            "reasoning_effort" => {
                reasoning(request).effort = effort(string(value, path)?, name, losses);
            }
            "reasoning" => reasoning_object(value, request, losses)?,
            "modalities" => request.modalities = words(value, name)?,
            "audio" => request.audio = Some(Value::Object(object(value, path)?)),
            "verbosity" => request.verbosity = Some(string(value, path)?),
            "service_tier" => request.service_tier = Some(string(value, path)?),
            "metadata" => request.metadata = Some(object(value, path)?),
            "prompt_cache_key" => request.prompt_cache_key = Some(string(value, path)?),
            "store" => request.store = Some(boolean(value, path)?),
            "prediction"
            | "web_search_options"
            | "moderation"
            | "prompt_cache_options"
            | "prompt_cache_retention" => losses.add(name, "only OpenAI has it"),
            _ => losses.add(name, "no field that the gateway can translate"),
        }
        Ok(())
    }

    pub fn settle(self, request: &mut Request, losses: &mut Losses) {
        match (self.logprobs, self.top_logprobs) {
            (Some(true), top) => request.logprobs = Some(Logprobs { top }),
            (_, Some(1..)) => losses.add("top_logprobs", "only with `logprobs`"),
            _ => {}
        }
        if self.user.is_some()
            && self.safety_identifier.as_ref().is_some_and(|id| self.user.as_ref() != Some(id))
        {
            losses.add(
                crate::openai::field_name(Field::User),
                "other vendors have one id for the end user: `safety_identifier` is sent",
            );
        }
        request.user = self.safety_identifier.or(self.user);
    }
}

fn reasoning(request: &mut Request) -> &mut Reasoning {
    request.reasoning.get_or_insert_default()
}

fn effort(word: String, path: &str, losses: &mut Losses) -> Option<Effort> {
    let effort = Effort::from_name(&word);
    if effort.is_none() {
        losses.add(path, "no effort that is known here");
    }
    effort
}

/// The form that servers of several vendors' models accept: <https://openrouter.ai/docs/use-cases/reasoning-tokens>.
fn reasoning_object(value: Value, request: &mut Request, losses: &mut Losses) -> Result<(), Fault> {
    for (name, value) in said(object(value, || "reasoning".to_owned())?) {
        let path = format!("reasoning.{name}");
        let asked = reasoning(request);
        match name.as_str() {
            "effort" => asked.effort = effort(string(value, || path.clone())?, &path, losses),
            "max_tokens" => asked.budget_tokens = Some(whole(value, || path)?),
            "enabled" => asked.enabled = Some(boolean(value, || path)?),
            "summary" => asked.summary = Some(string(value, || path)?),
            _ => losses.add(path, "no field that the gateway can translate"),
        }
    }
    Ok(())
}

fn words(value: Value, path: &str) -> Result<Vec<String>, Fault> {
    let words = array(value, || path.to_owned())?.into_iter();
    words
        .map(|word| match word {
            Value::String(word) => Ok(word),
            other => Err(wrong(path.to_owned(), "an array of strings", &other)),
        })
        .collect()
}
