//! Streams: event by event as they came, without the usage that was not asked for, and never a false end.

use crate::fixtures::{STREAM, decode, decode_stream, decoder, fixture};
use postern_dialect::Usage;
use postern_fault::Kind;

const STREAMED: &str = r#""stream":true,"#;
const WITH_USAGE: &str = r#""stream":true,"stream_options":{"include_usage":true},"#;
const CHUNK: &str = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"}}]}\n\n";
const LAST: &str =
    "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
const DONE: &str = "data: [DONE]\n\n";

fn plain_usage() -> Usage {
    Usage {
        input_tokens: 9,
        cached_input_tokens: 4,
        output_tokens: 5,
        reasoning_tokens: 2,
        ..Usage::default()
    }
}

/// The stream without its only event that has no choices but the usage.
fn without_usage(stream: &str, blank: &str) -> String {
    let events = stream.split_inclusive(blank);
    events.filter(|e| !(e.contains(r#""choices":[]"#) && e.contains(r#""usage":{"#))).collect()
}

#[test]
fn events_come_out_as_they_came_when_usage_was_asked_for() {
    for name in ["plain", "odd"] {
        let stream = fixture(&format!("streams/{name}.txt"));
        for stream in [stream.replace('\n', "\r\n"), format!("\u{feff}{stream}"), stream] {
            let seen = decode_stream(WITH_USAGE, &stream);
            assert_eq!((seen.end, seen.output), (Ok(()), stream), "{name}");
        }
    }
}

#[test]
fn only_the_event_of_the_usage_is_taken_out_when_it_was_not_asked_for() {
    for members in [
        STREAMED,
        r#""stream":true,"stream_options":{},"#,
        r#""stream":true,"stream_options":{"include_usage":false},"#,
    ] {
        for name in ["plain", "odd"] {
            let stream = fixture(&format!("streams/{name}.txt"));
            for (stream, blank) in [(stream.replace('\n', "\r\n"), "\r\n\r\n"), (stream, "\n\n")] {
                let expected = without_usage(&stream, blank);
                assert!(expected.len() < stream.len());
                let seen = decode_stream(members, &stream);
                assert_eq!((seen.end, seen.output), (Ok(()), expected), "{name}");
            }
        }
    }
}

#[test]
fn the_latest_usage_holds_whether_its_event_is_passed_or_not() {
    for members in [STREAMED, WITH_USAGE] {
        let plain = decode_stream(members, &fixture("streams/plain.txt"));
        assert_eq!(plain.usage, Some(plain_usage()));
        let odd = decode_stream(members, &fixture("streams/odd.txt")).usage.unwrap();
        assert_eq!((odd.input_tokens, odd.output_tokens), (3, 2));
    }
}

#[test]
fn each_event_leaves_with_the_chunk_that_completes_it() {
    let mut decoder = decoder(STREAMED, STREAM);
    assert_eq!(decoder.push(CHUNK).unwrap().output, CHUNK);
    let (first, second) = LAST.split_at(LAST.len() - 1);
    assert_eq!(decoder.push(first).unwrap().output, "");
    assert_eq!(decoder.push(second).unwrap().output, LAST);
    let end = decoder.push(DONE).unwrap();
    assert!(end.done);
    assert_eq!(end.output, DONE);
}

#[test]
fn what_follows_the_end_is_not_read() {
    let seen = decode_stream(STREAMED, &format!("{CHUNK}{DONE}data: {{\n\n"));
    assert_eq!((seen.output, seen.end), (format!("{CHUNK}{DONE}"), Ok(())));
    let mut decoder = decoder(STREAMED, STREAM);
    assert!(decoder.push(DONE).unwrap().done);
    let after = decoder.push("data: {\n\n").unwrap();
    assert!(after.done && after.output.is_empty());
    assert!(decoder.finish().unwrap().done);
}

#[test]
fn a_stream_that_ended_well_without_its_marker_is_given_one() {
    for (members, stream) in [
        (STREAMED, format!("{CHUNK}{LAST}")),
        (r#""stream":true,"n":2,"#, LAST.to_owned() + &LAST.replace(":0", ":1")),
        // A server that leaves out the index.
        (STREAMED, "data: {\"choices\":[{\"finish_reason\":\"stop\"}]}\n\n".to_owned()),
    ] {
        let seen = decode_stream(members, &stream);
        assert_eq!((seen.output, seen.end), (stream + DONE, Ok(())));
    }
}

#[test]
fn a_last_event_without_its_empty_line_is_completed() {
    for end in ["", "\n"] {
        let seen = decode_stream(STREAMED, &format!("{LAST}data: [DONE]{end}"));
        assert_eq!((seen.output, seen.end), (format!("{LAST}{DONE}"), Ok(())));
        let seen = decode_stream(STREAMED, &format!("{}{end}", LAST.trim_end()));
        assert_eq!((seen.output, seen.end), (format!("{LAST}{DONE}"), Ok(())));
    }
}

#[test]
fn a_stream_that_was_cut_never_ends_well() {
    for (members, stream) in [
        (STREAMED, String::new()),
        (STREAMED, ": only a comment\n\n".to_owned()),
        (STREAMED, CHUNK.to_owned()),
        (STREAMED, format!("{CHUNK}data: {{\"choices\":[{{\"ind")),
        (STREAMED, format!("{LAST}{}", CHUNK.replace(":0", ":1"))),
        (r#""stream":true,"n":2,"#, format!("{CHUNK}{LAST}")),
    ] {
        let seen = decode_stream(members, &stream);
        assert_eq!(seen.end.unwrap_err().kind, Kind::UpstreamInvalid, "{stream}");
        assert!(!seen.output.contains("[DONE]"));
    }
}

#[test]
fn malformed_events_fault_after_what_came_before_them() {
    for wrong in [
        "data: {\"choices\": [{]}\n\n",
        "data: hunter2\n\n",
        "data: \"hunter2\"\n\n",
        "data: {\"choices\":7}\n\n",
        "data: {\"choices\":[7]}\n\n",
        "data: {} {}\n\n",
    ] {
        for chunks in
            [vec![format!("{CHUNK}{wrong}{DONE}")], vec![CHUNK.to_owned(), wrong.to_owned()]]
        {
            let chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
            let seen = decode(decoder(STREAMED, STREAM), &chunks);
            let fault = seen.end.unwrap_err();
            assert_eq!(
                (fault.kind, seen.output.as_str()),
                (Kind::UpstreamInvalid, CHUNK),
                "{wrong}"
            );
            assert!(!format!("{fault:?}").contains("hunter2"));
        }
    }
}

#[test]
fn an_event_that_says_nothing_of_the_answer_is_passed_as_it_came() {
    for other in [
        "data:\n\n",
        "data\n\n",
        "event: message\ndata:\n\n",
        "event: ping\ndata: x\n\n",
        "event: ping\ndata: {\"type\":\"ping\"}\n\n",
        "event: ping\n\n",
    ] {
        let stream = format!("{other}{CHUNK}{other}{LAST}{DONE}");
        let seen = decode_stream(STREAMED, &stream);
        assert_eq!((seen.output, seen.end), (stream, Ok(())));
    }
}

#[test]
fn an_event_named_message_is_read_as_one_without_a_name() {
    let seen =
        decode_stream(STREAMED, &format!("event: message\n{CHUNK}event: message\ndata: x\n\n"));
    assert_eq!(seen.output, format!("event: message\n{CHUNK}"));
    assert_eq!(seen.end.unwrap_err().kind, Kind::UpstreamInvalid);
}

#[test]
fn the_marker_of_the_end_ends_a_stream_under_any_name() {
    let end = "event: done\ndata: [DONE]\n\n";
    let seen = decode_stream(STREAMED, &format!("{CHUNK}{end}data: x\n\n"));
    assert_eq!((seen.output, seen.end), (format!("{CHUNK}{end}"), Ok(())));
}

#[test]
fn what_an_error_in_the_stream_quotes_is_not_shown() {
    for event in [
        r#"data: {"error":{"message":"filtered: 'hunter2'","type":"content_filter"}}"#,
        r#"data: {"error":"filtered: 'hunter2'"}"#,
        "event: error\ndata: filtered: 'hunter2'",
    ] {
        let fault = decode_stream(STREAMED, &format!("{CHUNK}{event}\n\n")).end.unwrap_err();
        assert_eq!(fault.kind, Kind::UpstreamFailed, "{event}");
        assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
    }
}

#[test]
fn usage_that_came_before_a_fault_is_counted_though_nothing_is_passed() {
    let usage = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":1}}\n\n";
    let seen = decode_stream(STREAMED, &format!("{usage}data: x\n\n"));
    assert_eq!((seen.output.as_str(), seen.usage.unwrap().input_tokens), ("", 1));
    assert_eq!(seen.end.unwrap_err().kind, Kind::UpstreamInvalid);
}

#[test]
fn a_fault_is_said_again_by_every_later_call() {
    let mut decoder = decoder(STREAMED, STREAM);
    let fault = decoder.push("data: x\n\n").unwrap_err();
    assert_eq!(decoder.push(DONE), Err(fault.clone()));
    assert_eq!(decoder.finish(), Err(fault));
}

#[test]
fn an_error_in_the_stream_is_a_fault_of_its_kind() {
    for (error, kind) in [
        (
            r#"{"error":{"message":"The server had an error.","type":"server_error","code":null}}"#,
            Kind::UpstreamFailed,
        ),
        (
            r#"{"error":{"message":"x","type":"tokens","code":"rate_limit_exceeded"}}"#,
            Kind::RateLimited,
        ),
        (r#"{"error":{"message":"x","type":"insufficient_quota"}}"#, Kind::UpstreamFailed),
        (r#"{"error":{"message":"x","type":"overloaded_error"}}"#, Kind::Overloaded),
        (r#"{"error":{"message":"x","code":"server_is_overloaded"}}"#, Kind::Overloaded),
        (
            r#"{"error":{"message":"x","code":"context_length_exceeded","param":"messages"}}"#,
            Kind::InvalidRequest,
        ),
        (r#"{"error":{"message":"x","type":"invalid_request_error"}}"#, Kind::InvalidRequest),
        (r#"{"error":{"message":"x","type":"authentication_error"}}"#, Kind::UpstreamFailed),
        (r#"{"error":{"message":"x","code":504}}"#, Kind::UpstreamTimeout),
        (r#"{"error":{"message":"x","code":"502"},"choices":[]}"#, Kind::UpstreamFailed),
        (r#"{"error":"busy"}"#, Kind::UpstreamFailed),
    ] {
        let seen = decode_stream(STREAMED, &format!("{CHUNK}data: {error}\n\n"));
        assert_eq!(seen.output, CHUNK);
        assert_eq!(seen.end.unwrap_err().kind, kind, "{error}");
    }
    for data in ["", "not json", r#"{"message":"x","type":"server_error"}"#, "{}"] {
        let seen = decode_stream(STREAMED, &format!("event: error\ndata: {data}\n\n"));
        assert_eq!(seen.end.unwrap_err().kind, Kind::UpstreamFailed, "{data}");
    }
}

#[test]
fn refuses_an_event_of_more_than_16_mib_before_it_has_ended() {
    let mut decoder = decoder(STREAMED, STREAM);
    let chunk = "x".repeat(1 << 20);
    decoder.push("data: ").unwrap();
    let fault = (0..17).find_map(|_| decoder.push(&chunk).err()).unwrap();
    assert_eq!(fault.kind, Kind::UpstreamInvalid);
    assert!(fault.private.unwrap().contains("16777216 bytes"));
}
