//! What the dialect crate speaks of, carried over the contract's borders and back.

use crate::fault::twins;
use crate::types;
use postern_dialect::{Edit, Facts, Operation, Quirks, Span, Usage, Vendor, Wire};

twins!(Wire, types::Dialect, [
    OpenAi => Openai,
    Responses => Responses,
    Anthropic => Anthropic,
    Bedrock => Bedrock,
    Google => Google,
    Cohere => Cohere,
]);

twins!(Operation, types::Operation, [
    Chat => Chat,
    Completions => Completions,
    Embeddings => Embeddings,
    CountTokens => CountTokens,
    Rerank => Rerank,
]);

impl From<&Facts> for types::RequestFacts {
    fn from(facts: &Facts) -> Self {
        types::RequestFacts {
            dialect: facts.client.into(),
            operation: facts.operation.into(),
            model: facts.model.clone(),
            model_span: facts.model_span.into(),
            stream: facts.stream,
            usage_in_stream: facts.usage_in_stream,
            output_cap_tokens: facts.output_cap_tokens,
            choices: facts.choices,
            answers: facts.answers,
            tools: facts.tools,
            images: facts.images,
            audio: facts.audio,
            documents: facts.documents,
        }
    }
}

impl From<types::RequestFacts> for Facts {
    fn from(facts: types::RequestFacts) -> Self {
        Facts {
            client: facts.dialect.into(),
            operation: facts.operation.into(),
            model: facts.model,
            model_span: Span { start: facts.model_span.start, end: facts.model_span.end },
            stream: facts.stream,
            usage_in_stream: facts.usage_in_stream,
            output_cap_tokens: facts.output_cap_tokens,
            choices: facts.choices,
            answers: facts.answers,
            tools: facts.tools,
            images: facts.images,
            audio: facts.audio,
            documents: facts.documents,
        }
    }
}

impl From<Span> for types::Span {
    fn from(Span { start, end }: Span) -> Self {
        types::Span { start, end }
    }
}

impl From<Edit> for types::Edit {
    fn from(Edit { span, replacement }: Edit) -> Self {
        types::Edit { span: span.into(), replacement }
    }
}

impl From<types::Edit> for Edit {
    fn from(types::Edit { span, replacement }: types::Edit) -> Self {
        Edit { span: Span { start: span.start, end: span.end }, replacement }
    }
}

impl From<Usage> for types::Usage {
    fn from(usage: Usage) -> Self {
        let Usage {
            input_tokens,
            cached_input_tokens,
            cache_write_tokens,
            output_tokens,
            reasoning_tokens,
            audio_input_tokens,
            audio_output_tokens,
            estimated,
        } = usage;
        types::Usage {
            input_tokens,
            cached_input_tokens,
            cache_write_tokens,
            output_tokens,
            reasoning_tokens,
            audio_input_tokens,
            audio_output_tokens,
            estimated,
        }
    }
}

/// What of a target translation needs to know.
impl From<types::Target> for Vendor {
    fn from(target: types::Target) -> Self {
        Vendor {
            wire: target.dialect.into(),
            model: target.upstream_model,
            max_output_tokens: target.max_output_tokens,
            reasons: target.reasons,
            native: target.native,
            quirks: target.quirks.into(),
        }
    }
}

impl From<types::Quirks> for Quirks {
    fn from(quirks: types::Quirks) -> Self {
        let types::Quirks {
            max_tokens_field,
            no_developer_role,
            no_stream_options,
            responses,
            no_json_schema,
            unsupported,
            paths,
            responses_path,
            anthropic_version_in_body,
        } = quirks;
        Quirks {
            max_tokens_field,
            no_developer_role,
            no_stream_options,
            responses,
            no_json_schema,
            unsupported,
            paths: paths.into_iter().map(|(operation, path)| (operation.into(), path)).collect(),
            responses_path,
            anthropic_version_in_body,
        }
    }
}
