//! What leaves for the vendor.

use super::setup::{Client, start};
use postern_tests::marker;
use serde_json::{Value, json};

const SAID: &str = "I am Anna Schmidt, anna.schmidt@firma.de, card 4111 1111 1111 1111.";
const ORIGINALS: [&str; 3] = ["Anna", "anna.schmidt@firma.de", "4111"];

fn rule(action: &str) -> String {
    format!(
        r#"
[[rule]]
name = "personal"
detectors = ["personal"]
directions = ["request"]
action = "{action}"
"#
    )
}

#[tokio::test]
async fn the_vendor_sees_placeholders_and_the_client_its_own_words() {
    let guarded = start(&rule("anonymise"));
    for client in Client::ALL {
        for stream in [false, true] {
            let answer = guarded.ask(client, "sandbox", SAID, stream).send().await;
            assert_eq!(answer.status, 200, "{client:?}: {}", answer.text());
            let (text, _) = client.read(&answer, stream);
            assert!(text.contains(SAID), "{client:?} {stream}: {text}");
            let header = answer.header("x-postern-guardrail").unwrap();
            assert!(header.contains("email;in=request;action=anonymise;count=1"), "{header}");
        }
        let marker = marker();
        let asked = guarded.ask(client, "plain-model", &format!("{SAID} {marker}"), false);
        assert_eq!(asked.send().await.status, 200, "{client:?}");
        let sent = guarded.stage.upstream.request(&marker).text();
        for original in ORIGINALS {
            assert!(!sent.contains(original), "{client:?} {original}: {sent}");
        }
        assert!(sent.contains("@example.com"), "{sent}");
    }
}

#[tokio::test]
async fn what_is_redacted_or_masked_does_not_come_back() {
    for (action, expected) in [("redact", "[email]"), ("mask", "****.*******@***ma.de")] {
        let guarded = start(&rule(action));
        let answer = guarded.ask(Client::Chat, "sandbox", SAID, true).send().await;
        let (text, _) = Client::Chat.read(&answer, true);
        assert!(text.contains(expected), "{text}");
        assert!(!text.contains("anna.schmidt"), "{text}");
    }
}

#[tokio::test]
async fn a_blocked_request_is_refused_before_anything_is_sent() {
    let guarded = start(&rule("block"));
    for client in Client::ALL {
        for stream in [false, true] {
            let marker = marker();
            let said = format!("{SAID} {marker}");
            let answer = guarded.ask(client, "plain-model", &said, stream).send().await;
            assert_eq!(answer.status, 400, "{client:?}: {}", answer.text());
            let text = answer.text().to_owned();
            assert!(ORIGINALS.iter().all(|original| !text.contains(original)), "{text}");
            assert!(guarded.stage.upstream.requests(&marker).is_empty());
            let id = answer.header("x-request-id").unwrap().to_owned();
            let line = guarded.stage.gateway.log_line(&id).await;
            assert_eq!(line["outcome"], "refused");
            assert_eq!(line["guardrail"][0]["action"], "block", "{line}");
        }
    }
    assert!(!guarded.stage.gateway.log().contains("Schmidt"));
}

#[tokio::test]
async fn a_flagged_request_goes_out_as_it_is() {
    let guarded = start(&rule("flag"));
    let marker = marker();
    let body = json!({
        "model": "plain-model",
        "messages": [{"role": "user", "content": format!("{SAID} {marker}")}],
    });
    let answer = guarded.stage.chat(&body).send().await;
    assert_eq!(answer.status, 200);
    assert!(answer.header("x-postern-guardrail").is_some());
    let sent = guarded.stage.upstream.request(&marker).json();
    let mut expected: Value = body;
    expected["model"] = "plain".into();
    assert_eq!(sent, expected);
}
