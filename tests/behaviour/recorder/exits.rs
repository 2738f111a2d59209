//! Every way in which a request ends leaves one row, which says so.

use postern_tests::ledger::{Ledger, Row, row};
use postern_tests::{Stage, marker, shared};
use serde_json::Value;
use std::collections::BTreeSet;

/// The ways in which requests end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Exit {
    Whole,
    Stream,
    Sandbox,
    List,
    NoCredential,
    WrongPath,
    WrongMethod,
    NotJson,
    UnknownModel,
    NotAllowed,
    RefusedByVendor,
    AllFail,
    Fallback,
    CutBeforeItsHead,
    Cut,
    ErrorInItsStream,
    ClientGone,
    TimedOut,
}

/// What its row says: the outcome, the status, the kind of its fault, who is at fault, and the ends of its attempts.
struct Left {
    exit: Exit,
    outcome: &'static str,
    status: u64,
    fault: Option<(&'static str, &'static str)>,
    attempts: &'static [&'static str],
    /// The tokens of its answer are known.
    tokens: bool,
}

const fn left(
    exit: Exit,
    outcome: &'static str,
    status: u64,
    fault: Option<(&'static str, &'static str)>,
    attempts: &'static [&'static str],
    tokens: bool,
) -> Left {
    Left { exit, outcome, status, fault, attempts, tokens }
}

const GOOD: &[&str] = &["answered"];

const TABLE: [Left; 18] = [
    left(Exit::Whole, "complete", 200, None, GOOD, true),
    left(Exit::Stream, "complete", 200, None, GOOD, true),
    left(Exit::Sandbox, "complete", 200, None, GOOD, true),
    left(Exit::List, "complete", 200, None, &[], false),
    left(Exit::NoCredential, "refused", 401, Some(("unauthenticated", "caller")), &[], false),
    left(Exit::WrongPath, "refused", 404, Some(("invalid_request", "caller")), &[], false),
    left(Exit::WrongMethod, "refused", 405, Some(("invalid_request", "caller")), &[], false),
    left(Exit::NotJson, "refused", 400, Some(("invalid_request", "caller")), &[], false),
    left(Exit::UnknownModel, "refused", 404, Some(("model_not_found", "caller")), &[], false),
    left(Exit::NotAllowed, "refused", 404, Some(("model_not_found", "caller")), &[], false),
    left(
        Exit::RefusedByVendor,
        "refused",
        400,
        Some(("invalid_request", "caller")),
        &["failed"],
        false,
    ),
    left(
        Exit::AllFail,
        "refused",
        429,
        Some(("rate_limited", "vendor")),
        &["failed", "failed"],
        false,
    ),
    left(Exit::Fallback, "complete", 200, None, &["failed", "failed", "answered"], true),
    left(
        Exit::CutBeforeItsHead,
        "refused",
        502,
        Some(("upstream_invalid", "vendor")),
        &["failed"],
        false,
    ),
    left(Exit::Cut, "cut", 200, Some(("upstream_invalid", "vendor")), &["failed"], true),
    left(
        Exit::ErrorInItsStream,
        "cut",
        200,
        Some(("upstream_failed", "vendor")),
        &["failed"],
        true,
    ),
    left(Exit::ClientGone, "client_gone", 200, None, GOOD, true),
    left(Exit::TimedOut, "refused", 504, Some(("upstream_timeout", "vendor")), &["failed"], false),
];

/// A request that ends so.
async fn ends(stage: &Stage, exit: Exit, marker: &str) {
    let ask = |model| stage.ask(model, marker);
    let call = match exit {
        Exit::Whole => ask("plain-model"),
        Exit::Stream => stage.ask_streamed("plain-model", marker),
        Exit::Sandbox => ask("sandbox"),
        Exit::List => stage.call("GET", "/v1/models"),
        Exit::NoCredential => {
            stage.gateway.call("POST", "/v1/chat/completions").body("{}".to_owned())
        }
        Exit::WrongPath => stage.call("POST", "/v1/no-such-path").body("{}".to_owned()),
        Exit::WrongMethod => stage.call("GET", "/v1/chat/completions"),
        Exit::NotJson => stage.chat_text("{"),
        Exit::UnknownModel => ask("no-such-model"),
        Exit::NotAllowed => {
            let body = postern_tests::stage::question("secret-model", marker).to_string();
            let call = stage.gateway.call("POST", "/v1/chat/completions");
            call.key(stage.restricted_key.expose()).body(body)
        }
        Exit::RefusedByVendor => ask("error-400"),
        Exit::AllFail => ask("all-fail"),
        Exit::Fallback => ask("first-fails"),
        Exit::CutBeforeItsHead => ask("cut"),
        Exit::Cut => stage.ask_streamed("cut", marker),
        Exit::ErrorInItsStream => stage.ask_streamed("error-midstream", marker),
        Exit::ClientGone => {
            stage.upstream.release(marker, 2);
            let call = stage.ask_streamed("stepped", marker).header("x-request-id", marker);
            let mut stream = call.open().await;
            stream.read_events(2).await;
            drop(stream);
            // What is sent before the gateway sees that would be an answer that its client has.
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            stage.upstream.release(marker, 100);
            return;
        }
        Exit::TimedOut => ask("silent"),
    };
    call.header("x-request-id", marker).send().await;
}

fn word<'r>(record: &'r Value, path: &str) -> Option<&'r str> {
    record.pointer(path).and_then(Value::as_str)
}

fn check(left: &Left, row: &Row) {
    let Left { exit, outcome, status, fault, attempts, tokens } = left;
    let record = &row.record;
    assert_eq!(row.outcome, *outcome, "{exit:?}: {record}");
    assert_eq!(record["status"], *status, "{exit:?}: {record}");
    let said = word(record, "/fault/kind").zip(word(record, "/fault/party"));
    assert_eq!(said, *fault, "{exit:?}: {record}");
    let tried = record["attempts"].as_array().into_iter().flatten();
    let tried: Vec<_> = tried.filter_map(|attempt| attempt["outcome"].as_str()).collect();
    assert_eq!(tried, *attempts, "{exit:?}: {record}");
    assert_eq!(record["tokens"].is_object(), *tokens, "{exit:?}: {record}");
    let is_known = record["caller"].is_object();
    let is_before = matches!(exit, Exit::NoCredential | Exit::WrongPath | Exit::WrongMethod);
    assert_eq!(is_known, !is_before, "{exit:?}: {record}");
    assert!(record["stages"].as_array().is_none_or(|stages| !stages.is_empty()), "{record}");
}

#[tokio::test]
async fn every_end_has_one_row() {
    let stage = shared();
    let exits: BTreeSet<_> = TABLE.iter().map(|left| left.exit).collect();
    assert_eq!(exits.len(), TABLE.len(), "each once");
    for left in &TABLE {
        let marker = marker();
        ends(stage, left.exit, &marker).await;
        let row = row(&stage.gateway, &marker).await;
        check(left, &row);
        assert!(row.id.starts_with(&format!("{marker}~")), "{}", row.id);
    }
}

#[tokio::test]
async fn attempts_are_rows_below_their_request() {
    let (stage, marker) = (shared(), marker());
    stage.ask("first-fails", &marker).header("x-request-id", marker.as_str()).send().await;
    let row = row(&stage.gateway, &marker).await;
    let ledger = Ledger::of(&stage.gateway).unwrap();
    let rows = ledger.texts(&format!(
        "SELECT ordinal || ' ' || deployment || ' ' || outcome || ' ' || status FROM attempt \
         WHERE request_id = '{}' ORDER BY ordinal",
        row.id
    ));
    let expected = [
        "0 vendor/error-500 failed 500",
        "1 vendor/error-503 failed 503",
        "2 vendor/plain answered 200",
    ];
    assert_eq!(rows, expected);
}

/// A client that reuses an id cannot hide what it uses.
#[tokio::test]
async fn an_id_that_a_client_chooses_twice_has_two_rows() {
    let (stage, marker) = (shared(), marker());
    for _ in 0..2 {
        stage.ask("plain-model", &marker).header("x-request-id", marker.as_str()).send().await;
    }
    postern_tests::eventually("two rows", || {
        let rows = Ledger::of(&stage.gateway)?.rows(&marker);
        (rows.len() == 2).then_some(())
    })
    .await;
}

#[tokio::test]
async fn probes_have_no_row_and_nothing_has_content() {
    let (stage, marker) = (shared(), marker());
    for path in ["/healthz", "/readyz", "/"] {
        let call = stage.gateway.call("GET", path).header("x-request-id", marker.as_str());
        assert_eq!(call.send().await.status, 200, "{path}");
    }
    let other = postern_tests::marker();
    let question = format!("My name is Ann {marker}");
    let body = serde_json::json!({
        "model": question, "messages": [{ "role": "user", "content": question }], "user": question,
    });
    stage.chat(&body).header("x-request-id", other.as_str()).send().await;
    let row = row(&stage.gateway, &other).await;
    let text = row.record.to_string();
    assert!(!text.contains("Ann") && !text.contains(&marker), "{text}");
    assert_eq!(row.record["requested_model"], "(not a name)");
    assert!(Ledger::of(&stage.gateway).unwrap().rows(&marker).is_empty());
}
