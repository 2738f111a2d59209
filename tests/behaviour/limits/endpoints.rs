//! The count at each endpoint, for each kind of answer: a table.

use super::{WIDE, metered};
use postern_tests::limited::{Counting, Limited, Setup, Usage};
use postern_tests::marker;
use postern_tests::upstream::USAGE;
use serde_json::{Value, json};
use std::sync::LazyLock;

/// The clients of an endpoint and their models: with a usage, without one, and with a wait between events. Empty if an
/// endpoint has no stream.
struct Endpoint {
    path: &'static str,
    said: fn() -> Value,
    counted: &'static str,
    uncounted: &'static str,
    stepped: Option<&'static str>,
    /// The vendor's usage of a buffered answer.
    usage: (u64, u64),
}

const QUESTION: &str = "How many ships passed?";

fn messages() -> Value {
    json!({ "messages": [{ "role": "user", "content": QUESTION }], "max_tokens": 60 })
}

const ENDPOINTS: [Endpoint; 5] = [
    Endpoint {
        path: "/v1/chat/completions",
        said: messages,
        counted: "metered",
        uncounted: "uncounted",
        stepped: Some("stepped"),
        usage: USAGE,
    },
    Endpoint {
        path: "/v1/completions",
        said: || json!({ "prompt": QUESTION, "max_tokens": 60 }),
        counted: "native",
        uncounted: "native-uncounted",
        stepped: Some("native-stepped"),
        usage: USAGE,
    },
    Endpoint {
        path: "/v1/responses",
        said: || json!({ "input": QUESTION, "max_output_tokens": 60 }),
        counted: "metered",
        uncounted: "uncounted",
        stepped: Some("stepped"),
        usage: USAGE,
    },
    Endpoint {
        path: "/v1/messages",
        said: messages,
        counted: "metered",
        uncounted: "uncounted",
        stepped: Some("stepped"),
        usage: USAGE,
    },
    Endpoint {
        path: "/v1/embeddings",
        said: || json!({ "input": QUESTION }),
        counted: "embedding",
        uncounted: "embedding-uncounted",
        stepped: None,
        usage: (USAGE.0, 0),
    },
];

fn limited() -> &'static Limited {
    static LIMITED: LazyLock<Limited> = LazyLock::new(|| {
        let consumers = (0..64).map(|number| format!("c{number}"));
        let setup = consumers
            .fold(Setup::new(WIDE), |setup, name| setup.consumer(&name, "plan = \"wide\""));
        setup.start(Counting::KeyValue)
    });
    &LIMITED
}

/// A consumer of its own.
fn consumer() -> String {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("c{}", NEXT.fetch_add(1, Ordering::SeqCst))
}

impl Endpoint {
    fn body(&self, model: &str, marker: &str, stream: bool) -> Value {
        let mut body = (self.said)();
        body["model"] = model.into();
        // Its `user` tells the vendor what to do.
        match self.path {
            "/v1/messages" => body["metadata"] = json!({ "user_id": marker }),
            _ => body["user"] = marker.into(),
        }
        if stream {
            body["stream"] = true.into();
        }
        body
    }

    async fn used(&self, model: &str, stream: bool) -> (u64, u64) {
        let consumer = consumer();
        let body = self.body(model, &marker(), stream);
        let call = limited().call(&consumer, "POST", self.path).body(body.to_string());
        let answer = call.send().await;
        assert_eq!(answer.status, 200, "{} {model}: {}", self.path, answer.text());
        let usage = limited().usage(&consumer).await;
        assert!(usage.reserved().is_empty(), "{}: {:?}", self.path, usage.0);
        used(&usage)
    }
}

fn used(usage: &Usage) -> (u64, u64) {
    (usage.used("consumer", "input_tokens"), usage.used("consumer", "output_tokens"))
}

#[tokio::test]
async fn each_endpoint_counts_what_its_vendor_counts_whole_and_streamed() {
    for endpoint in &ENDPOINTS {
        for stream in [false, true] {
            if stream && endpoint.stepped.is_none() {
                continue;
            }
            let counted = endpoint.used(endpoint.counted, stream).await;
            assert_eq!(counted, endpoint.usage, "{}, stream {stream}", endpoint.path);
        }
    }
}

#[tokio::test]
async fn each_endpoint_counts_an_answer_whose_vendor_does_not() {
    for endpoint in &ENDPOINTS {
        for stream in [false, true] {
            if stream && endpoint.stepped.is_none() {
                continue;
            }
            let (input, output) = endpoint.used(endpoint.uncounted, stream).await;
            let case = format!("{}, stream {stream}: {input} and {output}", endpoint.path);
            // The question has five tokens, and frames are added.
            assert!((5..=20).contains(&input), "{case}");
            // About sixty characters.
            let is_answered = endpoint.usage.1 > 0;
            assert_eq!(output > 0, is_answered, "{case}");
            assert!(!is_answered || (10..=40).contains(&output), "{case}");
        }
    }
}

#[tokio::test]
async fn each_endpoint_counts_a_stream_that_is_left_early() {
    for endpoint in &ENDPOINTS {
        let Some(stepped) = endpoint.stepped else { continue };
        let (consumer, marker) = (consumer(), marker());
        let body = endpoint.body(stepped, &marker, true);
        limited().upstream.release(&marker, 3);
        let call = limited().call(&consumer, "POST", endpoint.path).body(body.to_string());
        let mut stream = call.open().await;
        stream.read_events(2).await;
        drop(stream);
        let (input, output) = used(&limited().settled(&consumer).await);
        let case = format!("{}: {input} and {output}", endpoint.path);
        assert!((5..=20).contains(&input), "{case}");
        assert!((1..=30).contains(&output), "{case}");
    }
}

#[tokio::test]
async fn a_ranking_counts_what_was_reserved_and_a_count_of_tokens_nothing() {
    let name = consumer();
    let body =
        json!({ "model": "ranking", "query": QUESTION, "documents": ["three", "none at all"] });
    let call = limited().call(&name, "POST", "/v1/rerank").body(body.to_string());
    let answer = call.send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let (input, output) = used(&limited().usage(&name).await);
    assert!(input >= 9 && output == 0, "{input} and {output}");
    let name = consumer();
    let call = limited().call(&name, "POST", "/v1/messages/count_tokens");
    let mut body = messages();
    body["model"] = "metered".into();
    assert_eq!(call.body(body.to_string()).send().await.status, 200);
    assert_eq!(used(&limited().usage(&name).await), (0, 0));
}

/// Requests that are billed several times over, and a daily limit of tokens that must refuse them.
#[tokio::test]
async fn what_would_exceed_a_limit_by_far_is_not_sent() {
    let plans = "[[plan]]\nname = \"small\"\nlimits = [{ scope = \"consumer\", unit = \"tokens\", per = \"day\", amount = 100 }]\n";
    let limited = Setup::new(plans).consumer("small", "plan = \"small\"").start(Counting::KeyValue);
    let ids: Vec<u32> = (0..800).collect();
    let prompts = vec!["a"; 30];
    for (path, body) in [
        ("/v1/embeddings", json!({ "model": "embedding", "input": ids })),
        ("/v1/embeddings", json!({ "model": "embedding", "input": [ids] })),
        ("/v1/completions", json!({ "model": "native", "prompt": ids, "max_tokens": 1 })),
        (
            "/v1/completions",
            json!({ "model": "native", "prompt": "a", "max_tokens": 10, "best_of": 20 }),
        ),
        ("/v1/completions", json!({ "model": "native", "prompt": prompts, "max_tokens": 10 })),
        ("/v1/completions", json!({ "model": "native", "prompt": "a", "max_tokens": 10, "n": 20 })),
        (
            "/v1/completions",
            json!({ "model": "native", "prompt": "a", "max_tokens": 1, "suffix": "word ".repeat(200) }),
        ),
        (
            "/v1/chat/completions",
            json!({ "model": "metered", "max_tokens": 1, "messages": [
                { "role": "assistant", "content": "", "reasoning_content": "word ".repeat(200) }] }),
        ),
        (
            "/v1/chat/completions",
            json!({ "model": "metered", "max_tokens": 1, "messages": [{ "role": "user", "content": [
                { "type": "file", "file": { "file_id": "file-1" } }] }] }),
        ),
        (
            "/v1/chat/completions",
            json!({ "model": "metered", "max_tokens": 1, "prediction": {
                "type": "content", "content": "word ".repeat(200) },
                "messages": [{ "role": "user", "content": "a" }] }),
        ),
    ] {
        let mut body = body;
        let marker = marker();
        body["user"] = marker.clone().into();
        let answer = limited.call("small", "POST", path).body(body.to_string()).send().await;
        assert_eq!(answer.status, 400, "{path} {body}: {}", answer.text());
        assert_eq!(limited.upstream.requests(&marker).len(), 0, "{path} {body}");
    }
    // And an invalid cap.
    for cap in [json!(0), json!(-1), json!("60"), json!(1.5)] {
        let mut body = metered("metered", &marker(), 1, 1);
        body["max_tokens"] = cap;
        let answer = limited.chat("small", &body).send().await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert_eq!(answer.error()["param"], "max_tokens", "{}", answer.text());
    }
    assert_eq!(limited.usage("small").await.used("consumer", "tokens"), 0);
}
