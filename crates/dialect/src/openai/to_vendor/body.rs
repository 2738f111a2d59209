//! The body, as it is written.

use super::message::Message;
use super::settings;
use super::tool::{self, Choice, Tool};
use crate::Vendor;
use crate::chat::{Format, Losses, Request, Schema};
use serde::{Serialize, Serializer};
use serde_json::{Map, Number, Value};

#[derive(Serialize)]
pub(super) struct Body<'a> {
    model: &'a str,
    messages: Vec<Message>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stop: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_p: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repetition_penalty: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logit_bias: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_logprobs: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning_effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    modalities: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    audio: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verbosity: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Map<String, Value>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    prompt_cache_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<bool>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
}

#[derive(Serialize)]
struct StreamOptions {
    include_usage: bool,
}

/// <https://platform.openai.com/docs/guides/structured-outputs>
enum ResponseFormat {
    JsonObject,
    JsonSchema(Schema),
}

impl Serialize for ResponseFormat {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            #[serde(rename = "type")]
            kind: &'static str,
            #[serde(skip_serializing_if = "Option::is_none")]
            json_schema: Option<Named<'a>>,
        }
        #[derive(Serialize)]
        struct Named<'a> {
            name: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            description: Option<&'a str>,
            schema: &'a Value,
            #[serde(skip_serializing_if = "Option::is_none")]
            strict: Option<bool>,
        }
        let written = match self {
            ResponseFormat::JsonObject => Written { kind: "json_object", json_schema: None },
            ResponseFormat::JsonSchema(schema) => {
                // A name is required and has no effect.
                let name = if schema.name.is_empty() { "response" } else { &schema.name };
                let json_schema = Some(Named {
                    name,
                    description: schema.description.as_deref(),
                    schema: &schema.schema,
                    strict: schema.strict,
                });
                Written { kind: "json_schema", json_schema }
            }
        };
        written.serialize(serializer)
    }
}

impl<'a> Body<'a> {
    pub fn new(
        mut request: Request,
        messages: Vec<Message>,
        vendor: &'a Vendor,
        losses: &mut Losses,
    ) -> Self {
        settings::leave_out(&mut request, vendor, losses);
        let reasoning_effort = settings::effort(&request, vendor, losses);
        let service_tier = settings::service_tier(request.service_tier.take());
        let (tools, tool_choice) = tool::encode(&mut request, vendor, losses);
        // Either name is enough, and models that think accept only the newer one.
        let cap = request.max_output_tokens;
        let old_name = vendor.quirks.max_tokens_field.as_deref() == Some("max_tokens");
        let options = request.stream && !vendor.quirks.no_stream_options;
        let sampling = request.sampling;
        Body {
            model: &vendor.model,
            messages,
            // Neither has any effect without tools, and OpenAI then refuses both.
            parallel_tool_calls: request.parallel_tool_calls.filter(|_| !tools.is_empty()),
            tools,
            tool_choice,
            response_format: match request.format {
                Format::Text => None,
                Format::JsonObject => Some(ResponseFormat::JsonObject),
                Format::JsonSchema(schema) => Some(ResponseFormat::JsonSchema(schema)),
            },
            max_completion_tokens: cap.filter(|_| !old_name),
            max_tokens: cap.filter(|_| old_name),
            stop: request.stop,
            n: Some(request.choices).filter(|choices| *choices > 1),
            temperature: sampling.temperature,
            top_p: sampling.top_p,
            top_k: sampling.top_k,
            min_p: sampling.min_p,
            seed: sampling.seed,
            frequency_penalty: sampling.frequency_penalty,
            presence_penalty: sampling.presence_penalty,
            repetition_penalty: sampling.repetition_penalty,
            logit_bias: sampling.logit_bias,
            logprobs: request.logprobs.map(|_| true),
            top_logprobs: request.logprobs.and_then(|logprobs| logprobs.top),
            reasoning_effort,
            modalities: request.modalities,
            audio: request.audio,
            verbosity: request.verbosity,
            service_tier,
            user: request.user,
            metadata: request.metadata,
            prompt_cache_key: request.prompt_cache_key,
            store: request.store,
            stream: request.stream,
            // Always: the gateway must know the usage of an answer.
            stream_options: options.then_some(StreamOptions { include_usage: true }),
        }
    }
}
