//! `wasi:keyvalue/atomics`, on a SQLite file and on a real Redis.

use crate::probe::{error_text, ok, on_file, on_redis, on_sqlite, report};
use postern_tests::{Gateway, Redis};
use serde_json::{Value, json};

/// The requests to each host: more than the concurrent ones of one instance (16), so that several count in the same
/// store.
const REQUESTS: usize = 32;

/// The probe's additions per request.
const TIMES: usize = 20;

async fn counts_and_swaps(host: &Gateway) {
    let mut seen = report(host, "/granted/counters").await;
    for failed in ["beyond_the_range", "text"] {
        let text = error_text(&seen[failed]);
        assert!(text.starts_with("Error::Other("), "{failed}: {text}");
        seen.as_object_mut().unwrap().remove(failed);
    }
    let expected = json!({
        "by_zero_from_nothing": ok(0),
        "by_five": ok(5),
        "by_minus_seven": ok(-2),
        "by_zero": ok(-2),
        "after_the_range": ok(-2),
        "set_text": ok(Value::Null),
        "text_after": ok(b"no counter".to_vec()),
        "swap_unseen": { "current": null, "swapped": "ok" },
        "swap_seen": { "current": b"one", "swapped": "ok" },
        "swap_overtaken": { "current": b"two", "swapped": { "failed": ok(b"three".to_vec()) } },
        "swapped": ok(b"three".to_vec()),
    });
    assert_eq!(seen, expected);
}

/// The values that concurrent requests to all hosts got.
async fn at_once(hosts: &[Gateway; 2], path: &str) -> Vec<u64> {
    let calls: Vec<_> = (0..REQUESTS)
        .flat_map(|_| hosts.each_ref().map(|host| tokio::spawn(host.call("GET", path).send())))
        .collect();
    let mut values = Vec::new();
    for call in calls {
        let answer = call.await.unwrap().json();
        let got = answer["ok"].as_array().unwrap_or_else(|| panic!("{answer}"));
        values.extend(got.iter().map(|value| value.as_u64().unwrap()));
    }
    values.sort_unstable();
    values
}

/// No two requests get the same count, and none is lost.
async fn count_exactly(hosts: [Gateway; 2]) {
    for path in ["/granted/increment?requests", "/granted/swap?swaps"] {
        let values = at_once(&hosts, path).await;
        let all = REQUESTS * hosts.len() * TIMES;
        assert_eq!(values, (1..=all as u64).collect::<Vec<_>>(), "{path}");
    }
}

#[tokio::test]
async fn a_file_counts_and_swaps() {
    counts_and_swaps(&on_sqlite()).await;
}

#[tokio::test]
async fn a_redis_counts_and_swaps() {
    let redis = Redis::start();
    counts_and_swaps(&on_redis(&redis)).await;
}

#[tokio::test]
async fn two_hosts_count_exactly_in_one_file_however_many_requests_do_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("counters.db");
    count_exactly([on_file(&file), on_file(&file)]).await;
}

#[tokio::test]
async fn two_hosts_count_exactly_on_one_redis_however_many_requests_do_at_once() {
    let redis = Redis::start();
    count_exactly([on_redis(&redis), on_redis(&redis)]).await;
}
