//! The sealed originals of callers' conversations.

use crate::{store, sweep};
use postern_contract::clock::unix_s;
use postern_contract::types::Caller;
use postern_fault::Fault;
use postern_identity::{KeptOriginals, Refused};

/// Keeps them for this caller's conversation, in place of those of an earlier turn.
pub async fn keep(
    caller: &Caller,
    conversation: &str,
    sealed: &str,
    ttl_s: u32,
) -> Result<(), Fault> {
    let unix_s = unix_s();
    let record = KeptOriginals::record(sealed, ttl_s, unix_s);
    let set = store::set(&name(caller, conversation), &record).await;
    set.map_err(|refused| fault(&refused))?;
    sweep::begin(unix_s);
    Ok(())
}

/// Those of this caller's conversation that have not expired.
pub async fn recall(caller: &Caller, conversation: &str) -> Result<Option<String>, Fault> {
    let record = store::get(&name(caller, conversation)).await;
    let record = record.map_err(|refused| fault(&refused))?;
    let sealed = record.as_deref().and_then(|record| KeptOriginals::sealed(record, unix_s()));
    Ok(sealed.map(str::to_owned))
}

fn name(caller: &Caller, conversation: &str) -> String {
    let (tenant, token_owner) = (caller.tenant.as_deref(), caller.token_owner.as_deref());
    KeptOriginals::store_name(&caller.consumer, tenant, token_owner, conversation)
}

/// The caller is known; what is missing is the store.
fn fault(refused: &Refused) -> Fault {
    let Fault { private, .. } = refused.fault();
    let public = "the gateway cannot keep this conversation's originals at the moment; retry";
    let fault = Fault::new(postern_fault::Kind::Unavailable, public);
    Fault { private, ..fault.with_code("originals_unavailable") }
}
