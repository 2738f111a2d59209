//! What goes wrong at a vendor, as a client is told it.

use crate::fixtures::{CASES, CLIENTS, STREAM, WHOLE, answer, decoder, events, facts, run, vendor};
use postern_dialect::Dialect;
use postern_dialect::translate::{self, AnswerHead, Decoder};
use postern_fault::{Fault, Kind};

/// How each vendor says in a stream that it is overloaded.
fn overloaded(vendor: Dialect) -> &'static str {
    match vendor {
        Dialect::OpenAi => {
            "data: {\"error\":{\"message\":\"secret\",\"type\":\"server_error\",\"code\":\"slow_down\"}}\n\n"
        }
        Dialect::Responses => {
            "event: error\ndata: {\"type\":\"error\",\"code\":\"slow_down\",\"message\":\"secret\",\"param\":null,\"sequence_number\":9}\n\n"
        }
        Dialect::Anthropic => {
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"secret\"}}\n\n"
        }
        Dialect::Bedrock => {
            "event: serviceUnavailableException\ndata: {\"message\":\"secret\"}\n\n"
        }
        Dialect::Google => {
            "data: {\"error\":{\"code\":503,\"message\":\"secret\",\"status\":\"UNAVAILABLE\"}}\n\n"
        }
        Dialect::Cohere => {
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"secret\"}}\n\n"
        }
    }
}

/// A stream up to the end of its `events`th event.
fn beginning(vendor: Dialect, case: &str, events: usize) -> String {
    answer(vendor, case, true).split_inclusive("\n\n").take(events).collect()
}

/// How many events there are before the one that says this.
fn until(vendor: Dialect, said: &str) -> usize {
    answer(vendor, "text", true)
        .split_inclusive("\n\n")
        .position(|event| event.contains(said))
        .unwrap()
}

fn each(mut check: impl FnMut(Dialect, Dialect)) {
    for vendor in Dialect::ALL {
        CLIENTS.into_iter().for_each(|client| check(vendor, client));
    }
}

#[test]
fn an_error_in_a_stream_comes_after_what_came_before_it() {
    each(|vendor, client| {
        let before = beginning(vendor, "text", until(vendor, "done"));
        let text = format!("{before}{}data: {{\"never\":\"read\"}}\n\n", overloaded(vendor));
        let outcome = run(decoder(vendor, client, true, STREAM), [text.as_str()]);
        let fault = outcome.end.expect_err("the stream has failed");
        assert_eq!(fault.kind, Kind::Overloaded, "{vendor:?} {fault:?}");
        assert!(!fault.public.contains("secret"), "{vendor:?}");
        assert!(outcome.output.contains("Grüße"), "{vendor:?} to {client:?}: {}", outcome.output);
        assert!(!outcome.output.contains("never"), "{vendor:?}");
        is_no_success(client, &outcome.output, &fault);
    });
}

/// Neither what came out nor with it the event for the fault is an answer that ends well.
fn is_no_success(client: Dialect, output: &str, fault: &Fault) {
    assert!(events(client, output).1.is_err(), "{client:?} {output}");
    let with_error = format!("{output}{}", translate::error::event(client, fault));
    let told = events(client, &with_error).1.expect_err("the client is told");
    assert_ne!(told.kind, Kind::UpstreamInvalid, "{client:?} must be told of it: {with_error}");
}

#[test]
fn a_stream_that_ends_too_early_is_the_providers_fault() {
    each(|vendor, client| {
        for case in CASES {
            let text = answer(vendor, case, true);
            let count = text.split_inclusive("\n\n").count();
            let said = text.find(if case == "tools" { "Zü" } else { "done" }).unwrap();
            for end in 0..count {
                let beginning = beginning(vendor, case, end);
                // After the vendor has said why it ends, nothing that matters is missing.
                let is_said = beginning.len() > said && events(vendor, &beginning).1.is_ok();
                // What passes would lack its end event; chat completions get theirs, which some servers omit.
                if is_said && (vendor != client || vendor == Dialect::OpenAi) {
                    continue;
                }
                let outcome = run(decoder(vendor, client, true, STREAM), [beginning.as_str()]);
                let fault = outcome.end.expect_err(&beginning);
                assert_eq!(fault.kind, Kind::UpstreamInvalid, "{vendor:?} {client:?} {beginning}");
                let whole = events(client, &outcome.output).1.is_ok();
                assert!(!whole || is_said, "{vendor:?} to {client:?}");
            }
        }
    });
}

#[test]
fn a_whole_answer_that_is_cut_anywhere_is_the_providers_fault() {
    each(|vendor, client| {
        for case in CASES {
            let text = answer(vendor, case, false);
            let text = text.trim_end();
            for (end, _) in text.char_indices() {
                for stream in [false, true] {
                    let decoder = decoder(vendor, client, stream, WHOLE);
                    if stream && vendor == client {
                        continue;
                    }
                    let outcome = run(decoder, [&text[..end]]);
                    let fault = outcome.end.expect_err("it is cut");
                    assert_eq!(fault.kind, Kind::UpstreamInvalid, "{vendor:?} {}", &text[..end]);
                    assert_eq!(outcome.output, "", "{vendor:?} to {client:?}");
                }
            }
        }
    });
}

#[test]
fn what_is_no_answer_is_never_an_empty_success() {
    each(|vendor, client| {
        for body in
            ["", " ", "{}", "[]", "null", "\"\"", "0", "<html>", "{\"ok\":true}", "data: {}\n\n"]
        {
            for (stream, media_type) in [(false, WHOLE), (true, STREAM)] {
                let outcome = run(decoder(vendor, client, stream, media_type), [body]);
                let fault = outcome.end.expect_err(body);
                assert_eq!(fault.kind, Kind::UpstreamInvalid, "{vendor:?} {client:?} {body}");
            }
        }
    });
}

#[test]
fn a_stream_is_no_answer_to_a_request_for_a_buffered_one() {
    each(|vendor, client| {
        let text = answer(vendor, "text", true);
        let outcome = run(decoder(vendor, client, false, STREAM), [text.as_str()]);
        assert_eq!(outcome.end.unwrap_err().kind, Kind::UpstreamInvalid);
        assert_eq!(outcome.output, "");
    });
}

#[test]
fn an_event_that_is_no_json_ends_the_stream() {
    each(|vendor, client| {
        let name = match vendor {
            Dialect::Bedrock => "event: contentBlockDelta\n",
            Dialect::Anthropic => "event: content_block_delta\n",
            _ => "",
        };
        let text =
            format!("{}{name}data: {{\"cut\n\n", beginning(vendor, "text", until(vendor, "done")));
        let outcome = run(decoder(vendor, client, true, STREAM), [text.as_str()]);
        let fault = outcome.end.expect_err("it cannot be read");
        assert_eq!(fault.kind, Kind::UpstreamInvalid, "{vendor:?}");
        assert!(outcome.output.contains("Grüße"), "{vendor:?} to {client:?}");
    });
}

#[test]
fn an_error_status_is_explained_by_every_vendor_whatever_the_body() {
    let kinds = [
        (401, Kind::UpstreamFailed),
        (403, Kind::UpstreamFailed),
        (429, Kind::RateLimited),
        (500, Kind::UpstreamFailed),
        (503, Kind::Overloaded),
        (504, Kind::UpstreamTimeout),
    ];
    for vendor in Dialect::ALL {
        for (status, kind) in kinds {
            for body in ["", "{", "<html>", "{\"error\":null}", "[[[[", "{\"message\":\"m\"}"] {
                let fault = translate::explain(vendor, status, &[], body);
                assert_eq!(fault.kind, kind, "{vendor:?} {status} {body}");
            }
        }
        let headers = [("Retry-After".to_owned(), "7".to_owned())];
        let fault = translate::explain(vendor, 429, &headers, "");
        assert_eq!((fault.retryable, fault.retry_after_ms), (true, Some(7_000)), "{vendor:?}");
    }
}

#[test]
fn a_fault_is_told_in_the_clients_own_shape() {
    let fault = Fault::new(Kind::RateLimited, "too many");
    for client in CLIENTS {
        let body: serde_json::Value =
            serde_json::from_str(&translate::error::body(client, &fault)).unwrap();
        assert_eq!(translate::error::status(client, &fault), 429);
        assert_eq!(body["error"]["message"], "too many", "{client:?}");
        let of_anthropic = client == Dialect::Anthropic;
        assert_eq!(body["type"] == "error", of_anthropic);
        let told = events(client, &translate::error::event(client, &fault)).1.unwrap_err();
        assert_eq!(told.kind, Kind::RateLimited, "{client:?}");
    }
}

#[test]
fn what_comes_after_the_end_is_not_read() {
    each(|wire, client| {
        let text = answer(wire, "text", true);
        let head = AnswerHead { content_type: STREAM.to_owned(), ..AnswerHead::default() };
        let mut decoder = Decoder::new(&vendor(wire), &facts(client, true), head);
        let first = decoder.push(&text).unwrap();
        let after = decoder.push(overloaded(wire));
        if first.done {
            assert_eq!(
                after.map(|decoded| (decoded.output, decoded.done)),
                Ok((String::new(), true))
            );
        }
    });
}
