//! The effects of a request at the vendor besides an answer in text, and the objects of the vendor's account that it names.
//!
//! The table of fields is [`fields`], that of types is [`kinds`]. Every field of a request is in one of them or is judged by
//! its name: a field named like a tool is one, and the content of any other unknown field is examined. Unknown fields are
//! passed on, so a field counts if any vendor that may stand behind the client's dialect knows it.

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

/// An effect of a request besides that of its operation. Each has its action in the authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Use {
    /// Provides tools to the model, or makes the vendor use its own.
    Tools,
    /// Sends pictures.
    Images,
    /// Sends recordings.
    Audio,
    /// Sends documents and other files.
    Documents,
    /// Sends videos.
    Video,
    /// Requests speech.
    ReceiveAudio,
    /// Requests pictures or videos.
    GenerateImages,
    /// Makes the vendor store the conversation, or continues one that it stores.
    KeepState,
    /// Makes the vendor use another model or another provider than the gateway chose.
    RouteAtVendor,
}

/// The number of ids that a request may name: a long conversation has a few hundred items. One more is listed, which shows that
/// there are too many.
pub const MAX_IDS: usize = 1_000;

/// What a request must be permitted to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Needs {
    /// The effects in their order, each once.
    pub uses: BTreeSet<Use>,
    /// The ids of objects of the account at the vendor (answers, conversations, files, containers), each with the field that
    /// names it first.
    pub ids: BTreeMap<String, String>,
}

/// The needs of a request that has been read before.
///
/// # Errors
///
/// A body that is not JSON.
pub fn of(client: Dialect, operation: Operation, body: &str) -> Result<Needs, Fault> {
    read::whole(body, |body| walk::needs(endpoint(client, operation), body))
}

/// The kind of a request's body.
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
        Operation::Chat | Operation::CountTokens => codecs::client(client).endpoint,
    }
}
