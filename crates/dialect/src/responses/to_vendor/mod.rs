//! From the hub to a vendor's response: <https://platform.openai.com/docs/api-reference/responses/create>.

mod body;
mod content;
mod input;
mod settings;
mod tool;

use crate::chat::{Losses, Request};
use crate::openai::to_vendor::schema;
use crate::{Memo, Spoken, Vendor, emulate};
use body::Body;
use input::Input;
use postern_fault::{Fault, Kind};

/// A name that `unsupported` has for what is no top-level field: custom tools become functions.
const CUSTOM_TOOLS: &str = "custom_tools";

/// Say a request to a vendor of this API. What is said is not kept there unless the client asked for it.
///
/// # Errors
/// Content that this API has no form for, by the path of its part.
pub fn encode(
    mut request: Request,
    vendor: &Vendor,
    losses: &mut Losses,
    memo: &mut Memo,
) -> Result<Spoken, Fault> {
    if lacks(vendor, CUSTOM_TOOLS) {
        emulate::custom_as_functions(&mut request, losses, memo);
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

/// The vendor refuses this field.
fn lacks(vendor: &Vendor, field: &str) -> bool {
    vendor.quirks.unsupported.iter().any(|unsupported| unsupported == field)
}
