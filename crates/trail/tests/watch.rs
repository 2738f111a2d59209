//! Anomalies in a ledger: evaluated as time passes, by any instance, and told once.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, missing_docs)]

mod support;

use postern_trail::admin::{AdminAnswer, AdminReply, Question, Signing, answer};
use postern_trail::ledger::write;
use postern_trail::questions::Scope;
use postern_trail::record::Record;
use postern_trail::watch::{Evaluated, UNITS, WatchPlan, delivered, due, evaluate, failed};
use support::{Sqlite, ledger, name, now, record};

/// 2026-01-05T00:00:00Z, a Monday.
const START_S: i64 = 1_767_571_200;
const HOUR_S: i64 = 3_600;

fn plan() -> WatchPlan {
    WatchPlan { bucket_s: HOUR_S, webhooks: vec!["on-call".to_owned(), "chat".to_owned()] }
}

/// Requests of an hour: shop has a daily rhythm, desk is steady.
fn hour(at: i64, shop: i64) -> Vec<Record> {
    let consumers = [("shop", shop), ("desk", 20 + (at * 7) % 3)];
    let mut records = Vec::new();
    for (consumer, count) in consumers {
        for each in 0..count {
            let unix_ms = ((START_S + at * HOUR_S) * 1_000 + each) as u64;
            let id = format!("{consumer}-{at}-{each}");
            records.push(record(&id, unix_ms, consumer, "gpt-4o"));
        }
    }
    records
}

fn usual(at: i64) -> i64 {
    40 + if (8..18).contains(&(at % 24)) { 30 } else { 0 } + (at * 5) % 7
}

fn filled(hours: i64, shop: impl Fn(i64) -> i64) -> Sqlite {
    let mut store = ledger();
    for at in 0..hours {
        now(write(&mut store, &hour(at, shop(at)))).unwrap();
    }
    store
}

/// Evaluates until there is nothing to do, as of so many hours after the start.
fn caught_up(store: &mut Sqlite, hours: i64) -> Evaluated {
    let mut all = Evaluated::default();
    loop {
        let now_s = START_S + hours * HOUR_S + 600;
        let done = now(evaluate(store, &plan(), now_s, 3)).unwrap();
        assert!(done.steps <= 3);
        all.opened += done.opened;
        all.closed += done.closed;
        all.notices += done.notices;
        all.steps += done.steps;
        if done.is_up_to_date {
            return all;
        }
    }
}

fn question<'q>(query: &'q str, scope: &'q Scope, watch: Option<&'q WatchPlan>) -> Question<'q> {
    let (method, path, body, actor) = ("GET", "anomalies", "", "ops");
    let (unix_ms, random, signing) = (0, 7, Signing::Off);
    Question { method, path, query, body, actor, scope, unix_ms, watch, random, signing }
}

fn answered(store: &mut Sqlite, question: &Question<'_>) -> AdminAnswer {
    match now(answer(store, question)).unwrap() {
        AdminReply::Answer(answer) => answer,
        AdminReply::Sign(unsigned) => panic!("{unsigned:?}"),
    }
}

fn anomalies(store: &mut Sqlite, query: &str) -> serde_json::Value {
    let answer = answered(store, &question(query, &Scope::All, None));
    assert_eq!(answer.status, 200, "{}", answer.body);
    serde_json::from_str::<serde_json::Value>(&answer.body).unwrap()["anomalies"].clone()
}

#[test]
fn a_spike_is_found_explained_told_once_and_closed() {
    // Three weeks as usual, then three hours of ten times as much.
    let mut store = filled(550, |at| if (504..507).contains(&at) { 700 } else { usual(at) });
    let history = caught_up(&mut store, 504);
    assert_eq!(history.notices, 0, "what is past is no news");
    assert!(now(due(&mut store, i64::MAX, 9)).unwrap().is_empty());
    let found = caught_up(&mut store, 505);
    assert!(found.opened >= 2, "{found:?}");
    assert_eq!(found.notices, 2, "one message a webhook: {found:?}");
    let open = anomalies(&mut store, "state=open&metric=requests&dimension=consumer&value=shop");
    let finding = &open[0];
    assert_eq!(finding["since"], "2026-01-26T00:00:00Z", "{open}");
    assert_eq!(finding["until"], serde_json::Value::Null);
    assert_eq!(finding["seen"], 700.0);
    assert!(finding["expected"].as_f64().unwrap() < 100.0, "{finding}");
    assert_eq!(finding["contributors"]["model"][0]["of"], "gpt-4o");
    let text = finding["text"].as_str().unwrap();
    assert!(text.starts_with("spike: requests of consumer shop are 700, expected"), "{text}");
    // The same time again, by another instance: nothing new.
    assert_eq!(caught_up(&mut store, 505).steps, 0);
    let over = caught_up(&mut store, 550);
    assert!(over.closed >= found.opened, "{over:?}");
    assert!(anomalies(&mut store, "state=open&value=shop").as_array().unwrap().is_empty());
    assert!(!anomalies(&mut store, "state=closed&value=shop").as_array().unwrap().is_empty());
    let none = anomalies(&mut store, "value=shop&to=2026-01-20");
    assert!(none.as_array().unwrap().is_empty(), "{none}");
}

#[test]
fn a_gateway_that_was_away_finds_its_silence() {
    let mut store = filled(504, usual);
    caught_up(&mut store, 504);
    // There was no request for a day, so that nothing was written.
    let found = caught_up(&mut store, 528);
    assert!(found.opened >= 1 && found.notices >= 2, "{found:?}");
    let found = anomalies(&mut store, "metric=requests&dimension=consumer&value=shop");
    assert_eq!(found[0]["shape"], "silence", "{found}");
}

#[test]
fn steps_are_bounded_and_one_that_fails_changes_nothing() {
    let mut store = filled(48, usual);
    let now_s = START_S + 48 * HOUR_S + 600;
    let done = now(evaluate(&mut store, &plan(), now_s, 1)).unwrap();
    assert!(done.steps == 1 && !done.is_up_to_date);
    let units = |store: &mut Sqlite| store.integer("SELECT COUNT(*) FROM anomaly_unit");
    let series = |store: &mut Sqlite| store.integer("SELECT COUNT(*) FROM anomaly_series");
    assert_eq!((units(&mut store), series(&mut store)), (1, 2));
    for at in 1..12 {
        store.fails_at = Some(at);
        if now(evaluate(&mut store, &plan(), now_s, 1)).is_ok() {
            break;
        }
        assert_eq!(units(&mut store), 1, "statement {at}");
    }
    store.fails_at = None;
    let done = caught_up(&mut store, 48);
    assert!(done.steps <= UNITS.len() * 2, "{done:?}");
    // A bucket whose end is not long past is not closed.
    assert_eq!(now(evaluate(&mut store, &plan(), now_s, 99)).unwrap().steps, 0);
    let empty = now(evaluate(&mut ledger(), &plan(), now_s, 99)).unwrap();
    assert!(empty.is_up_to_date && empty.steps == 0);
}

#[test]
fn a_message_is_claimed_sent_again_and_given_up() {
    let mut store = filled(505, |at| if at == 504 { 700 } else { usual(at) });
    caught_up(&mut store, 504);
    caught_up(&mut store, 505);
    let at_ms = (START_S + 505 * HOUR_S) * 1_000;
    let first = now(due(&mut store, at_ms, 9)).unwrap();
    assert_eq!(first.len(), 2);
    assert!(first[0].body.contains("opened"), "{}", first[0].body);
    assert!(now(due(&mut store, at_ms, 9)).unwrap().is_empty(), "another instance has them");
    now(delivered(&mut store, &first[0].id, &first[0].webhook)).unwrap();
    let (id, webhook) = (&first[1].id, &first[1].webhook);
    let (mut at_ms, mut waits) = (at_ms, Vec::new());
    while now(failed(&mut store, id, webhook, at_ms)).unwrap() {
        let before = at_ms;
        while now(due(&mut store, at_ms, 9)).unwrap().is_empty() {
            at_ms += 5_000;
        }
        waits.push((at_ms - before) / 1_000);
    }
    assert_eq!(waits, [5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400]);
    assert!(now(due(&mut store, i64::MAX, 9)).unwrap().is_empty());
}

#[test]
fn findings_are_for_administrators_of_everything() {
    let (mut store, plan) = (ledger(), plan());
    let scope = Scope::Tenant(name("acme"));
    for (method, path, scope, watch, status) in [
        ("GET", "anomalies", &Scope::All, Some(&plan), 200),
        ("POST", "anomalies/evaluate", &Scope::All, Some(&plan), 200),
        ("POST", "anomalies/evaluate", &Scope::All, None, 409),
        ("GET", "anomalies/evaluate", &Scope::All, Some(&plan), 405),
        ("GET", "anomalies", &scope, Some(&plan), 403),
        ("POST", "anomalies/evaluate", &scope, Some(&plan), 403),
    ] {
        let question = Question { method, path, ..question("", scope, watch) };
        let answer = answered(&mut store, &question);
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.body);
    }
    for query in ["state=new", "metric=cost", "dimension=tenant", "from=yesterday", "x=1"] {
        let answer = answered(&mut store, &question(query, &Scope::All, None));
        assert_eq!(answer.status, 400, "{query}");
    }
}

#[test]
fn buckets_of_another_length_are_learned_anew_and_close_what_is_open() {
    let mut store = filled(24 * 10, usual);
    caught_up(&mut store, 24 * 10);
    let insert = "INSERT INTO anomaly VALUES ('open', 'requests consumer', 'shop', 0, NULL, '{}')";
    store.connection.execute(insert, []).unwrap();
    let quarters = WatchPlan { bucket_s: 900, ..plan() };
    let now_s = START_S + 24 * 10 * HOUR_S + 600;
    let mut notices = 0;
    loop {
        let done = now(evaluate(&mut store, &quarters, now_s, 3)).unwrap();
        notices += done.notices;
        if done.is_up_to_date {
            break;
        }
    }
    let of = |unit: &str| format!("SELECT COUNT(*) FROM anomaly_series WHERE unit = '{unit}'");
    assert_eq!(store.integer(&of("requests consumer")), 2);
    assert_eq!(store.integer(&of("requests consumer 900")), 2);
    assert_eq!(store.integer("SELECT COUNT(*) FROM anomaly WHERE closed_s IS NULL"), 0);
    assert!(notices <= 2, "the past is no news: {notices}");
}
