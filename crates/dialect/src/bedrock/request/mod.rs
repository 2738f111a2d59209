//! Encodes a request for Converse.

mod body;
mod conversation;
mod media;
mod messages;
mod names;
mod reasoning;
mod settings;
mod tools;

use super::family::Family;
use crate::chat::blank::{self, Refuses};
use crate::chat::{Field, Format, Losses, Request, ToolChoice};
use crate::{Memo, Spoken, Vendor, emulate, percent_encoded, schema};
use body::Body;
use conversation::Conversation;
use postern_fault::{Fault, Kind};
use tools::Wanted;

/// "A conversation must start with a user message", "The text field in the ContentBlock object is blank":
/// <https://docs.aws.amazon.com/bedrock/latest/userguide/conversation-inference-call.html>.
const REFUSES: Refuses = Refuses {
    by: "Bedrock",
    instructions_alone: true,
    beginning_by_model: true,
    trailing_blanks: true,
    blank_answers: true,
};

/// Encodes a request for a model on Bedrock.
///
/// # Errors
/// Content that Bedrock does not accept: an address that it would have to fetch, a file in another vendor's store.
pub fn encode(
    mut request: Request,
    vendor: &Vendor,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<Spoken, Fault> {
    let family = Family::of(&vendor.model);
    let mut body = Body::default();
    blank::repair(&mut request, Refuses { trailing_blanks: family.claude, ..REFUSES }, losses)?;
    emulate::custom_as_functions(&mut request, losses, memo);
    schema::ANTHROPIC.tools(&mut request, losses);
    // Converse holds Claude to schemas as Anthropic does. One that cannot be made to fit is that of a tool.
    if settings::takes_schema(&request.format, family)
        && schema::ANTHROPIC.answer(&mut request, losses).is_none()
    {
        if let Format::JsonSchema(schema) = std::mem::replace(&mut request.format, Format::Text) {
            body.output_config = Some(settings::schema(schema));
        }
    } else {
        emulate::schema_as_tool(&mut request, losses, memo);
    }
    let forced = matches!(
        request.tool_choice,
        Some(
            ToolChoice::Required | ToolChoice::Tool(_) | ToolChoice::Allowed { required: true, .. }
        )
    );
    let thinks = reasoning::write(&request, vendor, family, forced, &mut body, losses);
    settings::write(&mut request, family, thinks, &mut body, losses);
    let wanted = Wanted::take(&mut request);
    let mut conversation = Conversation::new(family, losses, memo);
    for message in std::mem::take(&mut request.messages) {
        conversation.push(message)?;
    }
    conversation.finish(request.cache.take(), request.path(Field::Cache));
    body.tool_config = wanted.config(&mut conversation);
    body.system = conversation.system;
    body.messages = conversation.messages;
    let body = serde_json::to_string(&body).map_err(|error| {
        Fault::new(Kind::InvalidRequest, "the request cannot be written as JSON")
            .with_private(error.to_string())
    })?;
    let how = if request.stream { "converse-stream" } else { "converse" };
    let path = format!("/model/{}/{how}", percent_encoded(&vendor.model));
    Ok(Spoken { path, headers: Vec::new(), body })
}
