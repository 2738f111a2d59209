//! The text of each choice of an answer, token by token, and its finish reason.

use super::request::{ChatRequest, Format};
use super::tools::Tool;
use crate::refusal::Refusal;
use crate::schema;
use crate::seed::Seed;
use crate::tokens;
use serde_json::json;
use std::rc::Rc;

/// The length of the quotation from the request in an answer.
const QUOTE_CHARS: usize = 160;

/// One of the requested answers.
pub(super) struct Choice {
    pub(super) speech: Speech,
    /// The text, or the arguments of the call, in tokens.
    pub(super) pieces: Rc<[String]>,
    pub(super) finish_reason: &'static str,
}

/// What the pieces belong to.
pub(super) enum Speech {
    Text,
    Call { id: String, name: String },
}

impl Choice {
    pub(super) fn text(&self) -> String {
        self.pieces.concat()
    }

    pub(super) fn tokens(&self) -> u64 {
        self.pieces.len() as u64
    }
}

/// The choices that answer `request`, as many as it requests.
pub(super) fn choices(request: &ChatRequest, seed: &Seed) -> Result<Vec<Choice>, Refusal> {
    if let Some(tool) = &request.call {
        return calls(request, tool, seed);
    }
    let matching = match &request.format {
        Format::JsonSchema { schema, at } => Some(schema::value_of(schema, at)?.to_string()),
        Format::Text | Format::JsonObject => None,
    };
    let said = |index| {
        let text = match (&request.format, &matching) {
            (_, Some(matching)) => matching.clone(),
            (Format::JsonObject, None) => json!({ "answer": prose(request, index) }).to_string(),
            (_, None) => prose(request, index),
        };
        let (pieces, finish_reason) = limit(before_stop(&text, &request.stops), "stop", request);
        Choice { speech: Speech::Text, pieces, finish_reason }
    };
    Ok((0..request.choices).map(said).collect())
}

/// Calls of `tool`, all with the same arguments.
fn calls(request: &ChatRequest, tool: &Tool, seed: &Seed) -> Result<Vec<Choice>, Refusal> {
    let arguments = match &tool.parameters {
        Some((parameters, at)) => schema::object_of(parameters, at)?,
        None => json!({}),
    };
    let (pieces, finish_reason) = limit(&arguments.to_string(), "tool_calls", request);
    let call = |index| {
        let id = format!("call_{}", seed.id(&format!("call {index}")));
        let speech = Speech::Call { id, name: tool.name.to_owned() };
        Choice { speech, pieces: Rc::clone(&pieces), finish_reason }
    };
    Ok((0..request.choices).map(call).collect())
}

fn prose(request: &ChatRequest, index: u64) -> String {
    let conversation = &request.conversation;
    let nth = match index {
        0 => String::new(),
        _ => format!("(Choice {} of {}.) ", index + 1, request.choices),
    };
    let asked = match (&conversation.tool_result, &conversation.last_user) {
        (Some(result), _) => format!(
            "The tool {} returned: \"{}\". That is what this answer goes by.",
            result.tool,
            quote(&result.text)
        ),
        (None, Some(user)) => format!("You said: \"{}\".", quote(user)),
        (None, None) => "None of them was yours.".to_owned(),
    };
    let messages = match conversation.messages {
        1 => "1 message".to_owned(),
        many => format!("{many} messages"),
    };
    format!(
        "{nth}Hello from Postern's sandbox! No vendor was called and nothing left this machine. \
         Your request had {messages}. {asked} The same request always gets the same answer."
    )
}

/// The beginning of `text`, marked if it was cut.
fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTE_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The part of `text` before the first stop string.
pub(crate) fn before_stop<'t>(text: &'t str, stops: &[&str]) -> &'t str {
    let first = stops.iter().filter_map(|stop| text.find(stop)).min();
    first.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The tokens of `text` within the request's cap, and why they end.
fn limit(
    text: &str,
    finish_reason: &'static str,
    request: &ChatRequest,
) -> (Rc<[String]>, &'static str) {
    let cap =
        request.cap_tokens.map_or(usize::MAX, |cap| usize::try_from(cap).unwrap_or(usize::MAX));
    let mut all = tokens::tokens(text);
    let pieces = all.by_ref().take(cap).map(str::to_owned).collect();
    (pieces, if all.next().is_some() { "length" } else { finish_reason })
}
