//! Checkpoints of the audit streams, which `upstream` signs.

use crate::connection;
use crate::keeper;
use crate::policy;
use crate::report;
use crate::store::Sql;
use postern_contract::clock::unix_ms;
use postern_contract::types::delegation::{DelegatedCall, DelegatedResult, Signed, Signing};
use postern_contract::types::recorder::{RecorderCall, RecorderResult};
use postern_policy::Audit;
use postern_trail::Name;
use postern_trail::audit::{self, AuditStream, CheckpointPlan, Unsigned};
use postern_trail::ledger::LedgerError;
use std::cell::{Cell, RefCell};

/// How often it is looked whether a checkpoint is due.
const LOOKS_EVERY_MS: u64 = 1_000;

/// The wait after a signature that did not come: its variable may be empty.
const LATER_MS: u64 = 60_000;

/// The calls of this kind begin here, apart from those of others.
const FIRST_ID: u64 = 1 << 48;

thread_local! {
    /// The ledger knows which policies decide.
    static NOTED: Cell<bool> = const { Cell::new(false) };
    static NEXT_MS: Cell<u64> = const { Cell::new(0) };
    /// What is signed at the moment: one for each stream.
    static SIGNING: RefCell<Vec<(u64, AuditStream, Unsigned)>> = const { RefCell::new(Vec::new()) };
    static LAST_ID: Cell<u64> = const { Cell::new(FIRST_ID) };
}

/// The calls that checkpoints need now.
pub async fn calls() -> Vec<RecorderCall> {
    let now_ms = unix_ms();
    let Ok(policy) = policy::recorder() else { return Vec::new() };
    // The ledger is left alone while it fails.
    if keeper::is_down() {
        return Vec::new();
    }
    note_policies(now_ms).await;
    let Some(variable) = &policy.audit.key_variable else { return Vec::new() };
    if now_ms < NEXT_MS.get() || SIGNING.with_borrow(|signing| !signing.is_empty()) {
        return Vec::new();
    }
    NEXT_MS.set(now_ms.saturating_add(LOOKS_EVERY_MS));
    let due = match due(&policy.audit, now_ms).await {
        Ok(due) => due,
        // The writer says that the ledger is down.
        Err(_) => return Vec::new(),
    };
    let call = |(stream, unsigned): (AuditStream, Unsigned)| {
        let id = LAST_ID.get().saturating_add(1);
        LAST_ID.set(id);
        let message = unsigned.message();
        SIGNING.with_borrow_mut(|signing| signing.push((id, stream, unsigned)));
        let variable = variable.clone();
        RecorderCall { id, call: DelegatedCall::Sign(Signing { variable, message }) }
    };
    due.into_iter().map(call).collect()
}

/// Once in an instance: which policies decide. What cannot be noted is noted with the next record.
async fn note_policies(now_ms: u64) {
    let Ok(digest) = policy::digest() else { return };
    if NOTED.replace(true) {
        return;
    }
    let noted = async {
        let mut store = connection::take().await?;
        audit::note_policies(&mut store, &Name::from_policy(digest), now_ms).await?;
        connection::put(store);
        Ok::<_, LedgerError>(())
    };
    NOTED.set(noted.await.is_ok());
}

async fn due(policy: &Audit, now_ms: u64) -> Result<Vec<(AuditStream, Unsigned)>, LedgerError> {
    let age_ms = policy.checkpoint_s.saturating_mul(1_000);
    let plan = CheckpointPlan { links: policy.checkpoint_links, age_ms };
    let mut store = connection::take().await?;
    let mut found = Vec::new();
    for stream in AuditStream::ALL {
        let due = audit::due(&mut store, stream, now_ms, plan).await?;
        found.extend(due.map(|unsigned| (stream, unsigned)));
    }
    connection::put(store);
    Ok(found)
}

/// Takes the results that are signatures.
pub async fn done(results: &[RecorderResult]) {
    for result in results {
        let taken = SIGNING.with_borrow_mut(|signing| {
            let at = signing.iter().position(|(id, ..)| *id == result.id)?;
            Some(signing.swap_remove(at))
        });
        let Some((_, stream, unsigned)) = taken else { continue };
        let problem = match &result.outcome {
            DelegatedResult::Signed(signed) => appended(stream, &unsigned, signed).await,
            DelegatedResult::Failed(fault) => Err(fault.private.clone().unwrap_or_default()),
            _ => Err("upstream did not sign what it was given".to_owned()),
        };
        if let Err(why) = problem {
            NEXT_MS.set(unix_ms().saturating_add(LATER_MS));
            report::unsigned(stream.as_str(), &why);
        }
    }
}

async fn appended(stream: AuditStream, unsigned: &Unsigned, signed: &Signed) -> Result<(), String> {
    let signature = unsigned.signed_elsewhere(&signed.public_key, &signed.signature);
    let signature = signature.ok_or("the signature does not fit")?;
    let work = async {
        let mut store: Sql = connection::take().await?;
        let is_appended =
            audit::append_checkpoint(&mut store, stream, unix_ms(), unsigned, &signature).await?;
        connection::put(store);
        Ok::<_, LedgerError>(is_appended)
    };
    if !work.await.map_err(|error| error.to_string())? {
        report::not_needed(stream.as_str(), unsigned.through);
    }
    Ok(())
}
