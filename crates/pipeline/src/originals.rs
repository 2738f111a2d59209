//! The originals of a conversation, from one turn to the next: `guardrail` makes them, `upstream` seals them, `auth` keeps them.
//!
//! They are recalled before the request is scanned, and kept before anything of its answer leaves. Fails closed: a conversation
//! whose originals cannot be opened or kept is not gone on with, since its placeholders would stand for others.

use crate::exchange::Exchange;
use crate::head::Head;
use crate::refusal::Refusal;
use crate::stages::{Stages, Upstream};
use postern_dialect::responses::conversation;
use postern_dialect::{Dialect, Operation};
use postern_fault::{Fault, Kind};
use postern_types::delegation::{DelegatedCall, DelegatedResult, Sealing, Unsealing};
use postern_types::guardrail::OriginalsPolicy;
use postern_types::{self as types, Caller};
use std::rc::Rc;

/// The most that is kept of one conversation: some 700 addresses. Each turn reads and writes all of it.
const MAX_BYTES: usize = 64 * 1024;

/// A request as a turn of its conversation.
pub struct Turn {
    /// None if policy keeps no originals, or nothing can go on with this request.
    conversation: Option<Conversation>,
    known: Option<String>,
}

impl Turn {
    /// Recalls the originals of the conversation.
    ///
    /// # Errors
    ///
    /// They cannot be read or opened, or the policies of the guardrail cannot.
    pub async fn begin<S: Stages>(
        head: &Head,
        caller: &Caller,
        operation: Operation,
        body: &str,
        exchange: &mut Exchange<S>,
    ) -> Result<Self, Refusal> {
        let conversation = Conversation::of(head, operation, body, exchange)?;
        let known = match &conversation {
            Some(conversation) => conversation.recall(caller, exchange).await?,
            None => None,
        };
        Ok(Turn { conversation, known })
    }

    /// The originals of the turns before it.
    pub fn known(&self) -> Option<&str> {
        self.known.as_deref()
    }

    /// What keeps these originals once the vendor has begun to answer.
    ///
    /// # Errors
    ///
    /// There are too many, or there is no key to seal them with: nothing has been sent yet.
    pub async fn keeper<S: Stages>(
        self,
        caller: &Caller,
        originals: Option<String>,
        exchange: &mut Exchange<S>,
    ) -> Result<Option<Keeper>, Refusal> {
        let Some((conversation, originals)) = self.conversation.zip(originals) else {
            return Ok(None);
        };
        conversation.keeper(caller, originals, exchange).await
    }
}

/// A conversation whose originals are kept.
struct Conversation {
    policy: OriginalsPolicy,
    /// Its names in the order in which they are looked up: the client's own, then the vendor's.
    names: Vec<String>,
    /// The names under which the next turn finds it.
    next: Vec<String>,
    /// The next turn may also name the answer by its id.
    has_id: bool,
}

impl Conversation {
    /// The conversation of a request.
    fn of<S: Stages>(
        head: &Head,
        operation: Operation,
        body: &str,
        exchange: &mut Exchange<S>,
    ) -> Result<Option<Self>, Refusal> {
        let is_responses = exchange.client == Dialect::Responses;
        let is_one = matches!(operation, Operation::Chat | Operation::Completions);
        if !is_one || (!is_responses && head.conversation.is_none()) {
            return Ok(None);
        }
        let kept = exchange.run("originals", |stages| stages.keeps_originals())?;
        let Some(policy) = kept else { return Ok(None) };
        let past = is_responses.then(|| conversation::past(body));
        let has_id = past.as_ref().is_some_and(|past| past.is_stored);
        let (named, previous) =
            past.map_or((None, None), |past| (past.conversation, past.previous_response));
        // The two kinds of names are told apart: a client cannot name what a vendor has named.
        let own = head.conversation.iter().map(|name| format!("client:{name}"));
        let vendors = named.map(|name| format!("vendor:{name}"));
        let next: Vec<String> = own.chain(vendors).collect();
        let previous = previous.map(|name| format!("vendor:{name}"));
        let names = next.iter().cloned().chain(previous).collect();
        Ok(Some(Conversation { policy, names, next, has_id }))
    }

    /// The originals of its last turn; none if nothing is kept of it.
    async fn recall<S: Stages>(
        &self,
        caller: &Caller,
        exchange: &mut Exchange<S>,
    ) -> Result<Option<String>, Refusal> {
        let stages = exchange.stages.clone();
        for name in &self.names {
            let recalled = stages.recall_originals(caller.clone(), name.clone());
            let Some(sealed) = exchange.wait("originals", recalled).await? else { continue };
            let call = DelegatedCall::Unseal(Unsealing {
                variable: self.policy.key_variable.clone(),
                sealed,
                context: context(caller, name),
            });
            return match exchange.wait("originals", stages.delegate(call)).await {
                DelegatedResult::Unsealed(Some(text)) => Ok(Some(text)),
                DelegatedResult::Unsealed(None) => Err(lost().into()),
                other => Err(failed(other).into()),
            };
        }
        Ok(None)
    }

    async fn keeper<S: Stages>(
        self,
        caller: &Caller,
        originals: String,
        exchange: &mut Exchange<S>,
    ) -> Result<Option<Keeper>, Refusal> {
        let Conversation { policy, next, has_id, .. } = self;
        // No turn can follow.
        if next.is_empty() && !has_id {
            return Ok(None);
        }
        if originals.len() > MAX_BYTES {
            return Err(too_many().into());
        }
        let stages = exchange.stages.clone();
        let sealed = sealed(&stages, &policy, String::new(), String::new());
        exchange.wait("originals", sealed).await?;
        let (caller, originals) = (caller.clone(), originals.into());
        Ok(Some(Keeper(Rc::new(Kept { caller, policy, originals, next, has_id }))))
    }
}

/// Keeps the originals of one turn for the next.
#[derive(Clone)]
pub struct Keeper(Rc<Kept>);

struct Kept {
    caller: Caller,
    policy: OriginalsPolicy,
    originals: Rc<str>,
    next: Vec<String>,
    has_id: bool,
}

/// The keeping for one answer.
pub struct Keeping {
    kept: Rc<Kept>,
    is_stream: bool,
    /// The names that are known have them.
    has_begun: bool,
    /// The answer's own id is still to come.
    waits_for_id: bool,
}

impl Keeper {
    /// The keeping for an answer of which nothing has left.
    pub fn begin(&self, is_stream: bool) -> Keeping {
        let kept = self.0.clone();
        let waits_for_id = kept.has_id;
        Keeping { kept, is_stream, has_begun: false, waits_for_id }
    }
}

impl Keeping {
    /// Keeps the originals under every name that this output adds. `ids` are those that it hands out.
    ///
    /// # Errors
    ///
    /// They cannot be kept; the output must not leave.
    pub async fn before<S: Stages>(
        &mut self,
        output: &str,
        ids: &[String],
        stages: &S,
    ) -> Result<(), types::Fault> {
        let mut names = Vec::new();
        if !std::mem::replace(&mut self.has_begun, true) {
            names.clone_from(&self.kept.next);
        }
        if self.waits_for_id && !ids.is_empty() {
            // An id that is not handed out names nothing that the vendor keeps.
            let id = conversation::response_id(output, self.is_stream);
            let id = id.filter(|id| ids.contains(id));
            self.waits_for_id = id.is_none();
            names.extend(id.map(|id| format!("vendor:{id}")));
        }
        let Kept { caller, policy, originals, .. } = &*self.kept;
        for name in names {
            let sealed =
                sealed(stages, policy, originals.to_string(), context(caller, &name)).await?;
            stages.keep_originals(caller.clone(), name, sealed, policy.ttl_s).await?;
        }
        Ok(())
    }
}

/// Whether originals can be sealed, if policy keeps them.
///
/// # Errors
///
/// There is no key, or it is none.
pub async fn ready<S: Stages>(stages: &S) -> Result<(), types::Fault> {
    match stages.keeps_originals()? {
        Some(policy) => sealed(stages, &policy, String::new(), String::new()).await.map(drop),
        None => Ok(()),
    }
}

/// What sealed originals belong to, so that they open for no other caller and no other conversation.
fn context(caller: &Caller, name: &str) -> String {
    let Caller { consumer, tenant, token_owner, .. } = caller;
    serde_json::json!(["originals", 1, consumer, tenant, token_owner, name]).to_string()
}

async fn sealed(
    stages: &impl Upstream,
    policy: &OriginalsPolicy,
    text: String,
    context: String,
) -> Result<String, types::Fault> {
    let variable = policy.key_variable.clone();
    match stages.delegate(DelegatedCall::Seal(Sealing { variable, text, context })).await {
        DelegatedResult::Sealed(sealed) => Ok(sealed),
        other => Err(failed(other)),
    }
}

fn failed(result: DelegatedResult) -> types::Fault {
    match result {
        DelegatedResult::Failed(fault) => fault,
        _ => Fault::new(Kind::Unavailable, "the gateway cannot keep this conversation's originals")
            .with_code("originals_unavailable")
            .with_private("upstream answered another call than the one that was made")
            .into(),
    }
}

/// Not taken for a conversation of which nothing is kept: new placeholders would be those of other originals.
fn lost() -> Fault {
    let public = "what was replaced earlier in this conversation cannot be restored any more; begin a new conversation";
    Fault::new(Kind::InvalidRequest, public)
        .with_code("conversation_expired")
        .with_private("its originals were sealed with another key, or changed in the store")
}

fn too_many() -> Fault {
    let public = format!(
        "this conversation has more personal data than is kept of one ({MAX_BYTES} bytes); begin a new conversation, or leave out what is not needed"
    );
    Fault::new(Kind::InvalidRequest, public).with_code("too_many_originals")
}
