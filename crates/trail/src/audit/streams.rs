//! The streams of a ledger.
//!
//! A stream has one chain, for all that append to it: many instances write at once, and each appends within its transaction, which
//! holds the row of the stream's end. SQLite has one writer anyway; on PostgreSQL instances wait for each other at this row, the last
//! that a transaction takes, for the time of a commit. A stream for each instance would let them not wait; but instances live as
//! long as a request does on some hosts, each stream needs signatures of its own, and no file shows that a whole stream is missing.
//!
//! There are two streams, since they are kept for different times: decisions are many, and changes are kept for ever.

use super::chain::{Chain, CheckpointPlan};
use super::checkpoint::{Signature, Unsigned};
use super::decisions::decisions;
use super::event::AuditEvent;
use super::hash::LinkHash;
use super::line;
use crate::ledger::{LedgerError, Row, Sql, SqlDialect, Store, Value, insert, integer, text};
use crate::name::Name;
use crate::record::Record;

/// A stream of a ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditStream {
    /// About access, limits and findings of guardrails.
    Decisions,
    /// What people and programs changed, and what was erased.
    Administration,
}

impl AuditStream {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Decisions, Self::Administration];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Decisions => "decisions",
            Self::Administration => "administration",
        }
    }
}

/// Appends the decisions on requests, within the transaction that writes them.
///
/// # Errors
///
/// The store fails; the transaction must be rolled back.
pub async fn record(store: &mut impl Store, records: &[&Record]) -> Result<(), LedgerError> {
    let of = |record: &&Record| {
        let ended_ms = record.started_unix_ms.saturating_add(record.duration_us / 1_000);
        decisions(record).into_iter().map(move |event| (ended_ms, event)).collect::<Vec<_>>()
    };
    let events: Vec<_> = records.iter().flat_map(of).collect();
    append(store, AuditStream::Decisions, &events).await
}

/// Appends events, each with its time, within a transaction.
///
/// # Errors
///
/// The store fails; the transaction must be rolled back.
pub async fn append(
    store: &mut impl Store,
    stream: AuditStream,
    events: &[(u64, AuditEvent)],
) -> Result<(), LedgerError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut chain = held(store, stream).await?;
    let rows: Vec<Row> = events
        .iter()
        .map(|(unix_ms, event)| {
            let seq = chain.next();
            row(stream, seq, *unix_ms, chain.append(*unix_ms, event), None)
        })
        .collect();
    insert(store, "audit_link", &LINK, rows, "").await?;
    keep(store, &chain).await
}

/// What a checkpoint would sign, if one is due.
///
/// # Errors
///
/// The store fails.
pub async fn due(
    store: &mut impl Store,
    stream: AuditStream,
    unix_ms: u64,
    plan: CheckpointPlan,
) -> Result<Option<Unsigned>, LedgerError> {
    let chain = read(store, stream, "").await?;
    let chain = chain.filter(|chain| chain.is_checkpoint_due(unix_ms, plan));
    Ok(chain.and_then(|chain| chain.unsigned(unix_ms)))
}

/// Appends a checkpoint whose signature has arrived, within a transaction. False: it is not needed any more.
///
/// # Errors
///
/// The store fails; the transaction must be rolled back.
pub async fn checkpoint(
    store: &mut impl Store,
    stream: AuditStream,
    unix_ms: u64,
    unsigned: &Unsigned,
    signature: &Signature,
) -> Result<bool, LedgerError> {
    let mut chain = held(store, stream).await?;
    let seq = chain.next();
    let Some(line) = chain.checkpoint(unix_ms, unsigned, signature) else { return Ok(false) };
    let row = row(stream, seq, unix_ms, line, Some(unsigned.through));
    insert(store, "audit_link", &LINK, [row], "").await?;
    keep(store, &chain).await?;
    Ok(true)
}

/// The action of a link that says that other policies decide from now on.
const POLICIES_CHANGED: &str = "policies_changed";

/// Appends that these policies decide, in a transaction of its own, if others did before. True: it was appended.
///
/// # Errors
///
/// The store fails; then nothing was appended.
pub async fn note_policies(
    store: &mut impl Store,
    digest: &Name,
    unix_ms: u64,
) -> Result<bool, LedgerError> {
    store.execute(store.dialect().begin(), &[]).await?;
    let done = async {
        // Held first, so that two instances with the same policies say it once.
        held(store, AuditStream::Administration).await?;
        let before_digest = policies_before(store).await?;
        let is_new = before_digest.as_ref() != Some(digest);
        if is_new {
            let event = AuditEvent::Administration {
                actor: Name::from_policy("deployment"),
                action: Name::from_policy(POLICIES_CHANGED),
                object: Name::from_policy("policies"),
                before_digest,
                after_digest: Some(digest.clone()),
            };
            append(store, AuditStream::Administration, &[(unix_ms, event)]).await?;
        }
        store.execute("COMMIT", &[]).await?;
        Ok(is_new)
    }
    .await;
    if done.is_err() {
        // What went wrong first is what is reported.
        let _ = store.execute("ROLLBACK", &[]).await;
    }
    done
}

/// The digest of the last change of policies.
async fn policies_before(store: &mut impl Store) -> Result<Option<Name>, LedgerError> {
    let mut sql = Sql::new(store.dialect(), "SELECT line FROM audit_link WHERE stream = ");
    sql.bind(AuditStream::Administration.as_str()).push(" AND line LIKE ");
    sql.bind(format!("%\"action\":\"{POLICIES_CHANGED}\"%").as_str());
    sql.push(" ORDER BY seq DESC LIMIT 1");
    let rows = store.query(sql.text(), sql.values()).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    Ok(match line::event_of(text(row, 0)?) {
        Some(AuditEvent::Administration { after_digest, .. }) => after_digest,
        _ => None,
    })
}

/// As [`checkpoint`], in a transaction of its own.
///
/// # Errors
///
/// The store fails; then nothing was appended.
pub async fn append_checkpoint(
    store: &mut impl Store,
    stream: AuditStream,
    unix_ms: u64,
    unsigned: &Unsigned,
    signature: &Signature,
) -> Result<bool, LedgerError> {
    store.execute(store.dialect().begin(), &[]).await?;
    let done = async {
        let appended = checkpoint(store, stream, unix_ms, unsigned, signature).await?;
        store.execute("COMMIT", &[]).await?;
        Ok(appended)
    }
    .await;
    if done.is_err() {
        // What went wrong first is what is reported.
        let _ = store.execute("ROLLBACK", &[]).await;
    }
    done
}

const LINK: [&str; 5] = ["stream", "seq", "unix_ms", "line", "signs"];

fn row(stream: AuditStream, seq: u64, unix_ms: u64, line: String, signs: Option<u64>) -> Row {
    vec![
        stream.as_str().into(),
        number(seq).into(),
        number(unix_ms).into(),
        Value::Text(line),
        signs.map_or(Value::Null, |through| number(through).into()),
    ]
}

/// A number as the ledger keeps it.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The end of a stream, which no other transaction changes until this one ends.
async fn held(store: &mut impl Store, stream: AuditStream) -> Result<Chain, LedgerError> {
    let chain = Chain::new(Name::from_policy(stream.as_str()));
    let mut sql = Sql::new(
        store.dialect(),
        "INSERT INTO audit_stream (stream, next, hash, signed, unsigned, unsigned_since_ms) VALUES (",
    );
    sql.bind(stream.as_str()).push(", 0, ").bind(chain.hash.to_string().as_str());
    sql.push(", 0, 0, 0) ON CONFLICT (stream) DO NOTHING");
    store.execute(sql.text(), sql.values()).await?;
    let lock = if store.dialect() == SqlDialect::Postgres { " FOR UPDATE" } else { "" };
    Ok(read(store, stream, lock).await?.unwrap_or(chain))
}

async fn read(
    store: &mut impl Store,
    stream: AuditStream,
    lock: &str,
) -> Result<Option<Chain>, LedgerError> {
    let mut sql = Sql::new(
        store.dialect(),
        "SELECT next, hash, signed, unsigned, unsigned_since_ms FROM audit_stream WHERE stream = ",
    );
    sql.bind(stream.as_str()).push(lock);
    let rows = store.query(sql.text(), sql.values()).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let wrong = || LedgerError::wrong_value(1, "the hash of a link", row.get(1));
    let count = |at| integer(row, at).map(i64::unsigned_abs);
    Ok(Some(Chain {
        stream: Name::from_policy(stream.as_str()),
        next: count(0)?,
        hash: LinkHash::from_hex(text(row, 1)?).ok_or_else(wrong)?,
        signed: count(2)?,
        unsigned: count(3)?,
        unsigned_since_unix_ms: count(4)?,
    }))
}

async fn keep(store: &mut impl Store, chain: &Chain) -> Result<(), LedgerError> {
    let mut sql = Sql::new(store.dialect(), "UPDATE audit_stream SET next = ");
    sql.bind(number(chain.next)).push(", hash = ").bind(chain.hash.to_string().as_str());
    sql.push(", signed = ").bind(number(chain.signed));
    sql.push(", unsigned = ").bind(number(chain.unsigned));
    sql.push(", unsigned_since_ms = ").bind(number(chain.unsigned_since_unix_ms));
    sql.push(" WHERE stream = ").bind(chain.stream.as_str());
    store.execute(sql.text(), sql.values()).await?;
    Ok(())
}
