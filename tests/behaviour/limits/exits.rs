//! Every way in which a request ends settles its reservation.

use super::{BOTH, WIDE, metered, nano_usd, prompt_tokens, under_way};
use postern_tests::client::Answer;
use postern_tests::limited::{Counting, Limited, Setup, Usage};
use postern_tests::stage::question;
use postern_tests::upstream::{Ending, USAGE};
use postern_tests::{eventually, marker};
use serde_json::json;
use std::sync::LazyLock;

/// The consumer of each test.
const CONSUMERS: [&str; 12] = [
    "whole",
    "stream",
    "failed",
    "refused-by-vendor",
    "fallback",
    "cut",
    "left",
    "left-early",
    "lists",
    "counts",
    "embeds",
    "mistaken",
];

/// The gateway of all tests that only use their own consumers.
fn limited(counting: Counting) -> &'static Limited {
    static KEY_VALUE: LazyLock<Limited> = LazyLock::new(|| start(Counting::KeyValue));
    static REDIS: LazyLock<Limited> = LazyLock::new(|| start(Counting::Redis { gateways: 1 }));
    match counting {
        Counting::KeyValue => &KEY_VALUE,
        Counting::Redis { .. } | Counting::GuardedRedis => &REDIS,
    }
}

fn start(counting: Counting) -> Limited {
    let setup = CONSUMERS
        .iter()
        .fold(Setup::new(WIDE), |setup, name| setup.consumer(name, "plan = \"wide\""));
    setup.consumer("watcher", "plan = \"wide\"\nroles = [\"watcher\"]").start(counting)
}

/// Asserts this usage of requests, input and output tokens, and that nothing is reserved.
fn assert_used(usage: &Usage, requests: u64, input_tokens: u64, output_tokens: u64) {
    let used = |unit: &str| usage.used("consumer", unit);
    assert_eq!(usage.reserved(), Vec::<&serde_json::Value>::new());
    assert_eq!(used("requests"), requests);
    assert_eq!((used("input_tokens"), used("output_tokens")), (input_tokens, output_tokens));
    assert_eq!(used("tokens"), input_tokens + output_tokens);
}

#[tokio::test]
async fn a_whole_answer_is_settled_before_the_client_has_it() {
    for counting in BOTH {
        let limited = limited(counting);
        for number in 1..=5 {
            let body = metered("metered", &marker(), 100, 10);
            assert_eq!(limited.chat("whole", &body).send().await.status, 200);
            let usage = limited.usage("whole").await;
            assert_used(&usage, number, number * 100, number * 10);
            assert_eq!(usage.used("consumer", "usd"), number * nano_usd(100, 0, 10));
        }
    }
}

#[tokio::test]
async fn a_stream_is_settled_before_the_client_has_its_end() {
    for counting in BOTH {
        let limited = limited(counting);
        for number in 1..=5 {
            let mut body = metered("metered", &marker(), 100, 10);
            body["stream"] = true.into();
            assert_eq!(limited.chat("stream", &body).send().await.status, 200);
            let usage = limited.usage("stream").await;
            assert_used(&usage, number, number * 100, number * 10);
        }
    }
}

#[tokio::test]
async fn a_request_that_every_vendor_failed_counts_once_and_uses_no_tokens() {
    for counting in BOTH {
        let limited = limited(counting);
        for (number, model) in (1..).zip(["error-500", "hang-up", "all-fail"]) {
            let answer = limited.ask("failed", model, &marker()).send().await;
            assert!(answer.status >= 500, "{}", answer.text());
            let usage = limited.usage("failed").await;
            assert_used(&usage, number, 0, 0);
            assert_eq!(usage.used("consumer", "usd"), 0);
        }
    }
}

#[tokio::test]
async fn a_request_that_the_vendor_refuses_counts_and_uses_no_tokens() {
    for counting in BOTH {
        let limited = limited(counting);
        let answer = limited.ask("refused-by-vendor", "error-400", &marker()).send().await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert_used(&limited.usage("refused-by-vendor").await, 1, 0, 0);
    }
}

#[tokio::test]
async fn a_request_counts_once_however_many_deployments_were_tried() {
    for counting in BOTH {
        let limited = limited(counting);
        for (number, (model, tried)) in (1..).zip([("first-fails", 3), ("twice-deployed", 2)]) {
            let marker = marker();
            let body = metered(model, &marker, 100, 10);
            let answer = limited.chat("fallback", &body).send().await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(limited.upstream.requests(&marker).len(), tried);
            assert_used(&limited.usage("fallback").await, number, number * 100, number * 10);
        }
    }
}

#[tokio::test]
async fn a_stream_that_breaks_has_used_its_prompt_and_what_had_come() {
    for counting in BOTH {
        let limited = limited(counting);
        let mut body = metered("cut", &marker(), 100, 10);
        body["stream"] = true.into();
        let answer = limited.chat("cut", &body).send().await;
        assert!(answer.events().last().is_some_and(postern_tests::Event::is_error));
        let usage = limited.usage("cut").await;
        let output = usage.used("consumer", "output_tokens");
        assert_used(&usage, 1, prompt_tokens(), output);
        assert!((1..=10).contains(&output), "{output} tokens of {}", answer.streamed_text());
    }
}

#[tokio::test]
async fn a_client_that_leaves_mid_stream_has_used_what_was_generated_until_then() {
    for counting in BOTH {
        let (limited, marker) = (limited(counting), marker());
        let mut body = metered("stepped", &marker, 100, 10);
        body["stream"] = true.into();
        // The role, and two pieces of five.
        limited.upstream.release(&marker, 3);
        let mut stream = limited.chat("left", &body).open().await;
        stream.read_events(3).await;
        drop(stream);
        let request = limited.upstream.request(&marker);
        eventually("the vendor is left", || (request.ending() == Ending::PeerGone).then_some(()))
            .await;
        let usage = limited.settled("left").await;
        let output = usage.used("consumer", "output_tokens");
        assert_used(&usage, 1, prompt_tokens(), output);
        assert!((1..=20).contains(&output), "{output} tokens");
        assert_eq!(usage.used("consumer", "usd"), nano_usd(prompt_tokens(), 0, output));
    }
}

#[tokio::test]
async fn a_client_that_leaves_before_the_answer_leaves_nothing_reserved() {
    for counting in BOTH {
        let (limited, marker) = (limited(counting), marker());
        let call = limited.chat("left-early", &metered("held", &marker, 100, 10));
        let client = tokio::spawn(call.send());
        under_way(limited, &marker, 1).await;
        client.abort();
        limited.upstream.release(&marker, 1);
        let usage = limited.settled("left-early").await;
        assert_eq!(usage.used("consumer", "requests"), 1, "{counting:?}");
        // The gateway may have left the vendor before it had reported its usage.
        let tokens = usage.used("consumer", "tokens");
        assert!(tokens == 110 || tokens == 0 || tokens >= prompt_tokens(), "{tokens}");
    }
}

#[tokio::test]
async fn lists_of_models_and_of_usage_cost_nothing() {
    for counting in BOTH {
        let limited = limited(counting);
        for path in ["/v1/models", "/v1/models/metered", "/v1/usage", "/v1/usage?model=metered"] {
            assert_eq!(limited.call("lists", "GET", path).send().await.status, 200, "{path}");
        }
        assert_used(&limited.usage("lists").await, 0, 0, 0);
    }
}

#[tokio::test]
async fn to_have_tokens_counted_uses_none() {
    for counting in BOTH {
        let limited = limited(counting);
        let body = json!({
            "model": "metered",
            "messages": [{ "role": "user", "content": "How many ships passed?" }],
        });
        let call = limited.call("counts", "POST", "/v1/messages/count_tokens");
        let answer = call.body(body.to_string()).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let usage = limited.usage("counts").await;
        let requests = usage.used("consumer", "requests");
        assert_used(&usage, requests, 0, 0);
        assert_eq!(usage.used("consumer", "usd"), 0);
    }
}

#[tokio::test]
async fn an_embedding_uses_its_prompt_and_no_answer() {
    for counting in BOTH {
        let limited = limited(counting);
        let body = json!({ "model": "embedding", "input": "ships" });
        let call = limited.call("embeds", "POST", "/v1/embeddings").body(body.to_string());
        let answer: Answer = call.send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_used(&limited.usage("embeds").await, 1, USAGE.0, 0);
    }
}

#[tokio::test]
async fn a_request_that_was_refused_before_it_was_sent_costs_nothing() {
    for counting in BOTH {
        let limited = limited(counting);
        for (consumer, body, status) in [
            ("watcher", question("metered", &marker()).to_string(), 403),
            ("mistaken", question("no-such-model", &marker()).to_string(), 404),
            ("mistaken", "{".to_owned(), 400),
        ] {
            let call = limited.call(consumer, "POST", "/v1/chat/completions").body(body);
            assert_eq!(call.send().await.status, status, "{consumer}");
            assert_used(&limited.usage(consumer).await, 0, 0, 0);
        }
    }
}
