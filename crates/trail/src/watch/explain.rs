//! What a finding says to a person: what was expected, what was seen, and who makes it up.

use super::unit::{Unit, WATCHED};
use crate::anomaly::{Contributor, Explained, Shape, contributors};
use crate::ledger::{LedgerError, Sql, Store, Value, integer, text};
use crate::name::Name;
use serde::Serialize;
use std::collections::BTreeMap;

/// A part is expected to have what it had at the same time of the last so many days, on average.
const DAYS: i64 = 7;

/// The most parts that are named of each dimension.
const NAMED: usize = 5;

#[derive(Serialize)]
struct Explanation<'e> {
    metric: &'e str,
    dimension: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'e str>,
    shape: Shape,
    expected: f64,
    low: f64,
    high: f64,
    seen: f64,
    score: f64,
    text: String,
    contributors: BTreeMap<&'e str, Vec<Contributor>>,
}

/// A finding as an object of JSON.
pub(super) async fn explanation(
    store: &mut impl Store,
    table: &str,
    unit: Unit,
    bucket: i64,
    explained: &Explained,
) -> Result<String, LedgerError> {
    let finding = &explained.finding;
    let mut made_up = BTreeMap::new();
    if let Some(of) = &explained.of
        && !unit.metric.is_mean()
    {
        for dimension in WATCHED.into_iter().filter(|other| *other != unit.dimension) {
            let parts = parts(store, table, unit, of, dimension, bucket).await?;
            made_up.insert(dimension, contributors(&parts, NAMED));
        }
    }
    let explanation = Explanation {
        metric: unit.metric.as_str(),
        dimension: unit.dimension,
        value: explained.of.as_ref().map(Name::as_str),
        shape: finding.shape,
        expected: rounded(finding.band.expected),
        low: rounded(finding.band.low),
        high: rounded(finding.band.high),
        seen: rounded(finding.seen),
        score: rounded(finding.score),
        text: sentence(unit, explained),
        contributors: made_up,
    };
    Ok(serde_json::to_string(&explanation).unwrap_or_default())
}

/// Enough digits for a person.
fn rounded(value: f64) -> f64 {
    if value.abs() >= 100.0 { value.round() } else { (value * 1_000.0).round() / 1_000.0 }
}

fn sentence(unit: Unit, explained: &Explained) -> String {
    let (metric, dimension, finding) = (unit.metric.as_str(), unit.dimension, &explained.finding);
    let shape = serde_json::to_value(finding.shape).unwrap_or_default();
    let shape = shape.as_str().unwrap_or_default().replace('_', " ");
    match &explained.of {
        None => format!(
            "{shape}: {metric} of most series by {dimension} deviate at once, by {} usual deviations in the middle",
            rounded(finding.seen)
        ),
        Some(of) => format!(
            "{shape}: {metric} of {dimension} {of} are {}, expected {} ({} to {})",
            rounded(finding.seen),
            rounded(finding.band.expected),
            rounded(finding.band.low.max(0.0)),
            rounded(finding.band.high)
        ),
    }
}

/// What the parts of a series were expected to have, and have.
async fn parts(
    store: &mut impl Store,
    table: &str,
    unit: Unit,
    of: &Name,
    dimension: &str,
    bucket: i64,
) -> Result<Vec<(Name, f64, f64)>, LedgerError> {
    let sum = unit.metric.sum();
    let mut sql = Sql::new(
        store.dialect(),
        &format!("SELECT {dimension}, bucket_s, {sum} FROM {table} WHERE bucket_s IN ("),
    );
    sql.bind_all((0..=DAYS).map(|day| Value::Integer(bucket.saturating_sub(day * 86_400))));
    sql.push(&format!(") AND {} = ", unit.dimension)).bind(of.as_str());
    sql.push(&format!(" AND {dimension} <> '' GROUP BY {dimension}, bucket_s"));
    let mut parts: BTreeMap<Name, (f64, f64)> = BTreeMap::new();
    for row in store.query(sql.text(), sql.values()).await? {
        let (expected, seen) = parts.entry(Name::from_policy(text(&row, 0)?)).or_default();
        let value = integer(&row, 2)? as f64;
        if integer(&row, 1)? == bucket {
            *seen = value;
        } else {
            *expected += value / DAYS as f64;
        }
    }
    Ok(parts.into_iter().map(|(part, (expected, seen))| (part, expected, seen)).collect())
}
