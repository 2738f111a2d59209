//! The ledger over SQLite.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs)]

mod support;

use postern_trail::ledger::{
    Grain, InstanceState, LedgerError, MAX_AMOUNT, Migrated, Retention, SCHEMA_VERSION, Swept,
    Written, find_lost, lost_records, migrate, note_instance, sweep, write,
};
use postern_trail::record::{AttemptEnd, Record, TokenCounts};
use proptest::prelude::*;
use support::{attempt, empty, ledger, name, now, record, refused};

/// 2026-01-01T00:00:00Z.
const DAY_MS: u64 = 1_767_225_600_000;

#[test]
fn migrations_run_once_and_can_be_run_again() {
    let mut store = empty();
    let to = SCHEMA_VERSION;
    assert_eq!(now(migrate(&mut store, 5)), Ok(Migrated { from: 0, to }));
    assert_eq!(now(migrate(&mut store, 6)), Ok(Migrated { from: to, to }));
    assert_eq!(store.integer("SELECT applied_ms FROM schema_version WHERE version = 1"), 5);
}

#[test]
fn a_migration_that_fails_halfway_changes_nothing() {
    for at in 1..12 {
        let mut store = empty();
        store.fails_at = Some(at);
        let error = now(migrate(&mut store, 5)).unwrap_err();
        assert!(error.is_retryable(), "{error}");
        assert_eq!(store.integer("SELECT COUNT(*) FROM sqlite_master"), 0, "at {at}");
        assert!(now(migrate(&mut store, 5)).is_ok());
    }
}

#[test]
fn a_newer_or_other_schema_is_refused_by_name() {
    let mut store = ledger();
    store
        .connection
        .execute("INSERT INTO schema_version VALUES (99, 'content_by_subject', 'x', 0)", [])
        .unwrap();
    let error = now(migrate(&mut store, 5)).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "the ledger has schema 99 (`content_by_subject`), and this program knows up to {SCHEMA_VERSION}: update the program; a schema is never migrated down"
        )
    );
    let mut store = ledger();
    store
        .connection
        .execute("UPDATE schema_version SET digest = 'x' WHERE version = 1", [])
        .unwrap();
    let error = now(migrate(&mut store, 5)).unwrap_err();
    assert!(matches!(error, LedgerError::Altered { version: 1, .. }), "{error}");
    let mut store = ledger();
    store
        .connection
        .execute("UPDATE schema_version SET version = 0 WHERE version = 1", [])
        .unwrap();
    assert_eq!(now(migrate(&mut store, 5)), Err(LedgerError::Gap { missing: 1 }));
}

#[test]
fn a_request_is_one_row_and_its_attempts_are_below_it() {
    let mut store = ledger();
    let mut one = record("r-1", DAY_MS, "shop", "gpt-4o");
    one.attempts.insert(0, attempt("azure", "gpt-4o", AttemptEnd::Failed));
    let written = now(write(&mut store, &[one, refused("r-2", DAY_MS, "shop")]));
    assert_eq!(written, Ok(Written { new: 2, known: 0 }));
    assert_eq!(store.integer("SELECT COUNT(*) FROM request"), 2);
    assert_eq!(store.integer("SELECT COUNT(*) FROM attempt WHERE request_id = 'r-1'"), 2);
    assert_eq!(store.integer("SELECT ordinal FROM attempt WHERE outcome = 'failed'"), 0);
    for grain in Grain::ALL {
        let table = grain.table();
        let sum = |column: &str| format!("SELECT SUM({column}) FROM {table}");
        for (column, expected) in [
            ("requests", 2),
            ("refusals", 1),
            ("errors", 0),
            ("attempts", 2),
            ("failed_attempts", 1),
            ("input_tokens", 100),
            ("cached_input_tokens", 10),
            ("output_tokens", 20),
            ("cost_nano_usd", 7_000),
            ("duration_us", 190_000),
            ("first_token_us", 31_000),
            ("first_tokens", 1),
            ("request_bytes", 1_000),
            ("response_bytes", 3_000),
            ("uncounted", 0),
            ("unpriced", 0),
        ] {
            assert_eq!(store.integer(&sum(column)), expected, "{table}.{column}");
        }
    }
    let latency =
        "SELECT SUM(requests) FROM usage_latency WHERE metric = 'duration' AND le_us = 160000";
    assert_eq!(store.integer(latency), 2);
}

#[test]
fn a_record_that_is_written_twice_counts_once() {
    let mut store = ledger();
    let group: Vec<Record> =
        (0..10).map(|at| record(&format!("r-{at}"), DAY_MS, "shop", "gpt-4o")).collect();
    let mut doubled = group.clone();
    doubled.extend(group.iter().cloned());
    assert_eq!(now(write(&mut store, &doubled)), Ok(Written { new: 10, known: 10 }));
    assert_eq!(now(write(&mut store, &group)), Ok(Written { new: 0, known: 10 }));
    assert_eq!(store.integer("SELECT SUM(requests) FROM usage_total"), 10);
    assert_eq!(store.integer("SELECT COUNT(*) FROM attempt"), 10);
    assert_eq!(now(write(&mut store, &[])), Ok(Written::default()));
}

#[test]
fn a_store_that_fails_at_any_statement_leaves_nothing_of_the_group() {
    let group = [record("r-1", DAY_MS, "shop", "gpt-4o"), refused("r-2", DAY_MS, "shop")];
    for at in 0..10 {
        let mut store = ledger();
        store.fails_at = Some(at);
        assert!(now(write(&mut store, &group)).is_err(), "at {at}");
        // A `COMMIT` that fails leaves the transaction open: the connection is given up.
        if at < 9 {
            assert_eq!(store.integer("SELECT COUNT(*) FROM request"), 0, "at {at}");
            assert_eq!(now(write(&mut store, &group)), Ok(Written { new: 2, known: 0 }));
            assert_eq!(store.integer("SELECT SUM(requests) FROM usage_day"), 2);
        }
    }
}

#[test]
fn tokens_are_summed_at_the_vendor_who_served_them() {
    let tokens = |input| Some(TokenCounts { input, ..TokenCounts::default() });
    let mut store = ledger();
    let mut one = record("r-1", DAY_MS, "shop", "gpt-4o");
    let mut cut = attempt("azure", "gpt-4o", AttemptEnd::Failed);
    (cut.tokens, cut.cost_nano_usd) = (tokens(40), Some(400));
    one.attempts.insert(0, cut);
    // 40 of the first, 100 of the second, 5 of a question to a model.
    (one.tokens, one.cost_nano_usd) = (
        Some(TokenCounts { input: 145, cached_input: 10, output: 20, ..Default::default() }),
        Some(7_450),
    );
    now(write(&mut store, &[one])).unwrap();
    let of = |provider: &str, sum: &str| {
        format!("SELECT {sum} FROM usage_total WHERE provider = '{provider}'")
    };
    assert_eq!(store.integer(&of("azure", "input_tokens")), 40);
    assert_eq!(store.integer(&of("azure", "cost_nano_usd")), 400);
    assert_eq!(store.integer(&of("azure", "requests")), 0);
    assert_eq!(store.integer(&of("openai", "input_tokens")), 105);
    assert_eq!(store.integer(&of("openai", "cost_nano_usd")), 7_050);
    assert_eq!(store.integer(&of("openai", "requests")), 1);
}

#[test]
fn amounts_that_cannot_be_are_bounded_and_names_of_clients_are_in_no_roll_up() {
    let mut store = ledger();
    let mut one = record("r-1", DAY_MS, "shop", "gpt-4o");
    one.tokens = Some(TokenCounts { input: u64::MAX, output: u64::MAX, ..Default::default() });
    let mut two = refused("r-2", u64::MAX, "shop");
    two.requested_model = Some(name("invented-by-a-client"));
    now(write(&mut store, &[one, two])).unwrap();
    assert_eq!(store.integer("SELECT SUM(input_tokens) FROM usage_total"), MAX_AMOUNT);
    let invented = "SELECT COUNT(*) FROM usage_total WHERE model LIKE 'invented%'";
    assert_eq!(store.integer(invented), 0);
}

#[test]
fn what_is_old_is_swept_in_bounded_steps() {
    let mut store = ledger();
    let at = |day: u64, number: u64| {
        record(&format!("r-{day}-{number}"), DAY_MS + day * 86_400_000, "shop", "gpt-4o")
    };
    let records: Vec<_> =
        (0..40).flat_map(|day| (0..5).map(move |n| (day, n))).map(|(d, n)| at(d, n)).collect();
    now(write(&mut store, &records)).unwrap();
    let retention =
        Retention { requests_days: 10, quarters_days: 20, hours_days: 30, days_days: 35 };
    let now_ms = (DAY_MS + 40 * 86_400_000) as i64;
    let mut steps = 0;
    loop {
        let swept = now(sweep(&mut store, &retention, now_ms, 7)).unwrap();
        assert!(swept.requests <= 7 && swept.buckets <= 3, "{swept:?}");
        steps += 1;
        if !swept.more {
            break;
        }
    }
    assert!((22..30).contains(&steps), "{steps} steps");
    assert_eq!(store.integer("SELECT COUNT(*) FROM request"), 50);
    assert_eq!(store.integer("SELECT COUNT(*) FROM attempt"), 50);
    assert_eq!(store.integer("SELECT COUNT(*) FROM usage_quarter"), 20);
    assert_eq!(store.integer("SELECT COUNT(*) FROM usage_hour"), 30);
    assert_eq!(store.integer("SELECT COUNT(*) FROM usage_day"), 35);
    assert_eq!(store.integer("SELECT requests FROM usage_total"), 200);
    assert_eq!(now(sweep(&mut store, &retention, now_ms, 7)), Ok(Swept::default()));
}

#[test]
fn instances_that_ended_are_removed_and_what_they_lost_stays_counted() {
    let mut store = ledger();
    let noted_ms = DAY_MS as i64;
    for at in 0..600 {
        let state = InstanceState {
            instance: format!("{at:016x}"),
            started_unix_ms: noted_ms,
            is_open: at < 3,
            done: 10,
            given: 14,
            dropped: 0,
        };
        now(note_instance(&mut store, &state, noted_ms)).unwrap();
    }
    assert_eq!(now(find_lost(&mut store, noted_ms + 1)).unwrap().len(), 3);
    for (at_ms, more, left, lost) in [
        (noted_ms + 1_000, false, 600, 12),
        (noted_ms + 86_400_001, true, 89, 12),
        (noted_ms + 86_400_001, false, 1, 12),
        (noted_ms + 900 * 86_400_000, false, 1, 12),
    ] {
        let swept = now(sweep(&mut store, &Retention::default(), at_ms, 7)).unwrap();
        assert_eq!(swept.more, more, "{at_ms}");
        assert_eq!(store.integer("SELECT COUNT(*) FROM recorder"), left, "{at_ms}");
        assert_eq!(now(lost_records(&mut store)), Ok(lost));
    }
    let plan = "EXPLAIN QUERY PLAN UPDATE recorder SET lost = 1 WHERE is_open = 1 AND heard_ms < 5";
    let plan: String = store.connection.query_row(plan, [], |row| row.get(3)).unwrap();
    assert!(plan.contains("recorder_open"), "{plan}");
}

#[test]
fn the_sums_of_series_begin_with_what_the_ledger_has() {
    let mut store = ledger();
    let group = [record("r-1", DAY_MS, "shop", "gpt-4o"), record("r-2", DAY_MS, "desk", "gpt-4o")];
    now(write(&mut store, &group)).unwrap();
    store
        .connection
        .execute_batch(
            "DROP INDEX recorder_open; DROP INDEX recorder_closed; DROP INDEX recorder_lost;
             DROP INDEX request_by_trace; DROP INDEX audit_link_by_signature;
             ALTER TABLE audit_link DROP COLUMN signs; DROP TABLE usage_series;
             DELETE FROM schema_version WHERE version = 5;",
        )
        .unwrap();
    assert_eq!(now(migrate(&mut store, 6)), Ok(Migrated { from: 4, to: SCHEMA_VERSION }));
    now(write(&mut store, &[record("r-3", DAY_MS, "shop", "gpt-4o")])).unwrap();
    assert_eq!(store.integer("SELECT requests FROM usage_series"), 3);
    assert_eq!(store.integer("SELECT cost_nano_usd FROM usage_series"), 21_000);
}

#[test]
fn a_ledger_that_is_migrated_is_known_without_a_writer_s_lock() {
    let mut store = ledger();
    // The third statement would be that of a writer.
    store.fails_at = Some(2);
    let to = SCHEMA_VERSION;
    assert_eq!(now(migrate(&mut store, 6)), Ok(Migrated { from: to, to }));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// However records are grouped, doubled and ordered, and whichever group fails: the sums are those of the set.
    #[test]
    fn sums_do_not_depend_on_how_records_arrive(
        order in proptest::collection::vec((0u64..30, any::<bool>()), 1..80),
        size in 1usize..9,
    ) {
        let mut store = ledger();
        let all = |at: u64| {
            let mut record = record(&format!("r-{at}"), DAY_MS + at * 500_000, ["a", "b"][at as usize % 2], "gpt-4o");
            record.cost_nano_usd = Some(at * 7 + 7_000);
            record
        };
        for group in order.chunks(size) {
            store.fails_at = group[0].1.then_some(3);
            let records: Vec<_> = group.iter().map(|(at, _)| all(*at)).collect();
            if now(write(&mut store, &records)).is_err() {
                now(write(&mut store, &records)).unwrap();
            }
            store.fails_at = None;
        }
        let seen: std::collections::BTreeSet<u64> = order.iter().map(|(at, _)| *at).collect();
        let cost: u64 = seen.iter().map(|at| at * 7 + 7_000).sum();
        for grain in Grain::ALL {
            let table = grain.table();
            prop_assert_eq!(store.integer(&format!("SELECT SUM(requests) FROM {table}")), seen.len() as i64);
            prop_assert_eq!(store.integer(&format!("SELECT SUM(cost_nano_usd) FROM {table}")), cost as i64);
        }
        prop_assert_eq!(store.integer("SELECT SUM(requests) FROM usage_series"), seen.len() as i64);
        prop_assert_eq!(store.integer("SELECT SUM(cost_nano_usd) FROM usage_series"), cost as i64);
        prop_assert_eq!(store.integer("SELECT COUNT(*) FROM request"), seen.len() as i64);
    }
}
