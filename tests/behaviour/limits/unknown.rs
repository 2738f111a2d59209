//! Unknown usage is settled to the reservation; a request that cannot fit is not sent.

use super::{BOTH, WIDE, metered, prompt_tokens};
use postern_tests::limited::{Counting, Limited, Setup};
use postern_tests::marker;
use serde_json::{Value, json};
use std::sync::LazyLock;

const CONSUMERS: [&str; 8] =
    ["whole", "streamed", "page", "cut", "fallback", "context", "capability", "thinking"];

fn limited(counting: Counting) -> &'static Limited {
    static KEY_VALUE: LazyLock<Limited> = LazyLock::new(|| start(Counting::KeyValue));
    static REDIS: LazyLock<Limited> = LazyLock::new(|| start(Counting::Redis { gateways: 1 }));
    if counting == Counting::KeyValue { &KEY_VALUE } else { &REDIS }
}

fn start(counting: Counting) -> Limited {
    let consumers = CONSUMERS.iter();
    let setup =
        consumers.fold(Setup::new(WIDE), |setup, name| setup.consumer(name, "plan = \"wide\""));
    setup.start(counting)
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_has_used_what_was_reserved() {
    for counting in BOTH {
        let limited = limited(counting);
        for (consumer, model, streamed) in [
            ("whole", "unreadable", false),
            ("streamed", "unreadable", true),
            ("page", "unreadable-page", false),
            ("page", "unreadable-page", true),
            ("cut", "cut", false),
        ] {
            let before = limited.usage(consumer).await;
            let mut body = metered(model, &marker(), 100, 10);
            body["max_tokens"] = 50.into();
            body["stream"] = streamed.into();
            let answer = limited.chat(consumer, &body).send().await;
            let failed = answer.status >= 500
                || answer.events().last().is_some_and(postern_tests::Event::is_error);
            assert!(failed, "{model}: {}", answer.text());
            let after = limited.settled(consumer).await;
            let used = |unit| after.used("consumer", unit) - before.used("consumer", unit);
            let what = format!("{counting:?}, {model}, streamed: {streamed}");
            assert_eq!(
                (used("input_tokens"), used("output_tokens")),
                (prompt_tokens(), 50),
                "{what}"
            );
            assert_eq!((used("tokens"), used("requests")), (prompt_tokens() + 50, 1), "{what}");
        }
    }
}

#[tokio::test]
async fn an_attempt_whose_answer_cannot_be_read_is_paid_beside_the_next_and_is_no_request() {
    for counting in BOTH {
        let limited = limited(counting);
        let mut body = metered("unreadable-first", &marker(), 100, 10);
        body["max_tokens"] = 50.into();
        let answer = limited.chat("fallback", &body).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let usage = limited.usage("fallback").await;
        let used = |unit| usage.used("consumer", unit);
        assert_eq!((used("requests"), used("tokens")), (1, prompt_tokens() + 50 + 110));
    }
}

/// A question of this many words, in each client dialect.
fn long(model: &str, words: usize, cap: u64) -> [(&'static str, Value); 3] {
    let text = "ship ".repeat(words);
    let messages = json!([{ "role": "user", "content": text }]);
    [
        (
            "/v1/chat/completions",
            json!({ "model": model, "messages": messages, "max_tokens": cap }),
        ),
        ("/v1/messages", json!({ "model": model, "messages": messages, "max_tokens": cap })),
        ("/v1/responses", json!({ "model": model, "input": text, "max_output_tokens": cap })),
    ]
}

#[tokio::test]
async fn a_request_over_the_models_context_is_refused_as_the_vendors_say_it() {
    let limited = limited(Counting::KeyValue);
    for (words, cap) in [(200, 20), (88, 80), (99, 1)] {
        for (path, body) in long("narrow", words, cap) {
            let marker = marker();
            let call =
                limited.call("context", "POST", path).header("x-request-id", marker.as_str());
            let answer = call.body(body.to_string()).send().await;
            assert_eq!(answer.status, 400, "{path}: {}", answer.text());
            let told = answer.text().to_owned();
            if path == "/v1/messages" {
                assert!(told.contains("> 100"), "{told}");
            } else {
                let code = answer.json()["error"]["code"].clone();
                assert_eq!(code, "context_length_exceeded", "{told}");
                assert!(told.contains("maximum context length is 100 tokens"), "{told}");
            }
            assert!(limited.upstream.requests(&marker).is_empty(), "{path}");
        }
    }
}

#[tokio::test]
async fn codex_is_told_of_a_prompt_that_is_too_long_by_the_stream_that_it_acts_on() {
    let limited = limited(Counting::KeyValue);
    for (path, mut body) in long("narrow", 200, 20) {
        body["stream"] = true.into();
        let answer = limited.call("context", "POST", path).body(body.to_string()).send().await;
        if path == "/v1/responses" {
            assert_eq!(answer.status, 200, "{}", answer.text());
            let failed = answer.text().split("event: response.failed\ndata: ").nth(1).unwrap();
            let failed: Value = serde_json::from_str(failed.trim()).unwrap();
            assert_eq!(failed["response"]["error"]["code"], "context_length_exceeded", "{failed}");
            assert_eq!(failed["sequence_number"], 2);
        } else {
            assert_eq!(answer.status, 400, "{path}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_clients_cap_is_lowered_to_what_the_prompt_leaves_and_refused_under_strict() {
    let limited = limited(Counting::KeyValue);
    for (path, body) in long("narrow", 60, 80) {
        let marker = marker();
        let call = || limited.call("context", "POST", path).header("x-request-id", marker.as_str());
        let strict = call().header("x-postern-strict", "true").body(body.to_string()).send().await;
        assert_eq!(strict.status, 400, "{path}: {}", strict.text());
        assert!(limited.upstream.requests(&marker).is_empty(), "{path}");
        let answer = call().body(body.to_string()).send().await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        let told = answer.header("x-postern-losses").unwrap().to_owned();
        let (_, most) = told.split_once("at most ").unwrap();
        let cap: u64 = most.split(' ').next().unwrap().parse().unwrap();
        assert!((10..=40).contains(&cap), "{path}: {told}");
    }
}

#[tokio::test]
async fn a_request_that_fits_is_sent_and_one_that_fits_elsewhere_goes_there() {
    let limited = limited(Counting::KeyValue);
    for (model, words, cap, served_by) in [
        ("narrow", 10, 80, "metered"),
        ("narrow-first", 10, 80, "metered"),
        ("narrow-first", 200, 80, "metered"),
    ] {
        for (path, body) in long(model, words, cap) {
            let answer = limited.call("context", "POST", path).body(body.to_string()).send().await;
            assert_eq!(answer.status, 200, "{model} {path}: {}", answer.text());
            let served = answer.header("x-postern-served-by").unwrap_or_default();
            assert_eq!(served, format!("vendor/{served_by}"));
        }
    }
}

#[tokio::test]
async fn a_cap_of_the_gateways_own_leaves_the_prompt_its_room() {
    let limited = limited(Counting::KeyValue);
    let marker = marker();
    let body = metered("narrow-unbounded", &marker, 10, 5);
    let answer = limited.chat("context", &body).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let sent = limited.upstream.request(&marker).json();
    // A part is left free for what the vendor counts beside.
    let cap = sent["max_tokens"].as_u64().unwrap();
    let left = 100 - prompt_tokens();
    assert!(cap < left && cap > left / 2, "{cap} of {left}");
    let said = answer.header("x-postern-added").unwrap();
    assert!(said.starts_with(&format!("max_completion_tokens={cap}: ")), "{said}");
}

#[tokio::test]
async fn a_model_without_what_the_request_needs_is_skipped_or_named_with_it() {
    let limited = limited(Counting::KeyValue);
    let user = |content: Value| json!([{ "role": "user", "content": content }]);
    let tool = json!([{ "type": "function", "function": { "name": "f", "parameters": {} } }]);
    let image = json!([{ "type": "image_url", "image_url": { "url": "https://a.example/b.png" } }]);
    let sound =
        json!([{ "type": "input_audio", "input_audio": { "data": "AAAA", "format": "wav" } }]);
    let file = json!([{ "type": "file", "file": { "file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a.pdf" } }]);
    for (word, member) in [
        ("tools", json!({ "messages": user("hi".into()), "tools": tool })),
        ("vision", json!({ "messages": user(image) })),
        ("audio", json!({ "messages": user(sound) })),
        ("files", json!({ "messages": user(file) })),
    ] {
        for (model, status) in [("narrow", 422), ("narrow-first", 200)] {
            let marker = marker();
            let mut body = json!({ "model": model, "max_tokens": 20, "user": marker });
            body.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
            let answer = limited.chat("capability", &body).send().await;
            assert_eq!(answer.status, status, "{model} {word}: {}", answer.text());
            if status == 200 {
                continue;
            }
            assert_eq!(answer.refusal(), (422, "no_eligible_deployment".to_owned()));
            let told = answer.error()["message"].as_str().unwrap().to_owned();
            assert!(told.contains(&format!("`{word}`")) && told.contains("`narrow`"), "{told}");
            assert!(limited.upstream.requests(&marker).is_empty());
        }
    }
}

#[tokio::test]
async fn a_budget_for_thoughts_is_reserved_beside_the_cap() {
    let limited = limited(Counting::KeyValue);
    for member in [
        json!({ "thinking_budget": 700 }),
        json!({ "reasoning": { "max_tokens": 700 } }),
        json!({ "extra_body": { "google": { "thinking_config": { "thinking_budget": 700 } } } }),
    ] {
        let marker = marker();
        let mut body = metered("held", &marker, 41, 7);
        body["max_tokens"] = 60.into();
        body.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
        let call = tokio::spawn(limited.chat("thinking", &body).send());
        super::under_way(limited, &marker, 1).await;
        let reserved = limited.usage("thinking").await.numbers("consumer", "output_tokens").1;
        assert_eq!(reserved, 760, "{member}");
        limited.upstream.release(&marker, 1);
        assert_eq!(call.await.unwrap().status, 200);
        limited.settled("thinking").await;
    }
}
