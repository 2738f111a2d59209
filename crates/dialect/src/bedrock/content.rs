//! The content of answers, buffered and streamed alike.

use crate::chat::{Annotation, Finish, FinishReason, Sealed};
use crate::usage::{Count, Said};
use crate::{Dialect, Usage};
use serde::Deserialize;
use serde_json::Value;

/// `TokenUsage`. The input excludes tokens read from and written to the cache.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TokenUsage {
    input_tokens: Count,
    output_tokens: Count,
    total_tokens: Count,
    cache_read_input_tokens: Count,
    cache_write_input_tokens: Count,
}

impl TokenUsage {
    /// None: it has no possible count.
    pub fn into_usage(self) -> Option<Usage> {
        let (read, written) = (self.cache_read_input_tokens, self.cache_write_input_tokens);
        let said = Said {
            input: match self.input_tokens {
                Count::Of(_) => Count::sum([self.input_tokens, read, written]),
                other => other,
            },
            output: self.output_tokens,
            total: self.total_tokens,
            cached: read,
            cache_write: written,
            ..Said::default()
        };
        said.usage()
    }
}

/// `ServiceTier`.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Tier {
    pub r#type: String,
}

/// The requested fields of the model's own answer (`additionalModelResponseFieldPaths`).
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Additional {
    stop_sequence: Option<String>,
}

/// `StopReason`, with the stop sequence if the model reports it.
pub(super) fn finish(reason: &str, additional: Option<Additional>) -> Finish {
    let known = match reason {
        "end_turn" | "stop_sequence" => FinishReason::Stop,
        "tool_use" => FinishReason::ToolCalls,
        "max_tokens" => FinishReason::Length,
        "model_context_window_exceeded" => FinishReason::ContextFull,
        "guardrail_intervened" | "content_filtered" => FinishReason::ContentFilter,
        "malformed_tool_use" => FinishReason::MalformedToolCall,
        "refusal" => FinishReason::Refusal,
        "pause_turn" => FinishReason::Pause,
        _ => FinishReason::Other,
    };
    let says_more = matches!(known, FinishReason::Other | FinishReason::ContentFilter);
    Finish {
        reason: known,
        stop_sequence: additional.and_then(|additional| additional.stop_sequence),
        detail: says_more.then(|| reason.to_owned()),
    }
}

/// Signatures are returned to Bedrock, whichever model made them.
pub(super) fn sealed(data: String) -> Sealed {
    Sealed { maker: Dialect::Bedrock, id: None, data }
}

/// `Citation`, or its delta.
pub(super) fn annotation(citation: Value) -> Annotation {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let is_address = |source: &String| source.starts_with("http");
    let cited: String = citation
        .get("sourceContent")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(|piece| piece.get("text").and_then(Value::as_str))
        .collect();
    Annotation {
        url: text(citation.pointer("/location/web/url"))
            .or_else(|| text(citation.get("source")).filter(is_address)),
        title: text(citation.get("title")),
        cited_text: Some(cited).filter(|cited| !cited.is_empty()),
        // Its positions are those of the document, not of the answer.
        range: None,
        raw: Some((Dialect::Bedrock, citation)),
    }
}
