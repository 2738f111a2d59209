//! What Bedrock says went wrong.

use crate::answers::read_stream;
use postern_dialect::bedrock;
use postern_fault::{Blame, Fault, Kind};
use serde_json::json;

fn explain(status: u16, kind: &str, message: &str) -> Fault {
    let headers =
        [("x-amzn-ErrorType".to_owned(), format!("{kind}:http://internal.amazon.com/coral/"))];
    let by_header = bedrock::explain(status, &headers, &json!({ "message": message }).to_string());
    let body = json!({ "__type": format!("com.amazon.coral#{kind}"), "Message": message });
    assert_eq!(bedrock::explain(status, &[], &body.to_string()), by_header);
    by_header
}

#[test]
fn each_exception_is_what_it_means() {
    let cases = [
        (403, "AccessDeniedException", Kind::UpstreamFailed, Blame::Gateway),
        (403, "ExpiredTokenException", Kind::UpstreamFailed, Blame::Gateway),
        (403, "UnrecognizedClientException", Kind::UpstreamFailed, Blame::Gateway),
        (404, "ResourceNotFoundException", Kind::UpstreamFailed, Blame::Gateway),
        (400, "ServiceQuotaExceededException", Kind::UpstreamFailed, Blame::Gateway),
        (429, "ThrottlingException", Kind::RateLimited, Blame::Vendor),
        (429, "ModelNotReadyException", Kind::Overloaded, Blame::Vendor),
        (408, "ModelTimeoutException", Kind::UpstreamTimeout, Blame::Vendor),
        (424, "ModelErrorException", Kind::UpstreamFailed, Blame::Vendor),
        (500, "InternalServerException", Kind::UpstreamFailed, Blame::Vendor),
        (503, "ServiceUnavailableException", Kind::Overloaded, Blame::Vendor),
        (400, "ValidationException", Kind::InvalidRequest, Blame::Caller),
    ];
    for (status, kind, expected, blame) in cases {
        let fault = explain(status, kind, "words");
        assert_eq!((fault.kind, fault.blame), (expected, blame), "{kind}");
        assert!(fault.private.unwrap().contains(kind));
    }
}

#[test]
fn a_refused_request_is_told_in_the_vendors_words() {
    let fault = explain(400, "ValidationException", "The toolConfig field must be defined.");
    assert_eq!(fault.public, "The toolConfig field must be defined.");
    let fault = explain(400, "ValidationException", "Input is too long for requested model.");
    assert_eq!(fault.code.as_deref(), Some("context_length_exceeded"));
    let fault = explain(400, "ValidationException", "The provided model identifier is invalid.");
    assert_eq!(fault.blame, Blame::Gateway);
}

#[test]
fn a_wrong_clock_is_hinted_at_and_the_vendors_sentence_is_not_shown() {
    let words = "Signature expired: 20250101T000000Z is now earlier than 20250101T001000Z (20250101T001500Z - 5 min.)";
    let fault = explain(403, "InvalidSignatureException", words);
    assert_eq!((fault.kind, fault.blame), (Kind::UpstreamFailed, Blame::Gateway));
    assert!(fault.public.contains("clock") && !fault.public.contains("2025"));
    let private = fault.private.unwrap();
    assert!(private.contains("InvalidSignatureException") && !private.contains("2025"));
}

#[test]
fn the_request_that_was_signed_is_not_repeated() {
    let words = "The request signature does not match.\n\nThe Canonical String should have been\n'POST\nx-amz-security-token:s3cret'";
    let fault = explain(403, "InvalidSignatureException", words);
    assert!(!format!("{fault:?}").contains("s3cret"));
    let fault = explain(403, "AccessDeniedException", words);
    assert!(!format!("{fault:?}").contains("s3cret"));
}

#[test]
fn an_exception_in_a_stream_is_a_fault_of_its_kind() {
    let cases = [
        ("internalServerException", Kind::UpstreamFailed),
        ("modelStreamErrorException", Kind::UpstreamFailed),
        ("validationException", Kind::InvalidRequest),
        ("throttlingException", Kind::RateLimited),
        ("serviceUnavailableException", Kind::Overloaded),
        ("InternalError", Kind::UpstreamFailed),
        ("somethingNewException", Kind::UpstreamFailed),
    ];
    for (name, kind) in cases {
        let data = r#"{"message":"words","originalStatusCode":429}"#;
        let fault = read_stream(&[("messageStart", "{}"), (name, data)]).unwrap_err();
        assert_eq!(fault.kind, kind, "{name}");
    }
}

#[test]
fn an_error_with_the_status_of_success_is_none() {
    let body = r#"{"__type":"com.amazon.coral.service#ThrottlingException","message":"slow"}"#;
    assert_eq!(bedrock::read_whole(body).unwrap_err().kind, Kind::RateLimited);
}

#[test]
fn a_retry_is_told_where_it_helps() {
    let headers = [("retry-after".to_owned(), "2".to_owned())];
    assert_eq!(bedrock::explain(429, &headers, "").retry_after_ms, Some(2_000));
    assert_eq!(bedrock::explain(400, &headers, "<html>").retry_after_ms, None);
}
