//! What the dialect read, as the contract says it.

use postern_contract::types;
use postern_dialect::{Facts, Operation, Span};

/// The facts of a request for the stages.
pub fn into_contract(facts: &Facts) -> types::RequestFacts {
    types::RequestFacts {
        dialect: types::Dialect::Openai,
        operation: match facts.operation {
            Operation::Chat => types::Operation::Chat,
            Operation::Embeddings => types::Operation::Embeddings,
        },
        model: facts.model.clone(),
        model_span: types::Span { start: facts.model_span.start, end: facts.model_span.end },
        stream: facts.stream,
        usage_in_stream: facts.usage_in_stream,
        output_cap_tokens: facts.output_cap_tokens,
        choices: facts.choices,
        tools: facts.tools,
    }
}

/// A splice as the dialect crate applies it.
pub fn edit_from_contract(edit: types::Edit) -> postern_dialect::Edit {
    postern_dialect::Edit {
        span: Span { start: edit.span.start, end: edit.span.end },
        replacement: edit.replacement,
    }
}
