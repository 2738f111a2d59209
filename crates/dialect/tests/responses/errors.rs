//! Faults as a client is told them, and a vendor's errors as the gateway understands them.

use crate::fixtures::{context, read};
use postern_dialect::chat::Event;
use postern_dialect::{WriteAnswer, responses};
use postern_fault::{Fault, Kind};
use serde_json::{Value, json};

fn data(event: &str) -> Value {
    let data = event.strip_prefix("event: error\ndata: ").unwrap();
    serde_json::from_str(data.strip_suffix("\n\n").unwrap()).unwrap()
}

#[test]
fn an_error_within_a_stream_has_the_references_fields_and_what_the_sdks_raise_on() {
    let fault = Fault::new(Kind::RateLimited, "slow down");
    let event = data(&responses::error::event(&fault));
    assert_eq!(
        event,
        json!({
            "type": "error", "code": "rate_limit_exceeded", "message": "slow down",
            "param": null, "sequence_number": 0,
            "error": { "message": "slow down", "type": "rate_limit_error", "param": null,
                "code": "rate_limit_exceeded" },
        })
    );
    assert_eq!(responses::error::status(&fault), 429);
}

#[test]
fn the_writer_numbers_an_error_behind_its_events() {
    let mut writer = responses::Writer::new(context("{}"));
    let mut out = String::new();
    let started = Event::Started { id: String::new(), model: String::new(), created_unix_s: None };
    writer.event(started, &mut out);
    out.clear();
    writer.fault(&Fault::new(Kind::UpstreamFailed, "failed"), &mut out);
    assert_eq!(data(&out)["sequence_number"], 2);
}

#[test]
fn errors_of_a_vendor_within_its_stream_are_faults() {
    let failed = |error: Value| json!({ "type": "response.failed", "response": { "id": "resp_1", "status": "failed", "error": error } });
    for (event, kind) in [
        (
            json!({ "type": "error", "code": "rate_limit_exceeded", "message": "m" }),
            Kind::RateLimited,
        ),
        (
            json!({ "type": "error", "error": { "type": "server_error", "message": "m" } }),
            Kind::UpstreamFailed,
        ),
        (failed(json!({ "code": "server_error", "message": "m" })), Kind::UpstreamFailed),
        (failed(json!({ "code": "rate_limit_exceeded", "message": "m" })), Kind::RateLimited),
        (failed(json!({ "code": "invalid_image", "message": "m" })), Kind::InvalidRequest),
        (failed(Value::Null), Kind::UpstreamFailed),
    ] {
        assert_eq!(read(std::slice::from_ref(&event)).unwrap_err().kind, kind, "{event}");
    }
}

#[test]
fn what_is_no_answer_is_never_an_empty_success() {
    for body in
        ["", "{", "[]", "{}", "null", r#"{"output":1}"#, r#"{"status":"queued","output":[]}"#]
    {
        let fault = responses::read_whole(body).unwrap_err();
        assert_eq!(fault.kind, Kind::UpstreamInvalid, "{body}");
    }
    let failed = r#"{"status":"failed","error":{"code":"server_error","message":"m"}}"#;
    assert_eq!(responses::read_whole(failed).unwrap_err().kind, Kind::UpstreamFailed);
    assert_eq!(read(&[]).unwrap_err().kind, Kind::UpstreamInvalid);
    let begun = json!({ "type": "response.created", "response": { "id": "resp_1" } });
    assert_eq!(read(&[begun]).unwrap_err().kind, Kind::UpstreamInvalid);
}
