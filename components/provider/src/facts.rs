//! The contract's words for what the dialect crate speaks of, and back.

use postern_contract::provider::exports::postern::provider::stage::Decoded;
use postern_contract::types;
use postern_dialect::{Facts, Operation, Span};

/// The facts of a request as the dialect crate takes them.
pub fn from_contract(facts: types::RequestFacts) -> Facts {
    Facts {
        operation: match facts.operation {
            types::Operation::Chat => Operation::Chat,
            types::Operation::Embeddings => Operation::Embeddings,
        },
        model: facts.model,
        model_span: Span { start: facts.model_span.start, end: facts.model_span.end },
        stream: facts.stream,
        usage_in_stream: facts.usage_in_stream,
        output_cap_tokens: facts.output_cap_tokens,
        choices: facts.choices,
        tools: facts.tools,
    }
}

/// A splice for the gateway to apply.
pub fn edit_into_contract(edit: postern_dialect::Edit) -> types::Edit {
    types::Edit {
        span: types::Span { start: edit.span.start, end: edit.span.end },
        replacement: edit.replacement,
    }
}

/// What became of a chunk.
pub fn decoded_into_contract(decoded: postern_dialect::Decoded) -> Decoded {
    Decoded {
        output: decoded.output,
        usage: decoded.usage.map(|usage| types::Usage {
            input_tokens: usage.input_tokens,
            cached_input_tokens: usage.cached_input_tokens,
            output_tokens: usage.output_tokens,
            reasoning_tokens: usage.reasoning_tokens,
        }),
        done: decoded.done,
    }
}
