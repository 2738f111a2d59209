//! Errors of vendors, and errors as clients are told them.

use crate::fixtures::json;
use postern_dialect::anthropic::{
    Card, Wanted, count_answer, decode, error, explain, model_card, models_page,
};
use postern_fault::{Blame, Fault, Kind};
use serde_json::json;

fn body(kind: &str, message: &str) -> String {
    json!({
        "type": "error",
        "error": { "type": kind, "message": message },
        "request_id": "req_1",
    })
    .to_string()
}

#[test]
fn each_of_anthropics_errors_has_its_meaning() {
    for (status, word, kind, retryable) in [
        (400, "invalid_request_error", Kind::InvalidRequest, false),
        (401, "authentication_error", Kind::UpstreamFailed, true),
        (402, "billing_error", Kind::UpstreamFailed, true),
        (403, "permission_error", Kind::UpstreamFailed, true),
        (404, "not_found_error", Kind::UpstreamFailed, true),
        (413, "request_too_large", Kind::TooLarge, false),
        (429, "rate_limit_error", Kind::RateLimited, true),
        (500, "api_error", Kind::UpstreamFailed, true),
        (504, "timeout_error", Kind::UpstreamTimeout, true),
        (529, "overloaded_error", Kind::Overloaded, true),
    ] {
        let fault = explain(status, &[], &body(word, "why"));
        assert_eq!((fault.kind, fault.retryable), (kind, retryable), "{word}");
    }
}

#[test]
fn says_when_to_come_back_and_why_a_request_is_refused() {
    let headers = [("Retry-After".to_owned(), "7".to_owned())];
    let fault = explain(429, &headers, &body("rate_limit_error", "slow"));
    assert_eq!(fault.retry_after_ms, Some(7_000));
    let fault = explain(400, &headers, &body("invalid_request_error", "max_tokens: too high"));
    assert_eq!((fault.public.as_str(), fault.retry_after_ms), ("max_tokens: too high", None));
    let long = explain(400, &[], &body("invalid_request_error", "prompt is too long: 2 > 1"));
    assert_eq!(long.code.as_deref(), Some("context_length_exceeded"));
    let poor = "Your credit balance is too low to access the Anthropic API.";
    let fault = explain(400, &[], &body("invalid_request_error", poor));
    assert_eq!((fault.kind, fault.blame), (Kind::UpstreamFailed, Blame::Gateway));
}

#[test]
fn clients_get_anthropics_error_object_and_status() {
    for (kind, status, word) in [
        (Kind::InvalidRequest, 400, "invalid_request_error"),
        (Kind::Unauthenticated, 401, "authentication_error"),
        (Kind::Forbidden, 403, "permission_error"),
        (Kind::ModelNotFound, 404, "not_found_error"),
        (Kind::NoEligibleDeployment, 422, "invalid_request_error"),
        (Kind::TooLarge, 413, "request_too_large"),
        (Kind::RateLimited, 429, "rate_limit_error"),
        (Kind::Overloaded, 529, "overloaded_error"),
        (Kind::UpstreamTimeout, 504, "timeout_error"),
        (Kind::UpstreamInvalid, 502, "api_error"),
        (Kind::Unavailable, 503, "api_error"),
    ] {
        let fault = Fault::new(kind, "why").with_private("not to be told");
        assert_eq!(error::status(&fault), status);
        let expected = json!({ "type": "error", "error": { "type": word, "message": "why" } });
        assert_eq!(json(&error::body(&fault)), expected);
    }
    let event = error::event(&Fault::new(Kind::Overloaded, "why"));
    assert!(
        event.starts_with("event: error\ndata: {\"type\":\"error\"") && event.ends_with("}\n\n")
    );
}

fn wanted(limit: Option<&str>, after: Option<&str>, before: Option<&str>) -> Wanted {
    Wanted {
        limit: limit.map(str::to_owned),
        after_id: after.map(str::to_owned),
        before_id: before.map(str::to_owned),
    }
}

fn five() -> Vec<Card> {
    ["a", "b", "c", "d", "e"].map(|id| Card { id: id.to_owned(), ..Card::default() }).into()
}

#[test]
fn counts_and_models_have_anthropics_shape() {
    assert_eq!(json(&count_answer(12)), json!({ "input_tokens": 12 }));
    let cards = five();
    // As the reference says of each: the page, whether there is more in its direction, its first and its last.
    for (wanted, expected, has_more) in [
        (wanted(None, None, None), "abcde", false),
        (wanted(Some("2"), None, None), "ab", true),
        (wanted(Some("2"), Some("b"), None), "cd", true),
        (wanted(Some("2"), Some("d"), None), "e", false),
        (wanted(Some("2"), Some("e"), None), "", false),
        (wanted(Some("2"), None, Some("d")), "bc", true),
        (wanted(Some("2"), None, Some("c")), "ab", false),
        (wanted(Some("2"), None, Some("a")), "", false),
        (wanted(Some("1000"), None, None), "abcde", false),
    ] {
        let page = json(&models_page(&cards, &wanted).unwrap());
        let ids: String = page["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|card| card["id"].as_str().unwrap())
            .collect();
        assert_eq!((ids.as_str(), &page["has_more"]), (expected, &json!(has_more)), "{wanted:?}");
        let ends = (page["first_id"].as_str(), page["last_id"].as_str());
        let first = expected.get(..1);
        let last = expected.len().checked_sub(1).and_then(|at| expected.get(at..));
        assert_eq!(ends, (first, last), "{wanted:?}");
    }
}

#[test]
fn a_page_that_is_none_is_refused_and_sizes_and_days_are_told() {
    let cards = five();
    for (wanted, param) in [
        (wanted(Some("0"), None, None), "limit"),
        (wanted(Some("1001"), None, None), "limit"),
        (wanted(Some("x"), None, None), "limit"),
        (wanted(None, Some("z"), None), "after_id"),
        (wanted(None, None, Some("z")), "before_id"),
        (wanted(None, Some("a"), Some("b")), "before_id"),
    ] {
        let fault = models_page(&cards, &wanted).unwrap_err();
        assert_eq!(fault.param.as_deref(), Some(param), "{wanted:?}");
    }
    let many: Vec<Card> =
        (0..30).map(|at| Card { id: format!("m{at:02}"), ..Card::default() }).collect();
    let page = json(&models_page(&many, &Wanted::default()).unwrap());
    assert_eq!((page["data"].as_array().unwrap().len(), &page["has_more"]), (20, &json!(true)));
    assert_eq!(json(&models_page(&[], &Wanted::default()).unwrap())["first_id"], json!(null));
    let card = Card {
        created_unix_s: Some(1_759_104_000),
        context_tokens: Some(200_000),
        max_output_tokens: Some(64_000),
        ..cards[0].clone()
    };
    assert_eq!(
        json(&model_card(&card)),
        json!({ "type": "model", "id": "a", "display_name": "a", "created_at": "2025-09-29T00:00:00Z",
            "lifecycle": "active", "max_input_tokens": 200_000, "max_tokens": 64_000 })
    );
    assert_eq!(json(&model_card(&cards[0]))["created_at"], "1970-01-01T00:00:00Z");
}

/// The tool runners of the official SDKs send the whole conversation when they are told so.
#[test]
fn a_conversation_that_the_vendor_does_not_keep_is_refused_by_the_code_that_sdks_act_upon() {
    for thread in
        [json!({ "type": "create" }), json!({ "type": "continue", "previous_message_id": "m" })]
    {
        let body = json!({ "model": "m", "max_tokens": 9, "messages": [], "thread": thread });
        let fault = decode(&body.to_string()).unwrap_err();
        assert_eq!((error::status(&fault), fault.param.as_deref()), (400, Some("thread")));
        let told = json(&error::body(&fault));
        assert_eq!(told["error"]["details"], json!({ "error_code": "thread_unsupported_request" }));
    }
    let lost = json!({
        "type": "error",
        "error": {
            "type": "not_found_error",
            "message": "gone",
            "details": { "error_code": "thread_not_found" },
        },
    });
    let fault = explain(404, &[], &lost.to_string());
    assert!(!fault.retryable, "{fault:?}");
    let told = json(&error::body(&fault));
    assert_eq!((&told["error"]["message"], error::status(&fault)), (&json!("gone"), 400));
    assert_eq!(told["error"]["details"]["error_code"], "thread_not_found");
}
