use super::*;
use crate::translate::{self, AnswerHead, Decoder, Rewritten};
use crate::{Decoded, Dialect, SegmentKind as Kind, Vendor};

fn file(name: &str, bytes: u64) -> String {
    format!(r#"{{"filename":"{name}","content_type":"a/b","bytes":{bytes}}}"#)
}

/// The segments of a body, with their texts.
fn segments(operation: Operation, body: &str) -> Vec<(Kind, String)> {
    let request = translate::read(Dialect::OpenAi, operation, body).unwrap();
    let text = |span: crate::Span| span.of(body).unwrap().to_owned();
    request.segments.iter().map(|segment| (segment.kind, text(segment.span))).collect()
}

#[test]
fn every_text_is_a_segment() {
    let owned = |found: &[(Kind, &str)]| -> Vec<(Kind, String)> {
        found.iter().map(|(kind, text)| (*kind, (*text).to_owned())).collect()
    };
    let body = format!(
        r#"{{"file":{},"model":"m","prompt":"a \"b\"","language":"en","mystery":"c","timestamp_granularities[]":"word"}}"#,
        file("talk.mp3", 1_200)
    );
    let found = segments(Operation::Transcribe, &body);
    assert_eq!(
        found[..3],
        owned(&[
            (Kind::FileName, "talk.mp3"),
            (Kind::Media, "1200"),
            (Kind::UserText, r#"a \"b\""#)
        ])
    );
    assert!(found.contains(&(Kind::Other, "c".to_owned())), "{found:?}");
    let body = r#"{"model":"m","input":"say it","instructions":"softly","voice":"ash"}"#;
    let expected = owned(&[(Kind::UserText, "say it"), (Kind::Instruction, "softly")]);
    assert_eq!(segments(Operation::Speak, body), expected);
    let body = format!(
        r#"{{"image[]":{},"image[]":{},"mask":{},"model":"m","prompt":"paint","user":"u"}}"#,
        file("a", 1),
        file("b", 2),
        file("c", 3)
    );
    let found = segments(Operation::EditImages, &body);
    let pictures = found.iter().filter(|(kind, _)| *kind == Kind::ImageReference).count();
    assert_eq!((pictures, found.len()), (3, 8), "{found:?}");
}

#[test]
fn facts_say_what_is_asked_for_and_what_it_may_have_in_tokens() {
    let recording = |more: &str| format!(r#"{{"model":"m","file":{}{more}}}"#, file("a", 80_000));
    let picture = |more: &str| format!(r#"{{"model":"m","prompt":"p"{more}}}"#);
    for (operation, body, stream, answers, tokens) in [
        (Operation::Transcribe, recording(""), false, 1, 80),
        (Operation::Translate, recording(r#","stream":"false""#), false, 1, 80),
        (Operation::Transcribe, recording(r#","stream":"true""#), true, 1, 80),
        (Operation::Speak, r#"{"model":"m","input":"abcdé"}"#.to_owned(), false, 1, 14),
        (
            Operation::Speak,
            r#"{"model":"m","input":"a","stream_format":"sse"}"#.to_owned(),
            true,
            1,
            2,
        ),
        (Operation::GenerateImages, picture(""), false, 1, 6_240),
        (Operation::GenerateImages, picture(r#","n":3,"quality":"low""#), false, 3, 408),
        (
            Operation::GenerateImages,
            picture(r#","quality":"medium","size":"1024x1024""#),
            false,
            1,
            1_056,
        ),
        (
            Operation::GenerateImages,
            picture(r#","size":"1536x1024","quality":"high""#),
            false,
            1,
            6_208,
        ),
        (
            Operation::GenerateImages,
            picture(r#","stream":true,"partial_images":2,"size":"1024x1024""#),
            true,
            1,
            4_360,
        ),
        (
            Operation::EditImages,
            picture(&format!(r#","n":"2","size":"auto","image":{}"#, file("a", 9))),
            false,
            2,
            6_240,
        ),
        (
            Operation::VaryImages,
            format!(r#"{{"model":"m","size":"512x512","image":{}}}"#, file("a", 9)),
            false,
            1,
            4_160,
        ),
    ] {
        let facts = translate::read(Dialect::OpenAi, operation, &body).unwrap().facts;
        let found = (facts.stream, facts.answers, facts.expected_answer_tokens);
        assert_eq!(found, (stream, answers, Some(tokens)), "{body}");
        assert_eq!(facts.operation, operation);
        assert!(facts.output_cap_tokens.is_none());
    }
}

#[test]
fn a_field_that_is_wrong_is_named() {
    let recording = |more: &str| format!(r#"{{"model":"m","file":{}{more}}}"#, file("a", 1));
    for (operation, body, param) in [
        (Operation::Transcribe, r#"{"model":"m"}"#.to_owned(), "file"),
        (Operation::Transcribe, r#"{"model":"m","file":"text"}"#.to_owned(), "file"),
        (Operation::Transcribe, recording(&format!(r#","file":{}"#, file("b", 1))), "file"),
        (Operation::Transcribe, recording(r#","model":"n""#), "model"),
        (Operation::Transcribe, recording(r#","MODEL":"n""#), "model"),
        (Operation::Transcribe, recording(r#","stream":"1""#), "stream"),
        (
            Operation::Transcribe,
            recording(r#","response_format":"a","response_format":"b""#),
            "response_format",
        ),
        (Operation::Translate, format!(r#"{{"file":{}}}"#, file("a", 1)), "model"),
        (
            Operation::Transcribe,
            format!(r#"{{"model":{},"file":{}}}"#, file("a", 1), file("a", 1)),
            "model",
        ),
        (Operation::Speak, r#"{"model":"m"}"#.to_owned(), "input"),
        (Operation::Speak, r#"{"model":"m","input":3}"#.to_owned(), "input"),
        (
            Operation::Speak,
            r#"{"model":"m","input":"a","stream_format":"x"}"#.to_owned(),
            "stream_format",
        ),
        (Operation::GenerateImages, r#"{"model":"m"}"#.to_owned(), "prompt"),
        (Operation::GenerateImages, r#"{"model":"m","prompt":"p","n":0}"#.to_owned(), "n"),
        (Operation::GenerateImages, r#"{"model":"m","prompt":"p","n":"1"}"#.to_owned(), "n"),
        (Operation::EditImages, r#"{"model":"m","prompt":"p"}"#.to_owned(), "image"),
        (Operation::EditImages, r#"{"model":"m","prompt":"p","image":"x"}"#.to_owned(), "image"),
        (Operation::EditImages, r#"{"model":"m","prompt":"p","n":"x"}"#.to_owned(), "n"),
        (Operation::VaryImages, r#"{"model":"m"}"#.to_owned(), "image"),
    ] {
        let fault = translate::read(Dialect::OpenAi, operation, &body).unwrap_err();
        assert_eq!(fault.param.as_deref(), Some(param), "{body}: {fault}");
    }
}

#[test]
fn only_openais_dialect_is_asked_and_only_the_model_is_rewritten() {
    let body = r#"{"model":"m","input":"a"}"#;
    let facts = translate::read(Dialect::OpenAi, Operation::Speak, body).unwrap().facts;
    for dialect in Dialect::ALL {
        let encoded = translate::encode(&Vendor::new(dialect, "upstream"), &facts, body);
        if !matches!(dialect, Dialect::OpenAi | Dialect::Responses) {
            assert_eq!(encoded.unwrap_err().param.as_deref(), Some("model"), "{dialect:?}");
            continue;
        }
        let encoded = encoded.unwrap();
        assert_eq!(encoded.path, "/audio/speech");
        let Rewritten::Edits(edits) = encoded.body else { panic!("{dialect:?}") };
        let sent = crate::apply(body, &edits).unwrap();
        assert_eq!(sent, r#"{"model":"upstream","input":"a"}"#);
    }
}

/// Decodes the answer to a request in pieces of seven bytes: everything that the client receives, and the last result.
fn decoded(
    operation: Operation,
    stream: bool,
    content_type: &str,
    answer: &str,
) -> Result<(String, Decoded, Decoder), postern_fault::Fault> {
    let facts = Facts { stream, ..facts(operation) };
    let head = AnswerHead { content_type: content_type.to_owned(), ..AnswerHead::default() };
    let mut decoder = Decoder::new(&Vendor::new(Dialect::OpenAi, "m"), &facts, head);
    let mut said = String::new();
    let mut last = Decoded::default();
    for chunk in answer.as_bytes().chunks(7) {
        let decoded = decoder.push(std::str::from_utf8(chunk).unwrap())?;
        said.push_str(&decoded.output);
        last = Decoded { usage: decoded.usage.or(last.usage), ..decoded };
    }
    if !last.done {
        let decoded = decoder.finish()?;
        said.push_str(&decoded.output);
        last = Decoded { usage: decoded.usage.or(last.usage), ..decoded };
    }
    assert!(last.done);
    Ok((said, last, decoder))
}

fn facts(operation: Operation) -> Facts {
    let body = match operation {
        Operation::Transcribe => format!(r#"{{"model":"m","file":{}}}"#, file("a", 1)),
        Operation::Speak => r#"{"model":"m","input":"a"}"#.to_owned(),
        _ => r#"{"model":"m","prompt":"a","size":"1024x1024","quality":"low"}"#.to_owned(),
    };
    translate::read(Dialect::OpenAi, operation, &body).unwrap().facts
}

const TRANSCRIPT: &str = r#"{"text":"abcdefgh","usage":{"type":"tokens","input_tokens":14,"output_tokens":45,"total_tokens":59}}"#;
const EVENTS: &str = "data: {\"type\":\"transcript.text.delta\",\"delta\":\"abcdefgh\"}\n\ndata: {\"type\":\"transcript.text.done\",\"text\":\"abcdefgh\",\"usage\":{\"input_tokens\":14,\"output_tokens\":45}}\n\n";

#[test]
fn answers_pass_as_they_come_and_their_usage_is_read() {
    for (operation, stream, content_type, answer, usage, generated) in [
        (Operation::Transcribe, false, "application/json", TRANSCRIPT, Some((14, 45)), 45),
        (Operation::Transcribe, true, "application/json", TRANSCRIPT, Some((14, 45)), 45),
        (
            Operation::Transcribe,
            true,
            "text/event-stream; charset=utf-8",
            EVENTS,
            Some((14, 45)),
            45,
        ),
        (Operation::Transcribe, false, "text/plain; charset=utf-8", "abcdefgh", None, 2),
        (Operation::Transcribe, false, "application/json", r#"{"text":"abcdefgh"}"#, None, 2),
        (
            Operation::Transcribe,
            false,
            "application/json",
            r#"{"text":"abcdefgh","usage":{"type":"duration","seconds":3}}"#,
            Some((30, 2)),
            2,
        ),
        (
            Operation::Speak,
            true,
            "text/event-stream",
            "data: {\"type\":\"speech.audio.delta\",\"audio\":\"AAAA\"}\n\ndata: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":3,\"output_tokens\":9}}\n\n",
            Some((3, 9)),
            9,
        ),
        (
            Operation::GenerateImages,
            false,
            "application/json",
            r#"{"created":1,"data":[{"b64_json":"AAAA"},{"url":"https://a"}]}"#,
            None,
            544,
        ),
        (
            Operation::GenerateImages,
            true,
            "text/event-stream",
            "event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\",\"b64_json\":\"AA\",\"usage\":{\"input_tokens\":5,\"output_tokens\":272}}\n\n",
            Some((5, 272)),
            272,
        ),
    ] {
        let (said, last, decoder) = decoded(operation, stream, content_type, answer).unwrap();
        assert_eq!(said, answer);
        let counted = last.usage.map(|usage| (usage.input_tokens, usage.output_tokens));
        assert_eq!(counted, usage, "{answer}");
        assert_eq!(decoder.so_far().output_tokens, generated, "{answer}");
    }
}

#[test]
fn what_is_no_answer_is_refused() {
    for (operation, stream, content_type, answer) in [
        (Operation::Transcribe, false, "text/html", "<html>"),
        (Operation::Transcribe, false, "application/json", "{\"text\":"),
        (Operation::Transcribe, false, "application/json", "[]"),
        (Operation::Transcribe, false, "application/json", r#"{"error":{"message":"no"}}"#),
        (Operation::GenerateImages, false, "text/plain", "a picture"),
        (Operation::GenerateImages, true, "application/json", r#"{"data":[]}"#),
        (Operation::Speak, true, "audio/mpeg", "sound"),
        (
            Operation::Transcribe,
            true,
            "text/event-stream",
            "data: {\"type\":\"transcript.text.delta\",\"delta\":\"a\"}\n\n",
        ),
        (
            Operation::Transcribe,
            true,
            "text/event-stream",
            "data: {\"error\":{\"message\":\"no\"}}\n\n",
        ),
        (
            Operation::Transcribe,
            true,
            "text/event-stream",
            "event: error\ndata: {\"message\":\"no\"}\n\n",
        ),
        (Operation::Transcribe, true, "text/event-stream", "data: {[}\n\n"),
    ] {
        assert!(
            decoded(operation, stream, content_type, answer).is_err(),
            "{content_type} {answer}"
        );
    }
}
