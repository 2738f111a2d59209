//! Deployments that fail, are late or are slow: the same one is asked again, another one is, or both are.
//!
//! Stages: gateway, router, limiter, upstream.

use postern_tests::client::{Answer, Call};
use postern_tests::upstream::Ending;
use postern_tests::{Options, Stage, eventually, marker};
use serde_json::Value;
use std::fmt::Write as _;
use std::sync::LazyLock;

const ATTEMPTS: &str = "x-postern-attempts";

/// Model, and the behaviour of the vendor's model.
const MODELS: [(&str, &str); 7] = [
    ("plain-model", "plain"),
    ("overloaded", "error-503"),
    ("hangs-up", "hang-up"),
    ("refuses-us", "error-401"),
    ("silent", "silent"),
    ("role-then-silence", "role-then-silence"),
    ("role-then-error", "role-then-error"),
];

const ROUTES: &str = r#"
[[route]]
alias = "all-late"
models = ["silent", "role-then-silence"]
deadlines = { connect_ms = 500, first_token_ms = 700, whole_ms = 800 }

[[route]]
alias = "hurried"
models = ["silent"]
deadlines = { connect_ms = 300, total_ms = 600 }

[[route]]
alias = "stalls-first"
models = ["role-then-silence", "plain-model"]

[[route]]
alias = "errs-first"
models = ["role-then-error", "plain-model"]

[[route]]
alias = "hedged"
models = ["silent", "plain-model"]
deadlines = { first_token_ms = 60_000, whole_ms = 60_000 }
hedge = { after_ms = 100 }
"#;

fn stage() -> &'static Stage {
    static STAGE: LazyLock<Stage> = LazyLock::new(|| {
        let policies = tempfile::tempdir().expect("a folder").keep();
        let write = |name: &str, text: &str| {
            std::fs::write(policies.join(name), text).expect("a file");
        };
        let shared = concat!(env!("CARGO_MANIFEST_DIR"), "/policies/");
        for name in ["consumers.toml", "authorization.cedar"] {
            let text = std::fs::read_to_string(format!("{shared}{name}")).expect("a file");
            write(name, &text);
        }
        let attempts =
            "[attempts]\nmax = 3\nbackoff_ms = 1\nmax_backoff_ms = 50\nextra_percent = 100\n";
        write("gateway.toml", attempts);
        write("routes.toml", ROUTES);
        let mut models = String::from(
            "[[provider]]\nname = \"vendor\"\ndialect = \"openai\"\nbase_url = \"{{ openai_base_url }}\"\ncredential = \"openai_api_key\"\ndeadlines = { connect_ms = 800, first_token_ms = 800, between_tokens_ms = 800, whole_ms = 900 }\n",
        );
        for (model, behaviour) in MODELS {
            let _ = writeln!(
                models,
                "[[model]]\nname = \"{model}\"\ncapabilities = [\"chat\"]\n[[model.deployment]]\nprovider = \"vendor\"\nupstream_model = \"{behaviour}\""
            );
        }
        write("models.toml", &models);
        Stage::with(Options { policies: Some(policies), ..Options::default() })
    });
    &STAGE
}

fn calls(model: &str) -> [(String, Call); 2] {
    let (one, other) = (marker(), marker());
    let (whole, streamed) = (stage().ask(model, &one), stage().ask_streamed(model, &other));
    [(one, whole), (other, streamed)]
}

async fn sent(marker: &str, call: Call) -> (Answer, Value) {
    let answer = call.header("x-request-id", marker).send().await;
    let line = stage().gateway.log_line(marker).await.clone();
    (answer, line["attempts"].clone())
}

fn outcomes(attempts: &Value) -> Vec<&str> {
    let attempts = attempts.as_array().map(Vec::as_slice).unwrap_or_default();
    attempts.iter().filter_map(|one| one["outcome"].as_str()).collect()
}

#[tokio::test]
async fn the_same_deployment_is_asked_again_where_that_may_help() {
    for (model, asked, status) in
        [("overloaded", 3, 503), ("hangs-up", 3, 502), ("refuses-us", 1, 502)]
    {
        for (marker, call) in calls(model) {
            let (answer, attempts) = sent(&marker, call).await;
            assert_eq!(answer.status, status, "{model}: {}", answer.text());
            assert_eq!(stage().upstream.requests(&marker).len(), asked, "{model}");
            assert_eq!(answer.header(ATTEMPTS), Some(asked.to_string().as_str()), "{model}");
            assert_eq!(outcomes(&attempts), vec!["failed"; asked], "{model}: {attempts}");
            let told = answer.text().contains("(after 3 attempts)");
            assert_eq!(told, asked == 3, "{model}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_stream_without_a_first_token_goes_to_another_deployment() {
    for alias in ["stalls-first", "errs-first"] {
        let marker = marker();
        let (answer, attempts) = sent(&marker, stage().ask_streamed(alias, &marker)).await;
        assert_eq!(answer.status, 200, "{alias}: {}", answer.text());
        assert_eq!(answer.header("x-postern-served-by"), Some("vendor/plain"), "{alias}");
        assert!(answer.streamed_text().contains(&marker), "{alias}: {}", answer.text());
        assert!(!answer.text().contains("still there"), "{alias}: {}", answer.text());
        assert_eq!(outcomes(&attempts), ["failed", "answered"], "{alias}: {attempts}");
        assert_eq!(answer.header(ATTEMPTS), Some("2"), "{alias}");
    }
}

#[tokio::test]
async fn a_timeout_says_which_deadline_is_over() {
    for (alias, streamed, deadline) in [
        ("all-late", true, "700 ms (first_token_ms)"),
        ("all-late", false, "800 ms (whole_ms)"),
        ("hurried", true, "600 ms of the request (total_ms)"),
        ("hurried", false, "600 ms of the request (total_ms)"),
    ] {
        let marker = marker();
        let call = match streamed {
            true => stage().ask_streamed(alias, &marker),
            false => stage().ask(alias, &marker),
        };
        let answer = call.send().await;
        // What has begun with a role ends with the same words in the stream.
        assert!(matches!(answer.status, 504 | 200), "{alias}: {}", answer.text());
        assert!(answer.text().contains(deadline), "{alias}: {}", answer.text());
    }
}

#[tokio::test]
async fn a_silent_deployment_is_hedged_and_left() {
    for (marker, call) in calls("hedged") {
        let (answer, attempts) = sent(&marker, call).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("x-postern-served-by"), Some("vendor/plain"));
        assert_eq!(outcomes(&attempts), ["cancelled", "answered"], "{attempts}");
        let requests = stage().upstream.requests(&marker);
        assert_eq!(requests.len(), 2);
        let silent =
            requests.iter().find(|one| one.json()["model"] == "silent").expect("it was asked");
        eventually("the slow one is left", || (silent.ending() == Ending::PeerGone).then_some(()))
            .await;
    }
}
