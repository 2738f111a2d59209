//! The body, as it is written.

use super::input::{Encoded, Item};
use super::settings;
use super::tool::{self, Choice, Tool};
use crate::Vendor;
use crate::chat::{Format, Losses, Request, Schema};
use serde::Serialize;
use serde_json::{Map, Number, Value};

#[derive(Serialize)]
pub(super) struct Body<'a> {
    model: &'a str,
    input: Vec<Item>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parallel_tool_calls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<Text>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasoning: Option<settings::Reasoning>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    include: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_output_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_logprobs: Option<u64>,
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
}

/// <https://platform.openai.com/docs/guides/structured-outputs>
#[derive(Serialize)]
struct Text {
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Form>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verbosity: Option<String>,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Form {
    JsonObject,
    JsonSchema {
        name: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        schema: Value,
        #[serde(skip_serializing_if = "Option::is_none")]
        strict: Option<bool>,
    },
}

impl Form {
    fn of(format: Format) -> Option<Self> {
        match format {
            Format::Text => None,
            Format::JsonObject => Some(Form::JsonObject),
            Format::JsonSchema(Schema { mut name, description, schema, strict }) => {
                // A name is required and has no effect.
                if name.is_empty() {
                    name.push_str("response");
                }
                Some(Form::JsonSchema { name, description, schema, strict })
            }
        }
    }
}

impl<'a> Body<'a> {
    pub fn new(
        mut request: Request,
        input: Encoded,
        vendor: &'a Vendor,
        losses: &mut Losses,
    ) -> Self {
        settings::leave_out(&mut request, vendor, losses);
        let reasoning = settings::reasoning(&request, vendor, losses);
        let include = settings::include(&request, input.own_thoughts, vendor);
        let max_output_tokens = settings::cap(&request, losses);
        let (tools, tool_choice) = tool::encode(&mut request, losses);
        let format = Form::of(std::mem::replace(&mut request.format, Format::Text));
        let text = Text { format, verbosity: request.verbosity };
        Body {
            model: &vendor.model,
            input: input.items,
            // Neither has any effect without tools.
            parallel_tool_calls: request.parallel_tool_calls.filter(|_| !tools.is_empty()),
            tools,
            tool_choice,
            text: Some(text).filter(|text| text.format.is_some() || text.verbosity.is_some()),
            reasoning,
            include,
            max_output_tokens,
            temperature: request.sampling.temperature,
            top_p: request.sampling.top_p,
            top_logprobs: request.logprobs.and_then(|logprobs| logprobs.top),
            service_tier: settings::service_tier(request.service_tier),
            user: request.user,
            metadata: request.metadata,
            prompt_cache_key: request.prompt_cache_key,
            // The API stores answers unless `store` is false.
            store: Some(request.store.unwrap_or(false)).filter(|_| !super::lacks(vendor, "store")),
            stream: request.stream,
        }
    }
}
