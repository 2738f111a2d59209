//! A process that is killed takes with it at most what waited, and that is counted.

use super::stage;
use postern_tests::ledger::Ledger;
use postern_tests::{Stage, eventually, marker};
use std::collections::BTreeSet;
use std::time::Duration;

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// A group's time, so short that the test need not wait long for instances to be missed.
const POLICY: &str = "[ledger]\ngroup_ms = 200\n";

/// The ids of the requests that the log has a line of.
fn logged(stage: &Stage) -> BTreeSet<String> {
    let log = stage.gateway.log();
    let lines = log.lines().filter_map(|line| serde_json::from_str(line).ok());
    let ids = lines.filter_map(|line: serde_json::Value| {
        line["model"].is_string().then(|| line["request_id"].as_str().map(str::to_owned))?
    });
    ids.collect()
}

/// Kills the process so many times under load, and checks what is left.
async fn kills(times: u64) {
    let (mut stage, _policies) = stage(POLICY);
    let mut random = SEED;
    for _ in 0..times {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let wait = Duration::from_millis(50 + random % 700);
        let load = async {
            loop {
                let calls = (0..8).map(|_| stage.ask("plain-model", &marker()).send());
                futures::future::join_all(calls).await;
            }
        };
        // The load stops first: a client whose gateway dies would fail the test.
        let _ = tokio::time::timeout(wait, load).await;
        stage.gateway.crash_and_restart();
    }
    let before = logged(&stage);
    // The instances that were killed are silent now.
    tokio::time::sleep(Duration::from_secs(6)).await;
    let last = marker();
    stage.ask("plain-model", &last).header("x-request-id", last.as_str()).send().await;
    eventually("no instance is open", || {
        let ledger = Ledger::of(&stage.gateway)?;
        let is_done = ledger.number("SELECT COUNT(*) FROM recorder WHERE is_open = 1") == 0;
        (is_done && ledger.rows(&last).len() == 1).then_some(())
    })
    .await;
    let ledger = Ledger::of(&stage.gateway).unwrap();
    let rows: BTreeSet<_> = ledger.texts("SELECT request_id FROM request").into_iter().collect();
    assert_eq!(rows.len() as i64, ledger.number("SELECT COUNT(*) FROM request"), "none twice");
    let missing = before.iter().filter(|id| !rows.contains(*id)).count();
    let lost = ledger.number("SELECT SUM(lost) FROM recorder");
    assert!(missing as i64 <= lost, "{missing} of {} are missing, {lost} counted", before.len());
    assert_eq!(
        ledger.number("SELECT SUM(requests) FROM usage_total"),
        rows.len() as i64,
        "sums count each row once"
    );
    if lost > 0 {
        assert!(stage.gateway.log().contains("ended before it had written its records"));
    }
}

#[tokio::test]
async fn a_killed_process_loses_what_waited_and_it_is_counted() {
    kills(5).await;
}

/// As often as the issue asks for: `cargo test --test behaviour -- --ignored fifty`.
#[tokio::test]
#[ignore = "takes minutes"]
async fn fifty_kills_lose_what_waited_and_it_is_counted() {
    kills(50).await;
}
