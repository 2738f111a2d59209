//! What Google's errors mean.

use postern_dialect::google::explain;
use postern_fault::{Blame, Fault, Kind};
use serde_json::{Value, json};

fn error(code: u16, status: &str, message: &str, details: Value) -> Fault {
    let error = json!({ "error": {
        "code": code, "message": message, "status": status, "details": details,
    } });
    let whole = explain(code, &[], &error.to_string());
    assert_eq!(whole, explain(code, &[], &json!([error]).to_string()), "streams send an array");
    whole
}

#[test]
fn says_when_to_come_back() {
    let details = json!([
        { "@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [{ "quotaId": "x" }] },
        { "@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "12.5s" },
    ]);
    let fault = error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota.", details);
    assert_eq!(fault.kind, Kind::RateLimited);
    assert_eq!(fault.retry_after_ms, Some(12_500));
    assert!(fault.retryable);
    let header = [("Retry-After".to_owned(), "3".to_owned())];
    assert_eq!(explain(429, &header, "{}").retry_after_ms, Some(3_000));
}

#[test]
fn a_bad_key_is_the_gateways_though_google_calls_the_request_wrong() {
    let details = json!([
        { "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
          "domain": "googleapis.com", "metadata": { "service": "generativelanguage.googleapis.com" } },
    ]);
    let message = "API key not valid. Please pass a valid API key.";
    let fault = error(400, "INVALID_ARGUMENT", message, details);
    assert_eq!((fault.kind, fault.blame), (Kind::UpstreamFailed, Blame::Gateway));
    assert_eq!(fault.public, "the gateway's credential for this provider was refused");
    assert!(fault.private.unwrap().contains("API_KEY_INVALID"));
}

#[test]
fn what_is_wrong_with_the_request_is_said_to_the_caller() {
    let fault = error(400, "INVALID_ARGUMENT", "Invalid value at 'contents'.", json!([]));
    assert_eq!((fault.kind, fault.blame), (Kind::InvalidRequest, Blame::Caller));
    assert_eq!(fault.public, "Invalid value at 'contents'.");
    assert_eq!(fault.code, None);
    assert!(!fault.private.unwrap().contains("contents"), "it can quote the request");
    let message = "The input token count (9) exceeds the maximum number of tokens allowed (8).";
    let fault = error(400, "INVALID_ARGUMENT", message, json!([]));
    assert_eq!(fault.code.as_deref(), Some("context_length_exceeded"));
}

#[test]
fn each_status_has_its_kind_and_its_blame() {
    for (code, status, kind, blame) in [
        (400, "FAILED_PRECONDITION", Kind::UpstreamFailed, Blame::Gateway),
        (401, "UNAUTHENTICATED", Kind::UpstreamFailed, Blame::Gateway),
        (403, "PERMISSION_DENIED", Kind::UpstreamFailed, Blame::Gateway),
        (404, "NOT_FOUND", Kind::UpstreamFailed, Blame::Gateway),
        (429, "RESOURCE_EXHAUSTED", Kind::RateLimited, Blame::Vendor),
        (500, "INTERNAL", Kind::UpstreamFailed, Blame::Vendor),
        (503, "UNAVAILABLE", Kind::Overloaded, Blame::Vendor),
        (504, "DEADLINE_EXCEEDED", Kind::UpstreamTimeout, Blame::Vendor),
    ] {
        let fault = error(code, status, "m", json!([]));
        assert_eq!((fault.kind, fault.blame), (kind, blame), "{status}");
    }
}

#[test]
fn a_body_that_is_cut_or_no_error_is_explained_by_its_status() {
    let cut = r#"{"error": {"code": 503, "message": "overloaded", "status": "UNAV"#;
    for body in ["", "<html>busy</html>", "[]", "{\"error\":1}", cut] {
        assert_eq!(explain(503, &[], body).kind, Kind::Overloaded, "{body}");
    }
}
