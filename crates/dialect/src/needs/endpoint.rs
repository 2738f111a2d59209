//! The bodies of requests.

/// What the top of a body belongs to: the same name is another field elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Chat,
    Responses,
    Messages,
    Completions,
    Embeddings,
    Rerank,
    Speech,
    /// Of a recording.
    Transcript,
    Images,
}
