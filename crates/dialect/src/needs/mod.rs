//! What a request makes a vendor do beside talking, and which things of the vendor's account it names.
//!
//! The table of fields is [`fields`], that of types is [`kinds`]. Every field of a request is in one of them, or counts by
//! its name: what names a tool is one, and what else is unknown is looked into. A field counts wherever the vendor that
//! knows it may stand behind the client's dialect, since unknown fields are passed on.

pub(crate) mod endpoint;
mod fields;
mod kinds;
#[cfg(test)]
mod tests;
mod walk;

#[cfg(test)]
pub(crate) use fields::{naming_fields, plain as plain_name};

use self::endpoint::Endpoint;
use crate::openai::read;
use crate::{Dialect, Operation, codecs};
use postern_fault::Fault;
use std::collections::{BTreeMap, BTreeSet};

/// What a request does beside what its operation says. Each has its action in the authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// Offers tools to the model, or has the vendor use its own.
    Tools,
    /// Sends pictures.
    Images,
    /// Sends recordings.
    Audio,
    /// Sends documents and other files.
    Documents,
    /// Sends films.
    Video,
    /// Has the model speak.
    ReceiveAudio,
    /// Has pictures or films made.
    GenerateImages,
    /// Has the vendor keep the conversation, or goes on from what it keeps.
    KeepState,
    /// Has the vendor take another model or another provider than the gateway chose.
    RouteAtVendor,
}

/// How many ids a request may name: a long conversation has some hundred items. One more is listed, and tells that there
/// are too many.
pub const MAX_IDS: usize = 1_000;

/// What a request needs to be allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// In their order, each once.
    pub uses: BTreeSet<Use>,
    /// The ids of what belongs to the account with the vendor (answers, conversations, files, containers), each with the
    /// field that names it first.
    pub ids: BTreeMap<String, String>,
}

/// What a request needs. It has been read before.
///
/// # Errors
///
/// What is not JSON.
pub fn of(client: Dialect, operation: Operation, body: &str) -> Result<Needs, Fault> {
    read::whole(body, |body| walk::needs(endpoint(client, operation), body))
}

/// What the top of a request's body belongs to.
fn endpoint(client: Dialect, operation: Operation) -> Endpoint {
    match operation {
        Operation::Completions => Endpoint::Completions,
        Operation::Embeddings => Endpoint::Embeddings,
        Operation::Rerank => Endpoint::Rerank,
        Operation::Speak => Endpoint::Speech,
        Operation::Transcribe | Operation::Translate => Endpoint::Transcript,
        Operation::GenerateImages | Operation::EditImages | Operation::VaryImages => {
            Endpoint::Images
        }
        Operation::Chat | Operation::CountTokens => codecs::of(client).client.endpoint,
    }
}
