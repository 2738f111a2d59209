//! Requests while nothing can be counted, or while a counter's value cannot be read: the plan decides, and money is
//! never uncounted.

use super::{BOTH, metered};
use postern_tests::client::Answer;
use postern_tests::limited::{Counting, Limited, Setup, within_one_window};
use postern_tests::marker;

const PLANS: &str = r#"
[[plan]]
name = "open"
when_store_is_down = "admit"
limits = [
  { scope = "consumer", unit = "requests", per = "day", amount = 1_000 },
  { scope = "consumer", unit = "tokens", per = "day", amount = 1_000_000 },
]

[[plan]]
name = "money"
when_store_is_down = "admit"
limits = [
  { scope = "consumer", unit = "requests", per = "day", amount = 1_000 },
  { scope = "consumer", unit = "usd", per = "day", amount = 1_000 },
]

[[plan]]
name = "closed"
limits = [
  { scope = "consumer", unit = "requests", per = "day", amount = 1_000 },
  { scope = "consumer", unit = "tokens", per = "day", amount = 1_000_000 },
]
"#;

/// A value that is not a counter in either store: neither digits nor eight bytes.
const NO_COUNT: &str = "somebody wrote this";

fn setup() -> Setup {
    ["open", "money", "closed", "other"].iter().fold(Setup::new(PLANS), |setup, consumer| {
        let plan = if *consumer == "other" { "closed" } else { consumer };
        setup.consumer(consumer, &format!("plan = \"{plan}\""))
    })
}

#[tokio::test]
async fn a_redis_with_a_password_is_found_by_the_environment() {
    let limited = setup().start(Counting::GuardedRedis);
    let (answer, line, _) = ask(&limited, "money").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(line["limits"]["uncounted"].is_null(), "{line}");
    let usage = limited.settled("money").await;
    assert_eq!(usage.0["limits"][0]["used"], 1, "{}", usage.0);
    assert!(!limited.gateways[0].log().contains("only-for-the-gateway"));
}

/// The answer, and the line of the log.
async fn ask(limited: &Limited, consumer: &str) -> (Answer, serde_json::Value, String) {
    let marker = marker();
    let answer = limited.ask(consumer, "metered", &marker).send().await;
    let line = limited.gateways[0].log_line(&marker).await;
    (answer, line, marker)
}

async fn assert_passes_uncounted(limited: &Limited, consumer: &str) {
    let (answer, line, _) = ask(limited, consumer).await;
    assert_eq!(answer.status, 200, "{consumer}: {}", answer.text());
    assert!(line["limits"]["uncounted"].is_string(), "{consumer}: {line}");
}

async fn assert_is_closed(limited: &Limited, consumer: &str) {
    let (answer, line, marker) = ask(limited, consumer).await;
    assert_eq!(answer.refusal(), (503, "limiter_unavailable".to_owned()), "{consumer}");
    assert!(limited.upstream.requests(&marker).is_empty(), "{consumer} reached the vendor");
    // The reason is for the operator.
    assert!(line["fault"]["private"].is_string(), "{line}");
    let told = answer.text();
    for word in ["redis", "127.0.0.1", "somebody wrote"] {
        assert!(!told.contains(word), "{told}");
    }
}

#[tokio::test]
async fn without_a_store_rates_are_what_the_plan_says_and_money_is_closed() {
    let mut limited = setup().start(Counting::Redis { gateways: 1 });
    for consumer in ["open", "money", "closed"] {
        let (answer, line, _) = ask(&limited, consumer).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert!(line["limits"]["uncounted"].is_null(), "{line}");
    }
    limited.redis.as_mut().unwrap().stop();
    for _ in 0..3 {
        assert_passes_uncounted(&limited, "open").await;
        assert_is_closed(&limited, "money").await;
        assert_is_closed(&limited, "closed").await;
    }
    let gateway = &limited.gateways[0];
    assert_eq!(gateway.call("GET", "/readyz").send().await.status, 503);
    assert_eq!(gateway.call("GET", "/healthz").send().await.status, 200);
    assert_eq!(limited.call("open", "GET", "/v1/models").send().await.status, 200);
    let usage = limited.call("open", "GET", "/v1/usage").send().await;
    assert_eq!(usage.refusal(), (503, "limiter_unavailable".to_owned()));
    // Once it is back, everything is counted again.
    limited.redis.as_mut().unwrap().start_again();
    for consumer in ["open", "money", "closed"] {
        let (answer, line, _) = ask(&limited, consumer).await;
        assert_eq!(answer.status, 200, "{consumer}: {}", answer.text());
        assert!(line["limits"]["uncounted"].is_null(), "{consumer}: {line}");
        assert_eq!(limited.usage(consumer).await.used("consumer", "requests"), 1);
    }
}

/// As proxies and Redis itself cut idle connections.
#[tokio::test]
async fn a_connection_that_was_cut_while_idle_fails_no_request() {
    let limited = setup().start(Counting::Redis { gateways: 1 });
    for _ in 0..3 {
        let (answer, _, _) = ask(&limited, "money").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        cut_connections(&limited);
    }
}

#[tokio::test]
async fn a_connection_that_was_cut_while_a_request_was_under_way_loses_nothing_of_its_use() {
    within_one_window(86_400, 60).await;
    let (limited, marker) = (setup().start(Counting::Redis { gateways: 1 }), marker());
    let call = tokio::spawn(limited.chat("money", &metered("held", &marker, 10, 5)).send());
    super::under_way(&limited, &marker, 1).await;
    cut_connections(&limited);
    limited.upstream.release(&marker, 1);
    assert_eq!(call.await.unwrap().status, 200);
    let usage = limited.usage("money").await;
    let (used, reserved, _) = usage.numbers("consumer", "usd");
    assert_eq!((used, reserved), (super::nano_usd(10, 0, 5), 0));
}

/// All clients of the server, except the one with this command.
fn cut_connections(limited: &Limited) {
    let words = ["CLIENT", "KILL", "TYPE", "normal"].map(str::as_bytes);
    let cut = limited.redis.as_ref().unwrap().command(&words);
    assert_ne!(cut, [Some(b"0".to_vec())], "there is a connection to cut");
}

/// A Redis without persistence forgets reservations, and their settlement must not be taken from those of others.
#[tokio::test]
async fn what_a_store_has_forgotten_is_not_settled_below_zero() {
    within_one_window(86_400, 60).await;
    let mut limited = setup().start(Counting::Redis { gateways: 1 });
    let marker = marker();
    let call = tokio::spawn(limited.chat("closed", &metered("held", &marker, 10, 5)).send());
    super::under_way(&limited, &marker, 1).await;
    let redis = limited.redis.as_mut().unwrap();
    redis.stop();
    redis.start_again();
    // The first request notices the broken connection.
    for _ in 0..2 {
        ask(&limited, "other").await;
    }
    limited.upstream.release(&marker, 1);
    assert_eq!(call.await.unwrap().status, 200);
    let counters = limited.counters();
    let used = counters.iter().filter(|(name, _)| name.contains("tokens:day/closed/used/"));
    assert_eq!(used.map(|(_, count)| *count).collect::<Vec<_>>(), [15], "it was settled");
    for (name, count) in counters {
        assert!(count >= 0, "{name} is {count}");
    }
}

/// A request that was admitted and cannot be settled is still answered.
#[tokio::test]
async fn a_store_that_goes_while_a_request_is_under_way_does_not_take_its_answer() {
    let mut limited = setup().start(Counting::Redis { gateways: 1 });
    let marker = marker();
    let call = limited.chat("closed", &metered("held", &marker, 10, 5));
    let call = tokio::spawn(call.header("x-request-id", marker.as_str()).send());
    super::under_way(&limited, &marker, 1).await;
    drop(limited.redis.take());
    limited.upstream.release(&marker, 1);
    let answer = call.await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.text());
    let line = limited.gateways[0].log_line(&marker).await;
    assert!(line["limits"]["uncounted"].is_string(), "{line}");
}

#[tokio::test]
async fn a_value_that_is_no_count_fails_its_scope_by_the_plan_and_no_other() {
    for counting in BOTH {
        within_one_window(86_400, 60).await;
        let limited = setup().start(counting);
        for consumer in ["open", "money", "closed", "other"] {
            assert_eq!(ask(&limited, consumer).await.0.status, 200, "{consumer}");
        }
        // For each consumer one counter of requests and, for one, its money.
        for (consumer, part) in [
            ("open", "consumer:requests:day/open/"),
            ("closed", "consumer:requests:day/closed/"),
            ("money", "consumer:usd:day/money/used/"),
        ] {
            assert_eq!(limited.break_counters(part, NO_COUNT), 1, "{consumer}, {counting:?}");
        }
        for _ in 0..2 {
            assert_passes_uncounted(&limited, "open").await;
            assert_is_closed(&limited, "money").await;
            assert_is_closed(&limited, "closed").await;
            let (answer, line, _) = ask(&limited, "other").await;
            assert_eq!(answer.status, 200, "{counting:?}: {}", answer.text());
            assert!(line["limits"]["uncounted"].is_null(), "{line}");
        }
        // The value is kept for the operator.
        let aside = limited.aside();
        for name in [
            "consumer:requests:day/open/",
            "consumer:requests:day/closed/",
            "consumer:usd:day/money/used/",
        ] {
            let kept: Vec<_> = aside.iter().filter(|(key, _)| key.starts_with(name)).collect();
            assert_eq!(kept.len(), 1, "{name}, {counting:?}: {aside:?}");
            assert_eq!(kept[0].1, NO_COUNT.as_bytes());
        }
        // The other limit of the same plan still counts.
        let usage = limited.usage("open").await;
        assert!(usage.limit("consumer", "requests")["used"].is_null(), "{:?}", usage.0);
        assert_eq!(usage.numbers("consumer", "tokens").0, 3 * 40, "{counting:?}");
    }
}
