//! The names of settings in Anthropic's messages.

use crate::chat::Field;

/// The client's own name for a setting.
pub fn field_name(field: Field) -> &'static str {
    match field {
        Field::Tools => "tools",
        Field::ToolChoice => "tool_choice",
        Field::ParallelToolCalls => "tool_choice.disable_parallel_tool_use",
        Field::Format => "output_config.format",
        Field::MaxOutputTokens => "max_tokens",
        Field::Stop => "stop_sequences",
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
        Field::Logprobs => "logprobs",
        Field::TopLogprobs => "top_logprobs",
        Field::ReasoningEffort => "output_config.effort",
        Field::ReasoningBudget => "thinking.budget_tokens",
        Field::ReasoningSummary => "thinking.display",
        Field::Modalities => "modalities",
        Field::Audio => "audio",
        Field::Verbosity => "verbosity",
        Field::ServiceTier => "service_tier",
        Field::User => "metadata.user_id",
        Field::Metadata => "metadata",
        Field::PromptCacheKey => "prompt_cache_key",
        Field::Cache => "cache_control",
        Field::Store => "store",
    }
}
