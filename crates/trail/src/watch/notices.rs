//! Messages to webhooks: they wait in the ledger until they have arrived, so that no instance has to live for them.

use super::findings::{COLUMNS, object};
use crate::ledger::{LedgerError, Sql, Store, integer, text};
use serde_json::json;
use sha2::{Digest, Sha256};

/// The most findings that a message tells; the others are counted.
const MOST: i64 = 20;

/// The waits after failures, in seconds (as Standard Webhooks recommends); after the last one, a message is given up.
const WAITS_S: [i64; 8] = [5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400];

/// One that sends a message has it to itself for so long.
const CLAIMED_MS: i64 = 120_000;

/// A message that is to be sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebhookNotice {
    /// The same however often it is sent.
    pub id: String,
    /// The name of its webhook.
    pub webhook: String,
    /// What it says: an object with `opened`, `closed` and `left_out`.
    pub body: String,
}

/// Writes messages about what was opened and closed in the buckets after `told`, up to `until`.
pub(super) async fn write(
    store: &mut impl Store,
    webhooks: &[String],
    told: i64,
    until: i64,
) -> Result<usize, LedgerError> {
    let opened = found(store, "opened_s", told, until).await?;
    let closed = found(store, "closed_s", told, until).await?;
    if opened.0.is_empty() && closed.0.is_empty() {
        return Ok(0);
    }
    let left_out = opened.1.saturating_add(closed.1);
    let body = json!({ "opened": opened.0, "closed": closed.0, "left_out": left_out }).to_string();
    let created_ms = until.saturating_mul(1_000);
    let mut id = hex::encode(Sha256::digest(format!("{told} {until} {body}")));
    id.truncate(24);
    for webhook in webhooks {
        let mut sql = Sql::new(
            store.dialect(),
            "INSERT INTO notice (notice_id, webhook, created_ms, next_ms, attempts, body) VALUES (",
        );
        sql.bind_all([
            id.as_str().into(),
            webhook.as_str().into(),
            created_ms.into(),
            created_ms.into(),
            0.into(),
            body.as_str().into(),
        ]);
        sql.push(") ON CONFLICT (notice_id, webhook) DO NOTHING");
        store.execute(sql.text(), sql.values()).await?;
    }
    Ok(webhooks.len())
}

async fn found(
    store: &mut impl Store,
    column: &str,
    told: i64,
    until: i64,
) -> Result<(Vec<serde_json::Value>, i64), LedgerError> {
    let mut sql =
        Sql::new(store.dialect(), &format!("SELECT {COLUMNS} FROM anomaly WHERE {column} > "));
    sql.bind(told).push(&format!(" AND {column} <= ")).bind(until);
    sql.push(&format!(" ORDER BY {column}, anomaly_id"));
    let rows = store.query(sql.text(), sql.values()).await?;
    let all = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let told = usize::try_from(MOST).unwrap_or_default();
    let objects = rows.iter().take(told).map(|row| object(row)).collect::<Result<_, _>>()?;
    Ok((objects, all.saturating_sub(MOST).max(0)))
}

/// Messages that are to be sent now. Until it is told what became of them, no other instance sends them.
///
/// # Errors
///
/// The ledger cannot be read or written.
pub async fn due(
    store: &mut impl Store,
    now_ms: i64,
    most: i64,
) -> Result<Vec<WebhookNotice>, LedgerError> {
    let mut sql = Sql::new(
        store.dialect(),
        "SELECT notice_id, webhook, body, next_ms FROM notice WHERE next_ms <= ",
    );
    sql.bind(now_ms).push(" ORDER BY next_ms, notice_id LIMIT ").bind(most);
    let mut due = Vec::new();
    for row in store.query(sql.text(), sql.values()).await? {
        let (id, webhook) = (text(&row, 0)?.to_owned(), text(&row, 1)?.to_owned());
        let mut sql = Sql::new(store.dialect(), "UPDATE notice SET next_ms = ");
        sql.bind(now_ms.saturating_add(CLAIMED_MS)).push(" WHERE notice_id = ").bind(id.as_str());
        sql.push(" AND webhook = ").bind(webhook.as_str());
        sql.push(" AND next_ms = ").bind(integer(&row, 3)?).push(" RETURNING notice_id");
        if !store.query(sql.text(), sql.values()).await?.is_empty() {
            due.push(WebhookNotice { id, webhook, body: text(&row, 2)?.to_owned() });
        }
    }
    Ok(due)
}

/// The message has arrived, or will never do.
///
/// # Errors
///
/// The ledger cannot be written.
pub async fn delivered(store: &mut impl Store, id: &str, webhook: &str) -> Result<(), LedgerError> {
    let mut sql = Sql::new(store.dialect(), "DELETE FROM notice WHERE notice_id = ");
    sql.bind(id).push(" AND webhook = ").bind(webhook);
    Ok(store.execute(sql.text(), sql.values()).await?)
}

/// The message has not arrived: it is sent again later. Returns whether it is; after the last wait it is given up.
///
/// # Errors
///
/// The ledger cannot be read or written.
pub async fn failed(
    store: &mut impl Store,
    id: &str,
    webhook: &str,
    now_ms: i64,
) -> Result<bool, LedgerError> {
    let mut sql = Sql::new(store.dialect(), "SELECT attempts FROM notice WHERE notice_id = ");
    sql.bind(id).push(" AND webhook = ").bind(webhook);
    let rows = store.query(sql.text(), sql.values()).await?;
    let Some(row) = rows.first() else { return Ok(false) };
    let attempts = integer(row, 0)?;
    let wait_s = usize::try_from(attempts).ok().and_then(|at| WAITS_S.get(at).copied());
    let Some(wait_s) = wait_s else {
        delivered(store, id, webhook).await?;
        return Ok(false);
    };
    let mut sql = Sql::new(store.dialect(), "UPDATE notice SET attempts = ");
    sql.bind(attempts.saturating_add(1)).push(", next_ms = ");
    sql.bind(now_ms.saturating_add(wait_s.saturating_mul(1_000)));
    sql.push(" WHERE notice_id = ").bind(id).push(" AND webhook = ").bind(webhook);
    store.execute(sql.text(), sql.values()).await?;
    Ok(true)
}
