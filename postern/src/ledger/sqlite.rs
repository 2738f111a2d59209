//! A ledger in a SQLite file.

use anyhow::{Context, Result, bail};
use futures::executor::block_on;
use postern_trail::ledger::{Row, SCHEMA_VERSION, SqlDialect, Store, StoreError, Value, integer};
use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, OpenFlags, params_from_iter};
use std::path::Path;
use std::time::Duration;

/// How long a writer is waited for: a group is written in milliseconds.
const BUSY: Duration = Duration::from_secs(10);

/// A SQLite file.
pub struct Sqlite(Connection);

impl Sqlite {
    /// Opens a ledger to read it.
    ///
    /// # Errors
    /// If there is no such file, or it is no ledger of this program's schema.
    pub fn open(file: &Path) -> Result<Self> {
        Self::with(file, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Opens a ledger to change it.
    ///
    /// # Errors
    /// As [`Sqlite::open`].
    pub fn open_to_write(file: &Path) -> Result<Self> {
        Self::with(file, OpenFlags::SQLITE_OPEN_READ_WRITE)
    }

    fn with(file: &Path, flags: OpenFlags) -> Result<Self> {
        let place = file.display();
        if !file.is_file() {
            bail!(
                "there is no ledger at {place}: a gateway that has served a request makes it; --ledger names another file, --url a gateway"
            );
        }
        let connection = Connection::open_with_flags(file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .with_context(|| format!("{place} cannot be opened"))?;
        connection.busy_timeout(BUSY)?;
        let mut ledger = Self(connection);
        match ledger.version() {
            Ok(version) if version == SCHEMA_VERSION => Ok(ledger),
            Ok(version) => bail!(
                "the ledger {place} has schema {version}, and this program knows {SCHEMA_VERSION}: use the program of the gateway's version"
            ),
            Err(error) => bail!("{place} is not a ledger: {error:#}"),
        }
    }

    fn version(&mut self) -> Result<i64> {
        let rows = block_on(self.query("SELECT MAX(version) FROM schema_version", &[]))?;
        Ok(integer(rows.first().context("it has no schema")?, 0)?)
    }
}

fn failed(error: rusqlite::Error) -> StoreError {
    let busy = rusqlite::ErrorCode::DatabaseBusy;
    let retryable = error.sqlite_error_code() == Some(busy);
    StoreError { text: error.to_string(), retryable }
}

fn parameters(values: &[Value]) -> impl Iterator<Item = Cell> + '_ {
    values.iter().map(|value| match value {
        Value::Null => Cell::Null,
        Value::Integer(number) => Cell::Integer(*number),
        Value::Text(text) => Cell::Text(text.clone()),
    })
}

fn value(cell: ValueRef<'_>) -> Result<Value, rusqlite::Error> {
    match cell {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(Value::Integer(number)),
        other => Ok(Value::Text(other.as_str()?.to_owned())),
    }
}

impl Store for Sqlite {
    fn dialect(&self) -> SqlDialect {
        SqlDialect::Sqlite
    }

    async fn execute(&mut self, statement: &str, values: &[Value]) -> Result<(), StoreError> {
        let mut statement = self.0.prepare_cached(statement).map_err(failed)?;
        statement.execute(params_from_iter(parameters(values))).map(|_| ()).map_err(failed)
    }

    async fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.0.prepare_cached(statement).map_err(failed)?;
        let columns = statement.column_count();
        let rows = statement.query_map(params_from_iter(parameters(values)), |row| {
            (0..columns).map(|at| value(row.get_ref(at)?)).collect()
        });
        rows.map_err(failed)?.collect::<Result<_, _>>().map_err(failed)
    }
}
