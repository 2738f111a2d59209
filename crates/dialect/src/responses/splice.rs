//! Encodes a client's request for a vendor that speaks the same dialect: the client's own bytes, except for splices.

use crate::chat::Losses;
use crate::vendor::with_model;
use crate::{Edit, Facts, Spliced, Vendor};
use postern_fault::Fault;
use serde_json::Value;

/// The path of responses, appended to the vendor's base URL.
pub fn path(vendor: &Vendor) -> String {
    with_model(vendor.quirks.responses_path.as_deref().unwrap_or("/responses"), &vendor.model)
}

/// A request in the client's own bytes.
///
/// # Errors
/// None.
pub(crate) fn pass(
    vendor: &Vendor,
    facts: &Facts,
    body: &str,
    _losses: &mut Losses,
) -> Result<Spliced, Fault> {
    Ok(Spliced { path: path(vendor), headers: Vec::new(), edits: splice(vendor, facts, body)? })
}

/// Splices in the vendor's name for the model. `facts` were read from `body`.
///
/// # Errors
/// None: `facts` have the position of the model.
pub fn splice(vendor: &Vendor, facts: &Facts, _: &str) -> Result<Vec<Edit>, Fault> {
    let differs = vendor.model != facts.model;
    let replacement = || Value::from(vendor.model.as_str()).to_string();
    let edit = differs.then(|| Edit { span: facts.model_span, replacement: replacement() });
    Ok(edit.into_iter().collect())
}
