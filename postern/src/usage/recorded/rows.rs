//! Answers of JSON as tables for people.

use crate::columns;
use anyhow::{Context, Result};
use jiff::Timestamp;
use postern_trail::Record;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;

/// A table.
pub struct Table {
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// An object, whose members keep their order.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The table of an object with one list.
pub fn of_table(answer: &str, list: &str) -> Result<Table> {
    let mut lists: BTreeMap<String, Vec<Members>> =
        serde_json::from_str(answer).context("an answer of another version")?;
    let rows = lists.remove(list).context("an answer of another version")?;
    let head = rows.first().map(|row| row.0.iter().map(|(name, _)| name.clone()).collect());
    let cells = |row: Members| row.0.iter().map(|(_, value)| text(value)).collect();
    Ok(Table { head: head.unwrap_or_default(), rows: rows.into_iter().map(cells).collect() })
}

/// What people look for in a request; the record by its id has the rest.
const REQUEST: [&str; 10] = [
    "started",
    "request_id",
    "consumer",
    "model",
    "provider",
    "outcome",
    "status",
    "ms",
    "tokens",
    "usd",
];

/// The table of a page of requests.
pub fn of_requests(answer: &str) -> Result<Table> {
    #[derive(Deserialize)]
    struct Page {
        requests: Vec<Record>,
        next: Option<String>,
    }
    let page: Page = serde_json::from_str(answer).context("an answer of another version")?;
    if page.next.is_some() {
        eprintln!("note: there are more; --limit shows up to 500, --to ends earlier");
    }
    let rows = page.requests.iter().map(request).collect();
    Ok(Table { head: REQUEST.map(str::to_owned).to_vec(), rows })
}

fn request(record: &Record) -> Vec<String> {
    let started = i64::try_from(record.started_unix_ms).unwrap_or(i64::MAX);
    let started = Timestamp::from_millisecond(started).map(|time| time.to_string());
    let served = record.served_by();
    let tokens = record.tokens.map(|tokens| tokens.input.saturating_add(tokens.output));
    let name =
        |name: Option<&postern_trail::Name>| name.map(ToString::to_string).unwrap_or_default();
    vec![
        started.unwrap_or_default(),
        record.request_id.to_string(),
        name(record.caller.as_ref().map(|caller| &caller.consumer)),
        name(served.map(|attempt| &attempt.model).or(record.requested_model.as_ref())),
        name(served.map(|attempt| &attempt.provider)),
        record.outcome.as_str().to_owned(),
        record.status.map(|status| status.to_string()).unwrap_or_default(),
        (record.duration_us / 1_000).to_string(),
        tokens.map(|tokens| tokens.to_string()).unwrap_or_default(),
        record.cost_nano_usd.map(dollars).unwrap_or_default(),
    ]
}

fn dollars(nano_usd: u64) -> String {
    let text = format!("{}.{:09}", nano_usd / 1_000_000_000, nano_usd % 1_000_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Prints a table without the columns that say nothing.
pub fn print(table: &Table) {
    if table.rows.is_empty() {
        println!("nothing was recorded");
        return;
    }
    let says = |row: &Vec<String>, at: usize| {
        row.get(at).is_some_and(|text| !matches!(text.as_str(), "" | "0"))
    };
    let kept: Vec<bool> =
        (0..table.head.len()).map(|at| table.rows.iter().any(|row| says(row, at))).collect();
    let head: Vec<&str> = of_kept(&table.head, &kept).map(String::as_str).collect();
    let pick = |row: &Vec<String>| of_kept(row, &kept).map(|text| shown(text)).collect();
    let rows: Vec<Vec<String>> = table.rows.iter().map(pick).collect();
    columns::print(&head, rows.iter().map(Vec::as_slice));
}

/// The texts of the columns that are kept.
fn of_kept<'r>(row: &'r [String], kept: &'r [bool]) -> impl Iterator<Item = &'r String> {
    row.iter().zip(kept).filter(|(_, is_kept)| **is_kept).map(|(text, _)| text)
}

/// A terminal obeys control characters; names have none, and a gateway of another version may differ.
fn shown(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { '\u{fffd}' } else { sign }).collect()
}
