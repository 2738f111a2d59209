//! Writing a group of records: rows, attempts and roll-ups in one transaction.

use super::amount::amount;
use super::error::LedgerError;
use super::instance::{InstanceState, note_instance};
use super::rollup::{DIMENSIONS, Grain, Key, Rollups, SUMS, Sums};
use super::row::text;
use super::sql::{Sql, SqlDialect};
use super::store::Store;
use super::value::{Row, Value};
use crate::audit;
use crate::name::Name;
use crate::record::Record;
use std::collections::BTreeMap;

/// The most records of a group: one statement has at most 32,766 parameters in SQLite.
pub const MAX_GROUP: usize = 512;

/// The most rows of one statement.
const ROWS: usize = 512;

/// What became of a group.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Written {
    /// Records that are counted now.
    pub new: usize,
    /// Records that were counted before.
    pub known: usize,
}

/// Writes a group of at most [`MAX_GROUP`] records; of a longer one, each part is a transaction. A record whose id is there is not
/// counted again.
///
/// # Errors
///
/// The store fails; then nothing of that part was written, and the same group can be written again.
pub async fn write(store: &mut impl Store, records: &[Record]) -> Result<Written, LedgerError> {
    let mut written = Written::default();
    for group in records.chunks(MAX_GROUP) {
        let more = write_from(store, group, None).await?;
        written.new = written.new.saturating_add(more.new);
        written.known = written.known.saturating_add(more.known);
    }
    Ok(written)
}

/// Writes one group of at most [`MAX_GROUP`] records, and in the same transaction what the instance that has them says of itself.
///
/// # Errors
///
/// The store fails; then nothing was written, and the same group can be written again.
pub async fn write_from(
    store: &mut impl Store,
    group: &[Record],
    instance: Option<(&InstanceState, i64)>,
) -> Result<Written, LedgerError> {
    store.execute(store.dialect().begin(), &[]).await?;
    let work = async {
        let new = group_of(store, group).await?;
        if let Some((state, now_unix_ms)) = instance {
            note_instance(store, state, now_unix_ms).await?;
        }
        store.execute("COMMIT", &[]).await?;
        Ok(Written { new, known: group.len().saturating_sub(new) })
    };
    let written = work.await;
    if written.is_err() {
        // What went wrong first is what is reported.
        let _ = store.execute("ROLLBACK", &[]).await;
    }
    written
}

async fn group_of(store: &mut impl Store, group: &[Record]) -> Result<usize, LedgerError> {
    // In one order everywhere, so that two writers do not wait for each other.
    let mut by_id: BTreeMap<&str, &Record> = BTreeMap::new();
    for record in group {
        by_id.entry(record.request_id.as_str()).or_insert(record);
    }
    let mut new = Vec::with_capacity(by_id.len());
    for row in requests(store, by_id.values().copied()).await? {
        new.extend(by_id.get(text(&row, 0)?).copied());
    }
    new.sort_by(|one, other| one.request_id.cmp(&other.request_id));
    let mut rollups = Rollups::default();
    for record in &new {
        rollups.add(record);
    }
    let attempts: Vec<_> = new.iter().flat_map(|record| attempts(record)).collect();
    insert(store, "attempt", &ATTEMPT, attempts, "").await?;
    audit::record(store, &new).await?;
    for (grain, usage) in Grain::ALL.into_iter().zip(rollups.usage) {
        upsert_usage(store, grain, usage).await?;
    }
    let series = rollups.series.into_iter().map(|(texts, sums)| {
        let texts = texts.into_iter().map(Value::Text);
        texts.chain(sums.into_iter().map(Value::Integer)).collect()
    });
    let columns: Vec<_> = SERIES.into_iter().chain(SUMS).collect();
    insert(store, "usage_series", &columns, series, &adding("usage_series", &SERIES, &SUMS))
        .await?;
    let latency =
        rollups.latency.into_iter().map(|((metric, [model, provider, route], le), of)| {
            let texts =
                [metric.into(), Value::Text(model), Value::Text(provider), Value::Text(route)];
            texts.into_iter().chain([le.into(), of.0.into(), of.1.into()]).collect()
        });
    let (keys, sums) = LATENCY.split_at(5);
    insert(store, "usage_latency", &LATENCY, latency, &adding("usage_latency", keys, sums)).await?;
    Ok(new.len())
}

const REQUEST: [&str; 25] = [
    "request_id",
    "started_ms",
    "consumer",
    "team",
    "tenant",
    "credential_id",
    "operation",
    "requested_model",
    "route",
    "provider",
    "model",
    "region",
    "outcome",
    "status",
    "fault_kind",
    "is_error",
    "is_refusal",
    "cache",
    "duration_us",
    "first_token_us",
    "input_tokens",
    "output_tokens",
    "cost_nano_usd",
    "trace_id",
    "record",
];

const ATTEMPT: [&str; 15] = [
    "request_id",
    "ordinal",
    "deployment",
    "provider",
    "model",
    "region",
    "outcome",
    "status",
    "fault_kind",
    "started_us",
    "duration_us",
    "first_token_us",
    "input_tokens",
    "output_tokens",
    "cost_nano_usd",
];

const SERIES: [&str; 3] = ["model", "provider", "route"];

const LATENCY: [&str; 7] = ["metric", "model", "provider", "route", "le_us", "requests", "sum_us"];

/// Inserts requests, and returns the ids of those that were not there.
async fn requests<'r>(
    store: &mut impl Store,
    records: impl Iterator<Item = &'r Record>,
) -> Result<Vec<Row>, LedgerError> {
    let mut sql = inserting(store.dialect(), "request", &REQUEST);
    sql.bind_rows(records.map(request));
    sql.push(" ON CONFLICT (request_id) DO NOTHING RETURNING request_id");
    if sql.values().is_empty() {
        return Ok(Vec::new());
    }
    Ok(store.query(sql.text(), sql.values()).await?)
}

fn inserting(dialect: SqlDialect, table: &str, columns: &[&str]) -> Sql {
    Sql::new(dialect, &format!("INSERT INTO {table} ({}) VALUES ", columns.join(", ")))
}

pub(crate) async fn insert(
    store: &mut impl Store,
    table: &str,
    columns: &[&str],
    rows: impl IntoIterator<Item = Vec<Value>>,
    ending: &str,
) -> Result<(), LedgerError> {
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut sql = inserting(store.dialect(), table, columns);
        sql.bind_rows(rows.by_ref().take(ROWS)).push(ending);
        store.execute(sql.text(), sql.values()).await?;
    }
    Ok(())
}

async fn upsert_usage(
    store: &mut impl Store,
    grain: Grain,
    usage: BTreeMap<Key, Sums>,
) -> Result<(), LedgerError> {
    let keys: Vec<_> = ["bucket_s"].into_iter().chain(DIMENSIONS).collect();
    let columns: Vec<_> = keys.iter().copied().chain(SUMS).collect();
    let rows = usage.into_iter().map(|((bucket_s, texts), sums)| {
        let texts = texts.into_iter().map(Value::Text);
        let sums = sums.into_iter().map(Value::Integer);
        [Value::Integer(bucket_s)].into_iter().chain(texts).chain(sums).collect()
    });
    insert(store, grain.table(), &columns, rows, &adding(grain.table(), &keys, &SUMS)).await
}

/// Adds to the row that is there.
fn adding(table: &str, keys: &[&str], sums: &[&str]) -> String {
    let sets: Vec<_> =
        sums.iter().map(|sum| format!("{sum} = {table}.{sum} + excluded.{sum}")).collect();
    format!(" ON CONFLICT ({}) DO UPDATE SET {}", keys.join(", "), sets.join(", "))
}

fn of_name(name: Option<&Name>) -> Value {
    name.map(Name::as_str).into()
}

fn of_amount(value: Option<u64>) -> Value {
    value.map(amount).into()
}

fn request(record: &Record) -> Vec<Value> {
    let caller = record.caller.as_ref();
    let served = record.served_by();
    vec![
        record.request_id.as_str().into(),
        amount(record.started_unix_ms).into(),
        of_name(caller.map(|caller| &caller.consumer)),
        of_name(caller.and_then(|caller| caller.team.as_ref())),
        of_name(caller.and_then(|caller| caller.tenant.as_ref())),
        of_name(record.credential_id.as_ref()),
        of_name(record.operation.as_ref()),
        of_name(record.requested_model.as_ref()),
        of_name(record.route.as_ref()),
        of_name(served.map(|attempt| &attempt.provider)),
        of_name(served.map(|attempt| &attempt.model)),
        of_name(served.and_then(|attempt| attempt.region.as_ref())),
        record.outcome.as_str().into(),
        record.status.map(i64::from).into(),
        of_name(record.fault.as_ref().map(|fault| &fault.kind)),
        i64::from(record.is_error()).into(),
        i64::from(record.is_refusal()).into(),
        record.cache.map(|cache| cache.as_str()).into(),
        amount(record.duration_us).into(),
        of_amount(record.first_token_us),
        of_amount(record.tokens.map(|tokens| tokens.input)),
        of_amount(record.tokens.map(|tokens| tokens.output)),
        of_amount(record.cost_nano_usd),
        record.trace.map(|trace| trace.trace_id.to_string()).map_or(Value::Null, Value::Text),
        Value::Text(record.to_json()),
    ]
}

fn attempts(record: &Record) -> impl Iterator<Item = Vec<Value>> {
    record.attempts.iter().enumerate().map(|(ordinal, attempt)| {
        vec![
            record.request_id.as_str().into(),
            amount(ordinal as u64).into(),
            attempt.deployment.as_str().into(),
            attempt.provider.as_str().into(),
            attempt.model.as_str().into(),
            of_name(attempt.region.as_ref()),
            attempt.outcome.as_str().into(),
            attempt.status.map(i64::from).into(),
            of_name(attempt.fault.as_ref().map(|fault| &fault.kind)),
            amount(attempt.started_us).into(),
            amount(attempt.duration_us).into(),
            of_amount(attempt.first_token_us),
            of_amount(attempt.tokens.map(|tokens| tokens.input)),
            of_amount(attempt.tokens.map(|tokens| tokens.output)),
            of_amount(attempt.cost_nano_usd),
        ]
    })
}
