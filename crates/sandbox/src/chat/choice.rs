//! What each choice of an answer says, token by token, and why it ends.

use super::request::{ChatRequest, Format};
use crate::refusal::Refusal;
use crate::schema;
use crate::seed::Seed;
use crate::tokens;
use serde_json::json;

/// How much of the request's own words an answer repeats.
const QUOTE_CHARS: usize = 160;

/// One of the answers asked for.
pub(super) struct Choice {
    pub(super) speech: Speech,
    /// The text, or the arguments of the call, in tokens.
    pub(super) pieces: Vec<String>,
    pub(super) finish_reason: &'static str,
}

/// What the pieces are pieces of.
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

/// The choices that answer `request`, as many as it asks for.
pub(super) fn choices(request: &ChatRequest, seed: &Seed) -> Result<Vec<Choice>, Refusal> {
    if request.call.is_some() {
        return (0..request.choices).map(|index| call(request, seed, index)).collect();
    }
    (0..request.choices)
        .map(|index| {
            let text = text(request, index)?;
            let (pieces, finish_reason) =
                limit(before_stop(&text, &request.stops), "stop", request);
            Ok(Choice { speech: Speech::Text, pieces, finish_reason })
        })
        .collect()
}

fn call(request: &ChatRequest, seed: &Seed, index: u64) -> Result<Choice, Refusal> {
    let tool = request.call.as_ref();
    let name = tool.map_or("", |tool| tool.name).to_owned();
    let arguments = match tool.and_then(|tool| tool.parameters.as_ref()) {
        Some((parameters, at)) => schema::object_of(parameters, at)?,
        None => json!({}),
    };
    let (pieces, finish_reason) = limit(&arguments.to_string(), "tool_calls", request);
    let id = format!("call_{}", seed.id(&format!("call {index}")));
    Ok(Choice { speech: Speech::Call { id, name }, pieces, finish_reason })
}

fn text(request: &ChatRequest, index: u64) -> Result<String, Refusal> {
    Ok(match &request.format {
        Format::Text => prose(request, index),
        Format::JsonObject => json!({ "answer": prose(request, index) }).to_string(),
        Format::JsonSchema { schema, at } => schema::value_of(schema, at)?.to_string(),
    })
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

/// The beginning of `text`, marked where it goes on.
fn quote(text: &str) -> String {
    match text.char_indices().nth(QUOTE_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// What of `text` comes before the first stop string in it.
fn before_stop<'t>(text: &'t str, stops: &[&str]) -> &'t str {
    let first = stops.iter().filter_map(|stop| text.find(stop)).min();
    first.and_then(|end| text.get(..end)).unwrap_or(text)
}

/// The tokens of `text` within the request's cap, and why they end.
fn limit(
    text: &str,
    finish_reason: &'static str,
    request: &ChatRequest,
) -> (Vec<String>, &'static str) {
    let cap =
        request.cap_tokens.map_or(usize::MAX, |cap| usize::try_from(cap).unwrap_or(usize::MAX));
    let mut all = tokens::tokens(text);
    let pieces = all.by_ref().take(cap).map(str::to_owned).collect();
    (pieces, if all.next().is_some() { "length" } else { finish_reason })
}
