//! Encodes a client's request for a vendor that speaks the same dialect: the client's own bytes, except for splices.

use super::completions;
use super::outline::Outline;
use super::stream_options::StreamOptions;
use crate::chat::Losses;
use crate::{Edit, Facts, Operation, Spliced, Vendor, media};
use postern_fault::Fault;

/// Splices in the vendor's name for the model, a request for the usage of a stream if the client makes none, and the changes
/// for the vendor's quirks. `facts` were read from `body`. Fields that the vendor refuses are left out and noted as losses.
///
/// # Errors
/// A body that `facts` were not read from: only then can it fail to be JSON.
pub fn encode(
    vendor: &Vendor,
    facts: &Facts,
    body: &str,
    losses: &mut Losses,
) -> Result<Spliced, Fault> {
    let mut edits = Vec::new();
    if vendor.model != facts.model {
        let replacement = serde_json::Value::from(vendor.model.as_str()).to_string();
        edits.push(Edit { span: facts.model_span, replacement });
    }
    let not_json = |refusal: super::refusal::Refusal| refusal.into_fault(body);
    if facts.stream && !facts.usage_in_stream && !vendor.quirks.no_stream_options {
        let options = StreamOptions::find(body).map_err(not_json)?;
        edits.extend(options.ask_for_usage(facts.model_span.end));
    }
    if Outline::is_needed(vendor, body) {
        edits.extend(Outline::read(body).map_err(not_json)?.edits(vendor, losses));
    }
    if facts.operation == Operation::Completions {
        edits.extend(completions::default_cap(vendor, facts, body).map_err(not_json)?);
    }
    // An insertion at a position comes before a removal that starts there.
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let path = crate::vendor::own_path(&vendor.quirks, facts.operation, &vendor.model);
    let path = path.unwrap_or_else(|| default_path(facts.operation).to_owned());
    Ok(Spliced { path, headers: Vec::new(), edits })
}

fn default_path(operation: Operation) -> &'static str {
    match operation {
        Operation::Chat | Operation::CountTokens => "/chat/completions",
        Operation::Completions => "/completions",
        Operation::Embeddings => "/embeddings",
        Operation::Rerank => "/rerank",
        operation => media::path(operation).unwrap_or_default(),
    }
}
