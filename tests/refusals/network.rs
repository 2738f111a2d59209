//! The network, within the manifest's hosts.

use postern_tests::upstream::CREDENTIAL;
use postern_tests::{Gateway, Options, Upstream, manifest, marker, stage};
use std::fs;
use std::net::TcpListener;

#[tokio::test]
async fn a_host_that_the_manifest_does_not_name_is_not_reached_though_policy_does() {
    let (named, unnamed) = (Upstream::start(), TcpListener::bind("127.0.0.1:0").unwrap());
    unnamed.set_nonblocking(true).unwrap();
    let policies = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(manifest::repository().join("tests/policies")).unwrap() {
        let entry = entry.unwrap();
        let text = fs::read_to_string(entry.path()).unwrap();
        let origin = format!("http://{}", unnamed.local_addr().unwrap());
        fs::write(
            policies.path().join(entry.file_name()),
            text.replace("http://127.0.0.1:1", &origin),
        )
        .unwrap();
    }
    let gateway = Gateway::start(&Options {
        variables: stage::variables(&named),
        policies: Some(policies.path().to_owned()),
        ..Options::default()
    });
    let key = gateway.issue_key("tester");
    let ask = |model: &str| {
        let call = gateway.call("POST", "/v1/chat/completions").key(key.expose());
        call.body(stage::question(model, &marker()).to_string())
    };
    assert_eq!(ask("plain-model").send().await.status, 200);
    let answer = ask("unreachable").send().await;
    assert!(matches!(answer.status, 502 | 503), "{} {}", answer.status, answer.text());
    assert!(!answer.text().contains(CREDENTIAL));
    assert!(unnamed.accept().is_err(), "a connection was made");
}
