//! The ledger is away, or is not this program's.

use super::{policies, with};
use postern_tests::ledger::Ledger;
use postern_tests::{Options, Stage, eventually, marker};
use serde_json::Value;
use std::path::Path;

/// A stage whose ledger is a file below `folder`.
fn stage(text: &str, folder: &Path) -> (Stage, tempfile::TempDir) {
    let file = folder.join("ledger.db");
    let runtime_config =
        format!("[sqlite_database.default]\ntype = \"spin\"\npath = \"{}\"\n", file.display());
    with(text, Options { runtime_config: Some(runtime_config), ..Options::default() })
}

async fn readiness(stage: &Stage) -> (u16, Value) {
    let answer = stage.gateway.call("GET", "/readyz").send().await;
    (answer.status, serde_json::from_str(answer.text()).unwrap())
}

/// A file where the ledger's folder should be: no one can write below it, not even root.
fn away() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("ledger");
    std::fs::write(&place, "").unwrap();
    (folder, place)
}

#[tokio::test]
async fn requests_are_served_and_their_records_wait() {
    let (_folder, place) = away();
    let (stage, _policies) = stage("[ledger]\ngroup_ms = 50\n", &place);
    let markers: Vec<_> = (0..5).map(|_| marker()).collect();
    for marker in &markers {
        let call = stage.ask("plain-model", marker).header("x-request-id", marker.as_str());
        assert_eq!(call.send().await.status, 200);
    }
    let log = || stage.gateway.log();
    eventually("the log says it", || log().contains("the ledger cannot be written").then_some(()))
        .await;
    let (status, body) = readiness(&stage).await;
    assert_eq!((status, &body["recorder"]["ledger"]), (200, &"down".into()), "{body}");
    std::fs::remove_file(&place).unwrap();
    for marker in &markers {
        eventually("the row", || {
            let rows = Ledger::at(&place.join("ledger.db"))?.rows(marker);
            (rows.len() == 1).then_some(())
        })
        .await;
    }
    eventually("the log says that, too", || {
        log().contains("the ledger is written again").then_some(())
    })
    .await;
}

#[tokio::test]
async fn what_the_queue_has_no_room_for_is_counted() {
    let (_folder, place) = away();
    let text = "[ledger]\ngroup_ms = 50\nqueue_records = 64\n";
    let (stage, _policies) = stage(text, &place);
    // More than the queues of a few instances have room for. Refusals are requests, too.
    for _ in 0..40 {
        let call = || stage.gateway.call("POST", "/v1/chat/completions").body("{}".to_owned());
        for answer in futures::future::join_all((0..32).map(|_| call().send())).await {
            assert_eq!(answer.status, 401, "{}", answer.text());
        }
    }
    assert_eq!(stage.ask("plain-model", &marker()).send().await.status, 200);
    eventually("the log says it", || {
        stage.gateway.log().contains("records are dropped").then_some(())
    })
    .await;
}

#[tokio::test]
async fn requests_are_refused_if_policy_says_so_until_the_store_is_back() {
    let (_folder, place) = away();
    let text = "[ledger]\nwhen_store_is_down = \"refuse\"\ngroup_ms = 50\n";
    let (stage, _policies) = stage(text, &place);
    let answer = stage.ask("plain-model", &marker()).send().await;
    assert_eq!(answer.refusal(), (503, "ledger_unavailable".to_owned()));
    assert_eq!(readiness(&stage).await.0, 503);
    std::fs::remove_file(&place).unwrap();
    let start = std::time::Instant::now();
    while stage.ask("plain-model", &marker()).send().await.status != 200 {
        assert!(start.elapsed() < postern_tests::PATIENCE);
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(readiness(&stage).await.0, 200);
}

#[tokio::test]
async fn a_newer_schema_is_refused_by_name_and_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ledger.db");
    let newer = rusqlite::Connection::open(&file).unwrap();
    newer
        .execute_batch(
            "CREATE TABLE schema_version (version BIGINT PRIMARY KEY, name TEXT NOT NULL, \
             digest TEXT NOT NULL, applied_ms BIGINT NOT NULL); \
             INSERT INTO schema_version VALUES (99, 'from_the_future', 'x', 0);",
        )
        .unwrap();
    drop(newer);
    let (stage, _policies) = stage("", folder.path());
    assert_eq!(readiness(&stage).await.0, 503);
    let log = stage.gateway.log();
    assert!(log.contains("from_the_future") && log.contains("schema 99"), "{log}");
    // Policy has the last word on requests.
    assert_eq!(stage.ask("plain-model", &marker()).send().await.status, 200);
    let tables = Ledger::at(&file).unwrap().texts("SELECT name FROM sqlite_master");
    assert!(tables.iter().all(|name| name.contains("schema_version")), "{tables:?}");
    drop(policies(""));
}
