//! The sums of the ledger are those of the limiter and of the vendor, to the token and the nano-dollar.

use postern_tests::ledger::Ledger;
use postern_tests::limited::{Counting, Setup};
use postern_tests::{eventually, marker};
use serde_json::json;

const PLAN: &str = r#"
[[plan]]
name = "wide"
limits = [
  { scope = "consumer", unit = "requests", per = "day", amount = 1_000_000 },
  { scope = "consumer", unit = "tokens", per = "month", amount = 1_000_000_000 },
  { scope = "consumer", unit = "usd", per = "month", amount = 1_000 },
]
"#;

/// The input and output tokens of request number `n`, as the vendor counts them.
fn counted(n: u64) -> (u64, u64) {
    (100 + n * 37 % 911, 1 + n * 13 % 97)
}

const REQUESTS: u64 = 60;

#[tokio::test]
async fn all_three_say_the_same() {
    let setup = Setup::new(PLAN).consumer("shop", "plan = \"wide\"");
    let limited = setup.start(Counting::KeyValue);
    let calls = (0..REQUESTS).map(|n| {
        let (input, output) = counted(n);
        let body = json!({
            "model": "metered",
            "messages": [{ "role": "user", "content": "How many ships passed?" }],
            "user": marker(),
            "stream": n % 2 == 1,
            "metadata": { "input_tokens": input.to_string(), "output_tokens": output.to_string() },
        });
        limited.chat("shop", &body).send()
    });
    for answer in futures::future::join_all(calls).await {
        assert_eq!(answer.status, 200, "{}", answer.text());
    }
    let (mut input, mut output) = (0, 0);
    for (one, other) in (0..REQUESTS).map(counted) {
        (input, output) = (input + one, output + other);
    }
    let usage = limited.settled("shop").await;
    let gateway = &limited.gateways[0];
    // The question for the usage is a request, too.
    let asked = "SELECT COUNT(*) FROM request WHERE operation = 'chat'";
    eventually("all rows", || {
        (Ledger::of(gateway)?.number(asked) == REQUESTS as i64).then_some(())
    })
    .await;
    let ledger = Ledger::of(gateway).unwrap();
    let sum = |what: &str, table: &str| {
        u64::try_from(ledger.number(&format!("SELECT SUM({what}) FROM {table}"))).unwrap()
    };
    for table in ["request", "attempt", "usage_quarter", "usage_hour", "usage_day", "usage_total"] {
        assert_eq!(sum("input_tokens", table), input, "{table}");
        assert_eq!(sum("output_tokens", table), output, "{table}");
        assert_eq!(sum("cost_nano_usd", table), usage.used("consumer", "usd"), "{table}");
    }
    assert_eq!(usage.used("consumer", "tokens"), input + output);
    assert_eq!(usage.used("consumer", "requests"), REQUESTS);
    // And so do the settlements that each row has.
    let settled = |unit: &str| {
        u64::try_from(ledger.number(&format!(
            "SELECT SUM(json_extract(used.value, '$.settled')) FROM request, \
             json_each(record, '$.limits.used') AS used \
             WHERE json_extract(used.value, '$.unit') = '{unit}'"
        )))
        .unwrap()
    };
    assert_eq!(settled("tokens"), input + output);
    assert_eq!(settled("nano_usd"), usage.used("consumer", "usd"));
    assert_eq!(settled("requests"), REQUESTS);
}
