//! What an instance says of itself in the ledger, so that records are missed that it took with it.

use super::error::LedgerError;
use super::row::{integer, text};
use super::sql::Sql;
use super::store::Store;
use super::value::Value;

/// The instance's state, as of now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceState {
    /// Its name: random digits.
    pub instance: String,
    /// When it began, in milliseconds since 1970.
    pub started_unix_ms: i64,
    /// Records may wait in it.
    pub is_open: bool,
    /// The number of its last record that is written or dropped.
    pub done: i64,
    /// The highest number that a record may have got.
    pub given: i64,
    /// Records that it has dropped.
    pub dropped: i64,
}

/// An instance that ended without closing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostInstance {
    /// Its name.
    pub instance: String,
    /// When it was last heard of, in milliseconds since 1970.
    pub heard_unix_ms: i64,
    /// The most records that it took with it.
    pub records: i64,
}

/// The row that has what the removed rows had lost. It is no instance's name.
const SWEPT: &str = "(swept)";

/// The most rows that one step removes.
const ROWS: i64 = 512;

const COLUMNS: &str = "instance, started_ms, heard_ms, is_open, done, given, dropped, lost";

/// Notes the state of an instance.
///
/// # Errors
///
/// The store fails.
pub async fn note_instance(
    store: &mut impl Store,
    state: &InstanceState,
    now_unix_ms: i64,
) -> Result<(), LedgerError> {
    let mut sql = Sql::new(store.dialect(), &format!("INSERT INTO recorder ({COLUMNS}) VALUES ("));
    let row: [Value; 8] = [
        state.instance.as_str().into(),
        state.started_unix_ms.into(),
        now_unix_ms.into(),
        i64::from(state.is_open).into(),
        state.done.into(),
        state.given.into(),
        state.dropped.into(),
        0.into(),
    ];
    sql.bind_all(row).push(
        ") ON CONFLICT (instance) DO UPDATE SET heard_ms = excluded.heard_ms, is_open = excluded.is_open, \
         done = excluded.done, given = excluded.given, dropped = excluded.dropped, lost = 0",
    );
    Ok(store.execute(sql.text(), sql.values()).await?)
}

/// Finds the instances that are open and were not heard of since then, and closes them. Each is found once.
///
/// # Errors
///
/// The store fails.
pub async fn find_lost(
    store: &mut impl Store,
    heard_before_unix_ms: i64,
) -> Result<Vec<LostInstance>, LedgerError> {
    let mut sql = Sql::new(
        store.dialect(),
        "UPDATE recorder SET is_open = 0, lost = given - done WHERE is_open = 1 AND heard_ms < ",
    );
    sql.bind(heard_before_unix_ms).push(" RETURNING instance, heard_ms, lost");
    let rows = store.query(sql.text(), sql.values()).await?;
    let lost = |row: &super::value::Row| {
        Ok(LostInstance {
            instance: text(row, 0)?.to_owned(),
            heard_unix_ms: integer(row, 1)?,
            records: integer(row, 2)?,
        })
    };
    rows.iter().map(lost).collect()
}

/// The most records that instances have lost, all together.
///
/// # Errors
///
/// The store fails.
pub async fn lost_records(store: &mut impl Store) -> Result<i64, LedgerError> {
    let statement = "SELECT CAST(COALESCE(SUM(lost), 0) AS BIGINT) FROM recorder WHERE lost > 0";
    let rows = store.query(statement, &[]).await?;
    rows.first().map_or(Ok(0), |row| integer(row, 0))
}

/// Removes instances that are closed and were not heard of since then, in a bounded step; what they lost is added up in one row.
/// Returns whether there is more. It runs within a transaction.
pub(super) async fn sweep_instances(
    store: &mut impl Store,
    heard_before_unix_ms: i64,
) -> Result<bool, LedgerError> {
    let mut sql = Sql::new(
        store.dialect(),
        "DELETE FROM recorder WHERE instance IN (SELECT instance FROM recorder WHERE is_open = 0 AND heard_ms < ",
    );
    sql.bind(heard_before_unix_ms).push(" ORDER BY heard_ms LIMIT ").bind(ROWS);
    sql.push(") RETURNING lost");
    let rows = store.query(sql.text(), sql.values()).await?;
    let mut lost = 0i64;
    for row in &rows {
        lost = lost.saturating_add(integer(row, 0)?);
    }
    if lost > 0 {
        let mut sql =
            Sql::new(store.dialect(), &format!("INSERT INTO recorder ({COLUMNS}) VALUES ("));
        // Heard of for ever, so that it is not swept itself.
        let row: [Value; 8] = [
            SWEPT.into(),
            0.into(),
            i64::MAX.into(),
            0.into(),
            0.into(),
            0.into(),
            0.into(),
            lost.into(),
        ];
        sql.bind_all(row);
        sql.push(") ON CONFLICT (instance) DO UPDATE SET lost = recorder.lost + excluded.lost");
        store.execute(sql.text(), sql.values()).await?;
    }
    Ok(i64::try_from(rows.len()).unwrap_or(i64::MAX) >= ROWS)
}
