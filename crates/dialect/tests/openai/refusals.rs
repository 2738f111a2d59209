//! What a request is refused for: the words are reviewed like code, in the snapshot.

use postern_dialect::{Operation, openai};
use postern_fault::{Blame, Fault, Kind};
use std::fmt::Write;

fn refused(operation: Operation, body: &str) -> Fault {
    let fault = openai::read(operation, body).expect_err(body);
    assert_eq!((fault.kind, fault.blame), (Kind::InvalidRequest, Blame::Caller), "{body}");
    assert!(!fault.retryable && fault.private.is_none(), "{body}");
    fault
}

/// A request for a chat completion with one more member.
fn chat(member: &str) -> String {
    format!(r#"{{"model":"m","messages":[{{"role":"user","content":"hi"}}],{member}}}"#)
}

fn messages(messages: &str) -> String {
    format!(r#"{{"model":"m","messages":{messages}}}"#)
}

fn input(input: &str) -> String {
    format!(r#"{{"model":"m","input":{input}}}"#)
}

fn refusals(operation: Operation, bodies: &[String]) -> String {
    let mut seen = String::new();
    for body in bodies {
        let fault = refused(operation, body);
        let (param, code) = (fault.param.unwrap_or_default(), fault.code.unwrap_or_default());
        writeln!(seen, "{body:?}\n    {}\n    param={param} code={code}", fault.public).unwrap();
    }
    seen
}

#[test]
fn says_where_a_body_is_no_json() {
    let bodies = [
        "",
        "  ",
        "not json",
        "{",
        "{\"model\":\"m\",}",
        "{'model':'m'}",
        "{\"model\" \"m\"}",
        "{\"model\":\"m\"\n \"messages\":[]}",
        "{\"model\":\"m\",\"x\":[1 2]}",
        "{\"x\":tru}",
        "{\"x\":01}",
        "{\"x\":1.}",
        "{\"x\":-}",
        "{\"x\":1e}",
        "{\"x\":NaN}",
        "{\"x\":\"a\tb\"}",
        "{\"x\":\"\\x\"}",
        "{\"x\":\"\\u12g4\"}",
        "{\"x\":\"\\ud800\"}",
        "{\"x\":\"\\udc00\"}",
        "{\"x\":\"\\ud800\\u0041\"}",
        "{\"x\":\"\\ud800\\ud800\"}",
        "{\"\\ud800\":1}",
        "{\"ü\":1,\"x\":\"open",
        "\u{feff}{}",
        "{\"x\":1}}",
        "{\"x\":1} {}",
        "[]",
        "\"text\"",
        "null",
        "1",
    ];
    insta::assert_snapshot!(refusals(Operation::Chat, &bodies.map(str::to_owned)));
}

#[test]
fn names_the_field_of_a_chat_that_is_wrong() {
    let bodies = [
        r#"{"messages":[{"role":"user","content":"hi"}]}"#.to_owned(),
        r#"{"model":null,"messages":[]}"#.to_owned(),
        r#"{"model":7}"#.to_owned(),
        r#"{"model":""}"#.to_owned(),
        r#"{"model":"m"}"#.to_owned(),
        messages("null"),
        messages("{}"),
        messages("[]"),
        messages(r#"[{"role":"user"},"hi"]"#),
        messages(r#"[{"content":"hi"}]"#),
        messages(r#"[{"role":null,"content":"hi"}]"#),
        messages(r#"[{"role":1,"content":"hi"}]"#),
        messages(r#"[{"role":"user","content":7}]"#),
        messages(r#"[{"role":"user","content":{"text":"hi"}}]"#),
        chat(r#""stream":"yes""#),
        chat(r#""stream":1"#),
        chat(r#""stream":true,"stream_options":1"#),
        chat(r#""stream":true,"stream_options":{"include_usage":"yes"}"#),
        chat(r#""stream_options":{"include_usage":true}"#),
        chat(r#""stream_options":{},"stream":false"#),
        chat(r#""max_tokens":-1"#),
        chat(r#""max_tokens":1.0"#),
        chat(r#""max_tokens":1e3"#),
        chat(r#""max_tokens":"9""#),
        chat(r#""max_tokens":18446744073709551616"#),
        chat(r#""max_completion_tokens":-1"#),
        chat(r#""n":0"#),
        chat(r#""n":4294967296"#),
        chat(r#""n":"two""#),
        chat(r#""tools":{}"#),
    ];
    insta::assert_snapshot!(refusals(Operation::Chat, &bodies));
}

#[test]
fn refuses_a_field_that_two_readers_could_read_differently() {
    let bodies = [
        chat(r#""model":"other""#),
        chat(r#""mod\u0065l":"other""#),
        chat(r#""messages":[]"#),
        chat(r#""stream":false,"stream":true"#),
        chat(r#""n":1,"n":2"#),
        chat(r#""Messages":[]"#),
        chat(r#""stream":true,"stream_options":{"include_usage":false,"include_usage":true}"#),
        messages(r#"[{"role":"user","role":"system","content":"hi"}]"#),
        messages(r#"[{"role":"user","content":"hi","content":"ho"}]"#),
        messages(r#"[{"role":"user","content":[{"type":"text","text":"hi","text":"ho"}]}]"#),
    ];
    insta::assert_snapshot!(refusals(Operation::Chat, &bodies));
}

#[test]
fn names_the_field_of_an_embedding_that_is_wrong() {
    let bodies = [
        r#"{"input":"a"}"#.to_owned(),
        r#"{"model":"m"}"#.to_owned(),
        input("null"),
        input("7"),
        input("{}"),
        input(r#""""#),
        input("[]"),
        input("[[]]"),
        input("[true]"),
        input("[null]"),
        input(r#"["a",1]"#),
        input(r#"[1,"a"]"#),
        input("[1,-1]"),
        input("[1.5]"),
        input("[[1],2]"),
        input(r#"[[1],["a"]]"#),
    ];
    insta::assert_snapshot!(refusals(Operation::Embeddings, &bodies));
}

#[test]
fn reads_128_levels_and_refuses_more_however_many() {
    let nested = |levels: usize, open: &str, close: &str| {
        chat(&format!(r#""x":{}1{}"#, open.repeat(levels - 1), close.repeat(levels - 1)))
    };
    for (open, close) in [("[", "]"), (r#"{"x":"#, "}")] {
        assert!(openai::read(Operation::Chat, &nested(128, open, close)).is_ok());
        for levels in [129, 1_000, 400_000] {
            let fault = refused(Operation::Chat, &nested(levels, open, close));
            assert_eq!(fault.code.as_deref(), Some("nesting_too_deep"));
        }
    }
    assert!(openai::read(Operation::Chat, &"[".repeat(1_000_000)).is_err());
}

#[test]
fn never_repeats_a_word_of_the_request() {
    let secret = "hunter2";
    let value = format!("\"{secret}\"");
    for body in [
        format!(r#"{{"model":"m","messages":{value}}}"#),
        messages(&format!("[{value}]")),
        messages(&format!(r#"[{{"role":"user","content":{value}"#)),
        messages(&format!(r#"[{{"role":[{value}]}}]"#)),
        chat(&format!(r#""stream":{value}"#)),
        chat(&format!(r#""n":{value}"#)),
        chat(&format!(r#"{value}:1,{value}"#)),
        format!("{secret}: {{}}"),
    ] {
        let fault = refused(Operation::Chat, &body);
        assert!(!format!("{fault:?}").contains(secret), "{body}: {}", fault.public);
    }
}
