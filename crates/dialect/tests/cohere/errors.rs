//! Cohere's errors: <https://docs.cohere.com/v2/reference/errors>.

use crate::fixtures::events;
use postern_dialect::cohere::{explain, read_whole};
use postern_fault::{Blame, Kind};

#[test]
fn each_status_means_one_kind() {
    for (status, kind, blame) in [
        (400, Kind::InvalidRequest, Blame::Caller),
        (401, Kind::UpstreamFailed, Blame::Gateway),
        (402, Kind::UpstreamFailed, Blame::Gateway),
        (403, Kind::UpstreamFailed, Blame::Gateway),
        (404, Kind::UpstreamFailed, Blame::Gateway),
        (422, Kind::InvalidRequest, Blame::Caller),
        (429, Kind::RateLimited, Blame::Vendor),
        (498, Kind::ContentFiltered, Blame::Caller),
        (499, Kind::UpstreamFailed, Blame::Vendor),
        (500, Kind::UpstreamFailed, Blame::Vendor),
        (501, Kind::UpstreamFailed, Blame::Vendor),
        (503, Kind::Overloaded, Blame::Vendor),
        (504, Kind::UpstreamTimeout, Blame::Vendor),
    ] {
        for body in ["", "{", r#"{"message":"why"}"#, r#"{"id":"1","message":"why"}"#, "<html>"] {
            let fault = explain(status, &[], body);
            assert_eq!((fault.kind, fault.blame), (kind, blame), "{status} {body}");
            assert!(fault.private.unwrap().contains(&status.to_string()));
        }
    }
}

#[test]
fn a_prompt_that_is_too_long_is_told_by_its_code() {
    let body = r#"{"id":"x","message":"too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 4292."}"#;
    let fault = explain(400, &[], body);
    assert_eq!(fault.code.as_deref(), Some("context_length_exceeded"));
    assert!(fault.public.contains("4292"));
    assert_eq!(explain(400, &[], r#"{"message":"invalid request: no"}"#).code, None);
}

#[test]
fn a_trial_keys_month_is_a_quota_and_its_minute_a_rate() {
    let body = |per| {
        format!(
            r#"{{"message":"You are using a Trial key, which is limited to 1000 API calls / {per}."}}"#
        )
    };
    let after = [("Retry-After".to_owned(), "7".to_owned())];
    let month = explain(429, &after, &body("month"));
    assert_eq!((month.kind, month.blame), (Kind::UpstreamFailed, Blame::Gateway));
    let minute = explain(429, &after, &body("minute"));
    assert_eq!((minute.kind, minute.retry_after_ms), (Kind::RateLimited, Some(7_000)));
}

#[test]
fn an_error_instead_of_an_answer_is_a_fault_and_not_quoted() {
    let error = r#"{"id":"x","message":"internal: hunter2"}"#;
    for fault in [read_whole(error).unwrap_err(), events(error).unwrap_err()] {
        assert_eq!(fault.kind, Kind::UpstreamFailed);
        assert!(!format!("{fault:?}").contains("hunter2"));
    }
}
