//! The guardrails under `examples/`: a component that stands before the built-in one, by one line of `spin.toml`.

use super::setup::{Client, Guarded, start_before};
use postern_tests::{manifest, marker};
use serde_json::Value;
use std::sync::LazyLock;

const EXAMPLES: [&str; 2] = ["guardrail-rust", "guardrail-python"];

const RULES: &str = r#"
[[list]]
name = "rivals"
terms = ["acme corp"]

[[rule]]
name = "personal"
detectors = ["personal"]
directions = ["request"]
action = "anonymise"

[[rule]]
name = "no-rivals"
detectors = ["list:rivals"]
directions = ["answer"]
action = "redact"
"#;

/// A gateway with each of them, shared by the tests: each is a composition of its own, which takes long to compile.
fn each() -> impl Iterator<Item = (&'static str, &'static Guarded)> {
    static RUNNING: [LazyLock<Guarded>; 2] = [
        LazyLock::new(|| start_before(RULES, EXAMPLES[0])),
        LazyLock::new(|| start_before(RULES, EXAMPLES[1])),
    ];
    EXAMPLES.into_iter().zip(RUNNING.iter().map(|running| &**running))
}

#[test]
fn every_example_is_tested() {
    let folder = std::fs::read_dir(manifest::repository().join("examples")).unwrap();
    let entries = folder.map(Result::unwrap).filter(|entry| entry.file_type().unwrap().is_dir());
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    let mut tested = EXAMPLES.map(str::to_owned);
    tested.sort();
    assert_eq!(names, tested);
}

#[tokio::test]
async fn a_project_is_refused_in_every_dialect_and_the_vendor_sees_nothing_of_it() {
    for (example, guarded) in each() {
        for client in Client::ALL {
            for stream in [false, true] {
                let case = format!("{example} {client:?} {stream}");
                let marker = marker();
                let said = format!("PRJ-1234 and PRJ-0007 are late. {marker}");
                let answer = guarded.ask(client, "plain-model", &said, stream).send().await;
                assert_eq!(answer.status, 400, "{case}: {}", answer.text());
                let text = answer.text();
                assert!(text.contains("internal projects") && !text.contains("1234"), "{text}");
                assert!(guarded.stage.upstream.requests(&marker).is_empty(), "{case}");
                let found = finding(guarded, answer.header("x-request-id").unwrap()).await;
                assert_eq!(found["detector"], "project_code", "{case}: {found}");
                assert_eq!(found["rule"], "no-projects", "{case}: {found}");
                assert_eq!(found["action"], "block", "{case}: {found}");
                assert_eq!(found["count"], 2, "{case}: {found}");
            }
        }
    }
}

/// What the record says of the wrapper's finding.
async fn finding(guarded: &Guarded, request_id: &str) -> Value {
    let line = guarded.stage.gateway.log_line(request_id).await;
    assert_eq!(line["outcome"], "refused", "{line}");
    let findings = line["guardrail"].as_array().cloned().unwrap_or_default();
    let ours = findings.into_iter().find(|finding| finding["detector"] == "project_code");
    ours.unwrap_or_else(|| panic!("no finding of the wrapper: {line}"))
}

#[tokio::test]
async fn a_project_is_found_however_json_spells_it_and_nothing_else_is_one() {
    for (example, guarded) in each() {
        for (written, status) in [
            ("PRJ-1234", 400),
            (r"PRJ\u002d1234", 400),
            (r"\u0050RJ-\u0031234", 400),
            ("PRJ-1234PRJ-12345", 400),
            (r"\ud83d\ude00 PRJ-1234 \n", 400),
            ("PRJ-12345", 200),
            ("PRJ-123", 200),
            ("PRJ-", 200),
            ("prj 1234", 200),
            (r"PRJ\n-1234", 200),
            ("", 200),
        ] {
            let body = r#"{"model":"sandbox","messages":[{"role":"user","content":"a SAID"}]}"#;
            let call = guarded.stage.chat_text(&body.replace("SAID", written));
            let answer = call.send().await;
            assert_eq!(answer.status, status, "{example} {written}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn all_else_is_the_built_in_ones_whole_and_streamed() {
    const SAID: &str = "I am Anna Schmidt, anna.schmidt@firma.de. Is ACME Corp better than you?";
    for (example, guarded) in each() {
        for client in Client::ALL {
            for stream in [false, true] {
                let case = format!("{example} {client:?} {stream}");
                let answer = guarded.ask(client, "sandbox", SAID, stream).send().await;
                assert_eq!(answer.status, 200, "{case}: {}", answer.text());
                let header = answer.header("x-postern-guardrail").unwrap_or_default();
                assert!(header.contains("email;in=request;action=anonymise;count=1"), "{header}");
                let (text, _) = client.read(&answer, stream);
                // The originals are there again, and what no answer may say is not.
                assert!(text.contains("Anna Schmidt, anna.schmidt@firma.de"), "{case}: {text}");
                assert!(text.contains("Is [rivals] better"), "{case}: {text}");
            }
        }
        let marker = marker();
        let said = format!("{SAID} {marker}");
        let answer = guarded.ask(Client::Chat, "plain-model", &said, false).send().await;
        assert_eq!(answer.status, 200, "{example}: {}", answer.text());
        let sent = guarded.stage.upstream.request(&marker).text();
        assert!(!sent.contains("Schmidt") && sent.contains("@example.com"), "{example}: {sent}");
    }
}

#[tokio::test]
async fn without_readable_rules_nothing_passes() {
    // Compiled by then.
    each().for_each(drop);
    for example in EXAMPLES {
        let guarded = start_before("nonsense = [", example);
        let answer = guarded.ask(Client::Chat, "sandbox", "Hello", false).send().await;
        assert_eq!(answer.status, 503, "{example}: {}", answer.text());
        let ready = guarded.stage.gateway.call("GET", "/readyz").send().await;
        assert_eq!(ready.status, 503, "{example}: {}", ready.text());
    }
}
