//! Whole answers: byte by byte as they came, or not at all.

use crate::fixtures::{JSON, Outcome, STREAM, decode, decoder, fixture};
use postern_dialect::openai::{self, Decoder};
use postern_dialect::{Decoded, Operation, Usage};
use postern_fault::Kind;

fn embeddings() -> Decoder {
    let request = r#"{"model":"m","input":"a"}"#;
    let facts = openai::read(Operation::Embeddings, request).unwrap().facts;
    Decoder::new(&facts, JSON)
}

fn chat(answer: &str) -> Outcome {
    decode(decoder("", JSON), &[answer])
}

fn usage(usage: &str) -> Option<Usage> {
    let answer = chat(&format!(r#"{{"choices":[],"usage":{usage}}}"#));
    assert_eq!(answer.end, Ok(()), "usage is no reason to fail: {usage}");
    answer.usage
}

fn counts(input: u64, cached: u64, output: u64, reasoning: u64) -> Usage {
    Usage {
        input_tokens: input,
        cached_input_tokens: cached,
        output_tokens: output,
        reasoning_tokens: reasoning,
        ..Usage::default()
    }
}

#[test]
fn a_completion_comes_out_at_the_end_as_it_came() {
    let answer = fixture("answers/chat.json");
    let mut decoder = decoder("", JSON);
    let (first, second) = answer.split_at(99);
    assert_eq!(decoder.push(first), Ok(Decoded::default()));
    assert_eq!(decoder.push(second), Ok(Decoded::default()));
    let usage = Some(counts(1100, 1024, 10, 4));
    assert_eq!(
        decoder.finish(),
        Ok(Decoded { output: answer, usage, done: true, ..Decoded::default() })
    );
    assert_eq!(decoder.finish(), Ok(Decoded { done: true, ..Decoded::default() }));
}

#[test]
fn embeddings_come_out_as_they_came() {
    let answer = fixture("answers/embeddings.json");
    let seen = decode(embeddings(), &[&answer]);
    assert_eq!(seen, Outcome { output: answer, usage: Some(counts(8, 0, 0, 0)), end: Ok(()) });
}

#[test]
fn an_answer_that_is_not_whole_is_no_answer() {
    let whole = fixture("answers/chat.json");
    let whole = whole.trim_end();
    for end in (0..whole.len()).filter(|&end| whole.is_char_boundary(end)) {
        let seen = chat(&whole[..end]);
        assert_eq!(seen.end.unwrap_err().kind, Kind::UpstreamInvalid, "cut at {end}");
        assert_eq!(seen.output, "");
    }
}

#[test]
fn what_is_not_the_kind_of_answer_is_no_answer() {
    for answer in [
        "",
        "[]",
        "null",
        "\"text\"",
        "<html>Sign in</html>",
        "{}",
        r#"{"choices":null}"#,
        r#"{"choices":{}}"#,
        r#"{"choices":["text"]}"#,
        r#"{"data":[]}"#,
        r#"{"choices":[]} {}"#,
    ] {
        let fault = chat(answer).end.unwrap_err();
        assert_eq!(fault.kind, Kind::UpstreamInvalid, "{answer}");
        assert!(!format!("{fault:?}").contains("Sign in"));
    }
    for answer in ["{}", r#"{"choices":[]}"#, r#"{"data":[1]}"#, r#"{"data":{}}"#] {
        let fault = decode(embeddings(), &[answer]).end.unwrap_err();
        assert_eq!(fault.kind, Kind::UpstreamInvalid, "{answer}");
    }
}

#[test]
fn an_error_with_a_success_status_is_an_error_all_the_same() {
    let fault = chat(r#"{"error":{"message":"busy","code":429}}"#).end.unwrap_err();
    assert_eq!(fault.kind, Kind::RateLimited);
    let fault = chat(r#"{"error":"out of memory"}"#).end.unwrap_err();
    assert_eq!(fault.kind, Kind::UpstreamFailed);
    assert_eq!(chat(r#"{"error":null,"choices":[]}"#).end, Ok(()));
}

#[test]
fn counts_usage_as_the_vendor_says_it() {
    assert_eq!(usage(r#"{"prompt_tokens":3,"completion_tokens":4}"#), Some(counts(3, 0, 4, 0)));
    let nulls = r#"{"prompt_tokens":3,"completion_tokens":4,"prompt_tokens_details":null,"completion_tokens_details":{"reasoning_tokens":null}}"#;
    assert_eq!(usage(nulls), Some(counts(3, 0, 4, 0)));
    // Reasoning beside the completion, which only the total shows.
    let beside = r#"{"prompt_tokens":3,"completion_tokens":4,"total_tokens":107,"completion_tokens_details":{"reasoning_tokens":100}}"#;
    assert_eq!(usage(beside), Some(counts(3, 0, 104, 100)));
    let within = r#"{"prompt_tokens":3,"completion_tokens":104,"total_tokens":107,"completion_tokens_details":{"reasoning_tokens":100}}"#;
    assert_eq!(usage(within), Some(counts(3, 0, 104, 100)));
}

#[test]
fn usage_that_cannot_be_is_none() {
    for absurd in [
        "null",
        "[]",
        "{}",
        r#""3""#,
        r#"{"prompt_tokens":null,"completion_tokens":[]}"#,
        r#"{"prompt_tokens":-3,"completion_tokens":4.5}"#,
        r#"{"prompt_tokens":99999999999999999999,"completion_tokens":9000000000}"#,
    ] {
        assert_eq!(usage(absurd), None, "{absurd}");
    }
}

#[test]
fn an_answer_of_another_form_than_asked_for_names_its_content_type() {
    for (members, content_type, named) in [
        (r#""stream":true,"#, "application/json; charset=utf-8", "application/json"),
        (r#""stream":true,"#, "text/html", "text/html"),
        ("", STREAM, "text/event-stream"),
    ] {
        let fault = decode(decoder(members, content_type), &["data: [DONE]\n\n"]).end.unwrap_err();
        assert_eq!(fault.kind, Kind::UpstreamInvalid);
        assert!(fault.public.contains(named), "{}", fault.public);
    }
    let fault = decode(decoder(r#""stream":true,"#, "a\r\nb: c"), &[""]).end.unwrap_err();
    assert!(!fault.public.contains('\n'), "{}", fault.public);
}

#[test]
fn an_answer_without_a_content_type_is_taken_for_what_was_asked_for() {
    assert_eq!(decode(decoder("", ""), &[r#"{"choices":[]}"#]).end, Ok(()));
    assert_eq!(decode(decoder(r#""stream":true,"#, ""), &["data: [DONE]\n\n"]).end, Ok(()));
}
