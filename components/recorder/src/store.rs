//! The ledger in SQLite: the database `default` of `spin.toml`.

use postern_trail::ledger::{Row, SqlDialect, Store, StoreError, Value};
use spin_sdk::sqlite::{Connection, Error, Value as SqlValue};

/// A reader never waits for a writer, nor a writer for readers (<https://www.sqlite.org/wal.html>). With `NORMAL`, what is committed
/// outlives the process; a power failure may take the last commits, and never the order.
const PRAGMAS: [&str; 3] =
    ["PRAGMA busy_timeout = 5000", "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL"];

/// One connection.
pub struct Sql(Connection);

/// Opens a connection.
pub async fn open() -> Result<Sql, StoreError> {
    let mut sql = Sql(Connection::open_default().await.map_err(failed)?);
    for pragma in PRAGMAS {
        sql.query(pragma, &[]).await?;
    }
    Ok(sql)
}

impl Store for Sql {
    fn dialect(&self) -> SqlDialect {
        SqlDialect::Sqlite
    }

    async fn execute(&mut self, statement: &str, values: &[Value]) -> Result<(), StoreError> {
        self.query(statement, values).await.map(drop)
    }

    async fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let values: Vec<_> = values.iter().map(into_sql).collect();
        let result = self.0.execute(statement, values).await.map_err(failed)?;
        let rows = result.collect().await.map_err(failed)?;
        rows.into_iter().map(|row| row.values.into_iter().map(from_sql).collect()).collect()
    }
}

fn into_sql(value: &Value) -> SqlValue {
    match value {
        Value::Null => SqlValue::Null,
        Value::Integer(number) => SqlValue::Integer(*number),
        Value::Text(text) => SqlValue::Text(text.clone()),
    }
}

fn from_sql(value: SqlValue) -> Result<Value, StoreError> {
    match value {
        SqlValue::Null => Ok(Value::Null),
        SqlValue::Integer(number) => Ok(Value::Integer(number)),
        SqlValue::Text(text) => Ok(Value::Text(text)),
        SqlValue::Real(_) | SqlValue::Blob(_) => Err(StoreError {
            text: "a column has a real number or bytes, which no ledger has".to_owned(),
            retryable: false,
        }),
    }
}

fn failed(error: Error) -> StoreError {
    let retryable = !matches!(error, Error::AccessDenied | Error::NoSuchDatabase);
    let text = match error {
        Error::NoSuchDatabase => "the host has no database `default`".to_owned(),
        Error::AccessDenied => {
            "the component may not use the database `default`: grant `sqlite_databases` in spin.toml"
                .to_owned()
        }
        Error::InvalidConnection => "the connection is gone".to_owned(),
        Error::DatabaseFull => "the disk is full".to_owned(),
        Error::Io(text) => text,
    };
    StoreError { text, retryable }
}
