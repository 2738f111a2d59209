//! How many rows a second are written to SQLite in groups of 64, and how long questions take over the sums of a year of ten million
//! requests: `cargo bench -p postern-trail --bench ledger`.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

#[path = "../tests/support/mod.rs"]
mod support;

use postern_trail::ledger::{Grain, migrate, write};
use postern_trail::questions::{Parameters, Scope, request, usage};
use rusqlite::Connection;
use std::time::Instant;
use support::{Sqlite, now, record};

/// 2025-01-01T00:00:00Z.
const YEAR_S: i64 = 1_735_689_600;
const DAY_S: i64 = 86_400;
const ROWS: usize = 64 * 500;
const MODELS: usize = 40;
const CONSUMERS: usize = 25;
/// Of each sum, so that a year has ten million.
const REQUESTS: i64 = 10_000_000 / (365 * MODELS as i64 * CONSUMERS as i64);

fn main() {
    let folder = std::env::temp_dir().join(format!("postern-ledger-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let connection = Connection::open(folder.join("ledger.db")).unwrap();
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL").unwrap();
    let mut store = Sqlite { connection, fails_at: None };
    now(migrate(&mut store, 0)).unwrap();
    written(&mut store);
    a_year(&store.connection);
    asked(&mut store);
    std::fs::remove_dir_all(folder).unwrap();
}

fn written(store: &mut Sqlite) {
    let began = Instant::now();
    for group in 0..ROWS / 64 {
        let records: Vec<_> = (0..64)
            .map(|at| {
                let unix_ms = (YEAR_S as u64 + group as u64) * 1_000 + at;
                let (consumer, model) = (format!("c-{}", at % 8), format!("m-{}", at % 5));
                record(&format!("r-{group}-{at}"), unix_ms, &consumer, &model)
            })
            .collect();
        now(write(store, &records)).unwrap();
    }
    let seconds = began.elapsed().as_secs_f64();
    println!("written: {ROWS} rows, {:.0} a second", ROWS as f64 / seconds);
}

/// Sums of a year, by day, model and consumer, as rows would have made them.
fn a_year(connection: &Connection) {
    connection.execute_batch("BEGIN").unwrap();
    let columns =
        "bucket_s, consumer, team, tenant, model, provider, route, requests, errors, refusals";
    let known = connection.prepare(&format!("SELECT * FROM {}", Grain::Day.table())).unwrap();
    let names: Vec<_> = known.column_names().into_iter().map(str::to_owned).collect();
    drop(known);
    assert!(columns.split(", ").take(7).all(|name| names.iter().any(|known| known == name)));
    let places: Vec<_> = (1..=names.len()).map(|at| format!("?{at}")).collect();
    let insert = format!(
        "INSERT OR REPLACE INTO {} ({}) VALUES ({})",
        Grain::Day.table(),
        names.join(", "),
        places.join(", ")
    );
    let mut insert = connection.prepare(&insert).unwrap();
    for day in 0..365 {
        for model in 0..MODELS {
            for consumer in 0..CONSUMERS {
                let value = |name: &String| match name.as_str() {
                    "bucket_s" => rusqlite::types::Value::Integer(YEAR_S + day * DAY_S),
                    "consumer" => format!("consumer-{consumer}").into(),
                    "team" => format!("team-{}", consumer % 5).into(),
                    "tenant" => "acme".to_owned().into(),
                    "model" => format!("model-{model}").into(),
                    "provider" => format!("provider-{}", model % 6).into(),
                    "route" => String::new().into(),
                    _ => rusqlite::types::Value::Integer(REQUESTS),
                };
                insert.execute(rusqlite::params_from_iter(names.iter().map(value))).unwrap();
            }
        }
    }
    connection.execute_batch("COMMIT").unwrap();
}

fn asked(store: &mut Sqlite) {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let query = [
        pair("from", "2025-01-01"),
        pair("to", "2026-01-01"),
        pair("bucket", "day"),
        pair("group_by", "model"),
    ];
    let mut took_ms: Vec<_> = (0..9)
        .map(|_| {
            let began = Instant::now();
            let table = now(usage(store, Parameters(&query), &Scope::All, YEAR_S + 366 * DAY_S));
            assert!(table.unwrap().rows.len() >= 365);
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    took_ms.sort_by(f64::total_cmp);
    println!("usage of a year by model and day: {:.1} ms (median of 9)", took_ms[4]);
    let mut took_ms: Vec<_> = (0..99)
        .map(|at| {
            let began = Instant::now();
            let found = now(request(store, &format!("r-{at}-7"), &Scope::All)).unwrap();
            assert!(found.is_some());
            began.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    took_ms.sort_by(f64::total_cmp);
    println!("a request by its id: {:.2} ms (median of 99)", took_ms[49]);
}
