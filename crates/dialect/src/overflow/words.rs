//! The words by which vendors say that a prompt is too long.

/// Codes and types.
pub(super) const CODES: [&str; 5] = [
    super::CODE,
    // llama.cpp: `tools/server/server-context.cpp`.
    "exceed_context_size_error",
    // Anthropic's reason for a stop, which Z.ai uses as a code.
    "model_context_window_exceeded",
    "context_window_exceeded",
    // Mistral, <https://docs.mistral.ai/resources/known-limitations>.
    "3051",
];

/// Types and codes of limits on rates, whose messages speak of too many tokens as well.
pub(super) const OF_RATES: [&str; 5] =
    ["rate_limit_exceeded", "rate_limit_error", "tokens", "requests", "insufficient_quota"];

/// Parts of messages, in lower case. Each is from a vendor's reference, its source, or a public report of its answer.
const SENTENCES: [&str; 35] = [
    // OpenAI, Azure, DeepSeek, vLLM, OpenRouter ("This endpoint's ..."), Bedrock's Llama.
    "maximum context length",
    "exceeds the context window",
    // Anthropic, and Claude on Bedrock and Vertex; Fireworks.
    "prompt is too long",
    "exceed context limit",
    // Bedrock.
    "input is too long",
    "exceeds the maximum number of input tokens",
    "input tokens exceeds maximum length",
    "input tokens exceeded",
    "too many input tokens",
    // Gemini and Vertex.
    "exceeds the maximum number of tokens allowed",
    "input token count is",
    // Mistral.
    "too large for model with",
    // Cohere.
    "too many tokens: ",
    "total number of tokens in the prompt cannot exceed",
    // Groq, Cerebras.
    "reduce the length of the messages",
    // xAI.
    "maximum prompt length is",
    // Together, SGLang.
    "longer than the model's context length",
    "longer than the context length",
    // Text Generation Inference, also behind Together.
    "`max_new_tokens` must be <=",
    // vLLM, of a prompt and a cap.
    "context length is only",
    // Ollama.
    "prompt too long",
    "exceeds the context length",
    "exceeds maximum context length",
    // llama.cpp.
    "exceeds the available context size",
    "context size has been exceeded",
    "configured context size is",
    // LM Studio.
    "greater than the context length",
    "context the overflows",
    // Poolside behind OpenRouter.
    "maximum allowed input length",
    // Moonshot.
    "exceeded model token limit",
    // MiniMax.
    "context window exceeds limit",
    // DashScope.
    "range of input length should be",
    // GitHub's models.
    "prompt token count of",
    "max tokens allowed",
    // As codes that stand in a message.
    super::CODE,
];

/// Parts of messages about limits on rates.
const RATES: [&str; 4] = ["per minute", "per min ", "per day", "rate limit"];

/// Whether a message says it.
pub(super) fn says(message: &str) -> bool {
    let message = message.to_lowercase();
    let has = |words: &str| message.contains(words);
    SENTENCES.iter().any(|words| has(words)) && !RATES.iter().any(|words| has(words))
}
