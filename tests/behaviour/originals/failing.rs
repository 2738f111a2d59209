//! Time, keys and stores that end a conversation.

use super::setup::{CHAT, RESPONSES, Setup, Turn, turn};
use super::{ANNA, ORIGINALS};
use postern_tests::{Redis, eventually, marker};
use serde_json::json;

#[tokio::test]
async fn what_has_expired_is_not_there() {
    let conversing = Setup::default().start();
    let name = marker();
    let more = [("user", json!(name))];
    let of = |said| Turn { more: &more, header: Some(&name), ..turn(CHAT, said) };
    conversing.say(of(ANNA)).await;
    let kept = conversing.kept().remove(0);
    let record = String::from_utf8(conversing.gateway.key_value(&kept).unwrap()).unwrap();
    let (until, sealed) = record.split_once(' ').unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let left_s = until.parse::<u64>().unwrap() - now.as_secs();
    assert!((86_300..=86_400).contains(&left_s), "{left_s}");
    conversing.gateway.set_key_value(&kept, format!("1000000000 {sealed}").as_bytes());
    let (said, _) = conversing.say(of("Who am I?")).await;
    assert!(said.contains("anon001@example.com") && !said.contains("Anna"), "{said}");
}

#[tokio::test]
async fn what_was_sealed_with_another_key_or_for_another_conversation_is_refused() {
    let redis = Redis::start();
    let conversing = Setup { store: Some(&redis), ..Setup::default() }.start();
    let (name, second) = (marker(), marker());
    let of = |name| Turn { header: Some(name), ..turn(CHAT, ANNA) };
    conversing.say(of(&name)).await;
    let first_record = conversing.kept().remove(0);
    conversing.say(of(&second)).await;
    let records = conversing.kept();
    let second_record = records.iter().find(|record| **record != first_record).unwrap();
    let sealed = conversing.gateway.key_value(&first_record).unwrap();
    conversing.gateway.set_key_value(second_record, &sealed);
    let key = super::setup::KEY.replace('b', "c");
    let other = Setup { store: Some(&redis), key: &key, ..Setup::default() }.start();
    for (gateway, name) in [(&conversing, &second), (&other, &name)] {
        let turn = Turn { said: "Who am I?", ..of(name) };
        let (answer, id) = gateway.sent(&turn).await;
        assert_eq!(answer.refusal(), (400, "conversation_expired".to_owned()));
        assert!(gateway.vendor.requests("Who am I?").is_empty());
        let line = gateway.gateway.log_line(&id).await.to_string();
        assert!(line.contains("another key") && !line.contains(name.as_str()), "{line}");
    }
    // The key's own conversations go on.
    conversing.say(of(&name)).await;
    let third = marker();
    other.say(of(&third)).await;
}

#[tokio::test]
async fn without_a_key_the_gateway_is_not_ready_and_keeps_nothing() {
    for (key, why) in [("", "is empty"), ("hunter2hunter2", "is not 32 bytes")] {
        let conversing = Setup { key, ..Setup::default() }.start();
        let ready = conversing.gateway.call("GET", "/readyz").send().await;
        assert_eq!(ready.status, 503, "{}", ready.text());
        eventually("the reason", || {
            let log = conversing.gateway.log();
            (log.contains("guardrail_key") && log.contains(why) && log.contains("openssl rand"))
                .then_some(())
        })
        .await;
        let name = marker();
        for needs in [
            Turn { header: Some(&name), ..turn(CHAT, ANNA) },
            turn(RESPONSES, ANNA),
            Turn { stream: true, ..turn(RESPONSES, ANNA) },
        ] {
            let (answer, _) = conversing.sent(&needs).await;
            assert_eq!(answer.refusal(), (503, "originals_unavailable".to_owned()));
        }
        assert!(conversing.vendor.requests("").is_empty());
        // What needs no key is answered.
        let hello = Turn { header: Some(&name), ..turn(CHAT, "hello") };
        for other in [hello, turn(RESPONSES, "hello"), turn(CHAT, ANNA)] {
            conversing.say(other).await;
        }
        let log = conversing.gateway.log();
        assert!(!log.contains("hunter2"), "{log}");
        assert!(ORIGINALS.iter().all(|original| !log.contains(original)), "{log}");
    }
}

#[tokio::test]
async fn an_answer_whose_originals_cannot_be_kept_does_not_leave() {
    let redis = Redis::start();
    let conversing = Setup { store: Some(&redis), ..Setup::default() }.start();
    let refuse_writes = |replicas: &str| {
        let words = ["CONFIG", "SET", "min-replicas-to-write", replicas];
        let _ = redis.command(&words.map(str::as_bytes));
    };
    refuse_writes("1");
    let name = marker();
    for stream in [false, true] {
        for lost in [
            Turn { header: Some(&name), stream, ..turn(CHAT, ANNA) },
            Turn { stream, ..turn(RESPONSES, ANNA) },
        ] {
            let (answer, id) = conversing.sent(&lost).await;
            assert_eq!(answer.refusal(), (503, "originals_unavailable".to_owned()));
            let line = conversing.gateway.log_line(&id).await.to_string();
            assert!(line.contains("key-value store"), "{line}");
        }
    }
    refuse_writes("0");
    conversing.say(Turn { header: Some(&name), ..turn(CHAT, ANNA) }).await;
}

#[tokio::test]
async fn what_is_past_its_time_is_removed_part_by_part() {
    let redis = Redis::start();
    let mut conversing = Setup { store: Some(&redis), ..Setup::default() }.start();
    let keys = |pattern: &str| {
        let found = redis.command(&[b"KEYS", pattern.as_bytes()]).into_iter().flatten();
        found.map(|name| String::from_utf8(name).unwrap()).collect::<Vec<_>>()
    };
    let first = marker();
    conversing.say(Turn { header: Some(&first), ..turn(CHAT, ANNA) }).await;
    let prefix = keys("*originals/*")[0].split("originals/").next().unwrap().to_owned();
    for digit in "0123456789abcdef".chars() {
        let name = |end: &str| format!("{prefix}originals/{digit}-{end}");
        let _ = redis.command(&[b"SET", name("past").as_bytes(), b"1000000000 1.AAAA"]);
        let _ = redis.command(&[b"SET", name("held").as_bytes(), b"9000000000 1.AAAA"]);
    }
    // The first sweep goes on after its request: what it writes must not stand after this.
    eventually("the first sweep", || keys("*ids-swept").into_iter().next()).await;
    let _ = redis.command(&[b"DEL", format!("{prefix}ids-swept").as_bytes()]);
    conversing.gateway.crash_and_restart();
    let second = marker();
    conversing.say(Turn { header: Some(&second), ..turn(CHAT, ANNA) }).await;
    let ending = |end: &str| keys("*originals/*").iter().filter(|name| name.ends_with(end)).count();
    eventually("a part is removed", || (ending("-past") == 15).then_some(())).await;
    assert_eq!(ending("-held"), 16);
}
