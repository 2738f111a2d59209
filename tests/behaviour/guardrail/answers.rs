//! What leaves for the client. The sandbox quotes the user, and so says what the rules look for.

use super::setup::{Client, start};
use std::time::{Duration, Instant};

fn rules(action: &str) -> String {
    let message = match action {
        "redact" => "",
        _ => r#"message = "I can tell you about our own products only.""#,
    };
    format!(
        r#"
[stream]
hold_back_characters = 64
hold_back_ms = 400

[[list]]
name = "rivals"
terms = ["acme corp"]

[[rule]]
name = "no-rivals"
detectors = ["list:rivals"]
directions = ["answer"]
action = "{action}"
{message}
"#
    )
}

const SAID: &str =
    "Is ACME Corp better? I have heard so from all of my friends and from their cats.";

#[tokio::test]
async fn an_answer_is_ended_in_the_words_of_its_dialect() {
    for action in ["block", "replace"] {
        let guarded = start(&rules(action));
        for client in Client::ALL {
            for stream in [false, true] {
                let case = format!("{action} {client:?} {stream}");
                let answer = guarded.ask(client, "sandbox", SAID, stream).send().await;
                assert_eq!(answer.status, 200, "{case}: {}", answer.text());
                let (text, end) = client.read(&answer, stream);
                assert_eq!(end, client.filtered(), "{case}: {}", answer.text());
                assert!(!text.to_lowercase().contains("acme"), "{case}: {text}");
                assert_eq!(
                    text.contains("our own products"),
                    action == "replace",
                    "{case}: {text}"
                );
                assert!(
                    answer.text().contains(r#""rule":"no-rivals""#),
                    "{case}: {}",
                    answer.text()
                );
                let id = answer.header("x-request-id").unwrap().to_owned();
                let line = guarded.stage.gateway.log_line(&id).await;
                assert_eq!(line["outcome"], "complete", "{case}");
                assert_eq!(line["guardrail"][0]["detector"], "list:rivals", "{case}: {line}");
            }
        }
    }
}

#[tokio::test]
async fn an_answer_is_redacted_whole_and_streamed_alike() {
    let guarded = start(&rules("redact"));
    for client in Client::ALL {
        let mut texts = Vec::new();
        for stream in [false, true] {
            let answer = guarded.ask(client, "sandbox", SAID, stream).send().await;
            assert_eq!(answer.status, 200, "{client:?} {stream}: {}", answer.text());
            let (text, end) = client.read(&answer, stream);
            assert!(!text.to_lowercase().contains("acme"), "{client:?} {stream}: {text}");
            assert!(text.contains("Is [rivals] better?"), "{client:?} {stream}: {text}");
            assert_ne!(end, client.filtered());
            texts.push(text);
        }
        assert_eq!(texts[0], texts[1], "{client:?}");
    }
}

#[tokio::test]
async fn what_is_held_back_leaves_in_its_time() {
    let guarded = start(&rules("redact"));
    // 200 ms before each token: 64 characters are some three seconds.
    let call = guarded.ask(Client::Chat, "sandbox-slow", "Hello there, how are you?", true);
    let mut open = call.open().await;
    let began = Instant::now();
    while let Ok(Some(_)) = open.next().await {
        let text = open.text();
        if text.contains(r#""content":"#)
            && text.split(r#""content":""#).skip(1).any(|rest| !rest.starts_with('"'))
        {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{text}");
    }
    assert!(began.elapsed() < Duration::from_secs(10), "{}", open.text());
}

#[tokio::test]
async fn a_disclaimer_ends_an_answer_whole_and_streamed_alike() {
    let guarded = start(
        r#"
[[rule]]
name = "health"
detectors = ["medical_advice"]
directions = ["answer"]
action = "flag"
disclaimer = "This is not medical advice."
"#,
    );
    let said = "You should take 400 mg of ibuprofen every six hours.";
    for client in Client::ALL {
        for stream in [false, true] {
            let answer = guarded.ask(client, "sandbox", said, stream).send().await;
            let (text, end) = client.read(&answer, stream);
            assert!(
                text.ends_with("\n\nThis is not medical advice."),
                "{client:?} {stream}: {text}"
            );
            assert_eq!(text.matches("This is not").count(), 1, "{client:?} {stream}: {text}");
            assert_ne!(end, client.filtered());
        }
    }
}
