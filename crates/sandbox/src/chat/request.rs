//! The parameters of a request for a chat completion.

use super::messages::Conversation;
use super::tools::{self, Tool};
use crate::fields::Fields;
use crate::model::Behaviour;
use crate::refusal::Refusal;
use crate::tokens;
use serde_json::Value;

/// The vendor's bounds: <https://platform.openai.com/docs/api-reference/chat/create>.
const MAX_CHOICES: u64 = 128;
const MAX_STOPS: usize = 4;

/// A validated request.
pub(super) struct ChatRequest<'a> {
    pub(super) model: &'a str,
    pub(super) conversation: Conversation<'a>,
    pub(super) prompt_tokens: u64,
    pub(super) choices: u64,
    /// None: no cap.
    pub(super) cap_tokens: Option<u64>,
    pub(super) stops: Vec<&'a str>,
    pub(super) stream: bool,
    pub(super) include_usage: bool,
    /// The tool to call instead of answering in text.
    pub(super) call: Option<Tool<'a>>,
    pub(super) format: Format<'a>,
}

/// The required form of the answer's text.
pub(super) enum Format<'a> {
    Text,
    JsonObject,
    JsonSchema { schema: &'a Value, at: String },
}

impl<'a> ChatRequest<'a> {
    pub(super) fn read(body: &Fields<'a>, behaviour: Behaviour) -> Result<Self, Refusal> {
        let model = body.require_string("model")?;
        body.require("messages")?;
        let conversation = Conversation::read(&body.objects("messages")?)?;
        let stream = body.flag("stream")?;
        let tool_tokens = body.get("tools").map_or(0, |tools| tokens::count(&tools.to_string()));
        Ok(ChatRequest {
            model,
            prompt_tokens: conversation.tokens + tool_tokens,
            choices: body.integer("n", 1..=MAX_CHOICES)?.unwrap_or(1),
            cap_tokens: cap_tokens(body)?,
            stops: stops(body)?,
            stream,
            include_usage: include_usage(body, stream)?,
            call: tools::to_call(body, &conversation, behaviour)?,
            format: format(body)?,
            conversation,
        })
    }
}

/// `max_completion_tokens`, or its older name.
pub(crate) fn cap_tokens(body: &Fields) -> Result<Option<u64>, Refusal> {
    let older = body.integer("max_tokens", 1..=u64::MAX)?;
    Ok(body.integer("max_completion_tokens", 1..=u64::MAX)?.or(older))
}

/// One string, or up to four; an empty string stops nothing.
pub(crate) fn stops<'a>(body: &Fields<'a>) -> Result<Vec<&'a str>, Refusal> {
    if let Some(Value::String(stop)) = body.get("stop") {
        return Ok(vec![stop.as_str()].into_iter().filter(|stop| !stop.is_empty()).collect());
    }
    let stops = body.array("stop")?.map_or(&[][..], Vec::as_slice);
    if stops.len() > MAX_STOPS {
        let given = format!("{} strings", stops.len());
        return Err(Refusal::wrong_value("stop", &given, "up to 4 strings"));
    }
    let mut texts = Vec::new();
    for (i, stop) in stops.iter().enumerate() {
        let stop = stop.as_str().ok_or_else(|| {
            let actual = crate::fields::type_name(stop);
            Refusal::wrong_type(&format!("stop[{i}]"), "a string", actual)
        })?;
        texts.extend((!stop.is_empty()).then_some(stop));
    }
    Ok(texts)
}

pub(crate) fn include_usage(body: &Fields, stream: bool) -> Result<bool, Refusal> {
    let Some(options) = body.object("stream_options")? else { return Ok(false) };
    if !stream {
        let message = "'stream_options' is only allowed when 'stream' is true.".to_owned();
        return Err(Refusal::invalid("stream_options", "invalid_value", message));
    }
    options.flag("include_usage")
}

fn format<'a>(body: &Fields<'a>) -> Result<Format<'a>, Refusal> {
    let Some(format) = body.object("response_format")? else { return Ok(Format::Text) };
    match format.require_string("type")? {
        "text" => Ok(Format::Text),
        "json_object" => Ok(Format::JsonObject),
        "json_schema" => {
            let json_schema = format.require_object("json_schema")?;
            json_schema.require_string("name")?;
            let schema = json_schema.require("schema")?;
            Ok(Format::JsonSchema { schema, at: json_schema.path("schema") })
        }
        other => Err(Refusal::wrong_value(
            &format.path("type"),
            &format!("'{other}'"),
            "'text', 'json_object' or 'json_schema'",
        )),
    }
}
