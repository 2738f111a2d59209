//! Erasure: the key is destroyed, rows are pseudonymised, and a link of the audit chain proves it. Sums stay.

use super::erasure::Erasure;
use super::findings::erase_findings;
use super::subject::SubjectHash;
use crate::audit::{self, AuditEvent, AuditStream};
use crate::ledger::{Grain, LedgerError, Sql, SqlDialect, Store, text};
use crate::name::Name;
use crate::record::Record;
use sha2::{Digest, Sha256};

/// How many rows are rewritten in one transaction: some milliseconds.
const STEP: i64 = 500;

/// How many buckets of sums are.
const BUCKETS: usize = 64;

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

/// Erases a subject's traces, in bounded transactions, so that records are written meanwhile. The key is destroyed in the last one, with
/// the link that proves it.
///
/// # Errors
///
/// The store fails. What was erased stays erased, and no link tells of it: the erasure is to be asked for again.
pub async fn erase(store: &mut impl Store, erasure: &Erasure<'_>) -> Result<Erased, LedgerError> {
    let hash = SubjectHash::of(erasure.subject).to_string();
    let contents = delete_contents(store, &hash).await?;
    let named = rename_subject(store, &hash, erasure).await?;
    let own = rename_consumer(store, erasure).await?;
    rename_sums(store, erasure).await?;
    erase_findings(store, erasure).await?;
    let requests = named.saturating_add(own);
    store.execute(store.dialect().begin(), &[]).await?;
    let key_id = prove(store, &hash, requests, erasure).await;
    let key_id = committed(store, key_id).await?;
    Ok(Erased { keys: u64::from(key_id.is_some()), contents, requests })
}

/// Commits, if the transaction's work is done.
async fn committed<T>(
    store: &mut impl Store,
    done: Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    let committed = match done {
        Ok(done) => store.execute("COMMIT", &[]).await.map(|()| done).map_err(LedgerError::from),
        Err(error) => Err(error),
    };
    if committed.is_err() {
        // What went wrong first is what is reported.
        let _ = store.execute("ROLLBACK", &[]).await;
    }
    committed
}

/// Destroys the key, and appends the link.
async fn prove(
    store: &mut impl Store,
    hash: &str,
    rows: u64,
    erasure: &Erasure<'_>,
) -> Result<Option<Name>, LedgerError> {
    let key_id = destroy_key(store, hash).await?;
    let event = AuditEvent::Erasure {
        actor: erasure.actor.clone(),
        pseudonym: erasure.pseudonym.clone(),
        key_id: key_id.clone().unwrap_or_else(|| Name::from_policy("none")),
        rows,
    };
    audit::append(store, AuditStream::Administration, &[(erasure.unix_ms, event)]).await?;
    Ok(key_id)
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

/// Removes kept contents.
async fn delete_contents(store: &mut impl Store, hash: &str) -> Result<u64, LedgerError> {
    let statement = |dialect| {
        let mut sql = Sql::new(dialect, "DELETE FROM content WHERE request_id IN (");
        sql.push("SELECT request_id FROM content WHERE subject = ").bind(hash);
        sql.push(" LIMIT ").bind(STEP).push(") RETURNING request_id");
        sql
    };
    in_steps(store, statement).await
}

/// The requests that named the subject are those of the pseudonym.
async fn rename_subject(
    store: &mut impl Store,
    hash: &str,
    erasure: &Erasure<'_>,
) -> Result<u64, LedgerError> {
    let statement = |dialect| {
        let mut sql = Sql::new(dialect, "UPDATE request_subject SET subject = ");
        sql.bind(erasure.pseudonym.as_str()).push(" WHERE subject = ").bind(hash);
        sql.push(" AND request_id IN (SELECT request_id FROM request_subject WHERE subject = ");
        sql.bind(hash).push(" LIMIT ").bind(STEP).push(") RETURNING request_id");
        sql
    };
    in_steps(store, statement).await
}

/// Executes a statement of at most [`STEP`] rows until there are no more, and counts them.
async fn in_steps(
    store: &mut impl Store,
    statement: impl Fn(SqlDialect) -> Sql,
) -> Result<u64, LedgerError> {
    let mut all = 0u64;
    loop {
        let sql = statement(store.dialect());
        let rows = store.query(sql.text(), sql.values()).await?.len() as u64;
        all = all.saturating_add(rows);
        if rows < STEP.unsigned_abs() {
            return Ok(all);
        }
    }
}

/// A consumer that is the subject has another name from now on, in its rows.
async fn rename_consumer(
    store: &mut impl Store,
    erasure: &Erasure<'_>,
) -> Result<u64, LedgerError> {
    let mut requests = 0u64;
    loop {
        store.execute(store.dialect().begin(), &[]).await?;
        let rows = rename_rows(store, erasure).await;
        let rows = committed(store, rows).await?;
        requests = requests.saturating_add(rows);
        if rows < STEP.unsigned_abs() {
            return Ok(requests);
        }
    }
}

async fn rename_rows(store: &mut impl Store, erasure: &Erasure<'_>) -> Result<u64, LedgerError> {
    // By its name, or as a row shows it.
    let name = Name::of_identity(erasure.subject);
    let mut sql = Sql::new(store.dialect(), "SELECT request_id, record FROM request");
    sql.push(" WHERE consumer IN (").bind(erasure.subject).push(", ").bind(name.as_str());
    sql.push(") LIMIT ").bind(STEP);
    let rows = store.query(sql.text(), sql.values()).await?;
    for row in &rows {
        let record = pseudonymised(text(row, 1)?, erasure);
        let mut sql = Sql::new(store.dialect(), "UPDATE request SET consumer = ");
        sql.bind(erasure.pseudonym.as_str()).push(", credential_id = NULL, record = ");
        sql.bind(record.as_str()).push(" WHERE request_id = ").bind(text(row, 0)?);
        store.execute(sql.text(), sql.values()).await?;
    }
    Ok(rows.len() as u64)
}

/// And in sums. The buckets are looked for by a reader, which holds up no one.
async fn rename_sums(store: &mut impl Store, erasure: &Erasure<'_>) -> Result<(), LedgerError> {
    let name = Name::of_identity(erasure.subject);
    for grain in Grain::ALL {
        let table = grain.table();
        let mut sql = Sql::new(
            store.dialect(),
            &format!("SELECT DISTINCT bucket_s FROM {table} WHERE consumer IN ("),
        );
        sql.bind(erasure.subject).push(", ").bind(name.as_str()).push(")");
        let rows = store.query(sql.text(), sql.values()).await?;
        let buckets: Vec<_> = rows.into_iter().flatten().collect();
        for buckets in buckets.chunks(BUCKETS) {
            let mut sql = Sql::new(store.dialect(), &format!("UPDATE {table} SET consumer = "));
            sql.bind(erasure.pseudonym.as_str()).push(" WHERE consumer IN (");
            sql.bind(erasure.subject).push(", ").bind(name.as_str()).push(")");
            sql.push(" AND bucket_s IN (").bind_all(buckets.iter().cloned()).push(")");
            store.execute(sql.text(), sql.values()).await?;
        }
    }
    Ok(())
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
