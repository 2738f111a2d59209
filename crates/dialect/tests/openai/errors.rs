//! Vendors' errors, as faults; faults, as a client of this dialect is told them.

use postern_dialect::openai::{self, error};
use postern_fault::{Blame, Fault, Kind};
use serde_json::{Value, json};

fn explain(status: u16, body: &str) -> Fault {
    openai::explain(status, &[], body)
}

fn vendor(message: &str, kind: &str, param: Value, code: Value) -> String {
    json!({ "error": { "message": message, "type": kind, "param": param, "code": code } })
        .to_string()
}

#[test]
fn each_status_means_one_kind() {
    for (status, kind, retryable) in [
        (400, Kind::InvalidRequest, false),
        (401, Kind::UpstreamFailed, true),
        (402, Kind::UpstreamFailed, true),
        (403, Kind::UpstreamFailed, true),
        (404, Kind::UpstreamFailed, true),
        (405, Kind::UpstreamFailed, true),
        (408, Kind::UpstreamTimeout, true),
        (409, Kind::UpstreamFailed, true),
        (413, Kind::TooLarge, false),
        (422, Kind::InvalidRequest, false),
        (429, Kind::RateLimited, true),
        (500, Kind::UpstreamFailed, true),
        (502, Kind::UpstreamFailed, true),
        (503, Kind::Overloaded, true),
        (504, Kind::UpstreamTimeout, true),
        (529, Kind::Overloaded, true),
        (307, Kind::UpstreamFailed, true),
    ] {
        for body in ["", "{", "{}", "null", "<html>502 Bad Gateway</html>", r#"{"error":7}"#] {
            let fault = explain(status, body);
            assert_eq!((fault.kind, fault.retryable), (kind, retryable), "{status} {body}");
            assert!(!fault.public.contains("html"), "{}", fault.public);
            assert!(fault.private.unwrap().contains(&status.to_string()));
        }
    }
}

#[test]
fn what_the_vendor_finds_wrong_with_the_request_is_passed_on() {
    let body = vendor(
        "max_tokens is too large: 9.",
        "invalid_request_error",
        json!("max_tokens"),
        json!("invalid_value"),
    );
    for status in [400, 413, 422] {
        let fault = explain(status, &body);
        assert_eq!(fault.public, "max_tokens is too large: 9.");
        assert_eq!(fault.param.as_deref(), Some("max_tokens"));
        assert_eq!(fault.code.as_deref(), Some("invalid_value"));
        assert_eq!(fault.blame, Blame::Caller);
        assert!(!fault.private.unwrap().contains("too large"), "it could quote a prompt");
    }
}

#[test]
fn the_operator_is_told_known_words_and_no_sentence() {
    let body =
        vendor("filtered: 'hunter2'", "content_filter", Value::Null, json!("model_not_found"));
    let quoting = vendor("hunter2", "hunter2", json!("hunter2"), json!("hunter2"));
    for status in 300..600 {
        let private = explain(status, &body).private.unwrap();
        assert!(private.contains(&status.to_string()), "{private}");
        assert!(private.ends_with(", type content_filter, code model_not_found"), "{private}");
        let private = explain(status, &quoting).private.unwrap();
        assert!(!private.contains("hunter2"), "{private}");
    }
}

#[test]
fn reads_the_errors_of_servers_like_it() {
    for body in [
        r#"{"object":"error","message":"too long","type":"BadRequestError","param":null,"code":400}"#,
        r#"[{"error":{"message":"too long","code":400}}]"#,
        r#"{"error":"too long"}"#,
        r#"{"detail":"too long"}"#,
        r#"{"message":"too long"}"#,
        r#"{"type":"error","message":"outer","error":{"message":"too long"}}"#,
        r#"{"error":{"message":"too long","type":"x","par"#,
    ] {
        let fault = explain(400, body);
        assert_eq!((fault.public.as_str(), fault.code), ("too long", None), "{body}");
    }
}

#[test]
fn a_credential_never_reaches_either_voice() {
    let secret = "sk-proj-abc_DEF-123";
    for status in [400, 401, 403, 404, 429, 500] {
        for message in [
            format!("Incorrect API key provided: {secret}. Find yours."),
            format!("header 'Bearer {secret}' is wrong"),
            secret.to_owned(),
        ] {
            let body =
                vendor(&message, "invalid_request_error", Value::Null, json!("invalid_api_key"));
            let said = format!("{:?}", explain(status, &body));
            assert!(!said.contains("abc_DEF"), "{status}: {said}");
        }
    }
    let fault = explain(
        401,
        &vendor(
            "Bearer abcdef0123 is wrong; no risk-free or task-based key",
            "x",
            Value::Null,
            Value::Null,
        ),
    );
    assert_eq!((fault.blame, fault.public.contains("Bearer")), (Blame::Gateway, false));
}

#[test]
fn whatever_the_place_a_credential_is_masked_and_a_word_is_short() {
    let secret = "sk-proj-abc_DEF-123";
    let quoted = json!(format!("{secret} {}", "x".repeat(1_000)));
    let fault = explain(400, &vendor(secret, secret, quoted.clone(), quoted));
    let said = format!("{fault:?}");
    assert!(!said.contains("abc_DEF"), "{said}");
    assert!(said.len() < 1_000, "{said}");
}

#[test]
fn masking_a_long_text_is_linear() {
    let fault = explain(400, &vendor(&"sk-a ".repeat(2_000_000), "x", Value::Null, Value::Null));
    assert!(fault.public.starts_with("[masked] [masked] "));
}

#[test]
fn the_private_voice_is_short() {
    let body = vendor(&"é".repeat(5_000), "server_error", Value::Null, Value::Null);
    assert!(explain(401, &body).private.unwrap().chars().count() < 400);
    assert!(explain(400, &body).public.chars().count() <= 2_000);
}

#[test]
fn a_404_is_the_callers_only_if_it_names_what_the_caller_named() {
    let model = vendor(
        "The model `x` does not exist",
        "invalid_request_error",
        Value::Null,
        json!("model_not_found"),
    );
    let fault = explain(404, &model);
    assert_eq!(
        (fault.kind, fault.blame, fault.retryable),
        (Kind::UpstreamFailed, Blame::Gateway, true)
    );
    assert!(fault.private.unwrap().ends_with("code model_not_found"));
    let file =
        vendor("No such File object", "invalid_request_error", json!("file_id"), Value::Null);
    assert_eq!(explain(404, &file).kind, Kind::InvalidRequest);
}

#[test]
fn a_quota_that_is_used_up_is_not_a_rate_limit() {
    let body = vendor(
        "You exceeded your current quota",
        "insufficient_quota",
        Value::Null,
        json!("insufficient_quota"),
    );
    let fault = explain(429, &body);
    assert_eq!(
        (fault.kind, fault.blame, fault.retryable),
        (Kind::UpstreamFailed, Blame::Gateway, true)
    );
}

#[test]
fn reads_when_to_come_back() {
    let after = |headers: &[(&str, &str)]| {
        let headers: Vec<_> = headers.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
        openai::explain(429, &headers, "").retry_after_ms
    };
    assert_eq!(after(&[("Retry-After", "7")]), Some(7_000));
    assert_eq!(after(&[("retry-after", "0.25")]), Some(250));
    assert_eq!(after(&[("retry-after", "7"), ("Retry-After-Ms", "6500.2")]), Some(6_501));
    assert_eq!(after(&[("retry-after", "1e30")]), Some(86_400_000));
    for wrong in ["", "-1", "NaN", "inf", "soon", "Fri, 31 Dec 1999 23:59:59 GMT"] {
        assert_eq!(after(&[("retry-after", wrong)]), None, "{wrong}");
    }
    let headers = [("retry-after".to_owned(), "7".to_owned())];
    assert_eq!(openai::explain(400, &headers, "").retry_after_ms, None);
}

#[test]
fn each_kind_is_told_in_the_dialects_words() {
    for (kind, status, words, code) in [
        (Kind::InvalidRequest, 400, "invalid_request_error", None),
        (Kind::Unauthenticated, 401, "invalid_request_error", Some("invalid_api_key")),
        (Kind::Forbidden, 403, "permission_error", Some("forbidden")),
        (Kind::ModelNotFound, 404, "invalid_request_error", Some("model_not_found")),
        (Kind::NoEligibleDeployment, 422, "invalid_request_error", Some("no_eligible_deployment")),
        (Kind::TooLarge, 413, "invalid_request_error", Some("request_too_large")),
        (Kind::RateLimited, 429, "rate_limit_error", Some("rate_limit_exceeded")),
        (Kind::Overloaded, 503, "service_unavailable_error", Some("server_is_overloaded")),
        (Kind::UpstreamUnreachable, 502, "server_error", Some("upstream_unreachable")),
        (Kind::UpstreamTimeout, 504, "server_error", Some("upstream_timeout")),
        (Kind::UpstreamFailed, 502, "server_error", Some("upstream_failed")),
        (Kind::UpstreamInvalid, 502, "server_error", Some("upstream_invalid")),
        (Kind::Unavailable, 503, "server_error", Some("unavailable")),
    ] {
        let fault = Fault::new(kind, "why \"so\"\nsad").with_private("for the operator");
        assert_eq!(error::status(&fault), status);
        let body: Value = serde_json::from_str(&error::body(&fault)).unwrap();
        let of_model = matches!(kind, Kind::ModelNotFound | Kind::NoEligibleDeployment);
        let param = if of_model { json!("model") } else { Value::Null };
        let object =
            json!({ "message": "why \"so\"\nsad", "type": words, "param": param, "code": code });
        assert_eq!(body, json!({ "error": object }));
        assert_eq!(error::event(&fault), format!("data: {}\n\n", error::body(&fault)));
    }
}

#[test]
fn the_finer_param_and_code_of_a_fault_hold() {
    let fault = Fault::invalid_request("n", "too many").with_code("integer_above_max_value");
    assert_eq!(
        error::body(&fault),
        r#"{"error":{"message":"too many","type":"invalid_request_error","param":"n","code":"integer_above_max_value"}}"#
    );
}
