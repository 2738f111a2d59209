//! The kinds of request bodies.

/// The kind of body whose top level is read: the same name is another field elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Chat,
    Responses,
    Messages,
    Completions,
    Embeddings,
    Rerank,
    Speech,
    /// A transcription or translation of a recording.
    Transcript,
    Images,
}
