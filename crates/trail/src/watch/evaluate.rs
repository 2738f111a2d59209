//! Moving a unit on by some buckets.

use super::explain;
use super::findings;
use super::notices;
use super::unit::{UNITS, Unit, units};
use crate::anomaly::{Anomaly, Detector, Explained, Measured, Monitor};
use crate::ledger::{LedgerError, Row, Sql, Store, Value, integer, text};
use crate::name::Name;
use std::collections::{BTreeMap, BTreeSet};

/// What is read of a ledger that was never evaluated: enough to know weeks.
const HISTORY_S: i64 = 60 * 86_400;

/// A bucket is closed so long after its end.
const LATE_S: i64 = 300;

/// The most series of a unit. Those that came first stay; what is left out is counted.
const MAX_SERIES: usize = 128;

/// The most values of one step, some milliseconds.
const MAX_VALUES: usize = 2_048;

/// A series that has had nothing for so long is forgotten.
const FORGOTTEN_S: i64 = 30 * 86_400;

/// The row in `anomaly_unit` that says which buckets webhooks have been told of.
const TOLD: &str = "told";

/// What is watched, and who is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchPlan {
    /// The length of a bucket in seconds: 900 or 3,600.
    pub bucket_s: i64,
    /// The names of webhooks that get a message about what was found.
    pub webhooks: Vec<String>,
}

/// What an evaluation did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Evaluated {
    /// Steps: a unit that moved on.
    pub steps: usize,
    /// Findings that were opened.
    pub opened: usize,
    /// Findings that were closed.
    pub closed: usize,
    /// Series that are not watched since there are too many.
    pub left_out: usize,
    /// Messages that were written.
    pub notices: usize,
    /// Whether all closed buckets are evaluated.
    pub is_up_to_date: bool,
}

/// Evaluates closed buckets, in at most so many steps.
///
/// # Errors
///
/// The ledger cannot be read or written; the step that failed changed nothing.
pub async fn evaluate(
    store: &mut impl Store,
    plan: &WatchPlan,
    now_s: i64,
    most_steps: usize,
) -> Result<Evaluated, LedgerError> {
    let mut done = Evaluated::default();
    let last =
        now_s.saturating_sub(LATE_S).div_euclid(plan.bucket_s) * plan.bucket_s - plan.bucket_s;
    while done.steps < most_steps {
        let Some((unit, after)) = furthest_behind(store, plan, last).await? else {
            done.is_up_to_date = true;
            break;
        };
        store.execute(store.dialect().begin(), &[]).await?;
        let stepped = match step(store, plan, unit, after, last, &mut done).await {
            Ok(()) => store.execute("COMMIT", &[]).await.map_err(LedgerError::from),
            Err(error) => Err(error),
        };
        if let Err(error) = stepped {
            // What went wrong first is what is reported.
            let _ = store.execute("ROLLBACK", &[]).await;
            return Err(error);
        }
        done.steps += 1;
    }
    Ok(done)
}

/// The unit whose cursor is furthest behind, and its cursor; none if all are at the last closed bucket.
async fn furthest_behind(
    store: &mut impl Store,
    plan: &WatchPlan,
    last: i64,
) -> Result<Option<(Unit, i64)>, LedgerError> {
    let rows = store.query("SELECT unit, last_bucket_s FROM anomaly_unit", &[]).await?;
    let mut known = BTreeMap::new();
    for row in &rows {
        known.insert(text(row, 0)?, integer(row, 1)?);
    }
    let cursors = units(plan.bucket_s).map(|unit| (known.get(unit.name().as_str()).copied(), unit));
    let Some((cursor, unit)) = cursors.min_by_key(|(cursor, _)| *cursor) else { return Ok(None) };
    let after = match cursor {
        Some(cursor) => cursor,
        None => match first_bucket(store, plan, last).await? {
            Some(first) => first.saturating_sub(plan.bucket_s),
            None => return Ok(None),
        },
    };
    Ok((after < last).then_some((unit, after)))
}

async fn first_bucket(
    store: &mut impl Store,
    plan: &WatchPlan,
    last: i64,
) -> Result<Option<i64>, LedgerError> {
    let mut sql = Sql::new(store.dialect(), "SELECT MIN(bucket_s) FROM ");
    sql.push(table(plan)).push(" WHERE bucket_s >= ").bind(last.saturating_sub(HISTORY_S));
    sql.push(" AND bucket_s <= ").bind(last);
    let rows = store.query(sql.text(), sql.values()).await?;
    match rows.first().and_then(|row| row.first()) {
        Some(Value::Integer(first)) => Ok(Some(*first)),
        _ => Ok(None),
    }
}

fn table(plan: &WatchPlan) -> &'static str {
    if plan.bucket_s == 900 { "usage_quarter" } else { "usage_hour" }
}

async fn step(
    store: &mut impl Store,
    plan: &WatchPlan,
    unit: Unit,
    after: i64,
    last: i64,
    done: &mut Evaluated,
) -> Result<(), LedgerError> {
    let mut series = load(store, unit).await?;
    let at_most = (MAX_VALUES / series.len().clamp(1, MAX_SERIES)).max(1);
    let at_most = i64::try_from(at_most).unwrap_or(1).saturating_mul(plan.bucket_s);
    let until = after.saturating_add(at_most).min(last);
    if !take(store, unit, after, until).await? {
        // Another instance was faster.
        return Ok(());
    }
    let values = values(store, plan, unit, after, until).await?;
    let mut bucket = after.saturating_add(plan.bucket_s);
    while bucket <= until {
        let seen = values.get(&bucket);
        for explained in series.close(unit, bucket, seen, done) {
            record(store, plan, unit, bucket, &explained, done).await?;
        }
        bucket = bucket.saturating_add(plan.bucket_s);
    }
    save(store, unit, &series, until).await?;
    if until == last {
        findings::close_others(store, unit, until).await?;
    }
    tell(store, plan, last, done).await
}

/// The series of a unit.
struct Watched {
    monitor: Monitor,
    /// When each had something last.
    seen_s: BTreeMap<Name, i64>,
    common: Option<Anomaly>,
}

impl Watched {
    fn len(&self) -> usize {
        self.seen_s.len()
    }

    fn close(
        &mut self,
        unit: Unit,
        bucket: i64,
        seen: Option<&BTreeMap<Name, f64>>,
        done: &mut Evaluated,
    ) -> Vec<Explained> {
        for (of, value) in seen.into_iter().flatten().filter(|(_, value)| **value != 0.0) {
            if self.seen_s.len() < MAX_SERIES || self.seen_s.contains_key(of) {
                self.seen_s.insert(of.clone(), bucket);
            } else {
                done.left_out = done.left_out.saturating_add(1);
            }
            debug_assert!(value.is_finite());
        }
        self.seen_s.retain(|_, seen_s| bucket.saturating_sub(*seen_s) < FORGOTTEN_S);
        let metric = Name::from_policy(unit.metric.as_str());
        let value_of = |of: &Name| {
            let found = seen.and_then(|seen| seen.get(of)).copied();
            if unit.metric.is_mean() {
                found.filter(|value| *value > 0.0)
            } else {
                Some(found.unwrap_or(0.0))
            }
        };
        let measured = self.seen_s.keys().filter_map(|of| {
            Some(Measured { metric: metric.clone(), of: of.clone(), value: value_of(of)? })
        });
        let measured: Vec<_> = measured.collect();
        let changes = self.monitor.close_bucket(bucket, &measured);
        self.common = self.monitor.common(&metric).copied();
        let least = unit.metric.least();
        let is_worth = |one: &Explained| {
            let finding = &one.finding;
            one.of.is_none() || (finding.seen - finding.band.expected).abs() >= least
        };
        changes.into_iter().filter(is_worth).collect()
    }
}

async fn load(store: &mut impl Store, unit: Unit) -> Result<Watched, LedgerError> {
    let metric = Name::from_policy(unit.metric.as_str());
    let mut monitor = Monitor::new();
    let mut seen_s = BTreeMap::new();
    let mut sql =
        Sql::new(store.dialect(), "SELECT value, seen_s, state FROM anomaly_series WHERE unit = ");
    sql.bind(unit.name().as_str());
    for row in store.query(sql.text(), sql.values()).await? {
        let of = Name::from_policy(text(&row, 0)?);
        // What cannot be read is learned anew: it was written by another version.
        if let Ok(detector) = serde_json::from_str::<Detector>(text(&row, 2)?) {
            monitor.insert(metric.clone(), of.clone(), detector);
            seen_s.insert(of, integer(&row, 1)?);
        }
    }
    let mut sql = Sql::new(store.dialect(), "SELECT state FROM anomaly_unit WHERE unit = ");
    sql.bind(unit.name().as_str());
    let rows = store.query(sql.text(), sql.values()).await?;
    let state = rows.first().map(|row| text(row, 0)).transpose()?.unwrap_or("null");
    let common: Option<Anomaly> = serde_json::from_str(state).unwrap_or_default();
    if let Some(common) = common {
        monitor.insert_common(metric, common);
    }
    Ok(Watched { monitor, seen_s, common })
}

/// Moves the cursor, if it is where it was.
async fn take(
    store: &mut impl Store,
    unit: Unit,
    after: i64,
    until: i64,
) -> Result<bool, LedgerError> {
    let mut sql =
        Sql::new(store.dialect(), "INSERT INTO anomaly_unit (unit, last_bucket_s, state) VALUES (");
    sql.bind(unit.name().as_str()).push(", ").bind(until);
    sql.push(", 'null') ON CONFLICT (unit) DO UPDATE SET last_bucket_s = excluded.last_bucket_s");
    sql.push(" WHERE anomaly_unit.last_bucket_s = ").bind(after).push(" RETURNING unit");
    Ok(!store.query(sql.text(), sql.values()).await?.is_empty())
}

/// The values of each closed bucket.
async fn values(
    store: &mut impl Store,
    plan: &WatchPlan,
    unit: Unit,
    after: i64,
    until: i64,
) -> Result<BTreeMap<i64, BTreeMap<Name, f64>>, LedgerError> {
    let dimension = unit.dimension;
    let sum = unit.metric.sum();
    let mut sql = Sql::new(store.dialect(), &format!("SELECT bucket_s, {dimension}, {sum} FROM "));
    sql.push(table(plan)).push(" WHERE bucket_s > ").bind(after);
    sql.push(" AND bucket_s <= ").bind(until);
    sql.push(&format!(" AND {dimension} <> '' GROUP BY bucket_s, {dimension}"));
    let mut values: BTreeMap<i64, BTreeMap<Name, f64>> = BTreeMap::new();
    for row in store.query(sql.text(), sql.values()).await? {
        if row.get(2) == Some(&Value::Null) {
            continue;
        }
        let of = Name::from_policy(text(&row, 1)?);
        values.entry(integer(&row, 0)?).or_default().insert(of, integer(&row, 2)? as f64);
    }
    Ok(values)
}

async fn record(
    store: &mut impl Store,
    plan: &WatchPlan,
    unit: Unit,
    bucket: i64,
    explained: &Explained,
    done: &mut Evaluated,
) -> Result<(), LedgerError> {
    if explained.finding.closed_unix_s.is_some() {
        done.closed += findings::close(store, unit, explained, bucket).await?;
        return Ok(());
    }
    let explanation = explain::explanation(store, table(plan), unit, bucket, explained).await?;
    done.opened += findings::open(store, unit, explained, bucket, &explanation).await?;
    Ok(())
}

async fn save(
    store: &mut impl Store,
    unit: Unit,
    series: &Watched,
    until: i64,
) -> Result<(), LedgerError> {
    let metric = Name::from_policy(unit.metric.as_str());
    let name = unit.name();
    let mut rows: Vec<Row> = Vec::new();
    let mut kept = BTreeSet::new();
    for (of, detector) in series.monitor.series(&metric) {
        let Some(seen_s) = series.seen_s.get(of) else { continue };
        let state = serde_json::to_string(detector).unwrap_or_default();
        kept.insert(of);
        rows.push(vec![
            name.as_str().into(),
            of.as_str().into(),
            (*seen_s).into(),
            Value::Text(state),
        ]);
    }
    let mut sql = Sql::new(store.dialect(), "DELETE FROM anomaly_series WHERE unit = ");
    sql.bind(name.as_str());
    store.execute(sql.text(), sql.values()).await?;
    for rows in rows.chunks(32) {
        let mut sql = Sql::new(
            store.dialect(),
            "INSERT INTO anomaly_series (unit, value, seen_s, state) VALUES ",
        );
        sql.bind_rows(rows.iter().cloned());
        store.execute(sql.text(), sql.values()).await?;
    }
    let state = serde_json::to_string(&series.common).unwrap_or_default();
    let mut sql = Sql::new(store.dialect(), "UPDATE anomaly_unit SET state = ");
    sql.bind(state.as_str()).push(" WHERE unit = ").bind(name.as_str());
    sql.push(" AND last_bucket_s = ").bind(until);
    store.execute(sql.text(), sql.values()).await?;
    Ok(())
}

/// Writes a message for each webhook about what was found in the buckets that all units have passed since the last one. A ledger that
/// is evaluated for the first time has a past that is no news.
async fn tell(
    store: &mut impl Store,
    plan: &WatchPlan,
    last: i64,
    done: &mut Evaluated,
) -> Result<(), LedgerError> {
    let rows = store.query("SELECT unit, last_bucket_s FROM anomaly_unit", &[]).await?;
    let names: BTreeSet<String> = units(plan.bucket_s).map(Unit::name).collect();
    let (mut count, mut passed, mut told) = (0, i64::MAX, None);
    for row in &rows {
        let at = integer(row, 1)?;
        if text(row, 0)? == TOLD {
            told = Some(at);
        } else if names.contains(text(row, 0)?) {
            count += 1;
            passed = passed.min(at);
        }
    }
    if count < UNITS.len() || told.is_some_and(|told| told >= passed) {
        return Ok(());
    }
    let until = if told.is_none() { last } else { passed };
    let mut sql =
        Sql::new(store.dialect(), "INSERT INTO anomaly_unit (unit, last_bucket_s, state) VALUES (");
    sql.bind(TOLD).push(", ").bind(until);
    sql.push(", 'null') ON CONFLICT (unit) DO UPDATE SET last_bucket_s = excluded.last_bucket_s");
    store.execute(sql.text(), sql.values()).await?;
    if let Some(told) = told {
        done.notices += notices::write(store, &plan.webhooks, told, passed).await?;
    }
    Ok(())
}
