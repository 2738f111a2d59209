//! Answers that a guardrail ends, read by the official Python SDKs: offline, as the decoder writes them.

use super::{REMEDY, python};
use postern_dialect::translate::{self, AnswerHead, Decoder};
use postern_dialect::{Decoded, Dialect, Operation, Vendor};
use postern_tests::manifest;
use postern_types::provider::{Notice, SegmentRole, TextKind};
use serde_json::json;
use std::fs;
use std::process::Command;

const MESSAGE: &str = "This answer was stopped.";

/// A client, and what it asks.
const CLIENTS: [(&str, Dialect, Operation, &str); 4] = [
    (
        "chat",
        Dialect::OpenAi,
        Operation::Chat,
        r#""messages":[{"role":"user","content":"hi"}],"stream_options":{"include_usage":true}"#,
    ),
    ("completions", Dialect::OpenAi, Operation::Completions, r#""prompt":"hi""#),
    ("responses", Dialect::Responses, Operation::Chat, r#""input":"hi""#),
    (
        "messages",
        Dialect::Anthropic,
        Operation::Chat,
        r#""max_tokens":9,"messages":[{"role":"user","content":"hi"}]"#,
    ),
];

fn decoder(
    client: Dialect,
    operation: Operation,
    asked: &str,
    vendor: Dialect,
    stream: bool,
) -> Decoder {
    let asked = match stream {
        true => asked.to_owned(),
        false => asked.replace(r#","stream_options":{"include_usage":true}"#, ""),
    };
    let body = format!(r#"{{"model":"m","stream":{stream},{asked}}}"#);
    let read = translate::read(client, operation, &body).expect("a request");
    let content_type = if stream { "text/event-stream" } else { "application/json" };
    let head = AnswerHead {
        content_type: content_type.to_owned(),
        request_id: "r1".to_owned(),
        segments: true,
        ..AnswerHead::default()
    };
    Decoder::new(&Vendor::new(vendor, "m"), &read.facts, head)
}

/// The answer as it ends at the text of this number, and what was said in words until then. None: it has fewer.
fn cut(decoder: &mut Decoder, text: &str, stream: bool, at: usize) -> Option<(String, String)> {
    let pieces: Vec<&str> =
        if stream { text.split_inclusive("\n\n").collect() } else { vec![text] };
    let (mut output, mut words, mut left) = (String::new(), String::new(), at);
    let mut pieces = pieces.into_iter();
    loop {
        let decoded: Decoded = match pieces.next() {
            Some(piece) => decoder.push(piece).expect("an answer"),
            None => decoder.finish().expect("an answer"),
        };
        for (segment, found) in (0..).zip(&decoded.segments) {
            match (found.role, left) {
                (SegmentRole::Repeat, _) => continue,
                (_, 0) => {
                    let [rule, detector] = ["no-secrets", "credential"].map(str::to_owned);
                    let said = at.is_multiple_of(2);
                    let notice = Notice { rule, detector, message: MESSAGE.to_owned(), said };
                    output += &decoder.cut(&[], segment, &notice).expect("an end");
                    return Some((output, if said { words + MESSAGE } else { words }));
                }
                _ => left -= 1,
            }
            if (found.role, found.at.kind) == (SegmentRole::Piece, TextKind::Text) {
                words += &found.text(&decoded.output).expect("a text");
            }
        }
        if decoded.done {
            return None;
        }
        output += &decoded.output;
    }
}

#[test]
fn the_official_python_sdks_read_an_answer_that_ends_at_any_of_its_texts() {
    let folder = tempfile::tempdir().expect("a folder");
    let answers = manifest::repository().join("crates/dialect/tests/translate/answers");
    let mut cases = 0;
    for (name, client, operation, asked) in CLIENTS {
        for vendor in Dialect::ALL {
            if (operation, vendor) == (Operation::Completions, Dialect::Responses) {
                continue;
            }
            for (stream, extension) in [(false, "json"), (true, "sse")] {
                for story in ["text", "tools", "thoughts"] {
                    let path = answers.join(format!("{}/{story}.{extension}", vendor.as_str()));
                    let text = fs::read_to_string(&path).expect("a fixture");
                    for at in 0.. {
                        let mut decoder = decoder(client, operation, asked, vendor, stream);
                        let Some((body, said)) = cut(&mut decoder, &text, stream, at) else {
                            break;
                        };
                        let case = format!("{} {story} at {at}", vendor.as_str());
                        let case = json!({ "client": name, "stream": stream, "case": case, "body": body, "text": said });
                        let path = folder.path().join(format!("{cases}.json"));
                        fs::write(path, case.to_string()).expect("it is written");
                        cases += 1;
                    }
                }
            }
        }
    }
    assert!(cases > 500, "{cases}");
    let output = Command::new(python())
        .current_dir(manifest::repository().join("tests/sdk/python"))
        .args(["-B", "cuts.py"])
        .arg(folder.path())
        .output()
        .unwrap_or_else(|error| panic!("{error}; {REMEDY}"));
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains(&format!("{cases} answers")), "{said}");
}
