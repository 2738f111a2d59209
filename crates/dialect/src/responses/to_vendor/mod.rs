//! Encodes a request of the hub as a response: <https://platform.openai.com/docs/api-reference/responses/create>.

mod body;
mod content;
mod input;
mod settings;
mod tool;

use crate::chat::{Losses, Request};
use crate::openai::to_vendor::schema;
use crate::{Memo, Spoken, Vendor, emulate, tool_names};
use body::Body;
use input::Input;
use postern_fault::{Fault, Kind};

/// A name in `unsupported` that is not a top-level field: custom tools become functions.
const CUSTOM_TOOLS: &str = "custom_tools";

/// Encodes a request for a vendor of this API. The vendor does not store it unless the client asked for that.
///
/// # Errors
/// Content that this API cannot express, by the path of its part.
pub fn encode(
    mut request: Request,
    vendor: &Vendor,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<Spoken, Fault> {
    if lacks(vendor, CUSTOM_TOOLS) {
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
    let messages = std::mem::take(&mut request.messages);
    let input = Input::new(&request, vendor, losses, &messages).encode(messages)?;
    let body = Body::new(request, input, vendor, losses);
    let body = serde_json::to_string(&body).map_err(|error| {
        let private = format!("a response cannot be written: {error}");
        Fault::new(Kind::Unavailable, "the request cannot be said to this provider")
            .with_private(private)
    })?;
    Ok(Spoken { path: super::path(vendor), headers: Vec::new(), body })
}

/// Whether the vendor refuses this field.
fn lacks(vendor: &Vendor, field: &str) -> bool {
    vendor.quirks.unsupported.iter().any(|unsupported| unsupported == field)
}
