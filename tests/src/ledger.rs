//! The ledger of a gateway, read beside it.

use crate::gateway::Gateway;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use std::path::Path;

/// A ledger in SQLite.
pub struct Ledger(Connection);

/// A row of a request.
#[derive(Debug, Clone)]
pub struct Row {
    /// Its id: the request's id, and random digits if the client chose it.
    pub id: String,
    /// How it ended.
    pub outcome: String,
    /// The whole record.
    pub record: Value,
}

impl Ledger {
    /// The ledger of a gateway with the default store; none if there is no file yet.
    #[must_use]
    pub fn of(gateway: &Gateway) -> Option<Self> {
        Self::at(&gateway.state().join("sqlite_db.db"))
    }

    /// The ledger in this file; none if there is no file yet.
    #[must_use]
    pub fn at(file: &Path) -> Option<Self> {
        let opened = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).ok()?;
        opened.busy_timeout(crate::PATIENCE).expect("a timeout");
        Some(Self(opened))
    }

    /// The rows of requests with this request id, chosen by a client or not.
    #[must_use]
    pub fn rows(&self, request_id: &str) -> Vec<Row> {
        let statement = "SELECT request_id, outcome, record FROM request \
                         WHERE request_id = ?1 OR substr(request_id, 1, length(?1) + 1) = ?1 || '~'";
        let Ok(mut statement) = self.0.prepare(statement) else { return Vec::new() };
        let row = |row: &rusqlite::Row<'_>| {
            let record: String = row.get(2)?;
            let record = serde_json::from_str(&record).expect("a record");
            Ok(Row { id: row.get(0)?, outcome: row.get(1)?, record })
        };
        let rows = statement.query_map([request_id], row);
        rows.and_then(Iterator::collect).unwrap_or_default()
    }

    /// A whole number that this statement returns; 0 if there is no such table yet.
    #[must_use]
    pub fn number(&self, statement: &str) -> i64 {
        self.0.query_row(statement, [], |row| row.get(0)).unwrap_or(0)
    }

    /// The texts that this statement returns.
    ///
    /// # Panics
    ///
    /// When it does not run.
    #[must_use]
    pub fn texts(&self, statement: &str) -> Vec<String> {
        let mut statement = self.0.prepare(statement).expect("a statement");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("texts")
    }
}

/// The one row of this request, once it is written.
///
/// # Panics
///
/// When it does not come, or there are two.
pub async fn row(gateway: &Gateway, request_id: &str) -> Row {
    let rows = crate::eventually("the row of a request", || {
        let rows = Ledger::of(gateway)?.rows(request_id);
        (!rows.is_empty()).then_some(rows)
    });
    let rows = rows.await;
    assert_eq!(rows.len(), 1, "one row a request: {rows:?}");
    rows.into_iter().next().expect("a row")
}
