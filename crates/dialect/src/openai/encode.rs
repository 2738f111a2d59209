//! Says a client's request to a vendor that speaks the same dialect: the client's own bytes, but for splices.

use super::stream_options::StreamOptions;
use crate::{Edit, Facts, Operation};
use postern_fault::Fault;

/// A request in the vendor's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Appended to the vendor's base URL.
    pub path: &'static str,
    /// The splices, sorted.
    pub edits: Vec<Edit>,
}

/// Splice in the vendor's name for the model, and for a stream the wish for its usage if the client has none. `facts` were read of `body`.
///
/// # Errors
/// A body of which the facts were not read: only then is it not JSON any more.
pub fn encode(upstream_model: &str, facts: &Facts, body: &str) -> Result<Encoded, Fault> {
    let mut edits = Vec::new();
    if upstream_model != facts.model {
        let replacement = serde_json::Value::from(upstream_model).to_string();
        edits.push(Edit { span: facts.model_span, replacement });
    }
    if facts.stream && !facts.usage_in_stream {
        let options = StreamOptions::find(body).map_err(|refusal| refusal.into_fault(body))?;
        edits.extend(options.ask_for_usage(facts.model_span.end));
        edits.sort_by_key(|edit| edit.span.start);
    }
    let path = match facts.operation {
        Operation::Chat | Operation::CountTokens => "/chat/completions",
        Operation::Completions => "/completions",
        Operation::Embeddings => "/embeddings",
        Operation::Rerank => "/rerank",
    };
    Ok(Encoded { path, edits })
}
