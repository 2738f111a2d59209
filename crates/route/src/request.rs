//! What a decision goes by.

use crate::allowed::Allowed;
use crate::hash;
use crate::observed::Observed;
use crate::signals::{Complexity, complexity};
use postern_policy::{Capability, SameFor};
use postern_types::router::Signals;
use postern_types::{Operation, RequestFacts};

/// A request, as routing sees it. Time and randomness are part of it.
#[derive(Debug, Clone, Copy)]
pub struct Request<'r> {
    /// The model or alias.
    pub name: &'r str,
    /// Who asks.
    pub allowed: &'r Allowed<'r>,
    /// What is asked.
    pub facts: &'r RequestFacts,
    /// What the prompt is like.
    pub signals: &'r Signals,
    /// The headers that policy names, in lower case.
    pub headers: &'r [(String, String)],
    /// What is known of the deployments.
    pub observed: &'r Observed,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub unix_ms: u64,
    /// Random bits.
    pub seed: u64,
}

impl Request<'_> {
    /// The capabilities for its operation, of which a model must have one.
    #[must_use]
    pub fn any_of(&self) -> &'static [Capability] {
        capabilities(self.facts.operation)
    }

    /// The first capability that its content requires and a model lacks.
    pub(crate) fn lacked(&self, can: impl Fn(Capability) -> bool) -> Option<Capability> {
        // What these carry is what they are for.
        if !matches!(self.any_of(), [.., Capability::Chat]) {
            return None;
        }
        let facts = self.facts;
        let needs = [
            (facts.tools > 0, Capability::Tools),
            (facts.images > 0, Capability::Vision),
            (facts.documents > 0, Capability::Files),
            (facts.audio > 0, Capability::Audio),
        ];
        needs.into_iter().find(|(needed, need)| *needed && !can(*need)).map(|(_, need)| need)
    }

    pub(crate) fn unix_s(&self) -> u64 {
        self.unix_ms / 1_000
    }

    pub(crate) fn complexity(&self) -> Complexity {
        complexity(self.signals, self.facts)
    }

    /// What has the same target each time: a hash of the caller, or of the conversation if it is one.
    pub(crate) fn key(&self, same_for: SameFor) -> u64 {
        let caller = self.allowed.caller;
        let owner = caller.token_owner.as_deref().unwrap_or_default();
        let of_caller = hash::of([caller.consumer.as_bytes(), owner.as_bytes()]);
        match (same_for, self.signals.conversation) {
            (SameFor::Conversation, Some(conversation)) => hash::mixed(of_caller ^ conversation),
            _ => of_caller,
        }
    }
}

/// The capabilities for an operation, of which a model must have one.
#[must_use]
pub fn capabilities(operation: Operation) -> &'static [Capability] {
    match operation {
        Operation::Chat | Operation::CountTokens => &[Capability::Chat],
        Operation::Completions => &[Capability::Completions, Capability::Chat],
        Operation::Embeddings => &[Capability::Embeddings],
        Operation::Rerank => &[Capability::Rerank],
        Operation::Transcribe | Operation::Translate => &[Capability::Transcriptions],
        Operation::Speak => &[Capability::Speech],
        Operation::GenerateImages | Operation::EditImages | Operation::VaryImages => {
            &[Capability::Images]
        }
    }
}
