//! Web pages of other origins call where policy allows it; and readable resources answer `HEAD`.
//!
//! Stages: gateway.

use postern_tests::client::{Answer, Call};
use postern_tests::{Options, Stage, manifest, marker, shared};
use std::fs;

const PAGE: &str = "https://app.example.com";

/// The policies of the tests, with this added to `gateway.toml`.
fn stage(cors: &str) -> (Stage, tempfile::TempDir) {
    let policies = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(manifest::repository().join("tests/policies")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), policies.path().join(entry.file_name())).unwrap();
    }
    let file = policies.path().join("gateway.toml");
    fs::write(&file, format!("{}\n{cors}", fs::read_to_string(&file).unwrap())).unwrap();
    let options = Options { policies: Some(policies.path().to_owned()), ..Options::default() };
    (Stage::with(options), policies)
}

fn preflight(stage: &Stage, origin: &str, headers: &str) -> Call {
    let call = stage.gateway.call("OPTIONS", "/v1/chat/completions").header("origin", origin);
    let call = call.header("access-control-request-method", "POST");
    call.header("access-control-request-headers", headers)
}

fn no_permission(answer: &Answer) -> bool {
    !answer.headers.iter().any(|(name, _)| name.starts_with("access-control-"))
}

#[tokio::test]
async fn a_page_that_is_listed_may_call_and_read_answers_and_refusals() {
    let (stage, _policies) =
        stage(&format!("[cors]\norigins = [\"{PAGE}\"]\nheaders = [\"x-page\"]\nmax_age_s = 60\n"));
    let asked = "authorization,content-type,x-page,x-stainless-os,x-unknown";
    let answer = preflight(&stage, PAGE, asked).send().await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE));
    assert_eq!(
        answer.header("access-control-allow-headers"),
        Some("authorization, content-type, x-page, x-stainless-os")
    );
    assert!(answer.header("access-control-allow-methods").unwrap().contains("POST"));
    assert_eq!(answer.header("access-control-max-age"), Some("60"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    let answers = [
        stage.ask("plain-model", &marker()).header("origin", PAGE).send().await,
        stage.ask_streamed("plain-model", &marker()).header("origin", PAGE).send().await,
        stage.gateway.call("GET", "/v1/models").header("origin", PAGE).send().await,
        stage.gateway.call("GET", "/nowhere").header("origin", PAGE).send().await,
        stage.ask("error-500", &marker()).header("origin", PAGE).send().await,
    ];
    assert_eq!(
        answers.iter().map(|answer| answer.status).collect::<Vec<_>>(),
        [200, 200, 401, 404, 502]
    );
    for answer in answers {
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some(PAGE),
            "{:?}",
            answer.headers
        );
        assert_eq!(answer.header("vary"), Some("origin"));
        let exposed = answer.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("x-request-id"), "{exposed}");
    }
}

#[tokio::test]
async fn a_page_that_is_not_listed_may_not() {
    let (stage, _policies) =
        stage(&format!("[cors]\norigins = [\"{PAGE}\"]\ncredentials = true\n"));
    for origin in [
        "https://evil.example",
        "null",
        "https://app.example.com.evil.example",
        "http://app.example.com",
    ] {
        let answer = preflight(&stage, origin, "authorization").send().await;
        assert_eq!(answer.status, 403, "{origin}");
        assert!(no_permission(&answer), "{:?}", answer.headers);
        // Clients other than browsers may send anything; a browser keeps the answer from the page.
        let answer = stage.ask("plain-model", &marker()).header("origin", origin).send().await;
        assert_eq!(answer.status, 200);
        assert!(no_permission(&answer), "{:?}", answer.headers);
        assert_eq!(
            answer.header("vary"),
            Some("origin"),
            "a cache must not give it to a page that is"
        );
    }
    let answer = preflight(&stage, PAGE, "authorization").send().await;
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
}

#[tokio::test]
async fn every_page_may_call_if_policy_says_so() {
    let (stage, _policies) = stage("[cors]\norigins = \"*\"\n");
    let answer = preflight(&stage, "https://any.example", "x-api-key").send().await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (204, Some("*")));
    let answer = stage.ask("plain-model", &marker()).header("origin", "null").send().await;
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
}

#[tokio::test]
async fn no_page_may_call_without_a_policy() {
    let stage = shared();
    let answer = preflight(stage, PAGE, "authorization").send().await;
    assert_eq!(answer.status, 405, "{}", answer.text());
    assert!(no_permission(&answer));
    let answer = stage.ask("plain-model", &marker()).header("origin", PAGE).send().await;
    assert!(no_permission(&answer) && answer.header("vary").is_none());
}

#[tokio::test]
async fn what_can_be_read_can_be_asked_for_by_its_head() {
    let stage = shared();
    for path in [
        "/",
        "/healthz",
        "/readyz",
        "/v1/models",
        "/v1/models/plain-model",
        "/v1/usage",
        "/v1/models/none",
        "/nowhere",
    ] {
        let get = stage.call("GET", path).send().await;
        let head = stage.call("HEAD", path).header("x-request-id", marker()).send().await;
        assert_eq!((head.status, head.body.len()), (get.status, 0), "{path}");
        for name in ["content-type", "content-length"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
    let id = marker();
    stage.call("HEAD", "/v1/models").header("x-request-id", id.as_str()).send().await;
    assert_eq!(stage.gateway.log_line(&id).await["outcome"], "complete");
    let answer = stage.call("HEAD", "/v1/chat/completions").send().await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    let answer = stage.call("DELETE", "/v1/models").send().await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
}
