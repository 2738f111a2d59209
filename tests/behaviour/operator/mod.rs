//! The operator's program beside a running gateway, on the same policies and the same store.
//!
//! Stages: gateway, auth, limiter.

use postern_tests::limited::{Counting, Limited, Setup};
use postern_tests::stage::question;
use postern_tests::{Gateway, Options, Redis, Stage, marker};

const PLANS: &str = r#"
[[plan]]
name = "small"
limits = [
  { scope = "consumer", unit = "requests", per = "month", amount = 50 },
  { scope = "key", unit = "tokens", per = "month", amount = 100_000, window = "rolling" },
  { scope = "consumer", unit = "usd", per = "month", amount = 5 },
  { scope = ["consumer", "model"], unit = "requests", per = "month", amount = 40 },
]
"#;

/// Its output; the test fails if it does.
fn printed(gateway: &Gateway, words: &[&str]) -> String {
    let output = gateway.operator(words);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

async fn asked(gateway: &Gateway, key: &str) -> u16 {
    let call = gateway.call("POST", "/v1/chat/completions").key(key);
    call.body(question("plain-model", &marker()).to_string()).send().await.status
}

async fn keys_hold_from_issue_to_revocation(gateway: &Gateway) {
    let key = printed(gateway, &["key", "issue", "tester", "--label", "laptop"]);
    let key = key.trim();
    assert_eq!(asked(gateway, key).await, 200);
    let listed = printed(gateway, &["key", "list"]);
    assert!(listed.contains("tester") && listed.contains("active (laptop)"), "{listed}");
    let replacing = printed(gateway, &["key", "rotate", key, "--overlap", "0"]);
    assert_eq!(asked(gateway, key).await, 401);
    assert_eq!(asked(gateway, replacing.trim()).await, 200);
    let explained = printed(gateway, &["explain", "--key", replacing.trim(), "--model", "sandbox"]);
    assert!(explained.contains("consumer      tester"), "{explained}");
    printed(gateway, &["key", "revoke", replacing.trim()]);
    assert_eq!(asked(gateway, replacing.trim()).await, 401);
}

#[tokio::test]
async fn a_key_that_it_issues_is_accepted_and_one_that_it_revokes_is_refused_over_a_file() {
    keys_hold_from_issue_to_revocation(&Stage::start().gateway).await;
}

#[tokio::test]
async fn a_key_that_it_issues_is_accepted_and_one_that_it_revokes_is_refused_over_redis() {
    let redis = Redis::start();
    let url = redis.url();
    let runtime_config = format!("[key_value_store.default]\ntype = \"redis\"\nurl = \"{url}\"\n");
    let options = Options { runtime_config: Some(runtime_config), ..Options::default() };
    keys_hold_from_issue_to_revocation(&Stage::with(options).gateway).await;
}

/// The cells of the line of a limit: used, reserved, left.
fn line<'t>(table: &'t str, limit: &str, whose: &str) -> Vec<&'t str> {
    let is_it = |line: &&str| line.starts_with(limit) && line.contains(whose);
    let found: Vec<_> = table.lines().filter(is_it).collect();
    assert_eq!(found.len(), 1, "{limit} for {whose}:\n{table}");
    let (_, rest) = found[0].split_once(whose).unwrap();
    rest.split_whitespace().take(3).collect()
}

async fn says_what_the_limiter_counted(limited: &Limited) {
    for _ in 0..3 {
        assert_eq!(limited.ask("acme", "metered", &marker()).send().await.status, 200);
    }
    let usage = limited.settled("acme").await;
    let gateway = &limited.gateways[0];
    let printed = printed(gateway, &["usage", "--consumer", "acme", "--model", "metered"]);
    let (tokens, _, left) = usage.numbers("key", "tokens");
    let (tokens, left) = (tokens.to_string(), left.to_string());
    let money = usage.limit("consumer", "usd");
    let text = |name: &str| money[name].as_str().unwrap().to_owned();
    let consumer = "the consumer `acme`";
    assert_eq!(line(&printed, "50 requests per month", consumer), ["3", "0", "47"]);
    assert_eq!(
        line(&printed, "100000 tokens per month rolling", "the key `key-of-acme`"),
        [&*tokens, "0", &*left]
    );
    assert_eq!(
        line(&printed, "5 usd", consumer),
        [&*text("used"), &*text("reserved"), &*text("left")]
    );
    let of_model = "the consumer `acme` and the model `metered`";
    assert_eq!(line(&printed, "40 requests per month", of_model), ["3", "0", "37"]);
}

fn limited(counting: Counting) -> Limited {
    let setup = Setup::new(PLANS).consumer("acme", "plan = \"small\"");
    setup.consumer("idle", "plan = \"small\"").start(counting)
}

#[tokio::test]
async fn it_says_what_the_limiter_has_counted_in_the_key_value_store() {
    let limited = limited(Counting::KeyValue);
    says_what_the_limiter_counted(&limited).await;
    let gateway = &limited.gateways[0];
    // Every consumer, if no caller is named; the command counts nothing.
    let before = gateway.key_values();
    let all = printed(gateway, &["usage", "--plan", "small"]);
    assert_eq!(line(&all, "50 requests", "the consumer `idle`"), ["0", "0", "50"]);
    assert_eq!(line(&all, "50 requests", "the consumer `acme`"), ["3", "0", "47"]);
    assert_eq!(gateway.key_values(), before);
}

#[tokio::test]
async fn it_says_what_the_limiter_has_counted_in_redis() {
    says_what_the_limiter_counted(&limited(Counting::Redis { gateways: 1 })).await;
}
