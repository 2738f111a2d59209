//! Limits: reserved before a request is sent, settled after, and reported to the client.
//!
//! Stages: gateway, auth, limiter, router, provider, upstream.

mod addresses;
mod bill;
mod endpoints;
mod exactness;
mod exits;
mod hierarchy;
mod leaks;
mod money;
mod refusals;
mod store_down;
mod told;
mod unknown;

use postern_tests::limited::{Counting, Limited, Setup};
use postern_tests::marker;
use postern_tokenizer::{Encoding, count};
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The question of a test; its marker is in another field, so that every prompt has the same tokens.
const QUESTION: &str = "How many ships passed?";

/// The prices of the models of `limited/models.toml`, in 10^-12 US dollars a token.
const INPUT_PICO_USD: u64 = 150_007;
const CACHED_PICO_USD: u64 = 75_003;
const OUTPUT_PICO_USD: u64 = 600_011;

/// Limits of every unit that these tests never reach; the tests check their usage.
const WIDE: &str = r#"
[[plan]]
name = "wide"
limits = [
  { scope = "consumer", unit = "requests", per = "day", amount = 1_000_000 },
  { scope = "consumer", unit = "tokens", per = "month", amount = 1_000_000_000 },
  { scope = "consumer", unit = "input_tokens", per = "hour", amount = 1_000_000_000, window = "rolling" },
  { scope = "consumer", unit = "output_tokens", per = "day", amount = 1_000_000_000, window = "rolling" },
  { scope = "consumer", unit = "usd", per = "month", amount = 1_000 },
  { scope = "consumer", unit = "concurrent_requests", amount = 1_000 },
]
"#;

/// Both stores, with one gateway each for tests that need no more.
const BOTH: [Counting; 2] = [Counting::KeyValue, Counting::Redis { gateways: 1 }];

/// The tokens of a prompt of [`QUESTION`]: the text, a message's frame and role, and the beginning of an answer
/// (<https://cookbook.openai.com/examples/how_to_count_tokens_with_tiktoken>).
fn prompt_tokens() -> u64 {
    count(Encoding::O200kBase, QUESTION) + 4 + 3
}

/// The question, for which the vendor reports this usage.
fn metered(model: &str, marker: &str, input_tokens: u64, output_tokens: u64) -> Value {
    json!({
        "model": model,
        "messages": [{ "role": "user", "content": QUESTION }],
        "user": marker,
        "metadata": {
            "input_tokens": input_tokens.to_string(),
            "output_tokens": output_tokens.to_string(),
        },
    })
}

/// The cost of such an answer, rounded once.
fn nano_usd(input_tokens: u64, cached_tokens: u64, output_tokens: u64) -> u64 {
    let pico_usd = (input_tokens - cached_tokens) * INPUT_PICO_USD
        + cached_tokens * CACHED_PICO_USD
        + output_tokens * OUTPUT_PICO_USD;
    (pico_usd + 500) / 1_000
}

/// The maximum reservation of money, rounded up.
fn reserved_nano_usd(input_tokens: u64, output_tokens: u64) -> u64 {
    (input_tokens * INPUT_PICO_USD + output_tokens * OUTPUT_PICO_USD).div_ceil(1_000)
}

#[tokio::test]
async fn what_is_reserved_is_the_prompt_and_the_cap_and_gives_way_to_what_was_used() {
    static SETUP: LazyLock<Setup> =
        LazyLock::new(|| Setup::new(WIDE).consumer("alice", "plan = \"wide\""));
    for counting in BOTH {
        let (limited, marker) = (SETUP.start(counting), marker());
        let mut body = metered("held", &marker, 41, 7);
        body["max_tokens"] = 60.into();
        let call = tokio::spawn(limited.chat("alice", &body).send());
        under_way(&limited, &marker, 1).await;
        let (input, usage) = (prompt_tokens(), limited.usage("alice").await);
        let reserved = |unit: &str| usage.numbers("consumer", unit).1;
        assert_eq!(reserved("tokens"), input + 60, "{counting:?}");
        assert_eq!((reserved("input_tokens"), reserved("output_tokens")), (input, 60));
        assert_eq!(reserved("usd"), reserved_nano_usd(input, 60));
        assert_eq!(reserved("concurrent_requests"), 1);
        assert_eq!(usage.numbers("consumer", "tokens").0, 0, "nothing is used before its end");
        limited.upstream.release(&marker, 1);
        assert_eq!(call.await.unwrap().status, 200);
        let usage = limited.usage("alice").await;
        let numbers = |unit: &str| usage.numbers("consumer", unit);
        assert_eq!(numbers("requests"), (1, 0, 999_999), "{counting:?}");
        assert_eq!(numbers("tokens"), (48, 0, 1_000_000_000 - 48));
        assert_eq!((numbers("input_tokens").0, numbers("output_tokens").0), (41, 7));
        let cost = nano_usd(41, 0, 7);
        assert_eq!(numbers("usd"), (cost, 0, 1_000_000_000_000 - cost));
        assert_eq!(numbers("concurrent_requests"), (0, 0, 1_000));
    }
}

/// Waits until this many requests with this marker are at the vendor.
async fn under_way(limited: &Limited, marker: &str, count: usize) {
    postern_tests::eventually("the requests at the vendor", || {
        (limited.upstream.requests(marker).len() >= count).then_some(())
    })
    .await;
}
