//! Encodes a request for Google.

mod config;
mod contents;
mod detail;
mod media;
mod names;
mod response;
mod thinking;
mod tools;
mod wire;

pub(super) use self::contents::OF_THOUGHT;

use self::contents::Conversation;
use self::names::Names;
use self::wire::{Body, Content};
use super::model;
use crate::chat::blank::{self, Refuses};
use crate::chat::{Format, Losses, Request};
use crate::emulate;
use crate::{Memo, Operation, Spoken, Vendor, percent_encoded};
use postern_fault::{Fault, Kind};

/// "Please ensure that function call turn comes immediately after a user turn", "contents is not specified", "must include at least
/// one parts field": <https://ai.google.dev/gemini-api/docs/function-calling>.
const REFUSES: Refuses = Refuses {
    by: "Google",
    instructions_alone: false, // The conversation makes them the user's.
    beginning_by_model: true,
    trailing_blanks: false,
    blank_answers: false,
};

/// Encodes `request` for one of Google's models.
///
/// # Errors
/// Content that Google does not accept, and results of tools that were not called.
pub fn encode(
    mut request: Request,
    vendor: &Vendor,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<Spoken, Fault> {
    emulate::custom_as_functions(&mut request, losses, memo);
    blank::repair(&mut request, REFUSES, losses)?;
    // Before Gemini 3, tools exclude an answer that follows a schema; the schema then becomes one more tool.
    let structured = request.format != Format::Text && !request.tools.is_empty();
    if structured && !model::is_third_generation(&vendor.model) {
        emulate::schema_as_tool(&mut request, losses, memo);
    }
    let mut names = Names::new(&request);
    let (tools, tool_config) = tools::encode(&mut request, &mut names, losses, memo);
    config::tell_losses(&request, losses);
    let messages = std::mem::take(&mut request.messages);
    let mut conversation = Conversation::new(&request, &vendor.model, &mut names, losses, memo);
    for message in messages {
        conversation.message(message)?;
    }
    let spoken = conversation.finish();
    let labels = config::labels(&mut request, vendor, losses);
    let service_tier = config::service_tier(&request, vendor, losses);
    let path = path(vendor, request.stream);
    let mut generation_config = config::encode(request, vendor, losses);
    generation_config.media_resolution = spoken.media_resolution;
    let body = Body {
        contents: spoken.contents,
        system_instruction: (!spoken.system.is_empty())
            .then_some(Content { role: None, parts: spoken.system }),
        tools,
        tool_config,
        generation_config,
        labels,
        service_tier,
    };
    let body = serde_json::to_string(&body)
        .map_err(|_| Fault::new(Kind::InvalidRequest, "the request cannot be written as JSON"))?;
    Ok(Spoken { path, headers: Vec::new(), body })
}

/// The vendor's own path is used up to its colon; the method is determined here.
fn path(vendor: &Vendor, stream: bool) -> String {
    let own = crate::vendor::own_path(&vendor.quirks, Operation::Chat, &vendor.model);
    let model = own.unwrap_or_else(|| format!("/models/{}", percent_encoded(&vendor.model)));
    let method = if stream { "streamGenerateContent?alt=sse" } else { "generateContent" };
    let segment = model.rfind('/').unwrap_or_default();
    let colon = model.rfind(':').filter(|colon| *colon > segment);
    format!("{}:{method}", colon.and_then(|colon| model.get(..colon)).unwrap_or(&model))
}
