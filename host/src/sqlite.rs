//! `spin:sqlite@3.1.0`: SQL on files, each opened handle with its own connection.

pub mod connection;

use std::path::PathBuf;

use rusqlite::types::{Value as SqlValue, ValueRef};
use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

use self::connection::Connection;
use crate::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use crate::state::State;

type Answer<T> = wasmtime::Result<Result<T, Error>>;
type Rows = (Vec<String>, StreamReader<RowResult>, FutureReader<Result<(), Error>>);

/// Runs a statement off the executor: it may read a whole table.
async fn execute(
    connection: Connection,
    statement: String,
    parameters: Vec<Value>,
) -> Result<QueryResult, Error> {
    let run = move || connection.with(|connection| run(connection, &statement, parameters));
    let result = tokio::task::spawn_blocking(run).await;
    result.map_err(|error| Error::Io(error.to_string()))?.map_err(into_error)
}

fn run(
    connection: &rusqlite::Connection,
    statement: &str,
    parameters: Vec<Value>,
) -> rusqlite::Result<QueryResult> {
    let mut statement = connection.prepare_cached(statement)?;
    let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let count = columns.len();
    let parameters = rusqlite::params_from_iter(parameters.into_iter().map(into_sql));
    let row = |row: &rusqlite::Row<'_>| {
        let values: rusqlite::Result<_> =
            (0..count).map(|index| row.get_ref(index).map(from_sql)).collect();
        Ok(RowResult { values: values? })
    };
    let rows = statement.query_map(parameters, row)?.collect::<rusqlite::Result<_>>()?;
    Ok(QueryResult { columns, rows })
}

fn into_sql(value: Value) -> SqlValue {
    match value {
        Value::Null => SqlValue::Null,
        Value::Integer(number) => SqlValue::Integer(number),
        Value::Real(number) => SqlValue::Real(number),
        Value::Text(text) => SqlValue::Text(text),
        Value::Blob(bytes) => SqlValue::Blob(bytes),
    }
}

fn from_sql(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        ValueRef::Real(number) => Value::Real(number),
        ValueRef::Text(bytes) => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn into_error(error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => Error::DatabaseFull,
        _ => Error::Io(error.to_string()),
    }
}

impl State {
    fn database(&self, label: &str) -> Result<Option<PathBuf>, Error> {
        if !self.component.sqlite_databases.contains(label) {
            return Err(Error::AccessDenied);
        }
        self.shared.databases.get(label).cloned().ok_or(Error::NoSuchDatabase)
    }

    fn open_database(&mut self, label: &str) -> Answer<Resource<Connection>> {
        match self
            .database(label)
            .and_then(|path| Connection::open(path.as_deref()).map_err(into_error))
        {
            Ok(connection) => Ok(Ok(self.table.push(connection)?)),
            Err(error) => Ok(Err(error)),
        }
    }

    fn connection(&self, this: &Resource<Connection>) -> wasmtime::Result<Connection> {
        Ok(self.table.get(this)?.clone())
    }
}

impl Host for State {}

impl HostConnection for State {
    async fn open(&mut self, database: String) -> Answer<Resource<Connection>> {
        self.open_database(&database)
    }

    async fn execute(
        &mut self,
        this: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Answer<QueryResult> {
        Ok(execute(self.connection(&this)?, statement, parameters).await)
    }

    async fn last_insert_rowid(&mut self, this: Resource<Connection>) -> wasmtime::Result<i64> {
        Ok(self.connection(&this)?.with(rusqlite::Connection::last_insert_rowid))
    }

    async fn changes(&mut self, this: Resource<Connection>) -> wasmtime::Result<u64> {
        Ok(self.connection(&this)?.with(rusqlite::Connection::changes))
    }

    async fn drop(&mut self, this: Resource<Connection>) -> wasmtime::Result<()> {
        self.table.delete(this)?;
        Ok(())
    }
}

impl<T: 'static> HostConnectionWithStore<T> for HasSelf<State> {
    async fn open_async(
        accessor: &Accessor<T, Self>,
        database: String,
    ) -> Answer<Resource<Connection>> {
        accessor.with(|mut access| access.get().open_database(&database))
    }

    async fn execute_async(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> Answer<Rows> {
        let connection = accessor.with(|mut access| access.get().connection(&this))?;
        let result = match execute(connection, statement, parameters).await {
            Ok(result) => result,
            Err(error) => return Ok(Err(error)),
        };
        accessor.with(|mut access| {
            let rows = StreamReader::new(&mut access, result.rows)?;
            let end = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok(())) })?;
            Ok(Ok((result.columns, rows, end)))
        })
    }

    async fn last_insert_rowid_async(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
    ) -> wasmtime::Result<i64> {
        let connection = accessor.with(|mut access| access.get().connection(&this))?;
        Ok(connection.with(rusqlite::Connection::last_insert_rowid))
    }

    async fn changes_async(
        accessor: &Accessor<T, Self>,
        this: Resource<Connection>,
    ) -> wasmtime::Result<u64> {
        let connection = accessor.with(|mut access| access.get().connection(&this))?;
        Ok(connection.with(rusqlite::Connection::changes))
    }
}
