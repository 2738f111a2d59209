//! The ledger in PostgreSQL: the server that `recorder.toml` or the environment names.

use crate::policy;
use postern_trail::ledger::{Row, SqlDialect, Store, StoreError, Value};
use spin_sdk::pg::{Connection, DbValue, Error, ParameterValue};

/// Overrides `recorder.toml`: the place for an address with a password, which does not belong in git.
const URL_VARIABLE: &str = "POSTERN_POSTGRES_URL";

/// One connection.
pub struct Sql(Connection);

/// Opens a connection. The error does not repeat the address, which may have a password.
pub async fn open() -> Result<Sql, StoreError> {
    let url = url()?;
    let opened = Connection::open(url).await;
    opened.map(Sql).map_err(|_| away("postgres: it cannot be reached".to_owned()))
}

fn url() -> Result<String, StoreError> {
    if let Ok(url) = std::env::var(URL_VARIABLE) {
        return Ok(url);
    }
    let policy = policy::recorder().map_err(|fault| away(fault.to_string()))?;
    policy.ledger.postgres_url.clone().ok_or_else(|| {
        away(
            "no PostgreSQL is named: write `postgres_url` in [ledger] of recorder.toml, or set POSTERN_POSTGRES_URL"
                .to_owned(),
        )
    })
}

impl Store for Sql {
    fn dialect(&self) -> SqlDialect {
        SqlDialect::Postgres
    }

    async fn execute(&mut self, statement: &str, values: &[Value]) -> Result<(), StoreError> {
        let values: Vec<_> = values.iter().map(into_sql).collect();
        self.0.execute(statement, values).await.map(drop).map_err(failed)
    }

    async fn query(&mut self, statement: &str, values: &[Value]) -> Result<Vec<Row>, StoreError> {
        let values: Vec<_> = values.iter().map(into_sql).collect();
        let mut result = self.0.query(statement, values).await.map_err(failed)?;
        let mut rows = Vec::new();
        while let Some(row) = result.rows().next().await {
            rows.push(row.into_iter().map(from_sql).collect::<Result<_, _>>()?);
        }
        result.result().await.map_err(failed)?;
        Ok(rows)
    }
}

fn into_sql(value: &Value) -> ParameterValue {
    match value {
        Value::Null => ParameterValue::DbNull,
        Value::Integer(number) => ParameterValue::Int64(*number),
        Value::Text(text) => ParameterValue::Str(text.clone()),
    }
}

fn from_sql(value: DbValue) -> Result<Value, StoreError> {
    match value {
        DbValue::DbNull => Ok(Value::Null),
        DbValue::Int64(number) => Ok(Value::Integer(number)),
        DbValue::Int32(number) => Ok(Value::Integer(number.into())),
        DbValue::Str(text) => Ok(Value::Text(text)),
        _ => Err(StoreError {
            text: "a column has a value that is neither a text nor a whole number".to_owned(),
            retryable: false,
        }),
    }
}

fn failed(error: Error) -> StoreError {
    away(format!("postgres: {error}"))
}

fn away(text: String) -> StoreError {
    StoreError { text, retryable: true }
}
