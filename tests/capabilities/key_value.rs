//! `spin:key-value` and `wasi:keyvalue`, on a SQLite file and on a real Redis.

use crate::probe::{ok, on_redis, on_sqlite, refused, report};
use postern_tests::{Gateway, Redis};
use serde_json::{Value, json};

async fn keeps_what_it_is_given(host: &Gateway) {
    let binary = [0, 159, 146, 255];
    let expected = json!({
        "get_before": ok(Value::Null),
        "exists_before": ok(false),
        "delete_before": ok(Value::Null),
        "set": ok(Value::Null),
        "set_empty": ok(Value::Null),
        "get": ok(binary.to_vec()),
        "get_empty": { "ok": [] },
        "exists": ok(true),
        "keys": ok(vec!["binary", "empty"]),
        "overwrite": ok(Value::Null),
        "get_overwritten": ok(vec![1]),
        "delete": ok(Value::Null),
        "exists_after": ok(false),
        "keys_after": ok(vec!["empty"]),
    });
    assert_eq!(report(host, "/granted/key-value").await, expected);
}

async fn keeps_what_it_is_given_through_wasi(host: &Gateway) {
    let expected = json!({
        "get_before": ok(Value::Null),
        "set": ok(Value::Null),
        "get": ok(vec![0]),
        "exists": ok(true),
        "set_many": ok(Value::Null),
        // As in Spin, a missing key is left out.
        "get_many": { "ok": [["b", [2]], ["a", [1, 255]]] },
        "keys": ok(vec!["a", "b"]),
        "delete": ok(Value::Null),
        "exists_after": ok(false),
        "delete_many": ok(Value::Null),
        "keys_after": { "ok": [] },
    });
    assert_eq!(report(host, "/granted/buckets").await, expected);
}

#[tokio::test]
async fn a_file_keeps_what_it_is_given() {
    keeps_what_it_is_given(&on_sqlite()).await;
    keeps_what_it_is_given_through_wasi(&on_sqlite()).await;
}

#[tokio::test]
async fn a_redis_keeps_what_it_is_given() {
    let redis = Redis::start();
    keeps_what_it_is_given(&on_redis(&redis)).await;
    let redis = Redis::start();
    keeps_what_it_is_given_through_wasi(&on_redis(&redis)).await;
}

#[tokio::test]
async fn a_store_that_is_not_granted_is_not_opened() {
    let (redis, sqlite) = (Redis::start(), on_sqlite());
    for host in [&sqlite, &on_redis(&redis)] {
        for capability in ["key-value", "buckets", "counters"] {
            let denied = refused("Error::AccessDenied");
            assert_eq!(report(host, &format!("/denied/{capability}")).await, denied);
            assert_eq!(report(host, &format!("/granted/{capability}?other")).await, denied);
        }
    }
}
