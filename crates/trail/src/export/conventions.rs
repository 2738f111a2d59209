//! The names of OpenTelemetry's semantic conventions for generative AI.

/// The set of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Conventions {
    /// The last released set, 1.41.
    #[default]
    Released,
    /// What will follow it: the repository of its own, with spans of guardrails.
    Newer,
}

/// What is said of a request or an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Attribute {
    Operation,
    Provider,
    RequestModel,
    ResponseModel,
    Stream,
    TimeToFirstChunk,
    InputTokens,
    OutputTokens,
    CachedInputTokens,
    CacheWriteTokens,
    ReasoningTokens,
    ErrorType,
    HttpStatus,
    RequestId,
    Consumer,
    Team,
    Tenant,
    Route,
    CostNanoUsd,
    Outcome,
    Cache,
    Estimated,
    Deployment,
    Region,
    GuardrailName,
    GuardrailFindings,
    TokenType,
    TokenModality,
    Signal,
}

/// Each attribute, its name in the released set, and its name in the newer one. What begins with `postern.` is in no convention.
const NAMES: [(Attribute, &str, &str); 29] = {
    use Attribute as A;
    [
        (A::Operation, "gen_ai.operation.name", "gen_ai.operation.name"),
        (A::Provider, "gen_ai.provider.name", "gen_ai.provider.name"),
        (A::RequestModel, "gen_ai.request.model", "gen_ai.request.model"),
        (A::ResponseModel, "gen_ai.response.model", "gen_ai.response.model"),
        (A::Stream, "gen_ai.request.stream", "gen_ai.request.stream"),
        (
            A::TimeToFirstChunk,
            "gen_ai.response.time_to_first_chunk",
            "gen_ai.response.time_to_first_chunk",
        ),
        (A::InputTokens, "gen_ai.usage.input_tokens", "gen_ai.usage.input_tokens"),
        (A::OutputTokens, "gen_ai.usage.output_tokens", "gen_ai.usage.output_tokens"),
        (
            A::CachedInputTokens,
            "gen_ai.usage.cache_read.input_tokens",
            "gen_ai.usage.cache_read.input_tokens",
        ),
        (
            A::CacheWriteTokens,
            "gen_ai.usage.cache_creation.input_tokens",
            "gen_ai.usage.cache_write.input_tokens",
        ),
        (
            A::ReasoningTokens,
            "gen_ai.usage.reasoning.output_tokens",
            "gen_ai.usage.reasoning.output_tokens",
        ),
        (A::ErrorType, "error.type", "error.type"),
        (A::HttpStatus, "http.response.status_code", "http.response.status_code"),
        (A::RequestId, "postern.request.id", "postern.request.id"),
        (A::Consumer, "postern.consumer", "postern.consumer"),
        (A::Team, "postern.team", "postern.team"),
        (A::Tenant, "postern.tenant", "postern.tenant"),
        (A::Route, "postern.route", "postern.route"),
        (A::CostNanoUsd, "postern.cost_nano_usd", "postern.cost_nano_usd"),
        (A::Outcome, "postern.outcome", "postern.outcome"),
        (A::Cache, "postern.cache", "postern.cache"),
        (A::Estimated, "postern.tokens_estimated", "postern.tokens_estimated"),
        (A::Deployment, "postern.deployment", "postern.deployment"),
        (A::Region, "cloud.region", "cloud.region"),
        (A::GuardrailName, "postern.guardrail.name", "gen_ai.guardrail.name"),
        (A::GuardrailFindings, "postern.guardrail.findings", "postern.guardrail.findings"),
        (A::TokenType, "gen_ai.token.type", "gen_ai.token.type"),
        (A::TokenModality, "gen_ai.token.modality", "gen_ai.token.modality"),
        (A::Signal, "postern.signal", "postern.signal"),
    ]
};

impl Attribute {
    /// Its name in a set.
    pub fn name(self, conventions: Conventions) -> &'static str {
        let row = NAMES.iter().find(|(attribute, ..)| *attribute == self);
        row.map_or("", |(_, released, newer)| match conventions {
            Conventions::Released => released,
            Conventions::Newer => newer,
        })
    }
}

/// The name of an operation, of those that the conventions have.
pub(super) fn operation(ours: &str) -> &str {
    match ours {
        "completions" => "text_completion",
        other => other,
    }
}

/// The name of a provider, of those that the conventions have.
pub(super) fn provider(ours: &str) -> &str {
    match ours {
        "azure" | "azure-openai" => "azure.ai.openai",
        "bedrock" | "amazon-bedrock" => "aws.bedrock",
        "vertex" | "vertex-ai" => "gcp.vertex_ai",
        "gemini" | "google" => "gcp.gemini",
        "mistral" => "mistral_ai",
        "xai" => "x_ai",
        other => other,
    }
}
