//! Encodes a request of the hub for a vendor: <https://platform.claude.com/docs/en/api/messages>.

mod content;
mod media;
mod messages;
mod names;
mod settings;
mod thinking;
mod tools;

pub(crate) use names::valid_id;

use super::block::{Block, Marker};
use super::splice::{headers, path};
use crate::chat::blank::{self, Refuses};
use crate::chat::{Field, Format, Losses, Request};
use crate::{Memo, Operation, Spoken, Vendor, emulate, schema};
use messages::{Conversation, Turn};
use postern_fault::Fault;
use serde::Serialize;
use serde_json::{Number, Value};
use thinking::{Effort, Thinking};
use tools::{Choice, Tool};

/// The cap on an answer where neither the client nor the catalogue names one: Anthropic requires a cap, and every recent model
/// can write this many tokens.
pub(crate) const DEFAULT_MAX_TOKENS: u64 = 4_096;

/// "text content blocks must contain non-whitespace text", "first message must use the \"user\" role" and "final assistant content
/// cannot end with trailing whitespace": the API's errors 400 (<https://platform.claude.com/docs/en/api/messages>).
const REFUSES: Refuses = Refuses {
    by: "Anthropic",
    instructions_alone: false, // The conversation makes them the user's, with their cache markers.
    beginning_by_model: true,
    trailing_blanks: true,
    blank_answers: true,
};

#[derive(Debug, Default, Serialize)]
struct Body {
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    anthropic_version: Option<String>,
    max_tokens: u64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    system: Vec<Block>,
    messages: Vec<Turn>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Tool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool_choice: Option<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    thinking: Option<Thinking>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output_config: Option<OutputConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_k: Option<Number>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    stop_sequences: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Metadata>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<Marker>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    stream: bool,
}

#[derive(Debug, Serialize)]
struct Metadata {
    user_id: String,
}

#[derive(Debug, Serialize)]
struct OutputConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    effort: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<OutputFormat>,
}

#[derive(Debug, Serialize)]
struct OutputFormat {
    #[serde(rename = "type")]
    kind: &'static str,
    schema: Value,
}

/// Encodes a request. Anthropic requires a cap on the answer: the client's, else the catalogue's
/// ([`Vendor::max_output_tokens`]), else 4,096 tokens, and 4,096 more beside a budget for thoughts.
///
/// [`Quirks::unsupported`](crate::Quirks::unsupported) may name these besides fields of the body: `output_format` (no
/// structured output: a tool stands for the schema), `strict` (of tools), `budget_tokens` (thinking is adaptive only, with an
/// effort instead).
///
/// # Errors
/// Content that Anthropic does not accept and without which the answer would differ: `unsupported_content`.
pub fn encode(
    mut request: Request,
    vendor: &Vendor,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<Spoken, Fault> {
    settings::lose_unknown(&request, losses)?;
    blank::repair(&mut request, REFUSES, losses)?;
    let instruction = prepare_format(&mut request, vendor, losses, memo);
    schema::ANTHROPIC.tools(&mut request, losses);
    emulate::custom_as_functions(&mut request, losses, memo);
    names::make_valid(&mut request, memo);
    let mut body = Body { stream: request.stream, ..Body::default() };
    settings::fill(&mut request, vendor, &mut body, losses);
    tools::fill(&mut request, vendor, &mut body, losses);
    let messages = std::mem::take(&mut request.messages);
    let mut conversation = Conversation::from_messages(messages, losses)?;
    conversation.instruct(instruction);
    thinking::fill(&mut request, vendor, &conversation.turns, &mut body, losses);
    fill_format(&mut request, &mut body);
    body.system = conversation.system;
    body.messages = conversation.turns;
    match &vendor.quirks.anthropic_version_in_body {
        Some(version) => body.anthropic_version = Some(version.clone()),
        None => body.model = Some(vendor.model.clone()),
    }
    Ok(Spoken {
        path: path(vendor, Operation::Chat, request.stream),
        headers: headers(vendor),
        // Serializing fails only for maps whose keys are not strings, of which there are none.
        body: serde_json::to_string(&body).unwrap_or_default(),
    })
}

/// Whether the vendor refuses this field.
fn refuses(vendor: &Vendor, name: &str) -> bool {
    vendor.quirks.unsupported.iter().any(|refused| refused == name)
}

/// Returns the instruction that asks for the requested form, if one is needed. Anthropic supports schemas, but not arbitrary
/// JSON; where it does not, a tool stands for the schema. A tool cannot be forced beside thoughts, so the instruction replaces
/// it.
fn prepare_format(
    request: &mut Request,
    vendor: &Vendor,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Option<String> {
    let native = !refuses(vendor, "output_format") && !refuses(vendor, "output_config");
    if request.format == Format::Text {
        return None;
    }
    // A schema that Anthropic cannot hold to is that of a tool.
    let is_schema = native && matches!(request.format, Format::JsonSchema(_));
    if is_schema && schema::ANTHROPIC.answer(request, losses).is_none() {
        return None;
    }
    if thinking::is_asked(request, vendor) {
        losses.add(request.path(Field::Format), "beside thoughts it is only asked for in words");
        let instruction = emulate::schema_as_instruction(&request.format);
        request.format = Format::Text;
        return instruction;
    }
    emulate::schema_as_tool(request, losses, memo);
    None
}

fn fill_format(request: &mut Request, body: &mut Body) {
    let Format::JsonSchema(wanted) = std::mem::replace(&mut request.format, Format::Text) else {
        return;
    };
    let mut schema = wanted.schema;
    // There is no other place for it.
    if let (Some(description), Some(object)) = (wanted.description, schema.as_object_mut()) {
        object.entry("description").or_insert(Value::String(description));
    }
    let format = Some(OutputFormat { kind: "json_schema", schema });
    let config = body.output_config.get_or_insert(OutputConfig { effort: None, format: None });
    config.format = format;
}

impl From<Effort> for OutputConfig {
    fn from(effort: Effort) -> Self {
        OutputConfig { effort: Some(effort.0), format: None }
    }
}
