//! The ledger in a real PostgreSQL, by the component `recorder-postgres` and the host's `spin:postgres`.

use super::with;
use postern_postgres_server::PostgresServer;
use postern_tests::{Options, eventually, manifest, marker};
use std::process::Command;

/// What `psql` says to a statement.
fn asked(server: &PostgresServer, statement: &str) -> String {
    let output = Command::new("psql").args(["-qAtXc", statement, &server.url()]).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[tokio::test]
#[ignore = "needs a PostgreSQL: `cargo xtask test postgres`"]
async fn postgres_has_one_row_a_request_of_two_gateways() {
    let server = PostgresServer::start().unwrap();
    let manifest = manifest::recording_in_postgres(&server.origin(), &server.url());
    let options = || Options { manifest: Some(manifest.clone()), ..Options::default() };
    let stages = [with("[ledger]\ngroup_ms = 200\n", options()), with("", options())];
    let calls = (0..40).map(|n| stages[n % 2].0.ask("first-fails", &marker()).send());
    for answer in futures::future::join_all(calls).await {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    eventually("all rows", || {
        (asked(&server, "SELECT COUNT(*) FROM request") == "40").then_some(())
    })
    .await;
    assert_eq!(asked(&server, "SELECT COUNT(*) FROM attempt"), "120");
    assert_eq!(asked(&server, "SELECT SUM(requests) FROM usage_total"), "40");
    assert_eq!(asked(&server, "SELECT COUNT(*) FROM schema_version"), "2");
    for (stage, _) in &stages {
        let ready = stage.gateway.call("GET", "/readyz").send().await;
        assert_eq!(ready.status, 200, "{}", ready.text());
        assert!(!stage.gateway.log().contains("cannot be written"), "{}", stage.gateway.log());
    }
}
