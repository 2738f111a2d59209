//! Readiness: the gateway serves completely, or not at all.
//!
//! Stages: gateway, auth, router.

mod compiled;
mod spare;

use postern_tests::{Gateway, Options, eventually, manifest, marker, shared};
use std::fs;

#[tokio::test]
async fn is_alive_and_ready() {
    let gateway = &shared().gateway;
    for path in ["/healthz", "/readyz"] {
        assert_eq!(gateway.call("GET", path).send().await.status, 200, "{path}");
    }
}

/// Agents ask for it first, without a credential.
#[tokio::test]
async fn says_what_is_here_and_nothing_of_what_runs_here() {
    let gateway = &shared().gateway;
    let get = gateway.call("GET", "/").send().await;
    assert_eq!((get.status, get.header("content-type")), (200, Some("text/plain; charset=utf-8")));
    let text = get.text();
    assert!(text.starts_with("Postern") && text.lines().count() == 1, "{text}");
    assert!(!text.contains(|sign: char| sign.is_ascii_digit() && sign != '1'), "{text}");
    let head = gateway.call("HEAD", "/").send().await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[tokio::test]
async fn serves_nothing_with_policies_that_cannot_be_read() {
    for (file, text) in [
        ("consumers.toml", "[[consumer]]\nname = 1\n"),
        ("models.toml", "not toml"),
        ("routes.toml", "[[route]]\nalias = \"a\"\nmodels = [\"no-such-model\"]\n"),
        ("gateway.toml", "[request]\nmax_body_byte = 1\n"),
    ] {
        let policies = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(manifest::repository().join("tests/policies")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), policies.path().join(entry.file_name())).unwrap();
        }
        fs::write(policies.path().join(file), text).unwrap();
        let options = Options { policies: Some(policies.path().to_owned()), ..Options::default() };
        let gateway = Gateway::start(&options);
        let key = gateway.issue_key("tester");
        assert_eq!(gateway.call("GET", "/healthz").send().await.status, 200, "{file}");
        let ready = gateway.call("GET", "/readyz").send().await;
        assert_eq!(ready.status, 503, "{file}: {}", ready.text());
        let body = postern_tests::stage::question("sandbox", &marker()).to_string();
        let call = gateway.call("POST", "/v1/chat/completions").key(key.expose()).body(body);
        let answer = call.send().await;
        assert_eq!(answer.status, 503, "{file}: {}", answer.text());
        // The operator learns the file; the client does not.
        eventually(file, || gateway.log().contains(file).then_some(())).await;
        assert!(!answer.text().contains(".toml"), "{}", answer.text());
    }
}
