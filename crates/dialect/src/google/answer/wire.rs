//! The body of an answer: `GenerateContentResponse` of <https://ai.google.dev/api/generate-content#generatecontentresponse>.
//! Unknown fields are ignored.

use crate::usage::{Count, lenient, lenient_list};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The name that faults use for a part of an answer.
pub(super) const EVENT: &str = "an event";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Response<'a> {
    #[serde(borrow)]
    pub candidates: Option<Vec<Candidate<'a>>>,
    pub prompt_feedback: Option<PromptFeedback>,
    #[serde(borrow)]
    pub usage_metadata: Option<&'a RawValue>,
    pub model_version: Option<String>,
    pub response_id: Option<String>,
    pub create_time: Option<String>,
    #[serde(borrow)]
    pub error: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PromptFeedback {
    pub block_reason: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Candidate<'a> {
    pub index: Option<u32>,
    #[serde(borrow)]
    pub content: Option<Content<'a>>,
    pub finish_reason: Option<String>,
    pub logprobs_result: Option<LogprobsResult>,
    #[serde(borrow)]
    pub grounding_metadata: Option<&'a RawValue>,
    #[serde(borrow)]
    pub citation_metadata: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Content<'a> {
    #[serde(borrow)]
    pub parts: Option<Vec<&'a RawValue>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Part<'a> {
    pub text: Option<String>,
    pub thought: Option<bool>,
    pub thought_signature: Option<String>,
    pub inline_data: Option<Blob>,
    #[serde(borrow)]
    pub function_call: Option<FunctionCall<'a>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Blob {
    #[serde(default)]
    pub mime_type: String,
    pub data: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct FunctionCall<'a> {
    pub id: Option<String>,
    pub name: String,
    #[serde(borrow)]
    pub args: Option<&'a RawValue>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogprobsResult {
    pub chosen_candidates: Option<Vec<Token>>,
    pub top_candidates: Option<Vec<TopCandidates>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct TopCandidates {
    pub candidates: Option<Vec<Token>>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Token {
    #[serde(default)]
    pub token: String,
    #[serde(default)]
    pub log_probability: f64,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct UsageMetadata {
    pub prompt_token_count: Count,
    pub cached_content_token_count: Count,
    pub candidates_token_count: Count,
    pub thoughts_token_count: Count,
    pub tool_use_prompt_token_count: Count,
    pub total_token_count: Count,
    #[serde(deserialize_with = "lenient_list")]
    pub prompt_tokens_details: Vec<ModalityCount>,
    #[serde(deserialize_with = "lenient_list")]
    pub candidates_tokens_details: Vec<ModalityCount>,
    #[serde(deserialize_with = "lenient_list")]
    pub tool_use_prompt_tokens_details: Vec<ModalityCount>,
    #[serde(deserialize_with = "lenient")]
    pub service_tier: Option<String>,
    #[serde(deserialize_with = "lenient")]
    pub traffic_type: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ModalityCount {
    pub modality: Option<String>,
    #[serde(default)]
    pub token_count: Count,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroundingMetadata {
    #[serde(default)]
    pub grounding_chunks: Vec<GroundingChunk>,
    #[serde(default)]
    pub grounding_supports: Vec<GroundingSupport>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroundingChunk {
    pub web: Option<Page>,
    pub retrieved_context: Option<Page>,
    pub maps: Option<Page>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    pub uri: Option<String>,
    pub title: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroundingSupport {
    pub segment: Option<Segment>,
    #[serde(default)]
    pub grounding_chunk_indices: Vec<usize>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Segment {
    #[serde(default)]
    pub start_index: u64,
    pub end_index: Option<u64>,
    pub text: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct CitationMetadata {
    #[serde(default, alias = "citationSources")]
    pub citations: Vec<Citation>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Citation {
    #[serde(default)]
    pub start_index: u64,
    pub end_index: Option<u64>,
    pub uri: Option<String>,
    pub title: Option<String>,
}
