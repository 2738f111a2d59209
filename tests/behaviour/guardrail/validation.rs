//! What an answer must satisfy, and what becomes of one that does not.

use super::setup::{Client, start};
use postern_tests::client::Answer;
use postern_tests::marker;
use serde_json::{Value, json};

/// The dialects that can ask for a schema.
const STRUCTURED: [Client; 3] = [Client::Chat, Client::Responses, Client::Messages];

fn rule(check: &str, action: &str, streams: &str) -> String {
    let streams =
        if streams.is_empty() { String::new() } else { format!("streams = \"{streams}\"") };
    format!("[[validation]]\nname = \"valid\"\n{check}\naction = \"{action}\"\n{streams}\n")
}

/// A request for an age, as a number.
fn structured(client: Client, model: &str, said: &str, stream: bool) -> Value {
    let schema = json!({"type": "object", "required": ["age"], "additionalProperties": false,
        "properties": {"age": {"type": "integer"}}});
    let mut body = client.body(model, said, stream);
    let format = json!({"type": "json_schema", "name": "person", "schema": schema});
    match client {
        Client::Chat => {
            let named = json!({"name": "person", "schema": schema});
            body["response_format"] = json!({"type": "json_schema", "json_schema": named});
        }
        Client::Responses => body["text"] = json!({"format": format}),
        Client::Messages => {
            body["output_format"] = json!({"type": "json_schema", "schema": schema});
        }
        Client::Completions => {}
    }
    body
}

struct Seen {
    answer: Answer,
    record: Value,
    /// What the vendor got.
    asked: Vec<Value>,
}

async fn ask(rules: &str, client: Client, body: impl Fn(&str) -> Value) -> Seen {
    let guarded = start(rules);
    let marker = marker();
    let answer = guarded.send(client, &body(&marker)).send().await;
    let id = answer.header("x-request-id").unwrap().to_owned();
    let record = guarded.stage.gateway.log_line(&id).await;
    let asked = guarded.stage.upstream.requests(&marker);
    let asked = asked.iter().map(|request| request.json()).collect();
    Seen { answer, record, asked }
}

#[tokio::test]
async fn a_valid_answer_passes() {
    for streams in ["cut", "hold"] {
        let rules = rule("json_schema = true\nmax_characters = 1_000", "block", streams);
        for client in STRUCTURED {
            for stream in [false, true] {
                let case = format!("{client:?} {stream} {streams}");
                let body = |_: &str| structured(client, "sandbox", "How old?", stream);
                let Seen { answer, record, .. } = ask(&rules, client, body).await;
                assert_eq!(answer.status, 200, "{case}: {}", answer.text());
                let (text, end) = client.read(&answer, stream);
                let said: Value = serde_json::from_str(&text).unwrap();
                assert!(said["age"].is_i64(), "{case}: {text}");
                assert_ne!(end, client.filtered(), "{case}");
                assert_eq!(answer.header("x-postern-guardrail"), None, "{case}");
                assert_eq!(record["outcome"], "complete", "{case}: {record}");
            }
        }
    }
}

#[tokio::test]
async fn an_invalid_answer_is_flagged() {
    for (client, check, said) in [
        (Client::Chat, "json_schema = true", "json_schema"),
        (Client::Responses, "json_schema = true", "json_schema"),
        (Client::Messages, "json_schema = true", "json_schema"),
        (Client::Completions, "max_characters = 5", "max_characters"),
    ] {
        for stream in [false, true] {
            let case = format!("{client:?} {stream}");
            let rules = rule(check, "flag", "");
            let body = |marker: &str| structured(client, "plain-model", marker, stream);
            let Seen { answer, record, .. } = ask(&rules, client, body).await;
            assert_eq!(answer.status, 200, "{case}: {}", answer.text());
            let (text, _) = client.read(&answer, stream);
            assert!(text.contains("lighthouse"), "{case}: {text}");
            let header = format!("{said};in=answer;action=flag;count=1");
            // The head of a stream has left before its end is known.
            let expected = (!stream).then_some(header.as_str());
            assert_eq!(answer.header("x-postern-guardrail"), expected, "{case}");
            assert_eq!(record["guardrail"][0]["action"], "flag", "{case}: {record}");
            assert_eq!(record["guardrail"][0]["rule"], "valid", "{case}");
            assert_eq!(record["outcome"], "complete", "{case}");
        }
    }
}

#[tokio::test]
async fn an_invalid_answer_is_refused_in_the_words_of_its_dialect() {
    for (client, check, said) in [
        (Client::Chat, "json_schema = true", "the answer must be JSON"),
        (Client::Responses, "json_schema = true", "the answer must be JSON"),
        (Client::Messages, "json_schema = true", "the answer must be JSON"),
        (Client::Completions, "max_characters = 5", "at most 5 are allowed"),
    ] {
        for stream in [false, true] {
            let case = format!("{client:?} {stream}");
            let rules = rule(check, "block", "hold") + "message = \"Sorry, that went wrong.\"\n";
            let body = |marker: &str| structured(client, "plain-model", marker, stream);
            let Seen { answer, record, asked } = ask(&rules, client, body).await;
            assert_eq!(answer.status, 502, "{case}: {}", answer.text());
            let message = answer.json()["error"]["message"].as_str().unwrap().to_owned();
            assert!(message.contains(said) && message.contains("Sorry, that"), "{case}: {message}");
            assert!(!answer.text().contains("lighthouse"), "{case}");
            if client != Client::Messages {
                assert_eq!(answer.json()["error"]["code"], "response_validation_failed", "{case}");
            }
            // The SDKs do not ask again by themselves.
            assert_eq!(answer.header("x-should-retry"), Some("false"), "{case}");
            assert!(
                answer.header("x-postern-guardrail").unwrap().contains("action=block"),
                "{case}"
            );
            assert_eq!(asked.len(), 1, "{case}");
            assert_eq!(record["outcome"], "refused", "{case}: {record}");
            assert_eq!(record["fault"]["code"], "response_validation_failed", "{case}");
            assert_eq!(record["output_tokens"], 23, "{case}: it is paid for");
        }
    }
}

#[tokio::test]
async fn an_answer_is_repaired_and_both_are_paid_for() {
    let rules = rule("json_schema = true", "repair", "hold");
    for client in STRUCTURED {
        for stream in [false, true] {
            let case = format!("{client:?} {stream}");
            let body = |marker: &str| structured(client, "repairs", marker, stream);
            let Seen { answer, record, asked } = ask(&rules, client, body).await;
            assert_eq!(answer.status, 200, "{case}: {}", answer.text());
            let (text, _) = client.read(&answer, stream);
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), json!({"age": 3}), "{case}");
            let header = answer.header("x-postern-guardrail");
            assert_eq!(header, Some("json_schema;in=answer;action=repair;count=1"), "{case}");
            let [first, second] = asked.as_slice() else { panic!("{case}: {asked:?}") };
            let (before, after) = (&first["messages"], &second["messages"]);
            assert_eq!(before[0], after[0], "{case}");
            assert!(after[1].to_string().contains("three"), "{case}: {after}");
            assert!(after[2].to_string().contains("/age: must be an integer"), "{case}: {after}");
            assert_eq!(first["response_format"], second["response_format"], "{case}");
            let used = (&record["input_tokens"], &record["output_tokens"]);
            assert_eq!(used, (&json!(2 * 17), &json!(2 * 23)), "{case}: {record}");
            assert_eq!(record["cost_nano_usd"], 2 * (17 * 1_000 + 23 * 2_000), "{case}");
            let attempts = record["attempts"].as_array().unwrap();
            assert_eq!(attempts.len(), 2, "{case}: {record}");
            assert!(attempts.iter().all(|one| one["deployment"] == "vendor/repairs"), "{case}");
        }
    }
}

#[tokio::test]
async fn an_answer_that_stays_invalid_is_refused_or_flagged() {
    for (unrepaired, status) in [("block", 502), ("flag", 200)] {
        let rules = rule("json_schema = true", "repair", "hold")
            + &format!("when_unrepaired = \"{unrepaired}\"\n");
        for client in STRUCTURED {
            let case = format!("{client:?} {unrepaired}");
            let body = |marker: &str| structured(client, "plain-model", marker, false);
            let Seen { answer, record, asked } = ask(&rules, client, body).await;
            assert_eq!((answer.status, asked.len()), (status, 2), "{case}: {}", answer.text());
            assert_eq!(record["guardrail"][0]["action"], "repair", "{case}: {record}");
            assert_eq!(record["guardrail"][1]["action"], unrepaired, "{case}: {record}");
            assert_eq!(record["output_tokens"], 2 * 23, "{case}");
        }
    }
}

#[tokio::test]
async fn what_has_no_further_turn_is_not_repaired() {
    let rules = rule("max_characters = 5", "repair", "hold");
    let body = |marker: &str| Client::Completions.body("plain-model", marker, false);
    let Seen { answer, record, asked } = ask(&rules, Client::Completions, body).await;
    assert_eq!((answer.status, asked.len()), (502, 1), "{}", answer.text());
    assert_eq!(record["guardrail"][0]["action"], "block", "{record}");
}

#[tokio::test]
async fn a_stream_that_is_not_held_does_not_end_as_a_complete_one() {
    let rules = rule("max_characters = 5", "block", "");
    for client in Client::ALL {
        let body = |marker: &str| client.body("plain-model", marker, true);
        let Seen { answer, record, .. } = ask(&rules, client, body).await;
        assert_eq!(answer.status, 200, "{client:?}: {}", answer.text());
        let (text, end) = client.read(&answer, true);
        assert!(text.starts_with("The lighthouse"), "{client:?}: {text}");
        assert_eq!(record["guardrail"][0]["action"], "block", "{client:?}: {record}");
        if matches!(client, Client::Chat | Client::Completions) {
            assert_eq!(end, client.filtered(), "{client:?}: {}", answer.text());
            assert!(answer.text().contains(r#""rule":"valid""#), "{client:?}");
            assert_eq!(record["outcome"], "complete", "{client:?}");
        } else {
            let events = answer.events();
            let mut ends = events.iter().rev().filter_map(|event| event.json());
            if client == Client::Responses {
                assert_eq!(ends.next().unwrap()["type"], "response.failed", "{}", answer.text());
            }
            let error = ends.next().unwrap();
            assert_eq!(error["type"], "error", "{client:?}: {}", answer.text());
            assert!(error.to_string().contains("at most 5 are allowed"), "{client:?}: {error}");
            assert_eq!(record["outcome"], "cut", "{client:?}");
        }
    }
}

#[tokio::test]
async fn arguments_of_tools_are_judged_in_every_dialect() {
    let rules = rule("tool_arguments = true", "block", "");
    let schema = |kind: &str| json!({"type": "object", "properties": {"city": {"type": kind}}});
    for client in STRUCTURED {
        for (kind, status) in [("string", 200), ("integer", 502)] {
            let body = |marker: &str| {
                let mut body = client.body("tools", marker, false);
                let declared = match client {
                    Client::Messages => json!({"name": "look", "input_schema": schema(kind)}),
                    Client::Responses => {
                        json!({"type": "function", "name": "look", "parameters": schema(kind)})
                    }
                    _ => json!({"type": "function",
                        "function": {"name": "look", "parameters": schema(kind)}}),
                };
                body["tools"] = json!([declared]);
                body
            };
            let Seen { answer, .. } = ask(&rules, client, body).await;
            assert_eq!(answer.status, status, "{client:?} {kind}: {}", answer.text());
            let said = answer.text().contains("/city: must be an integer");
            assert_eq!(said, status == 502, "{client:?}: {}", answer.text());
        }
    }
}

#[tokio::test]
async fn a_schema_that_cannot_be_checked_is_refused_before_anything_is_sent() {
    let rules = rule("json_schema = true", "block", "");
    for client in STRUCTURED {
        let body = |marker: &str| {
            let body = structured(client, "plain-model", marker, false).to_string();
            let body = body.replace(r#""type":"integer""#, r#""$ref":"https://a.example/s""#);
            serde_json::from_str(&body).unwrap()
        };
        let Seen { answer, asked, .. } = ask(&rules, client, body).await;
        assert_eq!(answer.status, 400, "{client:?}: {}", answer.text());
        assert!(answer.text().contains("names another document, which is not fetched"));
        assert!(asked.is_empty(), "{client:?}");
    }
}

#[tokio::test]
async fn a_repair_shows_the_vendor_no_original() {
    let rules = "[[rule]]\nname = \"p\"\ndetectors = [\"email\"]\naction = \"anonymise\"\n"
        .to_owned()
        + &rule("json_schema = true", "repair", "hold");
    for client in STRUCTURED {
        let body = |marker: &str| {
            structured(client, "plain-model", &format!("{marker} of anna@firma.de"), false)
        };
        let Seen { asked, .. } = ask(&rules, client, body).await;
        assert_eq!(asked.len(), 2, "{client:?}");
        for request in asked {
            let text = request.to_string();
            assert!(!text.contains("anna@firma.de") && text.contains("@example.com"), "{text}");
        }
    }
}
