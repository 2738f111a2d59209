//! A model is asked before a rule acts. The vendor's `judge` does what a word in the text says.

use super::setup::{Client, Guarded, start_with};
use postern_tests::marker;
use postern_tests::upstream::OPINION;
use serde_json::Value;

const JUDGE: &str = r#"
[[model]]
name = "judge"
capabilities = ["chat"]
[[model.deployment]]
provider = "vendor"
upstream_model = "judge"
"#;

fn rules(direction: &str, more: &str) -> String {
    format!(
        r#"
[[list]]
name = "rivals"
terms = ["acme corp"]

[[rule]]
name = "no-rivals"
detectors = ["list:rivals"]
directions = ["{direction}"]
action = "ask"
model = "judge"
then = "block"
otherwise = "flag"
timeout_ms = 1_500
{more}
"#
    )
}

fn asking(direction: &str, more: &str) -> Guarded {
    start_with(&rules(direction, more), &[("models.toml", JUDGE)])
}

/// What the judge does, whether the rule acts then, what the record says, and why.
const WAYS: [(&str, bool, &str, Option<&str>); 6] = [
    ("agree", true, "agrees", None),
    ("disagree", false, "disagrees", None),
    ("unclear", true, "none", Some("unclear")),
    ("silent", true, "none", Some("timed_out")),
    ("broken", true, "none", Some("UpstreamUnreachable")),
    ("failing", true, "none", Some("UpstreamFailed")),
];

fn says(word: &str) -> String {
    format!("Is ACME Corp better? ({word}) I have heard so from all my friends and their cats.")
}

/// The bodies of the questions that contain a text.
fn questions(guarded: &Guarded, marker: &str) -> Vec<Value> {
    let asked = guarded.stage.upstream.requests(marker);
    asked.iter().map(|one| one.json()).filter(|body| body["model"] == "judge").collect()
}

/// The record of one question.
fn assert_recorded(line: &Value, direction: &str, opinion: &str, why: Option<&str>) {
    let asked = line["opinions"].as_array().unwrap();
    assert_eq!(asked.len(), 1, "{line}");
    let one = &asked[0];
    assert_eq!((one["in"].as_str(), one["rule"].as_str()), (Some(direction), Some("no-rivals")));
    assert_eq!((one["model"].as_str(), one["opinion"].as_str()), (Some("judge"), Some(opinion)));
    assert_eq!(one["why"].as_str(), why, "{line}");
    let is_counted = one["output_tokens"] == 23;
    assert_eq!(is_counted, matches!(why, None | Some("unclear")), "{line}");
    assert_eq!(line["guardrail"][0]["asked"], "judge", "{line}");
    assert!(!line.to_string().contains(OPINION) && !line.to_string().contains("ACME"), "{line}");
}

#[tokio::test]
async fn a_request_is_refused_unless_the_model_disagrees() {
    let guarded = asking("request", "");
    for (word, acts, opinion, why) in WAYS {
        for client in Client::ALL {
            let stream = client == Client::Messages;
            let case = format!("{word} {client:?}");
            let marker = marker();
            let said = format!("{} {marker}", says(word));
            let answer = guarded.ask(client, "sandbox", &said, stream).send().await;
            assert_eq!(answer.status, if acts { 400 } else { 200 }, "{case}: {}", answer.text());
            assert!(!answer.text().contains(OPINION), "{case}: {}", answer.text());
            let action = if acts { "block" } else { "flag" };
            let header = format!("list:rivals;in=request;action={action};count=1;asked=judge");
            assert_eq!(answer.header("x-postern-guardrail"), Some(header.as_str()), "{case}");
            assert_eq!(questions(&guarded, &marker).len(), 1, "{case}");
            let id = answer.header("x-request-id").unwrap().to_owned();
            let line = guarded.stage.gateway.log_line(&id).await;
            assert_recorded(&line, "request", opinion, why);
        }
    }
}

#[tokio::test]
async fn an_answer_is_ended_unless_the_model_disagrees() {
    let guarded = asking("answer", "");
    for (word, acts, opinion, why) in WAYS {
        for client in Client::ALL {
            let mut texts = Vec::new();
            for stream in [false, true] {
                let case = format!("{word} {client:?} {stream}");
                let answer = guarded.ask(client, "sandbox", &says(word), stream).send().await;
                assert_eq!(answer.status, 200, "{case}: {}", answer.text());
                let (text, end) = client.read(&answer, stream);
                assert_eq!(end == client.filtered(), acts, "{case}: {}", answer.text());
                assert_eq!(text.contains("ACME"), !acts, "{case}: {text}");
                assert!(!answer.text().contains(OPINION), "{case}: {}", answer.text());
                texts.push(text);
                let id = answer.header("x-request-id").unwrap().to_owned();
                let line = guarded.stage.gateway.log_line(&id).await;
                assert_eq!(line["outcome"], "complete", "{case}");
                assert_recorded(&line, "answer", opinion, why);
            }
            assert!(acts || texts[0] == texts[1], "{word} {client:?}: {texts:?}");
        }
    }
}

#[tokio::test]
async fn without_an_opinion_the_rule_can_let_pass() {
    let guarded = asking("request", "on_error = \"otherwise\"");
    for (word, acts, opinion, _) in WAYS {
        let answer = guarded.ask(Client::Chat, "sandbox", &says(word), false).send().await;
        let passes = !acts || opinion == "none";
        assert_eq!(answer.status, if passes { 200 } else { 400 }, "{word}: {}", answer.text());
    }
}

#[tokio::test]
async fn the_model_reads_what_the_vendor_reads() {
    let more = r#"
[[rule]]
name = "personal"
detectors = ["personal"]
action = "anonymise"
"#;
    let guarded = asking("request", more);
    let marker = marker();
    let said = format!("I am Anna Schmidt, anna.schmidt@firma.de. {} {marker}", says("disagree"));
    let answer = guarded.ask(Client::Chat, "plain-model", &said, false).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let sent = guarded.stage.upstream.requests(&marker);
    assert_eq!(sent.len(), 2, "the question and the request");
    for one in sent {
        for original in ["Anna", "anna.schmidt@firma.de"] {
            assert!(!one.text().contains(original), "{}", one.text());
        }
    }
    let question = &questions(&guarded, &marker)[0];
    let instruction = question["messages"][0]["content"].as_str().unwrap();
    assert!(instruction.contains("list:rivals") && !instruction.contains("ACME"), "{instruction}");
}

#[tokio::test]
async fn a_model_is_asked_whom_the_caller_may_not_use_but_not_where_a_policy_forbids_it() {
    let guarded = asking("request", "");
    let ask = |guarded: &Guarded| {
        let body = Client::Chat.body("sandbox", &says("disagree"), false).to_string();
        let call = guarded.stage.gateway.call("POST", "/v1/chat/completions");
        call.key(guarded.stage.restricted_key.expose()).body(body)
    };
    let body = Client::Chat.body("judge", "hello", false).to_string();
    let call = guarded.stage.gateway.call("POST", "/v1/chat/completions");
    let itself = call.key(guarded.stage.restricted_key.expose()).body(body).send().await;
    assert_eq!(itself.status, 404, "{}", itself.text());
    assert_eq!(ask(&guarded).send().await.status, 200);
    let forbids = r#"
@id("no-vendor")
forbid (principal, action, resource in Provider::"vendor");
"#;
    let more = [("models.toml", JUDGE), ("authorization.cedar", forbids)];
    let guarded = start_with(&rules("request", ""), &more);
    let answer = ask(&guarded).send().await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    let id = answer.header("x-request-id").unwrap().to_owned();
    let line = guarded.stage.gateway.log_line(&id).await;
    assert_eq!(line["opinions"][0]["why"], "not_served", "{line}");
}

#[tokio::test]
async fn a_question_counts_for_the_caller() {
    let plan = "[[plan]]\nname = \"few\"\nlimits = [{ scope = \"key\", unit = \"requests\", per = \"day\", amount = 3 }]";
    let more = [
        ("models.toml", JUDGE),
        ("plans.toml", plan),
        ("consumers.toml", "[[consumer]]\nname = \"counted\"\nmodels = [\"*\"]\nplan = \"few\""),
    ];
    let guarded = start_with(&rules("request", ""), &more);
    let key = guarded.stage.gateway.issue_key("counted");
    let ask = || {
        let body = Client::Chat.body("sandbox", &says("disagree"), false).to_string();
        let call = guarded.stage.gateway.call("POST", "/v1/chat/completions");
        call.key(key.expose()).body(body)
    };
    // The question and the request are two; the third is a question, whose request has none left.
    assert_eq!(ask().send().await.status, 200);
    assert_eq!(ask().send().await.status, 429);
    // A question that cannot be paid for has no answer.
    let answer = ask().send().await;
    assert_eq!(answer.status, 400, "{}", answer.text());
    let id = answer.header("x-request-id").unwrap().to_owned();
    let line = guarded.stage.gateway.log_line(&id).await;
    assert_eq!(line["opinions"][0]["why"], "limit_reached", "{line}");
}

#[tokio::test]
async fn a_stream_gets_the_verdict_of_the_same_text_whole() {
    let rules = rules("answer", "").replace("then = \"block\"", "then = \"redact\"");
    let guarded = start_with(&rules, &[("models.toml", JUDGE)]);
    let mut seen = std::collections::BTreeSet::new();
    for length in 0..8 {
        let said =
            format!("Is ACME Corp better? {}", "I have heard so, and so on. ".repeat(length));
        let said = format!("{said}{} Or is ACME Corp worse?", "x".repeat(length));
        let mut texts = Vec::new();
        for stream in [false, true] {
            let answer = guarded.ask(Client::Chat, "sandbox", &said, stream).send().await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            texts.push(Client::Chat.read(&answer, stream).0);
        }
        assert_eq!(texts[0], texts[1], "{said}");
        seen.insert(texts[0].matches("[rivals]").count());
    }
    assert!(seen.len() > 1, "the model has one opinion on all: {seen:?}");
}
