//! The words that vendors' references have for errors and fields.
//!
//! Only these words of an error are written to the log: any other word, wherever it stands, may come from the prompt.

use crate::bedrock::exceptions;

/// Types, codes, statuses and reasons of OpenAI and compatible servers, Anthropic, Google and Cohere. Bedrock's are in
/// [`exceptions`].
const WORDS: [&str; 91] = [
    "API_KEY_EXPIRED",
    "API_KEY_HTTP_REFERRER_BLOCKED",
    "API_KEY_INVALID",
    "API_KEY_IP_ADDRESS_BLOCKED",
    "API_KEY_SERVICE_BLOCKED",
    "ACCESS_TOKEN_EXPIRED",
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
    "ACCESS_TOKEN_TYPE_UNSUPPORTED",
    "BILLING_DISABLED",
    "CONSUMER_INVALID",
    "CREDENTIALS_MISSING",
    "RATE_LIMIT_EXCEEDED",
    "SERVICE_DISABLED",
    "ABORTED",
    "ALREADY_EXISTS",
    "CANCELLED",
    "DATA_LOSS",
    "DEADLINE_EXCEEDED",
    "FAILED_PRECONDITION",
    "INTERNAL",
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "OUT_OF_RANGE",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "UNAUTHENTICATED",
    "UNAVAILABLE",
    "UNIMPLEMENTED",
    "UNKNOWN",
    "ERROR",
    "TIMEOUT",
    "BadRequestError",
    "NotFoundError",
    "InternalServerError",
    "api_error",
    "authentication_error",
    "billing_error",
    "billing_hard_limit_reached",
    "billing_not_active",
    "account_deactivated",
    "content_filter",
    "content_policy_violation",
    "context_length_exceeded",
    "decimal_above_max_value",
    "decimal_below_min_value",
    "empty_array",
    "empty_string",
    "engine_overloaded",
    "insufficient_permissions",
    "insufficient_quota",
    "integer_above_max_value",
    "integer_below_min_value",
    "internal_error",
    "internal_server_error",
    "invalid_api_key",
    "invalid_base64",
    "invalid_image",
    "invalid_image_format",
    "invalid_image_url",
    "invalid_prompt",
    "invalid_request",
    "invalid_request_error",
    "invalid_type",
    "invalid_value",
    "missing_required_parameter",
    "model_not_found",
    "not_found",
    "not_found_error",
    "overloaded_error",
    "permission_error",
    "rate_limit_error",
    "rate_limit_exceeded",
    "request_too_large",
    "requests",
    "responsible_ai_policy_violation",
    "server_error",
    "server_is_overloaded",
    "service_unavailable_error",
    "slow_down",
    "string_above_max_length",
    "string_below_min_length",
    "thread_unsupported_request",
    "timeout",
    "timeout_error",
    "tokens",
    "unknown_parameter",
    "unsupported_content_type",
    "unsupported_country_region_territory",
    "unsupported_parameter",
    "unsupported_value",
    "vector_store_timeout",
];

/// Fields of requests, except those that clients name themselves.
const FIELDS: [&str; 78] = [
    "arguments",
    "audio",
    "budget_tokens",
    "cache_control",
    "content",
    "conversation",
    "data",
    "description",
    "detail",
    "dimensions",
    "documents",
    "effort",
    "encoding_format",
    "file",
    "file_data",
    "file_id",
    "format",
    "frequency_penalty",
    "function",
    "function_call",
    "functions",
    "id",
    "image",
    "image_url",
    "include",
    "input",
    "input_audio",
    "input_schema",
    "instructions",
    "items",
    "json_schema",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "max_output_tokens",
    "max_tokens",
    "max_tool_calls",
    "media_type",
    "messages",
    "metadata",
    "modalities",
    "model",
    "n",
    "name",
    "output",
    "parallel_tool_calls",
    "parameters",
    "prediction",
    "presence_penalty",
    "previous_response_id",
    "prompt",
    "prompt_cache_key",
    "query",
    "reasoning",
    "reasoning_effort",
    "response_format",
    "role",
    "safety_identifier",
    "schema",
    "seed",
    "service_tier",
    "source",
    "stop",
    "stop_sequences",
    "store",
    "stream",
    "stream_options",
    "strict",
    "summary",
    "system",
    "temperature",
    "text",
    "tool_choice",
    "tools",
    "top_k",
    "top_logprobs",
    "top_p",
    "type",
];

/// Whether a vendor's reference has this type or code.
pub fn is_known_word(word: &str) -> bool {
    let is_status = || word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    WORDS.contains(&word) || exceptions::status(word).is_some() || is_status()
}

/// Whether this is a path (`messages[0].content`) of fields that a vendor's reference has.
pub fn is_known_field(path: &str) -> bool {
    path.split(['.', '[', ']']).filter(|part| !part.is_empty()).all(|part| {
        let is_index = part.len() < 7 && part.bytes().all(|byte| byte.is_ascii_digit());
        is_index || FIELDS.contains(&part)
    })
}

/// The word as the log may have it.
pub(crate) fn told(word: &str) -> &str {
    if is_known_word(word) { word } else { "(not a known one)" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_client_could_have_written_is_not_known() {
        for word in ["", "osteopetrosis", "My diagnosis", "invalid_request_error: x", "12345"] {
            assert!(!is_known_word(word), "{word}");
        }
        for path in ["metadata.osteopetrosis", "messages[0].osteopetrosis", "messages[12345678]"] {
            assert!(!is_known_field(path), "{path}");
        }
        assert!(is_known_field("messages[12].content[0].image_url.detail"));
        assert!(is_known_word("ThrottlingException") && is_known_word("invalid_api_key"));
    }
}
