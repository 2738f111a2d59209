//! The limits that a client is told with every answer, and the effects of plans other than refusals.

use super::{metered, prompt_tokens};
use postern_tests::client::Answer;
use postern_tests::limited::{Counting, Limited, Setup, within_one_window};
use postern_tests::marker;
use serde_json::{Value, json};
use std::sync::LazyLock;

const PLANS: &str = r#"
[[plan]]
name = "rates"
limits = [
  { scope = "consumer", unit = "requests", per = "minute", amount = 10 },
  { scope = "consumer", unit = "requests", per = "day", amount = 10_000 },
  { scope = "consumer", unit = "tokens", per = "hour", amount = 50_000 },
  { scope = "consumer", unit = "input_tokens", per = "hour", amount = 20_000 },
  { scope = "consumer", unit = "output_tokens", per = "hour", amount = 30_000 },
]

[[plan]]
name = "warned"
limits = [{ scope = "consumer", unit = "requests", per = "day", amount = 4, warn_at_percent = 50 }]

[[plan]]
name = "downgraded"
limits = [
  { scope = "consumer", unit = "usd", per = "month", amount = 0.0007, models = ["metered"], downgrade_to = "cheap" },
]

[[plan]]
name = "budget"
limits = [{ scope = "consumer", unit = "usd", per = "month", amount = 0.0007 }]

[[plan]]
name = "capped"
answer_tokens = 77
limits = [{ scope = "consumer", unit = "tokens", per = "day", amount = 100_000 }]

[[plan]]
name = "uncapped"
limits = [{ scope = "consumer", unit = "tokens", per = "day", amount = 100_000 }]
"#;

fn limited() -> &'static Limited {
    static LIMITED: LazyLock<Limited> = LazyLock::new(|| {
        let mut setup = Setup::new(PLANS);
        for (consumer, plan) in [
            ("openai", "rates"),
            ("anthropic", "rates"),
            ("warned", "warned"),
            ("downgraded", "downgraded"),
            ("spender", "budget"),
            ("capped", "capped"),
            ("uncapped", "uncapped"),
        ] {
            setup = setup.consumer(consumer, &format!("plan = \"{plan}\""));
        }
        setup.start(Counting::KeyValue)
    });
    &LIMITED
}

/// A number of a header.
fn number(answer: &Answer, name: &str) -> u64 {
    let value = answer.header(name).unwrap_or_else(|| panic!("no {name}: {:?}", answer.headers));
    value.parse().unwrap_or_else(|_| panic!("{name} is {value}"))
}

/// `1h2m3.5s`, `6m0s`, `8.64s`, `120ms`, as OpenAI writes them.
fn milliseconds(text: &str) -> f64 {
    let (mut ms, mut number) = (0.0, String::new());
    let mut units = text.chars().peekable();
    while let Some(each) = units.next() {
        let factor = match each {
            '0'..='9' | '.' => {
                number.push(each);
                continue;
            }
            'm' if units.next_if_eq(&'s').is_some() => 1.0,
            'h' => 3_600_000.0,
            'm' => 60_000.0,
            's' => 1_000.0,
            _ => panic!("{text} is no duration"),
        };
        ms += number.parse::<f64>().expect(text) * factor;
        number.clear();
    }
    assert!(number.is_empty(), "{text} is no duration");
    ms
}

#[tokio::test]
async fn openais_headers_say_what_is_left_and_follow_what_is_used() {
    within_one_window(60, 15).await;
    let limited = limited();
    let mut used = 0;
    for requests in 1..=3 {
        let mut body = metered("metered", &marker(), 100, 10);
        body["stream"] = (requests == 2).into();
        body["max_tokens"] = 60.into();
        let answer = limited.chat("openai", &body).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        // Of two limits of requests, the tighter one.
        assert_eq!(number(&answer, "x-ratelimit-limit-requests"), 10);
        assert_eq!(number(&answer, "x-ratelimit-remaining-requests"), 10 - requests);
        assert_eq!(number(&answer, "x-ratelimit-limit-tokens"), 50_000);
        // This request's reservation is not left any more.
        let left = 50_000 - used - prompt_tokens() - 60;
        assert_eq!(number(&answer, "x-ratelimit-remaining-tokens"), left);
        for (name, most_ms) in
            [("x-ratelimit-reset-requests", 60_000.0), ("x-ratelimit-reset-tokens", 3_600_000.0)]
        {
            let reset = milliseconds(answer.header(name).expect(name));
            assert!(reset > 0.0 && reset <= most_ms, "{name} is {reset}");
        }
        let of_another = answer.headers.iter().find(|(name, _)| name.starts_with("anthropic-"));
        assert_eq!(of_another, None);
        used += 110;
    }
}

#[tokio::test]
async fn anthropics_headers_say_what_is_left_and_follow_what_is_used() {
    within_one_window(60, 15).await;
    let limited = limited();
    let body = json!({
        "model": "metered",
        "max_tokens": 60,
        "messages": [{ "role": "user", "content": "How many ships passed?" }],
    });
    let mut left = Vec::new();
    for requests in 1..=3 {
        let call = limited.call("anthropic", "POST", "/v1/messages").body(body.to_string());
        let answer = call.send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let of = |what: &str| number(&answer, &format!("anthropic-ratelimit-{what}"));
        assert_eq!((of("requests-limit"), of("requests-remaining")), (10, 10 - requests));
        assert_eq!(of("tokens-limit"), 50_000);
        assert_eq!((of("input-tokens-limit"), of("output-tokens-limit")), (20_000, 30_000));
        left.push([
            of("tokens-remaining"),
            of("input-tokens-remaining"),
            of("output-tokens-remaining"),
        ]);
        for kind in ["requests", "tokens", "input-tokens", "output-tokens"] {
            let name = format!("anthropic-ratelimit-{kind}-reset");
            let reset = answer.header(&name).expect("a reset");
            // RFC 3339, in UTC: 2026-01-02T03:04:05Z.
            let shape: String =
                reset.chars().map(|each| if each.is_ascii_digit() { '0' } else { each }).collect();
            assert_eq!(shape, "0000-00-00T00:00:00Z", "{name}");
        }
        let of_another = answer.headers.iter().find(|(name, _)| name.starts_with("x-ratelimit-"));
        assert_eq!(of_another, None);
    }
    // The vendor's usage of the previous answer: 17 and 23.
    let (input, output) = postern_tests::upstream::USAGE;
    let by = [input + output, input, output];
    for (before, after) in left.iter().zip(left.iter().skip(1)) {
        let used: Vec<u64> =
            before.iter().zip(after).map(|(before, after)| before - after).collect();
        assert_eq!(used, by);
    }
}

#[tokio::test]
async fn a_soft_limit_warns_by_header_and_record_before_the_hard_one_refuses() {
    within_one_window(86_400, 30).await;
    let limited = limited();
    for (status, percent) in [(200, 25), (200, 50), (200, 75), (200, 100), (429, 0)] {
        let marker = marker();
        let answer = limited.ask("warned", "metered", &marker).send().await;
        assert_eq!(answer.status, status, "{}", answer.text());
        let warning = format!("{percent}% of 4 requests per day for the consumer `warned`");
        let line = limited.gateways[0].log_line(&marker).await;
        if percent < 50 {
            assert_eq!(answer.header("x-postern-limit-warning"), None);
            assert!(line["limits"]["warnings"].is_null(), "{line}");
        } else {
            assert_eq!(answer.header("x-postern-limit-warning"), Some(warning.as_str()));
            assert_eq!(line["limits"]["warnings"], json!([warning]));
        }
    }
}

/// Spends 0.00069 of 0.0007 dollars.
async fn spend(consumer: &str) -> Answer {
    let mut body = metered("metered", &marker(), 1_000, 900);
    body["max_tokens"] = 900.into();
    limited().chat(consumer, &body).send().await
}

#[tokio::test]
async fn a_budget_that_is_spent_is_told_as_such_and_not_worth_a_retry() {
    within_one_window(86_400, 30).await;
    assert_eq!(spend("spender").await.status, 200);
    let answer = spend("spender").await;
    assert_eq!(answer.refusal(), (429, "budget_exceeded".to_owned()), "{}", answer.text());
    let told = answer.error()["message"].as_str().unwrap().to_owned();
    assert!(told.contains("$0.0007 per month for the consumer `spender`"), "{told}");
    // 10⁻⁹ dollars: 700000 minus the cost of 1000 and 900 tokens.
    let left =
        format!("${}", postern_tests::limited::usd(700_000 - super::nano_usd(1_000, 0, 900)));
    assert!(told.contains(&format!("{} left", left.trim_end_matches('0'))), "{told}");
    let is_of_the_month_after_next_minute = number(&answer, "retry-after") > 60;
    let expected = is_of_the_month_after_next_minute.then_some("false");
    assert_eq!(answer.header("x-should-retry"), expected);
}

#[tokio::test]
async fn a_limit_may_name_a_cheaper_model_instead_of_refusing() {
    within_one_window(86_400, 30).await;
    let limited = limited();
    let first = spend("downgraded").await;
    assert_eq!(first.header("x-postern-served-by"), Some("vendor/metered"), "{}", first.text());
    assert_eq!(first.header("x-postern-downgraded-to"), None);
    for streamed in [false, true] {
        let marker = marker();
        let mut body = metered("metered", &marker, 1_000, 900);
        body["max_tokens"] = 900.into();
        body["stream"] = streamed.into();
        let call = limited.chat("downgraded", &body).header("x-request-id", marker.as_str());
        let answer = call.send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("x-postern-served-by"), Some("vendor/plain"));
        assert_eq!(answer.header("x-postern-downgraded-to"), Some("cheap"));
        assert_eq!(limited.upstream.request(&marker).json()["model"], "plain");
        let line = limited.gateways[0].log_line(&marker).await;
        assert_eq!(line["limits"]["downgraded_to"], "cheap", "{line}");
    }
}

#[tokio::test]
async fn a_plans_cap_is_sent_to_the_vendor_where_the_client_names_none() {
    let limited = limited();
    let caps = |marker: &str| {
        let body = limited.upstream.request(marker).json();
        ["max_tokens", "max_completion_tokens"].map(|name| body[name].clone())
    };
    for (consumer, model, client, sent) in [
        ("capped", "metered", None, Some(77)),
        ("capped", "metered", Some(("max_tokens", 12)), Some(12)),
        ("capped", "metered", Some(("max_completion_tokens", 200)), Some(200)),
        // The vendor itself ends at the model's cap.
        ("uncapped", "metered", None, None),
        // And without any cap, at the reserved default, which fits into any context.
        ("uncapped", "unbounded", None, Some(4_096)),
    ] {
        let marker = marker();
        let mut body = metered(model, &marker, 10, 5);
        if let Some((name, cap)) = client {
            body[name] = cap.into();
        }
        // What the client did not ask for is no loss, so that a strict request passes.
        let answer = limited.chat(consumer, &body).header("x-postern-strict", "true").send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let caps: Vec<_> = caps(&marker).into_iter().filter_map(|cap| cap.as_u64()).collect();
        let added = sent.filter(|_| client.is_none()).map(|cap| {
            format!("max_completion_tokens={cap}: a limit of the caller counts the answer's tokens")
        });
        assert_eq!(answer.header("x-postern-added"), added.as_deref(), "{consumer}, {model}");
        assert_eq!(answer.header("x-postern-losses"), None);
        let sent: Vec<u64> = sent.into_iter().collect();
        assert_eq!(caps, sent, "{consumer}, {model}, {client:?}");
    }
}

#[tokio::test]
async fn a_plans_cap_is_sent_whatever_words_and_nulls_the_body_has() {
    let limited = limited();
    let words = r#"what are "max_tokens": 1 and "max_completion_tokens": 2?"#;
    for (member, value) in [
        ("max_tokens", Value::Null),
        ("max_completion_tokens", Value::Null),
        ("metadata", json!({ "max_tokens": "3", "max_completion_tokens": "4" })),
        ("options", json!({ "num_predict": null, "max_tokens": null })),
    ] {
        let marker = marker();
        let mut body = metered("metered", &marker, 10, 5);
        body["messages"][0]["content"] = words.into();
        body[member] = value;
        let answer = limited.chat("capped", &body).send().await;
        assert_eq!(answer.status, 200, "{member}: {}", answer.text());
        let told = limited.upstream.request(&marker).json();
        let caps = ["max_tokens", "max_completion_tokens"].map(|name| told[name].as_u64());
        assert_eq!(caps.iter().flatten().collect::<Vec<_>>(), [&77], "{told}");
    }
    for (path, member) in [
        ("options.num_predict", json!({ "options": { "num_predict": 9 } })),
        ("extra_body.max_tokens", json!({ "extra_body": { "max_tokens": 9 } })),
        (
            "generationConfig.maxOutputTokens",
            json!({ "generationConfig": { "maxOutputTokens": 9 } }),
        ),
    ] {
        let marker = marker();
        let mut body = metered("metered", &marker, 10, 5);
        body.as_object_mut().unwrap().extend(member.as_object().unwrap().clone());
        let answer = limited.chat("capped", &body).send().await;
        assert_eq!(answer.refusal(), (400, "unknown_parameter".to_owned()), "{}", answer.text());
        assert_eq!(answer.error()["param"], path);
        assert!(limited.upstream.requests(&marker).is_empty());
    }
}

#[tokio::test]
async fn usage_of_a_model_is_told_when_it_is_asked_for() {
    let limited = limited();
    let usage = |path: &'static str| limited.call("downgraded", "GET", path).send();
    let without = usage("/v1/usage").await.json();
    assert_eq!(without["plan"], "downgraded");
    assert_eq!(without["limits"], json!([]));
    let with = usage("/v1/usage?model=metered").await.json();
    let limit = &with["limits"][0];
    assert_eq!((&limit["amount"], &limit["models"]), (&"0.0007".into(), &json!(["metered"])));
    assert_eq!(usage("/v1/usage?model=cheap").await.json()["limits"], json!([]));
}
