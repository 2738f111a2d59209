//! Encodes a request for a chat: <https://docs.cohere.com/v2/reference/chat>.

mod message;
mod part;
mod quirks;
mod settings;
mod tools;
mod wire;

use crate::chat::blank::{self, Refuses};
use crate::chat::{Format, Losses, Request};
use crate::{Memo, Operation, Spoken, Vendor, emulate, schema, tool_names};
use postern_fault::{Fault, Kind};
use serde::Serialize;
use serde_json::{Number, Value};
use tools::{Tool, ToolChoice};
use wire::Message;

/// The body. It has no `documents`, as no client's dialect has them, and no `citation_options` or `safety_mode`, whose defaults
/// fit every model, while their values differ between models.
#[derive(Serialize, Default)]
struct Body {
    model: String,
    messages: Vec<Message>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    strict_tools: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<ToolChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    response_format: Option<ResponseFormat>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stop_sequences: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    k: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    seed: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frequency_penalty: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    presence_penalty: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    logprobs: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Thinking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    priority: Option<u32>,
}

/// JSON, following the schema if there is one.
#[derive(Serialize)]
struct ResponseFormat {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    json_schema: Option<Value>,
}

#[derive(Serialize)]
struct Thinking {
    #[serde(rename = "type")]
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    token_budget: Option<u64>,
}

/// "message must be at least 1 token long", and the last message must be the user's or a tool's:
/// <https://docs.cohere.com/v2/reference/chat>.
const REFUSES: Refuses = Refuses {
    by: "Cohere",
    instructions_alone: true,
    beginning_by_model: false,
    trailing_blanks: false,
    blank_answers: false,
};

/// Encodes `request` for `vendor`.
///
/// # Errors
/// Content that Cohere's models do not accept and without which the answer would be wrong: sounds, PDFs, files in another
/// vendor's store.
pub fn encode(
    mut request: Request,
    vendor: &Vendor,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<Spoken, Fault> {
    emulate::custom_as_functions(&mut request, losses, memo);
    blank::repair(&mut request, REFUSES, losses)?;
    // "The parameter is not supported when used in combinations with the `documents` or `tools` parameters."
    if !request.tools.is_empty() {
        emulate::schema_as_tool(&mut request, losses, memo);
    }
    tool_names::COHERE.apply(&mut request, memo);
    schema::COHERE.tools(&mut request, losses);
    // What is left of it can be followed, whatever it is.
    let _ = schema::COHERE.answer(&mut request, losses);
    let mut body = Body {
        model: vendor.model.clone(),
        messages: message::from_hub(&mut request, losses)?,
        stream: request.stream,
        ..Body::default()
    };
    if vendor.quirks.no_json_schema {
        body.put_format_into_words(&mut request);
    }
    tools::write(&mut request, &mut body, losses)?;
    settings::write(&mut request, vendor, &mut body, losses);
    quirks::leave_out(&mut body, &vendor.quirks.unsupported, &request, losses);
    let path = crate::vendor::own_path(&vendor.quirks, Operation::Chat, &vendor.model);
    // Serializing strings, numbers and trees of them cannot fail.
    let body = serde_json::to_string(&body).map_err(|error| {
        Fault::new(Kind::Unavailable, "the gateway could not write the request")
            .with_private(error.to_string())
    })?;
    Ok(Spoken { path: path.unwrap_or_else(|| "/chat".to_owned()), headers: Vec::new(), body })
}

impl Body {
    /// For a server without schemas, an instruction before all other messages describes the form.
    fn put_format_into_words(&mut self, request: &mut Request) {
        if let Format::JsonSchema(_) = request.format
            && let Some(words) = emulate::schema_as_instruction(&request.format)
        {
            self.messages.insert(0, Message::system(words));
            request.format = Format::JsonObject;
        }
    }
}
