//! A key-value store in a SQLite file: the table and the encoding of `host/src/key_value/sqlite.rs`, which are Spin's.

use std::path::Path;
use std::time::{Duration, Instant};

use postern_store::increments::{IncrementError, IncrementIo};
use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior, params};

const TABLE: &str = "CREATE TABLE IF NOT EXISTS spin_key_value (
    store TEXT NOT NULL, key TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (store, key))";
const GET: &str = "SELECT value FROM spin_key_value WHERE store='default' AND key=?1";
const SET: &str = "INSERT INTO spin_key_value (store, key, value) VALUES ('default', ?1, ?2)
    ON CONFLICT(store, key) DO UPDATE SET value=?2";
const DELETE: &str = "DELETE FROM spin_key_value WHERE store='default' AND key=?1";

/// How long one connection waits for the others.
const PATIENCE: Duration = Duration::from_secs(60);

/// One connection: a process has one.
pub struct SqliteIo(Connection);

impl SqliteIo {
    /// Tries again while another connection changes the journal's mode, which SQLite's busy timeout does not wait for.
    pub fn open(file: &Path, synchronous: &str) -> Self {
        let start = Instant::now();
        loop {
            match open(file, synchronous) {
                Ok(connection) => return Self(connection),
                Err(error) if is_busy(&error) && start.elapsed() < PATIENCE => {
                    std::thread::sleep(Duration::from_millis(1));
                }
                Err(error) => panic!("{} cannot be opened: {error}", file.display()),
            }
        }
    }
}

fn open(file: &Path, synchronous: &str) -> rusqlite::Result<Connection> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.execute(TABLE, [])?;
    Ok(connection)
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn read(connection: &Connection, key: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    connection.prepare_cached(GET)?.query_row(params![key], |row| row.get(0)).optional()
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn unavailable(error: rusqlite::Error) -> IncrementError {
    IncrementError::Unavailable(error.to_string())
}

impl IncrementIo for SqliteIo {
    fn increment(&self, key: &str, delta: i64) -> Result<i64, IncrementError> {
        let connection = &self.0;
        let transaction =
            rusqlite::Transaction::new_unchecked(connection, TransactionBehavior::Immediate)
                .map_err(unavailable)?;
        let count = match read(&transaction, key).map_err(unavailable)? {
            None => Some(0),
            Some(bytes) => bytes.try_into().ok().map(i64::from_le_bytes),
        };
        let count = count.and_then(|count| count.checked_add(delta));
        let count = count.ok_or(IncrementError::Broken)?;
        self.set(key, &count.to_le_bytes())?;
        transaction.commit().map_err(unavailable)?;
        Ok(count)
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, IncrementError> {
        read(&self.0, key).map_err(unavailable)
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), IncrementError> {
        let mut set = self.0.prepare_cached(SET).map_err(unavailable)?;
        set.execute(params![key, value]).map(drop).map_err(unavailable)
    }

    fn delete(&self, key: &str) -> Result<(), IncrementError> {
        self.0.execute(DELETE, params![key]).map(drop).map_err(unavailable)
    }

    async fn names(&self, beginning: &str) -> Result<Vec<String>, IncrementError> {
        let names = "SELECT key FROM spin_key_value WHERE store='default'";
        let mut names = self.0.prepare_cached(names).map_err(unavailable)?;
        let names = names.query_map([], |row| row.get(0)).map_err(unavailable)?;
        let mut names = names.collect::<Result<Vec<String>, _>>().map_err(unavailable)?;
        names.retain(|name| name.starts_with(beginning));
        Ok(names)
    }

    async fn pause(&self, ms: u64) {
        std::thread::sleep(Duration::from_millis(ms));
    }
}
