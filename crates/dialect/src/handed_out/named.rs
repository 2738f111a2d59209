//! The counterpart of the table: every field with which a request can name an object of the account, and the source of its ids.

use super::table::Kind;

/// The source of a caller's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// An answer: [`super::table::STEPS`] has its place.
    Answers(Kind),
    /// No endpoint of ours hands it out, and it was made at this place. Policy shares such ids.
    Elsewhere(&'static str),
}

use Source::{Answers, Elsewhere};

/// The fields by their sources.
pub(super) const NAMED: &[(Source, &[&str])] = &[
    (Answers(Kind::Response), &["previous_response_id"]),
    (Answers(Kind::Conversation), &["conversation"]),
    // The id of an item that is a mere reference.
    (Answers(Kind::Item), &["id"]),
    (Answers(Kind::File), &["file_id", "file_ids"]),
    (Answers(Kind::Container), &["container", "container_id"]),
    (Answers(Kind::Audio), &["audio"]),
    (Elsewhere("/v1/vector_stores"), &["vector_store_id", "vector_store_ids"]),
    (Elsewhere("the vendor's page for prompts"), &["prompt", "prompt_id"]),
    (Elsewhere("/v1/skills"), &["skill_id"]),
    (Elsewhere("/v1/assistants, /v1/agents"), &["assistant_id", "agent_id"]),
    (Elsewhere("/v1beta/cachedContents"), &["cached_content"]),
    (Elsewhere("/v1/audio/voices"), &["voice"]),
    (Elsewhere("/v1/batches"), &["batch_id"]),
    (
        Elsewhere("vendors' pages and endpoints for what is searched"),
        &[
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
        Elsewhere("/v1/threads, /v1/conversations, /v1beta/interactions"),
        &["conversation_id", "thread_id", "previous_interaction_id"],
    ),
    // Places that only the account can read.
    (Elsewhere("a bucket"), &["url", "uri", "file_uri", "file_url", "s3_location"]),
];
