//! What the store learns about ids, and what happens when it fails.

use super::setup::{Accounts, RESPONSES, Setup, next_turn, response};
use postern_tests::{Redis, eventually, marker};

fn start(redis: &Redis) -> Accounts {
    let url = redis.url();
    let runtime_config = format!("[key_value_store.default]\ntype = \"redis\"\nurl = \"{url}\"\n");
    Setup { runtime_config: Some(runtime_config), ..Setup::default() }.start()
}

fn command(redis: &Redis, words: &[&str]) -> Vec<Option<Vec<u8>>> {
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    redis.command(&words)
}

#[tokio::test]
async fn the_store_learns_neither_ids_nor_whose_they_are() {
    let redis = Redis::start();
    let accounts = start(&redis);
    let kept = accounts.handed_out("acme-shop", RESPONSES, response("keeps", false)).await;
    accounts.assert_may("acme-support", RESPONSES, next_turn("keeps", &kept)).await;
    let keys = command(&redis, &["KEYS", "*ids/*"]);
    let keys: Vec<String> =
        keys.into_iter().flatten().map(|key| String::from_utf8(key).unwrap()).collect();
    // The response, its conversation, two items, a container and a file, of two answers.
    assert_eq!(keys.len(), 12, "{keys:?}");
    for key in &keys {
        assert!(!key.contains(&kept) && !key.contains("acme"), "{key}");
        let value = command(&redis, &["GET", key]).remove(0).unwrap();
        assert!(value.iter().all(u8::is_ascii_digit), "{value:?}");
    }
}

#[tokio::test]
async fn an_answer_whose_ids_cannot_be_recorded_is_delivered_and_they_have_no_owner() {
    let redis = Redis::start();
    let accounts = start(&redis);
    let refuse_writes = |replicas: &str| {
        command(&redis, &["CONFIG", "SET", "min-replicas-to-write", replicas]);
    };
    refuse_writes("1");
    for stream in [false, true] {
        let marker = marker();
        let body = response("keeps", stream);
        let answer = accounts.call("acme-shop", RESPONSES, body, &marker).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let line = accounts.gateway.log_line(&marker).await;
        assert_eq!(line["outcome"], "complete", "{line}");
        assert!(line["ids_unbound"].as_str().unwrap().starts_with("key-value store"), "{line}");
        let (next, field) = (next_turn("keeps", &marker), "previous_response_id");
        accounts.assert_may_not("acme-shop", RESPONSES, next, field).await;
    }
    refuse_writes("0");
    let kept = accounts.handed_out("acme-shop", RESPONSES, response("keeps", false)).await;
    accounts.assert_may("acme-support", RESPONSES, next_turn("keeps", &kept)).await;
}

#[tokio::test]
async fn what_is_past_its_time_is_removed_part_by_part() {
    let redis = Redis::start();
    let mut accounts = start(&redis);
    accounts.handed_out("acme-shop", RESPONSES, response("keeps", false)).await;
    let names = || {
        let names = command(&redis, &["KEYS", "*ids/*"]).into_iter().flatten();
        names.map(|name| String::from_utf8(name).unwrap()).collect::<Vec<_>>()
    };
    let prefix = names()[0].split("ids/").next().unwrap().to_owned();
    // In each part one that has expired, and one that has not.
    for digit in "0123456789abcdef".chars() {
        command(&redis, &["SET", &format!("{prefix}ids/{digit}-past"), "1000000000"]);
        command(&redis, &["SET", &format!("{prefix}ids/{digit}-held"), "9000000000"]);
    }
    // The first sweep goes on after its request: what it writes must not stand after this.
    let is_swept = || command(&redis, &["KEYS", "*ids-swept"]).into_iter().flatten().next();
    eventually("the first sweep", is_swept).await;
    command(&redis, &["DEL", &format!("{prefix}ids-swept")]);
    accounts.gateway.crash_and_restart();
    accounts.handed_out("acme-shop", RESPONSES, response("keeps", false)).await;
    let ending = |end: &str| names().iter().filter(|name| name.ends_with(end)).count();
    eventually("a part is removed", || (ending("-past") == 15).then_some(())).await;
    assert_eq!(ending("-held"), 16);
    assert_eq!(names().len(), 15 + 16 + 12);
}
