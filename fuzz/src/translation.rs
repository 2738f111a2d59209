//! Translation as a whole, by the way that the gateway goes.

use super::{check_events, pass, pieces, split};
use postern_dialect::translate::{self, Rewritten};
use postern_dialect::{Decoded, Dialect, Facts, Operation, Vendor, apply};
use postern_fault::Fault;
use postern_types::provider::{Notice, SegmentEdit, SegmentRole, TextKind};
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// Any client's request to any vendor, of any operation: JSON is sent, or the caller is told why not.
pub fn translate_request(data: &[u8]) {
    let (_, text) = split(data);
    for client in CLIENTS {
        for operation in OPERATIONS {
            let Ok(read) = translate::read(client, operation, &text) else { continue };
            for wire in Dialect::ALL {
                let vendor = Vendor::new(wire, "m");
                let Ok(encoded) = translate::encode(&vendor, &read.facts, &text) else { continue };
                let body = match encoded.body {
                    Rewritten::Whole(body) => body,
                    Rewritten::Edits(edits) => apply(&text, &edits).expect("edits fit the body"),
                };
                // A client's own number may be too large for anyone but the vendor.
                serde_json::from_str::<&RawValue>(&body).expect("what is sent is JSON");
            }
        }
    }
}

/// Any vendor's answer to any client: the same however it is cut, JSON in each event, and a fault in its place.
pub fn translate_answer(data: &[u8]) {
    let (size, text) = split(data);
    let pieces = pieces(&text, size);
    for client in CLIENTS {
        for (stream, media_type) in FORMS {
            let facts = facts(client, stream);
            for wire in Dialect::ALL {
                let decoder = |segments| {
                    let content_type = media_type.to_owned();
                    let head =
                        translate::AnswerHead { content_type, segments, ..Default::default() };
                    translate::Decoder::new(&Vendor::new(wire, "m"), &facts, head)
                };
                let told = |pieces: &[&str]| pass(decoder(false), pieces);
                let whole = told(&[&text]);
                assert_eq!(whole, told(&pieces), "{wire:?} to {client:?}");
                let (output, _, end) = whole;
                if stream && wire != client {
                    check_events(&output);
                }
                let with_texts = |pieces: &[&str], edit| texts(decoder(true), pieces, edit);
                for edit in [false, true] {
                    let whole = with_texts(&[&text], edit);
                    if stream && wire != client {
                        check_events(&whole.0);
                    }
                    if !edit {
                        assert_eq!(whole, with_texts(&pieces, edit), "{wire:?} to {client:?}");
                    }
                }
                let cut = ended_early(decoder(true), &pieces, size);
                if let Some(output) = cut.filter(|_| wire != client) {
                    match stream {
                        true => check_events(&output),
                        false => drop(serde_json::from_str::<Value>(&output).expect("JSON")),
                    }
                }
                if let Err(fault) = &end {
                    assert!(stream || output.is_empty(), "no half of a whole answer");
                    let body = translate::error::body(client, fault);
                    serde_json::from_str::<Value>(&body).expect("an error is JSON");
                }
            }
        }
    }
}

/// What comes out where a stage asks for texts, and holds all of them back until they end if it edits.
fn texts(
    mut decoder: translate::Decoder,
    pieces: &[&str],
    edit: bool,
) -> (String, Result<(), Fault>) {
    let (mut output, mut held) = (String::new(), BTreeMap::new());
    let mut pieces = pieces.iter();
    loop {
        let decoded = match pieces.next() {
            Some(piece) => decoder.push(piece),
            None => decoder.finish(),
        };
        let decoded = match decoded {
            Ok(decoded) => decoded,
            Err(fault) => return (output, Err(fault)),
        };
        let edits = hold_back(&decoded, &mut held);
        output += &match edit {
            true => decoder.edit(&edits).expect("edits fit the segments"),
            false => decoded.output,
        };
        if decoded.done {
            return (output, Ok(()));
        }
    }
}

/// What comes out where a guardrail ends the answer at one of its texts; none if nothing is said.
fn ended_early(mut decoder: translate::Decoder, pieces: &[&str], size: usize) -> Option<String> {
    let notice = Notice {
        rule: "r".to_owned(),
        detector: "d".to_owned(),
        message: "m".to_owned(),
        said: size.is_multiple_of(2),
    };
    let (mut output, mut left) = (String::new(), size % 16);
    let mut pieces = pieces.iter();
    loop {
        let decoded = match pieces.next() {
            Some(piece) => decoder.push(piece),
            None => decoder.finish(),
        };
        let decoded = decoded.ok()?;
        let segments = (0..).zip(&decoded.segments);
        let mut said = segments.filter(|(_, found)| found.role != SegmentRole::Repeat);
        let count = said.clone().count();
        if let Some((segment, _)) = said.nth(left) {
            output += &decoder.cut(&[], segment, &notice).expect("an answer ends at any text");
            assert!(decoder.push("x").is_err() && decoder.finish().is_err());
            return Some(output);
        }
        left -= count;
        output += &decoded.output;
        if decoded.done {
            return None;
        }
    }
}

type Withheld = BTreeMap<(u32, u32, u32, u8), String>;

fn hold_back(decoded: &Decoded, held: &mut Withheld) -> Vec<SegmentEdit> {
    let mut edits = Vec::new();
    for (segment, found) in (0..).zip(&decoded.segments) {
        let said = found.text(&decoded.output).expect("a segment is in its output");
        let held = held.entry(found.at.key()).or_default();
        match found.role {
            SegmentRole::Repeat => continue,
            SegmentRole::Piece => held.push_str(&said),
            SegmentRole::End => {}
        }
        let releases = found.role == SegmentRole::End || found.at.kind == TextKind::ToolName;
        let text = if releases { std::mem::take(held) } else { String::new() };
        edits.push(SegmentEdit { segment, text });
    }
    edits
}

/// The clients' dialects.
const CLIENTS: [Dialect; 3] = [Dialect::OpenAi, Dialect::Responses, Dialect::Anthropic];

const OPERATIONS: [Operation; 11] = [
    Operation::Chat,
    Operation::Completions,
    Operation::Embeddings,
    Operation::CountTokens,
    Operation::Rerank,
    Operation::Transcribe,
    Operation::Translate,
    Operation::Speak,
    Operation::GenerateImages,
    Operation::EditImages,
    Operation::VaryImages,
];

/// What is asked for, and what the answer says that it is.
const FORMS: [(bool, &str); 3] =
    [(true, "text/event-stream"), (true, "application/json"), (false, "application/json")];

/// Those of a small chat.
fn facts(client: Dialect, stream: bool) -> Facts {
    let said = match client {
        Dialect::Responses => r#""input":"hi""#,
        _ => r#""max_tokens":9,"messages":[{"role":"user","content":"hi"}]"#,
    };
    let body = format!(r#"{{"model":"m","stream":{stream},{said}}}"#);
    translate::read(client, Operation::Chat, &body).expect("the request is right").facts
}
