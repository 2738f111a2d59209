//! Says a client's request to a vendor that speaks the same dialect: the client's own bytes, but for splices.

use super::completions;
use super::outline::Outline;
use super::stream_options::StreamOptions;
use crate::chat::Losses;
use crate::{Edit, Facts, Operation, Vendor};
use postern_fault::Fault;

/// A request in the vendor's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Appended to the vendor's base URL.
    pub path: String,
    /// The splices, sorted.
    pub edits: Vec<Edit>,
}

/// Splices in the vendor's name for the model, for a stream the request for its usage if the client has none, and what
/// the vendor's quirks require. `facts` were read from `body`. What the vendor refuses is left out, and reported as a
/// loss.
///
/// # Errors
/// A body of which the facts were not read: only then is it not JSON any more.
pub fn encode(
    vendor: &Vendor,
    facts: &Facts,
    body: &str,
    losses: &mut Losses,
) -> Result<Encoded, Fault> {
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
    // What is put in at a place stands before what is taken out from there on.
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let path = crate::vendor::own_path(&vendor.quirks, facts.operation, &vendor.model);
    let path = path.unwrap_or_else(|| default_path(facts.operation).to_owned());
    Ok(Encoded { path, edits })
}

fn default_path(operation: Operation) -> &'static str {
    match operation {
        Operation::Chat | Operation::CountTokens => "/chat/completions",
        Operation::Completions => "/completions",
        Operation::Embeddings => "/embeddings",
        Operation::Rerank => "/rerank",
    }
}
