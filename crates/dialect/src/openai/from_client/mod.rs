//! Decodes a client's chat completion into the hub: <https://platform.openai.com/docs/api-reference/chat/create>, as
//! `openai-python` 3.57 types it, with the extensions of compatible servers (`top_k`, `cache_control`, `reasoning_content`).

pub(crate) mod cache;
mod message;
pub(crate) mod part;
mod settings;
mod tool;
pub(crate) mod value;

use crate::Dialect;
use crate::chat::{Field, Losses, Request};
use postern_fault::Fault;
use serde_json::Value;
use settings::Settings;
use value::{array, boolean, number, required, said, string, whole};

/// Decodes a client's chat completion, and notes as losses the fields that the hub has no place for.
///
/// # Errors
/// A body that is not JSON, and a field that is missing or of the wrong type but required by vendors of other dialects.
/// Messages name fields and types, never a text of the request.
pub fn decode(body: &str) -> Result<(Request, Losses), Fault> {
    let mut decoder = Decoder {
        request: Request::new(Dialect::OpenAi, ""),
        losses: Losses::default(),
        settings: Settings::default(),
    };
    let (mut model, mut messages) = (None, None);
    for (name, value) in said(value::body(body)?) {
        match name.as_str() {
            "model" => model = Some(string(value, || name)?),
            "messages" => messages = Some(array(value, || name)?),
            _ => decoder.field(&name, value)?,
        }
    }
    let Decoder { mut request, mut losses, settings } = decoder;
    request.model = required(model, || "model".to_owned(), "the name of a model")?;
    let messages = required(messages, || "messages".to_owned(), "an array of messages")?;
    request.messages = message::decode(messages, &mut losses)?;
    settings.settle(&mut request, &mut losses);
    Ok((request, losses))
}

struct Decoder {
    request: Request,
    losses: Losses,
    settings: Settings,
}

impl Decoder {
    fn field(&mut self, name: &str, value: Value) -> Result<(), Fault> {
        let path = || name.to_owned();
        let request = &mut self.request;
        match name {
            "stream" => request.stream = boolean(value, path)?,
            "stream_options" => self.stream_options(value)?,
            "tools" => tool::decode(value, &mut request.tools, &mut self.losses)?,
            "functions" => tool::functions(value, &mut request.tools, &mut self.losses)?,
            "tool_choice" => request.tool_choice = Some(tool::choice(value, &mut self.losses)?),
            "function_call" => request.tool_choice = Some(tool::function_call(value)?),
            "parallel_tool_calls" => request.parallel_tool_calls = Some(boolean(value, path)?),
            "response_format" => request.format = tool::format(value, &mut self.losses)?,
            "max_tokens" | "max_completion_tokens" => {
                // As in `read`: the vendor may take either field, so the larger one holds.
                request.max_output_tokens =
                    request.max_output_tokens.max(Some(whole(value, path)?));
            }
            "stop" => request.stop = stop(value)?,
            "n" => request.choices = u32::try_from(whole(value, path)?).unwrap_or(u32::MAX).max(1),
            "cache_control" => request.cache = Some(cache::control(value, path)?),
            _ if is_sampling(name) => self.sampling(name, value)?,
            _ => self.settings.field(name, value, request, &mut self.losses)?,
        }
        Ok(())
    }

    fn sampling(&mut self, name: &str, value: Value) -> Result<(), Fault> {
        let path = || name.to_owned();
        let sampling = &mut self.request.sampling;
        let place = match name {
            "temperature" => &mut sampling.temperature,
            "top_p" => &mut sampling.top_p,
            "top_k" => &mut sampling.top_k,
            "min_p" => &mut sampling.min_p,
            "seed" => &mut sampling.seed,
            "frequency_penalty" => &mut sampling.frequency_penalty,
            "presence_penalty" => &mut sampling.presence_penalty,
            "repetition_penalty" => &mut sampling.repetition_penalty,
            _ => {
                sampling.logit_bias = Some(value::object(value, path)?);
                return Ok(());
            }
        };
        *place = Some(number(value, path)?);
        Ok(())
    }

    /// `read` reads the options that the gateway itself acts on. Obfuscation is padding against observers.
    fn stream_options(&mut self, value: Value) -> Result<(), Fault> {
        for (name, value) in said(value::object(value, || "stream_options".to_owned())?) {
            let off = value == Value::Bool(false);
            if name != "include_usage" && !(name == "include_obfuscation" && off) {
                self.losses.add(format!("stream_options.{name}"), "only for vendors of this API");
            }
        }
        Ok(())
    }
}

fn is_sampling(name: &str) -> bool {
    matches!(
        name,
        "temperature"
            | "top_p"
            | "top_k"
            | "min_p"
            | "seed"
            | "frequency_penalty"
            | "presence_penalty"
            | "repetition_penalty"
            | "logit_bias"
    )
}

fn stop(value: Value) -> Result<Vec<String>, Fault> {
    let path = crate::openai::field_name(Field::Stop);
    match value {
        Value::String(text) => Ok(vec![text]),
        Value::Array(texts) => (0..)
            .zip(texts)
            .map(|(index, text): (usize, Value)| string(text, || format!("{path}[{index}]")))
            .collect(),
        other => Err(value::wrong(path.to_owned(), "a string or an array of strings", &other)),
    }
}
