//! Signatures compared with AWS's Python SDK: the expected ones were computed with botocore for the same request.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use postern_credential::sigv4::{Keys, Request, sign};

/// 2026-09-01T12:00:00Z.
const UNIX_S: u64 = 1_788_264_000;

fn signed(session_token: Option<&str>) -> Vec<(String, String)> {
    let keys = Keys {
        access_key_id: "AKIDEXAMPLE".to_owned(),
        secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned(),
        session_token: session_token.map(str::to_owned),
    };
    let request = Request {
        method: "POST",
        url: "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-3%3A0/converse",
        headers: &[("content-type", "application/json")],
        body: r#"{"messages":[]}"#,
    };
    sign(request, &keys, "us-east-1", "bedrock", UNIX_S).unwrap()
}

fn header<'h>(headers: &'h [(String, String)], name: &str) -> &'h str {
    &headers.iter().find(|(known, _)| known == name).unwrap().1
}

#[test]
fn signs_as_botocore_does() {
    let headers = signed(None);
    assert_eq!(header(&headers, "x-amz-date"), "20260901T120000Z");
    assert_eq!(
        header(&headers, "authorization"),
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260901/us-east-1/bedrock/aws4_request, \
         SignedHeaders=content-type;host;x-amz-date, \
         Signature=6bf2cac9128051413e8b9e9bbf728ac4a0793034bf08e4c7f28dcdb3ad6811b2"
    );
}

#[test]
fn a_temporary_key_signs_its_token_along() {
    let headers = signed(Some("session/token=="));
    assert_eq!(header(&headers, "x-amz-security-token"), "session/token==");
    assert!(
        header(&headers, "authorization")
            .ends_with("9ad37dda88788a157b566088fae1ea7c6975ffe17ed135d4e73d9660d4da585f")
    );
}
