//! Erasure: the key is destroyed, rows are pseudonymised, and a link of the audit chain proves it. Sums stay.

use super::subject::SubjectHash;
use crate::audit::{self, AuditEvent, AuditStream};
use crate::ledger::{Grain, LedgerError, Sql, Store, text};
use crate::name::Name;
use crate::record::Record;
use sha2::{Digest, Sha256};

/// How many rows are rewritten by one statement's answer.
const STEP: i64 = 500;

/// Whose traces are erased.
#[derive(Debug, Clone)]
pub struct Erasure<'e> {
    /// The id of the subject, as requests name it; or the name of a consumer who is a person.
    pub subject: &'e str,
    /// Who asked for it.
    pub actor: Name,
    /// What stands in place of the subject from now on. It must be new.
    pub pseudonym: Name,
    /// Now.
    pub unix_ms: u64,
}

/// What was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Keys that were destroyed: 0 or 1.
    pub keys: u64,
    /// Kept contents that were removed with it.
    pub contents: u64,
    /// Requests whose rows were pseudonymised.
    pub requests: u64,
}

/// Erases a subject's traces, in one transaction.
///
/// # Errors
///
/// The store fails; then nothing was erased.
pub async fn erase(store: &mut impl Store, erasure: &Erasure<'_>) -> Result<Erased, LedgerError> {
    store.execute(store.dialect().begin(), &[]).await?;
    let committed = match erased(store, erasure).await {
        Ok(erased) => {
            let done = store.execute("COMMIT", &[]).await;
            done.map(|()| erased).map_err(LedgerError::from)
        }
        Err(error) => Err(error),
    };
    if committed.is_err() {
        // What went wrong first is what is reported.
        let _ = store.execute("ROLLBACK", &[]).await;
    }
    committed
}

async fn erased(store: &mut impl Store, erasure: &Erasure<'_>) -> Result<Erased, LedgerError> {
    let hash = SubjectHash::of(erasure.subject).to_string();
    let key_id = destroy_key(store, &hash).await?;
    let contents =
        count(store, "DELETE FROM content WHERE subject = ", &hash, "request_id").await?;
    let named = rename_subject(store, &hash, erasure).await?;
    let own = rename_consumer(store, erasure).await?;
    let requests = named.saturating_add(own);
    let event = AuditEvent::Erasure {
        actor: erasure.actor.clone(),
        pseudonym: erasure.pseudonym.clone(),
        key_id: key_id.clone().unwrap_or_else(|| Name::from_policy("none")),
        rows: requests,
    };
    audit::append(store, AuditStream::Administration, &[(erasure.unix_ms, event)]).await?;
    Ok(Erased { keys: u64::from(key_id.is_some()), contents, requests })
}

/// Removes the subject's key, and names it: by the hash of the wrapped key, which opens nothing.
async fn destroy_key(store: &mut impl Store, hash: &str) -> Result<Option<Name>, LedgerError> {
    let mut sql = Sql::new(store.dialect(), "DELETE FROM content_key WHERE subject = ");
    sql.bind(hash).push(" RETURNING wrapped");
    let rows = store.query(sql.text(), sql.values()).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut id = hex::encode(Sha256::digest(text(row, 0)?));
    id.truncate(16);
    Ok(Some(Name::from_policy(&id)))
}

/// Executes a statement for the subject, and counts its rows.
async fn count(
    store: &mut impl Store,
    statement: &str,
    hash: &str,
    returning: &str,
) -> Result<u64, LedgerError> {
    let mut sql = Sql::new(store.dialect(), statement);
    sql.bind(hash).push(" RETURNING ").push(returning);
    Ok(store.query(sql.text(), sql.values()).await?.len() as u64)
}

/// The requests that named the subject are those of the pseudonym.
async fn rename_subject(
    store: &mut impl Store,
    hash: &str,
    erasure: &Erasure<'_>,
) -> Result<u64, LedgerError> {
    let mut sql = Sql::new(store.dialect(), "UPDATE request_subject SET subject = ");
    sql.bind(erasure.pseudonym.as_str()).push(" WHERE subject = ").bind(hash);
    sql.push(" RETURNING request_id");
    Ok(store.query(sql.text(), sql.values()).await?.len() as u64)
}

/// A consumer that is the subject has another name from now on, in its rows and in sums.
async fn rename_consumer(
    store: &mut impl Store,
    erasure: &Erasure<'_>,
) -> Result<u64, LedgerError> {
    let mut requests = 0u64;
    // By its name, or as a row shows it.
    let name = Name::of_identity(erasure.subject);
    loop {
        let mut sql = Sql::new(store.dialect(), "SELECT request_id, record FROM request");
        sql.push(" WHERE consumer IN (").bind(erasure.subject).push(", ").bind(name.as_str());
        sql.push(") LIMIT ").bind(STEP);
        let rows = store.query(sql.text(), sql.values()).await?;
        if rows.is_empty() {
            break;
        }
        for row in &rows {
            let record = pseudonymised(text(row, 1)?, erasure);
            let mut sql = Sql::new(store.dialect(), "UPDATE request SET consumer = ");
            sql.bind(erasure.pseudonym.as_str()).push(", credential_id = NULL, record = ");
            sql.bind(record.as_str()).push(" WHERE request_id = ").bind(text(row, 0)?);
            store.execute(sql.text(), sql.values()).await?;
        }
        requests = requests.saturating_add(rows.len() as u64);
    }
    for grain in Grain::ALL {
        let mut sql = Sql::new(store.dialect(), &format!("UPDATE {}", grain.table()));
        sql.push(" SET consumer = ").bind(erasure.pseudonym.as_str());
        sql.push(" WHERE consumer IN (").bind(erasure.subject).push(", ").bind(name.as_str());
        sql.push(")");
        store.execute(sql.text(), sql.values()).await?;
    }
    Ok(requests)
}

/// A record with the pseudonym. One that cannot be read has nothing left but that it was there.
fn pseudonymised(line: &str, erasure: &Erasure<'_>) -> String {
    let Ok(mut record) = Record::from_json(line) else { return "{}".to_owned() };
    if let Some(caller) = &mut record.caller {
        caller.consumer = erasure.pseudonym.clone();
    }
    record.credential_id = None;
    record.to_json()
}
