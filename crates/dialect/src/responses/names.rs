//! The names of settings in OpenAI's responses.

use crate::chat::Field;

/// The client's own name for a setting.
pub fn field_name(field: Field) -> &'static str {
    match field {
        Field::Tools => "tools",
        Field::ToolChoice => "tool_choice",
        Field::ParallelToolCalls => "parallel_tool_calls",
        Field::Format => "text.format",
        Field::MaxOutputTokens => "max_output_tokens",
        Field::Stop => "stop",
        Field::Choices => "n",
        Field::Temperature => "temperature",
        Field::TopP => "top_p",
        Field::TopK => "top_k",
        Field::MinP => "min_p",
        Field::Seed => "seed",
        Field::FrequencyPenalty => "frequency_penalty",
        Field::PresencePenalty => "presence_penalty",
        Field::RepetitionPenalty => "repetition_penalty",
        Field::LogitBias => "logit_bias",
        Field::Logprobs => "include",
        Field::TopLogprobs => "top_logprobs",
        Field::ReasoningEffort => "reasoning.effort",
        Field::ReasoningBudget => "reasoning",
        Field::ReasoningSummary => "reasoning.summary",
        Field::Modalities => "modalities",
        Field::Audio => "audio",
        Field::Verbosity => "text.verbosity",
        Field::ServiceTier => "service_tier",
        Field::User => "user",
        Field::Metadata => "metadata",
        Field::PromptCacheKey => "prompt_cache_key",
        Field::Cache => "cache_control",
        Field::Store => "store",
    }
}
