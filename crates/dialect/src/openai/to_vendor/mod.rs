//! Encodes a request of the hub as a chat completion: <https://platform.openai.com/docs/api-reference/chat/create>, with the
//! vendor's quirks.

mod body;
pub(crate) mod content;
mod message;
pub(crate) mod schema;
pub(crate) mod settings;
mod system;
mod thought;
mod tool;

use crate::chat::{Losses, Request};
use crate::{Memo, Operation, Spoken, Vendor, emulate, tool_names};
use body::Body;
use message::Messages;
use postern_fault::{Fault, Kind};

/// A name in `unsupported` that is not a top-level field: custom tools become functions.
const CUSTOM_TOOLS: &str = "custom_tools";

/// Encodes a request for a vendor of this API.
///
/// # Errors
/// Content that this API cannot express, by the path of its part.
pub fn encode_chat(
    mut request: Request,
    vendor: &Vendor,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<Spoken, Fault> {
    if vendor.quirks.no_custom_tools || lacks(vendor, CUSTOM_TOOLS) {
        emulate::custom_as_functions(&mut request, losses, memo);
    }
    tool_names::SHORT.apply(&mut request, memo);
    crate::schema::OPENAI.tools(&mut request, losses);
    if !vendor.quirks.no_json_schema {
        crate::schema::OPENAI.strict_answer(&mut request, losses);
    }
    if vendor.quirks.no_json_schema {
        schema::as_instruction(&mut request, losses);
    }
    if vendor.quirks.single_system_message {
        system::merge(&mut request, losses);
    }
    let messages = std::mem::take(&mut request.messages);
    let messages = Messages::new(&request, vendor, losses).encode(messages)?;
    let body = Body::new(request, messages, vendor, losses);
    let body = serde_json::to_string(&body).map_err(|error| {
        let private = format!("a chat completion cannot be written: {error}");
        Fault::new(Kind::Unavailable, "the request cannot be said to this provider")
            .with_private(private)
    })?;
    let path = crate::vendor::own_path(&vendor.quirks, Operation::Chat, &vendor.model);
    let path = path.unwrap_or_else(|| "/chat/completions".to_owned());
    Ok(Spoken { path, headers: Vec::new(), body })
}

/// Whether the vendor refuses this field.
fn lacks(vendor: &Vendor, field: &str) -> bool {
    vendor.quirks.unsupported.iter().any(|unsupported| unsupported == field)
}
