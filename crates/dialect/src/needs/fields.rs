//! The table of fields, with what each makes the vendor do.
//!
//! Names are compared without case, `_` and `-`: Google's `cachedContent` is `cached_content` in OpenAI's dialect. The
//! references are those of the dialects; OpenRouter's is <https://openrouter.ai/docs/api-reference/parameters>, xAI's
//! <https://docs.x.ai/docs/guides/live-search>.

use super::Use;
use super::endpoint::Endpoint;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The effect of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// It holds words, settings or the input of a tool: its content is not examined.
    Talk,
    /// It has no effect itself; its content may.
    Contain,
    /// It makes the vendor do this, unless it is empty or off (`null`, `false`, `[]`, `"none"`).
    Need(&'static [Use]),
    /// It names something of the account, as a text, an object with an `id` or a list of either, and has this effect.
    Name(&'static [Use]),
    /// As `Name`, but only an object with an `id` is a name; a text is not.
    Identify(&'static [Use]),
    /// It says where something is stored; some places belong to the account.
    Place,
    /// It lists the modalities of the answer.
    Modalities,
}

use Does::{Contain, Identify, Modalities, Name, Need, Place, Talk};
use Use::{
    Audio, Documents, GenerateImages, Images, KeepState, ReceiveAudio, RouteAtVendor, Tools, Video,
};

type Rows = &'static [(Does, &'static [&'static str])];

/// Fields at the top of one endpoint's body.
const AT_TOP_OF: &[(Endpoint, Rows)] = &[
    (
        Endpoint::Responses,
        &[(Talk, &["text", "instructions", "client_metadata"]), (Contain, &["input"])],
    ),
    (Endpoint::Completions, &[(Talk, &["prompt", "suffix"])]),
    (Endpoint::Embeddings, &[(Contain, &["input", "inputs", "texts"])]),
    (Endpoint::Rerank, &[(Talk, &["query"]), (Contain, &["documents"])]),
    (Endpoint::Messages, &[(Contain, &["system"])]),
    (
        Endpoint::Speech,
        &[
            (Talk, &["input", "instructions", "response_format", "speed", "stream_format"]),
            // A custom voice of the account has an id.
            (Identify(&[]), &["voice"]),
        ],
    ),
    (
        Endpoint::Transcript,
        &[(
            Talk,
            &[
                "file",
                "prompt",
                "language",
                "include[]",
                "chunking_strategy",
                "timestamp_granularities[]",
                "known_speaker_names[]",
                "known_speaker_references[]",
            ],
        )],
    ),
    (
        Endpoint::Images,
        &[
            (
                Talk,
                &[
                    "prompt",
                    "background",
                    "input_fidelity",
                    "moderation",
                    "output_compression",
                    "output_format",
                    "partial_images",
                    "quality",
                    "size",
                    "style",
                ],
            ),
            (Need(&[Images]), &["image", "image[]", "mask"]),
        ],
    ),
];

/// Fields at the top of any body. Vendors of a client's dialect have fields of their own, which pass.
const AT_TOP: Rows = &[
    (
        Talk,
        &[
            // OpenAI's chats, completions and embeddings.
            "model",
            "best_of",
            "dimensions",
            "echo",
            "encoding_format",
            "frequency_penalty",
            "logit_bias",
            "logprobs",
            "max_completion_tokens",
            "max_tokens",
            "metadata",
            "moderation",
            "n",
            "parallel_tool_calls",
            "presence_penalty",
            "prompt_cache_key",
            "prompt_cache_options",
            "prompt_cache_retention",
            "reasoning_effort",
            "response_format",
            "safety_identifier",
            "seed",
            "service_tier",
            "stop",
            "stream",
            "stream_options",
            "suffix",
            "temperature",
            "top_logprobs",
            "top_p",
            "user",
            "verbosity",
            // Responses.
            "context_management",
            "include",
            "instructions",
            "max_output_tokens",
            "max_tool_calls",
            "reasoning",
            "truncation",
            // Anthropic's messages.
            "cache_control",
            "inference_geo",
            "output_config",
            "speed",
            "stop_sequences",
            "thinking",
            "top_k",
            // Cohere.
            "citation_options",
            "embedding_types",
            "input_type",
            "k",
            "max_tokens_per_doc",
            "output_dimension",
            "output_dimensionality",
            "p",
            "priority",
            "query",
            "safety_mode",
            "strict_tools",
            "texts",
            "top_n",
            "truncate",
            // Google and Bedrock.
            "labels",
            "safety_settings",
            "task_type",
            "title",
            "inference_config",
            "performance_config",
            "request_metadata",
            "additional_model_response_field_paths",
            // Servers of open models.
            "min_p",
            "top_a",
            "repetition_penalty",
            "transforms",
            "return_documents",
        ],
    ),
    (
        Contain,
        &[
            "messages",
            "input",
            "inputs",
            "prediction",
            "system",
            "system_instruction",
            "contents",
            "content",
            "generation_config",
            "guardrail_config",
            "model_armor_config",
            "parameters",
            "instances",
            "requests",
            "generate_content_request",
            "additional_model_request_fields",
            "prompt_variables",
            "extra_body",
            "chat_template_kwargs",
        ],
    ),
    (Modalities, &["modalities", "response_modalities", "output_modalities"]),
    (Need(&[ReceiveAudio]), &["audio", "speech", "speech_config", "voice"]),
    (Need(&[GenerateImages]), &["image_config", "image_generation", "video_config"]),
    (Need(&[Images]), &["images", "image"]),
    (Need(&[Documents]), &["documents", "attachments"]),
    (
        Need(&[Tools]),
        &[
            "tools",
            "tool_choice",
            "tool_config",
            "functions",
            "function_call",
            "mcp_servers",
            "web_search_options",
            "skills",
            // OpenRouter, xAI, Cohere, Azure, Groq, Alibaba.
            "plugins",
            "search_parameters",
            "connectors",
            "data_sources",
            "compound_custom",
            "enable_search",
            "tool_resources",
            "retrieval_config",
        ],
    ),
    (Need(&[KeepState]), &["store", "background"]),
    (
        Name(&[KeepState]),
        &[
            "previous_response_id",
            "previous_interaction_id",
            "conversation",
            "conversation_id",
            "thread_id",
        ],
    ),
    (Name(&[KeepState]), &["cached_content"]),
    // A prompt that is stored at the vendor may have tools of its own.
    (Identify(&[Tools, KeepState]), &["prompt"]),
    (Name(&[Tools, KeepState]), &["prompt_id", "assistant_id", "agent_id"]),
    (Name(&[Tools]), &["container", "container_id"]),
    (
        Need(&[RouteAtVendor]),
        &[
            "models",
            "route",
            "provider",
            "providers",
            "provider_options",
            "fallbacks",
            "preset",
            "router",
            "api_base",
            "base_url",
            "api_key",
        ],
    ),
];

/// Fields at deeper levels.
const WITHIN: Rows = &[
    (
        Talk,
        &[
            "role",
            "text",
            "name",
            "type",
            "id",
            "refusal",
            "tool_calls",
            "tool_call_id",
            "tool_plan",
            "annotations",
            "citations",
            "logprobs",
            "metadata",
            "reasoning",
            "thinking",
            "signature",
            "thought",
            "thought_signature",
            "encrypted_content",
            "redacted_content",
            "reasoning_content",
            "reasoning_text",
            "reasoning_details",
            "summary",
            "status",
            "phase",
            "detail",
            "mode",
            "ttl",
            "format",
            "data",
            "bytes",
            "mime_type",
            "media_type",
            "display_name",
            "filename",
            "title",
            "description",
            "strict",
            "schema",
            "json_schema",
            "parameters",
            "parameters_json_schema",
            "input_schema",
            "output_schema",
            "response_schema",
            "response_json_schema",
            "input_examples",
            "arguments",
            "args",
            "input",
            "response",
            "json",
            "function_call",
            "function_response",
            "call_id",
            "caller",
            "namespace",
            "is_error",
            "tool_use_id",
            "cache_control",
            "cache_point",
            "prompt_cache_breakpoint",
            "allowed_callers",
            "allowed_tools",
            "defer_loading",
            "eager_input_streaming",
            "disable_parallel_tool_use",
            "include_usage",
            "include_obfuscation",
            "effort",
            "budget_tokens",
            "display",
            "token_budget",
            "generate_summary",
            "verbosity",
            "include_server_side_tool_invocations",
            "allowed_function_names",
            "transformations",
            "enabled",
            "behavior",
            "executable_code",
            "code_execution_result",
            "will_continue",
            "scheduling",
            "video_metadata",
            "media_resolution",
            "part_metadata",
            "category",
            "threshold",
            "method",
            "any",
            "tool",
            "auto",
            "tool_spec",
            "function",
            "custom",
            "tool_use",
            "bucket_owner",
            "response_mime_type",
            "user_id",
            // Members of Google's schemas and settings.
            "nullable",
            "enum",
            "items",
            "max_items",
            "min_items",
            "properties",
            "required",
            "min_properties",
            "max_properties",
            "min_length",
            "max_length",
            "pattern",
            "example",
            "any_of",
            "property_ordering",
            "default",
            "minimum",
            "maximum",
            "additional_properties",
            "ref",
            "defs",
            "temperature",
            "top_p",
            "top_k",
            "candidate_count",
            "max_output_tokens",
            "max_tokens",
            "stop_sequences",
            "response_logprobs",
            "presence_penalty",
            "frequency_penalty",
            "seed",
            "thinking_config",
            "include_thoughts",
            "thinking_budget",
            "thinking_level",
            "audio_timestamp",
            "enable_enhanced_civic_answers",
            "task_type",
            "output_dimensionality",
            "auto_truncate",
            "latency",
            "text_format",
            "structure",
            "guard_content",
            "skill_id",
            "model",
            "server_label",
            "server_description",
            "user_location",
        ],
    ),
    (
        Contain,
        &[
            "content",
            "contents",
            "parts",
            "output",
            "outputs",
            "source",
            "blob",
            "tool_result",
            "variables",
            "context",
            "search_result",
            "citations_content",
            "generation_config",
            "config",
            "calling",
            "google",
            "extra_body",
            "system_instruction",
            "input_image_mask",
            "system_tool_result",
        ],
    ),
    (Need(&[Images]), &["image_url", "image", "images", "input_image"]),
    (Need(&[Audio]), &["input_audio", "audio_url"]),
    // A spoken answer, by its id; or a recording.
    (Identify(&[Audio]), &["audio"]),
    (Need(&[Video]), &["video", "video_url", "input_video"]),
    (
        Need(&[Documents]),
        &[
            "file",
            "input_file",
            "file_data",
            "inline_data",
            "document",
            "documents",
            "document_url",
        ],
    ),
    (Place, &["url", "uri", "file_uri", "file_url", "s3_location"]),
    (Modalities, &["modalities", "response_modalities", "output_modalities"]),
    (Need(&[ReceiveAudio]), &["speech_config"]),
    (Identify(&[]), &["voice"]),
    (Need(&[GenerateImages]), &["image_config"]),
    (
        Need(&[Tools]),
        &[
            "tools",
            "tool_choice",
            "tool_config",
            "function_declarations",
            "function_calling_config",
            "retrieval_config",
            "google_search",
            "google_search_retrieval",
            "code_execution",
            "url_context",
            "computer_use",
            "google_maps",
            "file_search",
            "retrieval",
            "system_tool",
            "skills",
            "plugins",
            "mcp_servers",
            "connectors",
            "connector_id",
            "web_search_options",
            "search_parameters",
            "tool_resources",
        ],
    ),
    (Need(&[RouteAtVendor]), &["routing_config", "models", "fallbacks"]),
    (Need(&[KeepState]), &["store", "background"]),
    (
        Name(&[]),
        &[
            "file_id",
            "file_ids",
            "vector_store_id",
            "vector_store_ids",
            "container_id",
            "batch_id",
            "knowledge_base_id",
            "datastore",
            "rag_corpus",
            "corpus",
            "file_search_store_names",
            "memory_id",
            "library_ids",
        ],
    ),
    (
        Name(&[KeepState]),
        &["previous_response_id", "conversation", "conversation_id", "thread_id", "cached_content"],
    ),
    (Name(&[Tools]), &["container", "assistant_id", "agent_id"]),
    (Name(&[Tools, KeepState]), &["prompt_id"]),
];

/// Words that mark a field's name as that of a tool, known or not.
const WORDS_OF_TOOLS: &[&str] = &[
    "tool",
    "function",
    "plugin",
    "connector",
    "skill",
    "mcp",
    "search",
    "retriev",
    "grounding",
    "browse",
    "browsing",
    "agent",
    "codeexec",
    "codeinterpreter",
    "computeruse",
    "datasource",
    "knowledgebase",
    "webfetch",
    "urlcontext",
];

/// The effect of a field at the top of a body.
pub(super) fn at_top(endpoint: Endpoint, name: &str) -> Does {
    top_row(endpoint, name).unwrap_or_else(|| unknown(name))
}

/// The effect of a field at a deeper level.
pub(super) fn within(name: &str) -> Does {
    // These are most of the fields of a long conversation.
    match name {
        "role" | "text" => Talk,
        "content" => Contain,
        name => within_row(name).unwrap_or_else(|| unknown(name)),
    }
}

pub(super) fn top_row(endpoint: Endpoint, name: &str) -> Option<Does> {
    let name = plain(name);
    let of_this = |(of, rows): &'static (Endpoint, Rows)| (*of == endpoint).then(|| each(rows));
    let mut own = AT_TOP_OF.iter().filter_map(of_this).flatten();
    let own = own.find(|(known, _)| plain(known) == name).map(|(_, does)| does);
    own.or_else(|| TOP.get(&name).copied())
}

pub(super) fn within_row(name: &str) -> Option<Does> {
    INNER.get(&plain(name)).copied()
}

type Table = HashMap<String, Does>;

static TOP: LazyLock<Table> = LazyLock::new(|| table(AT_TOP));
static INNER: LazyLock<Table> = LazyLock::new(|| table(WITHIN));

fn table(rows: Rows) -> Table {
    each(rows).map(|(name, does)| (plain(name), does)).collect()
}

fn each(rows: Rows) -> impl Iterator<Item = (&'static str, Does)> {
    rows.iter().flat_map(|(does, names)| names.iter().map(|name| (*name, *does)))
}

/// An unknown field is a tool if its name says so; otherwise its content is examined.
fn unknown(name: &str) -> Does {
    if names_a_tool(name) { Need(&[Tools]) } else { Contain }
}

pub(super) fn names_a_tool(name: &str) -> bool {
    let plain = plain(name);
    WORDS_OF_TOOLS.iter().any(|word| plain.contains(word))
}

/// A name in the form in which names are compared.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect()
}

/// The names of the fields that name something of the account.
#[cfg(test)]
pub(crate) fn naming_fields() -> Vec<String> {
    let own = AT_TOP_OF.iter().flat_map(|(_, rows)| each(rows));
    let names = |does: &Does| matches!(does, Name(_) | Identify(_) | Place);
    let all = own.chain(each(AT_TOP)).chain(each(WITHIN));
    // Skills and items are named by members that `walk` knows.
    let known = [plain("skill_id"), plain("id")];
    all.filter(|(_, does)| names(does)).map(|(name, _)| plain(name)).chain(known).collect()
}

/// All names of all tables, one list for each table; a name that is listed twice occurs twice.
#[cfg(test)]
pub(super) fn names() -> Vec<Vec<String>> {
    let own = AT_TOP_OF.iter().map(|(_, rows)| *rows);
    own.chain([AT_TOP, WITHIN])
        .map(|rows| each(rows).map(|(name, _)| plain(name)).collect())
        .collect()
}
