//! `spin:sqlite`, by both interfaces: asynchronous with a stream of rows, and synchronous.

use crate::seen::{refused, seen};
use serde_json::{Value, json};
use spin_sdk::sqlite::wit::sqlite as synchronous;
use spin_sdk::sqlite::{Connection, Error, RowResult, Value as SqlValue};

/// More than one chunk of a stream.
const MANY_ROWS: &str = "WITH RECURSIVE numbers(n) AS
    (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000) SELECT n FROM numbers";

pub async fn report(label: &str) -> Value {
    match Connection::open(label).await {
        Ok(connection) => json!({
            "kinds": seen(kinds(&connection).await),
            "columns": seen(columns(&connection).await),
            "changes": seen(changes(&connection).await),
            "rolled_back": seen(rolled_back(&connection).await),
            "many": seen(many(&connection).await),
            "errors": errors(&connection).await,
            "synchronous": seen(synchronously(label)),
        }),
        Err(error) => refused(error),
    }
}

/// Every kind of value, written and read with SQLite's type.
async fn kinds(connection: &Connection) -> Result<Vec<Value>, Error> {
    run(connection, "CREATE TABLE kinds (position INTEGER PRIMARY KEY, value)", []).await?;
    let values = [
        SqlValue::Integer(i64::MIN),
        SqlValue::Real(0.1),
        SqlValue::Text("gr\u{fc}n \u{1F600}".to_owned()),
        SqlValue::Blob(vec![0, 255, 128]),
        SqlValue::Null,
    ];
    for value in values {
        run(connection, "INSERT INTO kinds (value) VALUES (?)", [value]).await?;
    }
    let rows = run(connection, "SELECT value, typeof(value) FROM kinds ORDER BY position", []);
    Ok(rows.await?.into_iter().map(shown).collect())
}

async fn columns(connection: &Connection) -> Result<Vec<String>, Error> {
    let statement = "SELECT position AS first, value FROM kinds WHERE 0";
    let result = connection.execute(statement, []).await?;
    let columns = result.columns().to_vec();
    result.result().await?;
    Ok(columns)
}

async fn changes(connection: &Connection) -> Result<Value, Error> {
    let inserted = connection.last_insert_rowid().await;
    let update = "UPDATE kinds SET value = value WHERE position > ?1";
    run(connection, update, [SqlValue::Integer(2)]).await?;
    Ok(json!({ "last_insert_rowid": inserted, "updated": connection.changes().await }))
}

/// The number of rows while a transaction has added one, and after its rollback.
async fn rolled_back(connection: &Connection) -> Result<Vec<Value>, Error> {
    let count = "SELECT count(*) FROM kinds";
    run(connection, "BEGIN", []).await?;
    run(connection, "INSERT INTO kinds (value) VALUES ('more')", []).await?;
    let during = run(connection, count, []).await?;
    run(connection, "ROLLBACK", []).await?;
    let after = run(connection, count, []).await?;
    Ok(during.into_iter().chain(after).map(shown).collect())
}

/// The number of rows of the stream, and their sum.
async fn many(connection: &Connection) -> Result<(u64, i64), Error> {
    let mut result = connection.execute(MANY_ROWS, []).await?;
    let (mut rows, mut sum) = (0, 0);
    while let Some(row) = result.next().await {
        rows += 1;
        sum += row.get::<i64>(0).unwrap_or_default();
    }
    result.result().await?;
    Ok((rows, sum))
}

async fn errors(connection: &Connection) -> Value {
    let twice = "INSERT INTO kinds (position) VALUES (1)";
    let failed =
        async |statement| seen(run(connection, statement, []).await.map(|rows| rows.len()));
    json!({
        "syntax": failed("SELEKT 1").await,
        "no_table": failed("SELECT * FROM nowhere").await,
        "constraint": failed(twice).await,
        "parameters": failed("SELECT ?1").await,
        "still_usable": failed("SELECT 1").await,
    })
}

/// The other connection's row, and one more.
fn synchronously(label: &str) -> Result<Value, Error> {
    let connection = synchronous::Connection::open(label)?;
    let texts =
        connection.execute("SELECT value FROM kinds WHERE typeof(value) = ?1", &["text".into()])?;
    connection.execute("DELETE FROM kinds", &[])?;
    let deleted = connection.changes();
    connection.execute("INSERT INTO kinds (position) VALUES (77)", &[])?;
    let error = connection.execute("SELEKT 1", &[]).map(|result| result.rows.len());
    Ok(json!({
        "columns": texts.columns,
        "rows": texts.rows.into_iter().map(shown).collect::<Vec<_>>(),
        "deleted": deleted,
        "last_insert_rowid": connection.last_insert_rowid(),
        "error": seen(error),
    }))
}

async fn run(
    connection: &Connection,
    statement: &str,
    parameters: impl IntoIterator<Item = SqlValue>,
) -> Result<Vec<RowResult>, Error> {
    connection.execute(statement, parameters).await?.collect().await
}

fn shown(row: RowResult) -> Value {
    row.values.into_iter().map(shown_value).collect()
}

fn shown_value(value: SqlValue) -> Value {
    match value {
        SqlValue::Integer(number) => json!({ "integer": number }),
        SqlValue::Real(number) => json!({ "real": number }),
        SqlValue::Text(text) => json!({ "text": text }),
        SqlValue::Blob(bytes) => json!({ "blob": bytes }),
        SqlValue::Null => Value::Null,
    }
}
