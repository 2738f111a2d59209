//! A key inside a team inside a tenant: all must admit, and a refusal of one uses nothing of the others.

use super::{BOTH, metered};
use postern_tests::client::Answer;
use postern_tests::limited::{Limited, Setup, within_one_window};
use postern_tests::marker;

const LEVELS: &str = r#"
[[plan]]
name = "levels"
limits = [
  { scope = "key", unit = "requests", per = "day", amount = 2 },
  { scope = "team", unit = "requests", per = "day", amount = 3 },
  { scope = "tenant", unit = "requests", per = "day", amount = 4 },
]
"#;

/// Each level in another unit, and the widest for all callers.
const UNITS: &str = r#"
[[limit]]
scope = "all"
unit = "usd"
per = "month"
amount = 0.001

[[plan]]
name = "units"
limits = [
  { scope = "key", unit = "requests", per = "day", amount = 100 },
  { scope = "key", unit = "concurrent_requests", amount = 10 },
  { scope = "team", unit = "tokens", per = "day", amount = 100_000 },
  { scope = "tenant", unit = "output_tokens", per = "hour", amount = 100_000, window = "rolling" },
]
"#;

fn member(team: &str, plan: &str) -> String {
    format!("tenant = \"acme\"\nteam = \"{team}\"\nplan = \"{plan}\"")
}

async fn ask(limited: &Limited, consumer: &str) -> Answer {
    limited.ask(consumer, "metered", &marker()).send().await
}

/// The usage of each level's limit on requests, as this consumer is told.
async fn used(limited: &Limited, consumer: &str) -> [u64; 3] {
    let usage = limited.usage(consumer).await;
    assert_eq!(usage.reserved(), Vec::<&serde_json::Value>::new());
    ["key", "team", "tenant"].map(|scope| usage.used(scope, "requests"))
}

fn assert_refused_by(answer: &Answer, whose: &str) {
    assert_eq!(answer.refusal(), (429, "rate_limit_exceeded".to_owned()));
    let told = answer.error()["message"].as_str().unwrap().to_owned();
    assert!(told.contains(whose), "{told} does not name {whose}");
}

#[tokio::test]
async fn every_level_must_admit_and_what_one_refuses_uses_nothing_of_the_others() {
    let setup = Setup::new(LEVELS)
        .consumer("anna", &member("reds", "levels"))
        .consumer("arne", &member("reds", "levels"))
        .consumer("berta", &member("blues", "levels"))
        .consumer("carl", &member("blues", "levels"));
    for counting in BOTH {
        within_one_window(86_400, 60).await;
        let limited = setup.start(counting);
        for _ in 0..2 {
            assert_eq!(ask(&limited, "anna").await.status, 200);
        }
        for _ in 0..5 {
            assert_refused_by(&ask(&limited, "anna").await, "the key `key-of-anna`");
        }
        assert_eq!(used(&limited, "anna").await, [2, 2, 2], "{counting:?}");
        assert_eq!(ask(&limited, "arne").await.status, 200);
        for _ in 0..5 {
            assert_refused_by(&ask(&limited, "arne").await, "the team `reds`");
        }
        assert_eq!(used(&limited, "arne").await, [1, 3, 3], "{counting:?}");
        assert_eq!(ask(&limited, "berta").await.status, 200);
        for consumer in ["berta", "carl", "carl"] {
            assert_refused_by(&ask(&limited, consumer).await, "the tenant `acme`");
        }
        assert_eq!(used(&limited, "berta").await, [1, 1, 4], "{counting:?}");
        assert_eq!(used(&limited, "carl").await, [0, 1, 4], "{counting:?}");
        assert_eq!(limited.upstream.requests("").len(), 4, "no other reached the vendor");
    }
}

#[tokio::test]
async fn what_the_budget_of_all_refuses_is_released_in_every_unit() {
    let setup = Setup::new(UNITS).consumer("anna", &member("reds", "units"));
    for counting in BOTH {
        within_one_window(3_600, 60).await;
        let limited = setup.start(counting);
        let mut body = metered("metered", &marker(), 1_000, 900);
        body["max_tokens"] = 900.into();
        // 0.69 thousandths of a dollar; a second one would exceed one.
        assert_eq!(limited.chat("anna", &body).send().await.status, 200);
        let before = limited.usage("anna").await;
        for _ in 0..3 {
            let answer = limited.chat("anna", &body).send().await;
            assert_eq!(answer.refusal(), (429, "budget_exceeded".to_owned()), "{}", answer.text());
        }
        let after = limited.usage("anna").await;
        for (scope, unit) in [
            ("key", "requests"),
            ("key", "concurrent_requests"),
            ("team", "tokens"),
            ("tenant", "output_tokens"),
            ("all", "usd"),
        ] {
            let (was, is) = (before.numbers(scope, unit), after.numbers(scope, unit));
            assert_eq!(is, was, "{unit} by {scope}, {counting:?}");
            assert_eq!(is.1, 0, "{unit} by {scope}, {counting:?}");
        }
        assert_eq!(after.used("team", "tokens"), 1_900);
    }
}
