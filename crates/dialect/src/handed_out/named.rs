//! The other side of the table: every field by which a request can name something of the account, and where its ids come
//! from.

use super::table::Kind;

/// Where a caller has such an id from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// From an answer: [`super::table::STEPS`] says where it stands.
    Answers(Kind),
    /// No endpoint of ours hands it out: it was made here. Such ids are shared by policy.
    Elsewhere(&'static str),
}

use Source::{Answers, Elsewhere};

/// The fields, by their names.
pub(super) const NAMED: &[(Source, &[&str])] = &[
    (Answers(Kind::Response), &["previous_response_id"]),
    (Answers(Kind::Conversation), &["conversation"]),
    // Of an item that only refers to one.
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
    // Places that only the account reads.
    (Elsewhere("a bucket"), &["url", "uri", "file_uri", "file_url", "s3_location"]),
];
