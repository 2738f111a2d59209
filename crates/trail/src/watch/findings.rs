//! Findings in the ledger, and questions about them.

use super::unit::Unit;
use crate::anomaly::Explained;
use crate::ledger::{LedgerError, Sql, Store, Value, integer, text};
use crate::name::Name;
use crate::questions::{Parameters, QuestionError, span};
use serde_json::json;
use sha2::{Digest, Sha256};

/// The most findings of an answer.
const MOST: i64 = 500;

fn id(unit: Unit, of: &str, opened_s: i64) -> String {
    let digest = Sha256::digest(format!("{}\n{of}\n{opened_s}", unit.name()));
    let mut id = hex::encode(digest);
    id.truncate(16);
    id
}

fn of(explained: &Explained) -> &str {
    explained.of.as_ref().map_or("", Name::as_str)
}

/// Writes a finding; one that is there is the same.
pub(super) async fn open(
    store: &mut impl Store,
    unit: Unit,
    explained: &Explained,
    bucket: i64,
    explanation: &str,
) -> Result<usize, LedgerError> {
    let of = of(explained);
    let mut sql = Sql::new(
        store.dialect(),
        "INSERT INTO anomaly (anomaly_id, unit, value, opened_s, closed_s, explanation) VALUES (",
    );
    sql.bind_all([
        Value::Text(id(unit, of, bucket)),
        Value::Text(unit.name()),
        of.into(),
        bucket.into(),
        Value::Null,
        explanation.into(),
    ]);
    sql.push(") ON CONFLICT (anomaly_id) DO NOTHING RETURNING anomaly_id");
    Ok(store.query(sql.text(), sql.values()).await?.len())
}

/// Closes the findings of a series that are open: one, or none if it was not worth opening.
pub(super) async fn close(
    store: &mut impl Store,
    unit: Unit,
    explained: &Explained,
    bucket: i64,
) -> Result<usize, LedgerError> {
    let mut sql = Sql::new(store.dialect(), "UPDATE anomaly SET closed_s = ");
    sql.bind(bucket).push(" WHERE closed_s IS NULL AND unit = ").bind(unit.name().as_str());
    sql.push(" AND value = ").bind(of(explained)).push(" AND opened_s < ").bind(bucket);
    sql.push(" RETURNING anomaly_id");
    Ok(store.query(sql.text(), sql.values()).await?.len())
}

/// Closes what is open of the same series by buckets of another length: policy has changed it, and no one goes on with them.
pub(super) async fn close_others(
    store: &mut impl Store,
    unit: Unit,
    bucket: i64,
) -> Result<(), LedgerError> {
    let of_hours = Unit { bucket_s: 3_600, ..unit }.name();
    let mut sql = Sql::new(store.dialect(), "UPDATE anomaly SET closed_s = ");
    sql.bind(bucket).push(" WHERE closed_s IS NULL AND unit <> ").bind(unit.name().as_str());
    sql.push(" AND (unit = ").bind(of_hours.as_str());
    sql.push(" OR unit LIKE ").bind(format!("{of_hours} %").as_str());
    sql.push(") AND opened_s < ").bind(bucket);
    Ok(store.execute(sql.text(), sql.values()).await?)
}

/// A row as an object.
pub(super) fn object(row: &[Value]) -> Result<serde_json::Value, LedgerError> {
    let mut object: serde_json::Value = serde_json::from_str(text(row, 3)?).unwrap_or_default();
    if let Some(fields) = object.as_object_mut() {
        fields.insert("id".to_owned(), json!(text(row, 0)?));
        fields.insert("since".to_owned(), json!(instant(integer(row, 1)?)));
        let closed = match row.get(2) {
            Some(Value::Integer(closed_s)) => json!(instant(*closed_s)),
            _ => serde_json::Value::Null,
        };
        fields.insert("until".to_owned(), closed);
    }
    Ok(object)
}

fn instant(unix_s: i64) -> String {
    jiff::Timestamp::from_second(unix_s).map_or_else(|_| unix_s.to_string(), |at| at.to_string())
}

/// The columns that [`object`] reads.
pub(super) const COLUMNS: &str = "anomaly_id, opened_s, closed_s, explanation";

/// `GET /admin/v1/anomalies`: findings, newest first.
///
/// Parameters: `state` (`open`, `closed`; both without it), `from`, `to`, `zone`, `metric`, `dimension`, `value`.
///
/// # Errors
///
/// The question has parameters or values that are not there, or the ledger cannot be read.
pub async fn anomalies(
    store: &mut impl Store,
    parameters: Parameters<'_>,
) -> Result<String, QuestionError> {
    parameters.only(&["state", "from", "to", "zone", "metric", "dimension", "value"])?;
    let mut sql =
        Sql::new(store.dialect(), &format!("SELECT {COLUMNS} FROM anomaly WHERE opened_s >= "));
    let (from, to) = span(parameters)?;
    sql.bind(from).push(" AND opened_s < ").bind(to);
    match parameters.word("state", &[("open", true), ("closed", false)])? {
        Some(true) => sql.push(" AND closed_s IS NULL"),
        Some(false) => sql.push(" AND closed_s IS NOT NULL"),
        None => &mut sql,
    };
    let metrics = super::unit::WatchMetric::ALL.map(|metric| (metric.as_str(), metric.as_str()));
    let dimensions = super::unit::WATCHED.map(|dimension| (dimension, dimension));
    if let Some(metric) = parameters.word("metric", &metrics)? {
        sql.push(" AND unit LIKE ").bind(format!("{metric} %").as_str());
    }
    if let Some(dimension) = parameters.word("dimension", &dimensions)? {
        sql.push(" AND (unit LIKE ").bind(format!("% {dimension}").as_str());
        sql.push(" OR unit LIKE ").bind(format!("% {dimension} %").as_str()).push(")");
    }
    if let Some(value) = parameters.one("value")? {
        sql.push(" AND value = ").bind(value);
    }
    sql.push(" ORDER BY opened_s DESC, anomaly_id LIMIT ").bind(MOST);
    let rows = store.query(sql.text(), sql.values()).await.map_err(LedgerError::from)?;
    let found: Vec<_> = rows.iter().map(|row| object(row)).collect::<Result<_, _>>()?;
    Ok(json!({ "anomalies": found }).to_string())
}
