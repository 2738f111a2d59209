//! When rows are written.

use super::stage;
use postern_tests::ledger::{Ledger, row};
use postern_tests::{eventually, marker};
use std::time::Duration;

/// So long that a test would not wait for it.
const SLOW: &str = "[ledger]\ngroup_ms = 10_000\n";

#[tokio::test]
async fn a_drain_writes_what_waits() {
    let (mut stage, _policies) = stage("[ledger]\ngroup_ms = 3_000\n");
    let marker = marker();
    stage.ask("plain-model", &marker).header("x-request-id", marker.as_str()).send().await;
    assert!(Ledger::of(&stage.gateway).is_none_or(|ledger| ledger.rows(&marker).is_empty()));
    stage.gateway.terminate();
    assert_eq!(stage.gateway.ended().await.code(), Some(0));
    assert_eq!(Ledger::of(&stage.gateway).unwrap().rows(&marker).len(), 1);
}

#[tokio::test]
async fn a_full_group_does_not_wait() {
    let (stage, _policies) = stage(&format!("{SLOW}group_records = 4\n"));
    let marker = marker();
    let calls = (0..4)
        .map(|_| stage.ask("plain-model", &marker).header("x-request-id", marker.as_str()).send());
    let start = std::time::Instant::now();
    futures::future::join_all(calls).await;
    eventually("all four", || {
        let rows = Ledger::of(&stage.gateway)?.rows(&marker);
        (rows.len() == 4).then_some(())
    })
    .await;
    // Instances share a group's requests; where all came to one, it is written at once.
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[tokio::test]
async fn a_synchronous_row_is_there_before_the_last_byte() {
    let (stage, _policies) = stage(&format!("{SLOW}synchronous = true\n"));
    for streamed in [false, true] {
        for _ in 0..5 {
            let marker = marker();
            let call = match streamed {
                false => stage.ask("plain-model", &marker),
                true => stage.ask_streamed("plain-model", &marker),
            };
            let answer = call.header("x-request-id", marker.as_str()).send().await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let rows = Ledger::of(&stage.gateway).unwrap().rows(&marker);
            assert_eq!(rows.len(), 1, "streamed: {streamed}");
            assert_eq!(rows[0].outcome, "complete");
            assert!(rows[0].record["tokens"].is_object(), "{}", rows[0].record);
            assert!(rows[0].record["response_bytes"].as_u64() > Some(0), "{}", rows[0].record);
        }
    }
    // A refusal, too.
    let marker = marker();
    let call = stage.ask("no-such-model", &marker).header("x-request-id", marker.as_str());
    assert_eq!(call.send().await.status, 404);
    assert_eq!(Ledger::of(&stage.gateway).unwrap().rows(&marker)[0].outcome, "refused");
}

#[tokio::test]
async fn without_a_ledger_the_log_has_the_line_alone() {
    let (stage, _policies) = stage("[ledger]\nstore = \"none\"\n");
    let marker = marker();
    stage.ask("plain-model", &marker).header("x-request-id", marker.as_str()).send().await;
    assert_eq!(stage.gateway.log_line(&marker).await["outcome"], "complete");
    assert!(Ledger::of(&stage.gateway).is_none_or(|ledger| ledger.rows(&marker).is_empty()));
    assert_eq!(stage.gateway.call("GET", "/readyz").send().await.status, 200);
}

#[tokio::test]
async fn old_rows_are_swept() {
    let (stage, _policies) = stage("[retention]\nrequests_days = 1\n");
    let (first, second) = (marker(), marker());
    stage.ask("plain-model", &first).header("x-request-id", first.as_str()).send().await;
    row(&stage.gateway, &first).await;
    let file = rusqlite::Connection::open(stage.gateway.state().join("sqlite_db.db")).unwrap();
    file.busy_timeout(postern_tests::PATIENCE).unwrap();
    let aged = "UPDATE request SET started_ms = started_ms - 200000000";
    assert_eq!(file.execute(aged, []).unwrap(), 1);
    drop(file);
    // Each instance looks at its first group.
    let mut stage = stage;
    stage.gateway.crash_and_restart();
    stage.ask("plain-model", &second).header("x-request-id", second.as_str()).send().await;
    row(&stage.gateway, &second).await;
    eventually("the old row is gone", || {
        Ledger::of(&stage.gateway)?.rows(&first).is_empty().then_some(())
    })
    .await;
}
