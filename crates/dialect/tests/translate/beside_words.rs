//! Texts of answers beside the words of the model: each kind in each dialect, whole and streamed, passing and translated, is found,
//! changed wherever it stands, and does not leave where the answer is cut.

use crate::fixtures::{STREAM, WHOLE, vendor};
use postern_dialect::translate::{self, AnswerHead, Decoder};
use postern_dialect::{Decoded, Dialect, Operation, Vendor};
use postern_types::provider::{Notice, SegmentEdit, SegmentRole};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const SECRET: &str = "jane.doe@firma.de";
const INSTEAD: &str = "\"\\\n<é>";

/// A kind of answer that has the secret at one place.
struct Row {
    kind: &'static str,
    vendor: Dialect,
    client: Dialect,
    operation: Operation,
    media_type: &'static str,
    text: String,
}

impl Row {
    fn is_stream(&self) -> bool {
        self.media_type == STREAM
    }

    fn decoder(&self) -> Decoder {
        let stream = self.is_stream();
        let body = match self.operation {
            Operation::Rerank => r#"{"model":"m","query":"q","documents":["a"]}"#.to_owned(),
            Operation::GenerateImages => {
                format!(r#"{{"model":"m","prompt":"p","stream":{stream}}}"#)
            }
            Operation::Transcribe => {
                let file = r#""file":{"filename":"a.wav","length":9}"#;
                let stream = if stream { r#","stream":"true""# } else { "" };
                format!(r#"{{"model":"m",{file}{stream}}}"#)
            }
            _ => crate::fixtures::asked(self.client, stream),
        };
        let facts = translate::read(self.client, self.operation, &body).unwrap().facts;
        let vendor: Vendor = match self.operation {
            Operation::Rerank => vendor(Dialect::Cohere),
            _ => vendor(self.vendor),
        };
        let content_type = self.media_type.to_owned();
        let head = AnswerHead { content_type, segments: true, ..AnswerHead::default() };
        Decoder::new(&vendor, &facts, head)
    }
}

fn data(events: &[Value]) -> String {
    events.iter().map(|event| format!("data: {event}\n\n")).collect()
}

fn named(events: &[Value]) -> String {
    let name = |event: &Value| event["type"].as_str().unwrap().to_owned();
    events.iter().map(|event| format!("event: {}\ndata: {event}\n\n", name(event))).collect()
}

fn annotation() -> Value {
    let url = format!("https://x.example/?to={SECRET}");
    json!({ "type": "url_citation", "url": url, "title": format!("On {SECRET}"), "start_index": 0, "end_index": 5 })
}

fn items() -> Vec<(&'static str, Value)> {
    first_items().into_iter().chain(items_of_calls()).collect()
}

fn blocks() -> Vec<(&'static str, Value)> {
    first_blocks().into_iter().chain(blocks_of_calls()).collect()
}

/// The items of Responses that have texts of their own.
fn first_items() -> Vec<(&'static str, Value)> {
    vec![
        (
            "citation",
            json!({ "type": "message", "role": "assistant", "content": [
            { "type": "output_text", "text": "Hello", "annotations": [annotation()] }] }),
        ),
        (
            "quotation of a file",
            json!({ "type": "message", "role": "assistant", "content": [
            { "type": "output_text", "text": "Hello", "annotations": [
                { "type": "file_citation", "file_id": "file_1", "filename": format!("{SECRET}.pdf"), "index": 1 }] }] }),
        ),
        (
            "web search",
            json!({ "type": "web_search_call", "action": { "type": "search", "query": SECRET,
            "sources": [{ "type": "url", "url": format!("https://x.example/{SECRET}") }] } }),
        ),
        (
            "file search",
            json!({ "type": "file_search_call", "queries": [SECRET], "results": [
            { "file_id": "file_1", "filename": "a.pdf", "score": 0.912345678, "text": format!("Write to {SECRET}.") }] }),
        ),
        (
            "code interpreter",
            json!({ "type": "code_interpreter_call", "code": "print(a)", "container_id": "c1",
            "outputs": [{ "type": "logs", "logs": format!("{SECRET}\n") }] }),
        ),
    ]
}

/// Those of calls of other servers, of machines and of what is not known.
fn items_of_calls() -> Vec<(&'static str, Value)> {
    vec![
        (
            "mcp call",
            json!({ "type": "mcp_call", "name": "f", "server_label": "s", "arguments": "{}",
            "output": format!("[{{\"text\":\"{SECRET}\"}}]") }),
        ),
        (
            "mcp error",
            json!({ "type": "mcp_call", "name": "f", "server_label": "s", "arguments": "{}",
            "error": { "type": "x", "content": [{ "type": "text", "text": SECRET }] } }),
        ),
        (
            "mcp approval",
            json!({ "type": "mcp_approval_request", "name": "f", "server_label": "s",
            "arguments": format!("{{\"to\":\"{SECRET}\"}}") }),
        ),
        (
            "shell",
            json!({ "type": "shell_call", "call_id": "c", "action": { "commands": [format!("mail {SECRET}")] } }),
        ),
        (
            "local shell",
            json!({ "type": "local_shell_call", "call_id": "c",
            "action": { "type": "exec", "command": ["mail", SECRET], "env": { "TO": SECRET } } }),
        ),
        (
            "shell output",
            json!({ "type": "shell_call_output", "call_id": "c", "output": [
            { "stdout": format!("to {SECRET}"), "stderr": SECRET, "outcome": { "type": "exit", "exit_code": 0 } }] }),
        ),
        (
            "patch",
            json!({ "type": "apply_patch_call", "call_id": "c", "operation":
            { "type": "update_file", "path": format!("{SECRET}.txt"), "diff": format!("+{SECRET}\n") } }),
        ),
        (
            "computer",
            json!({ "type": "computer_call", "call_id": "c", "action": { "type": "type", "text": SECRET } }),
        ),
        (
            "picture",
            json!({ "type": "image_generation_call", "result": "AAAA", "revised_prompt": format!("A card to {SECRET}") }),
        ),
        ("unknown", json!({ "type": "future_call", "notes": [{ "words": SECRET }] })),
    ]
}

fn response(item: &Value) -> Value {
    json!({ "id": "resp_1", "object": "response", "created_at": 1_700_000_000, "status": "completed", "model": "m",
        "output": [item] })
}

/// An event of the item.
fn at(mut event: Value) -> Value {
    event["output_index"] = 0.into();
    event["item_id"] = "i1".into();
    event
}

/// The events between the beginning of an item and its end.
fn middle(item: &Value) -> Vec<Value> {
    let mut events = Vec::new();
    match item["type"].as_str().unwrap() {
        "message" => {
            let part = &item["content"][0];
            let event = |kind: &str, name: &str, value: &Value| {
                at(
                    json!({ "type": format!("response.{kind}"), "content_index": 0, "annotation_index": 0, name: value }),
                )
            };
            let empty = json!({ "type": "output_text", "text": "", "annotations": [] });
            events.push(event("content_part.added", "part", &empty));
            events.push(event("output_text.delta", "delta", &part["text"]));
            events.push(event(
                "output_text.annotation.added",
                "annotation",
                &part["annotations"][0],
            ));
            events.push(event("output_text.done", "text", &part["text"]));
            events.push(event("content_part.done", "part", part));
        }
        "shell_call" => {
            let command = item["action"]["commands"][0].as_str().unwrap();
            let event = |when: &str, name: &str, text: &str| {
                at(
                    json!({ "type": format!("response.shell_call_command.{when}"), "command_index": 0, name: text }),
                )
            };
            events.push(event("added", "command", ""));
            events.push(event("delta", "delta", &command[..9]));
            events.push(event("delta", "delta", &command[9..]));
            events.push(event("done", "command", command));
        }
        "shell_call_output" => {
            let output = &item["output"][0];
            let event = |when: &str, name: &str, value: Value| {
                at(
                    json!({ "type": format!("response.shell_call_output_content.{when}"), "command_index": 0, name: value }),
                )
            };
            let text = output["stdout"].as_str().unwrap();
            events.push(event("delta", "delta", json!({ "stdout": text[..6] })));
            events.push(event("delta", "delta", json!({ "stdout": text[6..], "stderr": SECRET })));
            events.push(event("done", "output", item["output"].clone()));
        }
        "apply_patch_call" => {
            let diff = item["operation"]["diff"].as_str().unwrap();
            let event = |when: &str, name: &str, text: &str| {
                at(
                    json!({ "type": format!("response.apply_patch_call_operation_diff.{when}"), name: text }),
                )
            };
            events.push(event("delta", "delta", &diff[..5]));
            events.push(event("delta", "delta", &diff[5..]));
            events.push(event("done", "diff", diff));
        }
        _ => {}
    }
    events
}

fn responses_stream(item: &Value) -> String {
    let mut begun = item.clone();
    for member in [
        "content",
        "queries",
        "results",
        "outputs",
        "output",
        "error",
        "action",
        "operation",
        "revised_prompt",
    ] {
        begun.as_object_mut().unwrap().remove(member);
    }
    if begun["arguments"].is_string() {
        begun["arguments"] = "".into();
    }
    let mut events = vec![json!({ "type": "response.created", "response": response(&json!({}))})];
    events[0]["response"]["output"] = json!([]);
    events.push(at(json!({ "type": "response.output_item.added", "item": begun })));
    events.extend(middle(item));
    events.push(at(json!({ "type": "response.output_item.done", "item": item })));
    events.push(json!({ "type": "response.completed", "response": response(item) }));
    for (number, event) in events.iter_mut().enumerate() {
        event["sequence_number"] = number.into();
    }
    named(&events)
}

/// The blocks of Messages that have texts of their own.
fn first_blocks() -> Vec<(&'static str, Value)> {
    let of_tool = |kind: &str, content: Value| json!({ "type": kind, "tool_use_id": "srvtoolu_1", "content": content });
    vec![
        (
            "citation",
            json!({ "type": "text", "text": "Hello", "citations": [{ "type": "web_search_result_location",
            "cited_text": SECRET, "title": format!("On {SECRET}"), "url": format!("https://x.example/{SECRET}"),
            "encrypted_index": "sealed==" }] }),
        ),
        (
            "citation of a document",
            json!({ "type": "text", "text": "Hello", "citations": [{ "type": "char_location",
            "cited_text": SECRET, "document_title": SECRET, "document_index": 0, "start_char_index": 0,
            "end_char_index": 9 }] }),
        ),
        (
            "web search",
            of_tool(
                "web_search_tool_result",
                json!([{ "type": "web_search_result", "title": SECRET,
            "url": format!("https://x.example/{SECRET}"), "encrypted_content": "sealed==", "page_age": null }]),
            ),
        ),
        (
            "web fetch",
            of_tool(
                "web_fetch_tool_result",
                json!({ "type": "web_fetch_result", "url": "https://x.example",
            "content": { "type": "document", "title": SECRET,
                "source": { "type": "text", "media_type": "text/plain", "data": format!("Write to {SECRET}.") } } }),
            ),
        ),
        (
            "code execution",
            of_tool(
                "code_execution_tool_result",
                json!({ "type": "code_execution_result",
            "stdout": SECRET, "stderr": "", "return_code": 0, "content": [] }),
            ),
        ),
    ]
}

/// Those of machines, of other servers and of what is not known.
fn blocks_of_calls() -> Vec<(&'static str, Value)> {
    let of_tool = |kind: &str, content: Value| json!({ "type": kind, "tool_use_id": "srvtoolu_1", "content": content });
    vec![
        (
            "bash",
            of_tool(
                "bash_code_execution_tool_result",
                json!({ "type": "bash_code_execution_result",
            "stdout": "", "stderr": SECRET, "return_code": 1, "content": [] }),
            ),
        ),
        (
            "editor",
            of_tool(
                "text_editor_code_execution_tool_result",
                json!({
            "type": "text_editor_code_execution_view_result", "file_type": "text", "content": SECRET }),
            ),
        ),
        ("mcp result", of_tool("mcp_tool_result", json!([{ "type": "text", "text": SECRET }]))),
        (
            "mcp value",
            of_tool("mcp_tool_result", json!([{ "type": "json", "value": { "card": SECRET } }])),
        ),
        (
            "compaction",
            json!({ "type": "compaction", "content": format!("We wrote to {SECRET}.") }),
        ),
        ("unknown", json!({ "type": "future_result", "notes": [{ "words": SECRET }] })),
    ]
}

fn messages_stream(block: &Value) -> String {
    let mut begun = block.clone();
    let mut events =
        vec![json!({ "type": "message_start", "message": { "id": "msg_1", "type": "message",
        "role": "assistant", "model": "m", "content": [], "stop_reason": null,
        "usage": { "input_tokens": 1, "output_tokens": 1 } } })];
    let mut deltas = Vec::new();
    if block["type"] == "text" {
        begun = json!({ "type": "text", "text": "" });
        deltas.push(json!({ "type": "text_delta", "text": block["text"] }));
        deltas.push(json!({ "type": "citations_delta", "citation": block["citations"][0] }));
    } else if block["type"] == "compaction" {
        begun["content"] = Value::Null;
        deltas.push(json!({ "type": "compaction_delta", "content": block["content"] }));
    }
    events.push(json!({ "type": "content_block_start", "index": 0, "content_block": begun }));
    let delta = |delta| json!({ "type": "content_block_delta", "index": 0, "delta": delta });
    events.extend(deltas.into_iter().map(delta));
    events.push(json!({ "type": "content_block_stop", "index": 0 }));
    events.push(json!({ "type": "message_delta", "delta": { "stop_reason": "end_turn" },
        "usage": { "output_tokens": 3 } }));
    events.push(json!({ "type": "message_stop" }));
    named(&events)
}

/// What chat completions have beside the words: members of the message, and of the answer.
fn members() -> Vec<(&'static str, Value, Value)> {
    vec![
        (
            "citation",
            json!({ "annotations": [{ "type": "url_citation", "url_citation": annotation() }] }),
            json!({}),
        ),
        (
            "executed tools",
            json!({ "executed_tools": [{ "index": 0, "type": "search", "output": SECRET,
            "arguments": format!("{{\"query\":\"{SECRET}\"}}") }] }),
            json!({}),
        ),
        (
            "sources",
            json!({}),
            json!({ "citations": [format!("https://x.example/{SECRET}")],
            "search_results": [{ "title": SECRET, "url": "https://x.example", "date": "2026-01-01" }] }),
        ),
    ]
}

fn with(mut value: Value, more: &Value) -> Value {
    value.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    value
}

fn chat(message: &Value, more: &Value, stream: bool) -> String {
    let answer = |object: &str, choice: Value| {
        let own = json!({ "id": "c1", "object": object, "created": 1_700_000_000, "model": "m", "choices": [choice] });
        with(own, more)
    };
    if !stream {
        let message = with(json!({ "role": "assistant", "content": "Hello" }), message);
        let choice = json!({ "index": 0, "message": message, "finish_reason": "stop" });
        return answer("chat.completion", choice).to_string();
    }
    let chunk = |delta: Value, finish: Value| {
        answer(
            "chat.completion.chunk",
            json!({ "index": 0, "delta": delta, "finish_reason": finish }),
        )
    };
    let begun = json!({ "role": "assistant", "content": "Hello" });
    let chunks = [
        chunk(begun, Value::Null),
        chunk(message.clone(), Value::Null),
        chunk(json!({}), "stop".into()),
    ];
    data(&chunks) + "data: [DONE]\n\n"
}

fn transcripts() -> Vec<(&'static str, &'static str, String)> {
    let text = format!("Hello. Write to {SECRET}.");
    let segment = |id: u8, text: &str| json!({ "id": id, "start": 0.0, "end": 1.0, "text": text, "tokens": [50364, 12] });
    let verbose = json!({ "task": "transcribe", "language": "english", "duration": 2.0, "text": text,
        "segments": [segment(0, " Hello."), segment(1, &format!(" Write to {SECRET}."))],
        "words": [{ "word": SECRET, "start": 1.0, "end": 2.0 }] });
    let across = json!({ "text": format!("Write to {SECRET}"),
        "segments": [segment(0, &format!("Write to {}", &SECRET[..8])), segment(1, &SECRET[8..])] });
    let spoken = json!({ "text": text, "segments": [
        { "type": "transcript.text.segment", "id": "s0", "speaker": "A", "start": 0.0, "end": 2.0, "text": text }] });
    let logprobs = json!([{ "token": "jane", "logprob": -0.1, "bytes": [106] }]);
    let events = [
        json!({ "type": "transcript.text.delta", "delta": text[..20], "logprobs": logprobs }),
        json!({ "type": "transcript.text.delta", "delta": text[20..], "logprobs": logprobs }),
        json!({ "type": "transcript.text.segment", "id": "s0", "speaker": "A", "start": 0.0, "end": 2.0, "text": text }),
        json!({ "type": "transcript.text.done", "text": text, "logprobs": logprobs }),
    ];
    vec![
        ("json", WHOLE, json!({ "text": text, "logprobs": logprobs }).to_string()),
        ("verbose_json", WHOLE, verbose.to_string()),
        ("across segments", WHOLE, across.to_string()),
        ("diarized_json", WHOLE, spoken.to_string()),
        ("text", "text/plain", format!("{text}\n")),
        (
            "srt",
            "text/plain",
            format!(
                "1\n00:00:00,000 --> 00:00:02,000\n{text}\n\n2\n00:00:02,000 --> 00:00:03,000\nBye.\n"
            ),
        ),
        ("vtt", "text/vtt", format!("WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n{text}\n")),
        ("events", STREAM, data(&events)),
    ]
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (kind, mut item) in items() {
        item["id"] = "i1".into();
        item["status"] = "completed".into();
        let whole = response(&item).to_string();
        rows.push(chat_row(kind, Dialect::Responses, Dialect::Responses, false, whole));
        rows.push(chat_row(
            kind,
            Dialect::Responses,
            Dialect::Responses,
            true,
            responses_stream(&item),
        ));
    }
    for (kind, block) in blocks() {
        let whole = json!({ "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [block],
            "stop_reason": "end_turn", "usage": { "input_tokens": 1, "output_tokens": 3 } });
        rows.push(chat_row(kind, Dialect::Anthropic, Dialect::Anthropic, false, whole.to_string()));
        rows.push(chat_row(
            kind,
            Dialect::Anthropic,
            Dialect::Anthropic,
            true,
            messages_stream(&block),
        ));
    }
    for (kind, message, more) in members() {
        for stream in [false, true] {
            let text = chat(&message, &more, stream);
            rows.push(chat_row(kind, Dialect::OpenAi, Dialect::OpenAi, stream, text));
        }
    }
    translated(&mut rows);
    rows.extend(others());
    rows
}

fn chat_row(
    kind: &'static str,
    client: Dialect,
    vendor: Dialect,
    stream: bool,
    text: String,
) -> Row {
    let media_type = if stream { STREAM } else { WHOLE };
    Row { kind, vendor, client, operation: Operation::Chat, media_type, text }
}

/// The only kind beside the words that other dialects carry.
fn translated(rows: &mut Vec<Row>) {
    for vendor in [Dialect::OpenAi, Dialect::Responses, Dialect::Anthropic] {
        for client in [Dialect::OpenAi, Dialect::Responses, Dialect::Anthropic] {
            for stream in [false, true] {
                let own = rows.iter().find(|row| {
                    row.kind == "citation"
                        && row.vendor == vendor
                        && row.client == vendor
                        && row.is_stream() == stream
                });
                let text = own.unwrap().text.clone();
                if vendor != client {
                    rows.push(chat_row("citation", client, vendor, stream, text));
                }
            }
        }
    }
}

/// Answers that are no chats.
fn others() -> Vec<Row> {
    let mut rows = Vec::new();
    let other = |kind, operation, media_type, text| Row {
        kind,
        vendor: Dialect::OpenAi,
        client: Dialect::OpenAi,
        operation,
        media_type,
        text,
    };
    rows.extend(
        transcripts()
            .into_iter()
            .map(|(kind, media_type, text)| other(kind, Operation::Transcribe, media_type, text)),
    );
    let picture = json!({ "b64_json": "AAAA", "revised_prompt": format!("A card to {SECRET}") });
    let whole = json!({ "created": 1, "data": [picture] }).to_string();
    rows.push(other("revised prompt", Operation::GenerateImages, WHOLE, whole));
    let event = with(json!({ "type": "image_generation.completed" }), &picture);
    rows.push(other("revised prompt", Operation::GenerateImages, STREAM, named(&[event])));
    let document = json!({ "id": "r", "results": [{ "index": 0, "relevance_score": 0.5, "document": { "text": SECRET } }] });
    rows.push(other("document", Operation::Rerank, WHOLE, document.to_string()));
    rows
}

/// The outputs of a decoder, changed by a stage.
fn run(
    row: &Row,
    pieces: &[&str],
    mut stage: impl FnMut(&Decoded, &mut Decoder) -> Option<String>,
) -> (String, bool) {
    let mut decoder = row.decoder();
    let mut output = String::new();
    let mut pieces = pieces.iter();
    loop {
        let decoded = match pieces.next() {
            Some(piece) => decoder.push(piece),
            None => decoder.finish(),
        };
        let decoded = decoded.unwrap_or_else(|fault| panic!("{}: {fault:?}", row.kind));
        match stage(&decoded, &mut decoder) {
            Some(cut) => return (output + &cut, true),
            None => output += &decoded.output,
        }
        if decoded.done {
            return (output, false);
        }
    }
}

fn pieces(row: &Row) -> Vec<Vec<&str>> {
    match row.is_stream() {
        true => vec![vec![&row.text], row.text.split_inclusive("\n\n").collect()],
        false => vec![vec![&row.text]],
    }
}

fn assert_readable(row: &Row, output: &str) {
    match row.media_type {
        WHOLE => drop(
            serde_json::from_str::<Value>(output)
                .unwrap_or_else(|error| panic!("{error} {output}")),
        ),
        STREAM => {
            for line in output.lines().filter_map(|line| line.strip_prefix("data: ")) {
                assert!(line == "[DONE]" || serde_json::from_str::<Value>(line).is_ok(), "{line}");
            }
        }
        _ => {}
    }
}

/// A stage that holds each text back until its end, and then releases it without the secret.
fn covering(
    said: &mut std::collections::BTreeMap<(u32, u32, u32, u8), String>,
    decoded: &Decoded,
) -> Vec<SegmentEdit> {
    let mut edits = Vec::new();
    for (segment, found) in (0..).zip(&decoded.segments) {
        let held = said.entry(found.at.key()).or_default();
        match found.role {
            SegmentRole::Repeat => continue,
            SegmentRole::Piece if found.at.kind == postern_types::provider::TextKind::ToolName => {
                continue;
            }
            SegmentRole::Piece => {
                held.push_str(&found.text(&decoded.output).unwrap());
                edits.push(SegmentEdit { segment, text: String::new() });
            }
            SegmentRole::End => {
                let text = std::mem::take(held).replace(SECRET, INSTEAD);
                edits.push(SegmentEdit { segment, text });
            }
        }
    }
    edits
}

#[test]
fn each_is_found_and_covered_wherever_it_stands() {
    for row in rows() {
        for pieces in pieces(&row) {
            let mut held = std::collections::BTreeMap::new();
            let mut decoder = row.decoder();
            let (mut output, mut found) = (String::new(), String::new());
            for number in 0..=pieces.len() {
                let decoded = match pieces.get(number) {
                    Some(piece) => decoder.push(piece).unwrap(),
                    None => decoder.finish().unwrap(),
                };
                for segment in decoded.segments.iter().filter(|one| one.role == SegmentRole::Piece)
                {
                    found += &segment.text(&decoded.output).unwrap();
                }
                let edits = covering(&mut held, &decoded);
                output += &match edits.is_empty() {
                    true => decoded.output.clone(),
                    false => decoder
                        .edit(&edits)
                        .unwrap_or_else(|fault| panic!("{fault:?} {} {}", row.kind, row.text)),
                };
                if decoded.done {
                    break;
                }
            }
            let case = format!(
                "{} {:?} to {:?} {}\n{output}",
                row.kind, row.vendor, row.client, row.media_type
            );
            assert!(found.contains(SECRET), "not found: {case}");
            assert!(!output.contains(SECRET), "left: {case}");
            assert!(!output.contains("jane"), "left in part: {case}");
            assert!(held.values().all(String::is_empty), "held: {case}");
            let instead = postern_types::escape(INSTEAD);
            let twice = postern_types::escape(&instead);
            let plain = row.media_type == "text/plain" || row.media_type == "text/vtt";
            let said = if plain { INSTEAD } else { &instead };
            assert!(output.contains(said) || output.contains(&*twice), "not changed: {case}");
            assert_readable(&row, &output);
        }
    }
}

#[test]
fn what_is_not_edited_passes_byte_for_byte() {
    for row in rows().iter().filter(|row| row.vendor == row.client) {
        for pieces in pieces(row) {
            let (output, _) = run(row, &pieces, |_, _| None);
            assert_eq!(output, row.text, "{} {}", row.kind, row.media_type);
        }
    }
}

#[test]
fn nothing_of_it_leaves_where_the_answer_ends() {
    let notice = Notice {
        rule: "r".to_owned(),
        detector: "email".to_owned(),
        message: "Stopped.".to_owned(),
        said: false,
    };
    for row in rows() {
        for pieces in pieces(&row) {
            let (output, was_cut) = run(&row, &pieces, |decoded, decoder| {
                let secret = (0..).zip(&decoded.segments).find(|(_, segment)| {
                    segment.role == SegmentRole::Piece
                        && segment.text(&decoded.output).unwrap().contains("jane")
                });
                secret.map(|(segment, _)| decoder.cut(&[], segment, &notice).unwrap())
            });
            let case = format!(
                "{} {:?} to {:?} {}\n{output}",
                row.kind, row.vendor, row.client, row.media_type
            );
            assert!(was_cut, "{case}");
            assert!(!output.contains("jane"), "left: {case}");
            let plain = row.media_type == "text/plain" || row.media_type == "text/vtt";
            assert!(plain || output.contains("\"guardrail\""), "no reason: {case}");
            assert!(!plain || output == "Stopped.", "{case}");
            assert_readable(&row, &output);
        }
    }
}

/// A cell is a dialect's kind, whole and streamed.
#[test]
fn every_kind_of_every_dialect_is_tried_whole_and_streamed() {
    let rows = rows();
    let tried: BTreeSet<_> = rows
        .iter()
        .map(|row| (row.kind, row.vendor.as_str(), row.client.as_str(), row.is_stream()))
        .collect();
    for (dialect, kinds) in [
        (Dialect::Responses, items().iter().map(|(kind, _)| *kind).collect::<Vec<_>>()),
        (Dialect::Anthropic, blocks().iter().map(|(kind, _)| *kind).collect()),
        (Dialect::OpenAi, members().iter().map(|(kind, ..)| *kind).collect()),
    ] {
        for kind in kinds {
            for stream in [false, true] {
                let cell = (kind, dialect.as_str(), dialect.as_str(), stream);
                assert!(tried.contains(&cell), "{cell:?}");
            }
        }
    }
    for vendor in [Dialect::OpenAi, Dialect::Responses, Dialect::Anthropic] {
        for client in [Dialect::OpenAi, Dialect::Responses, Dialect::Anthropic] {
            for stream in [false, true] {
                assert!(tried.contains(&("citation", vendor.as_str(), client.as_str(), stream)));
            }
        }
    }
}

#[test]
fn seals_ids_and_bytes_are_not_texts() {
    for row in rows() {
        let mut decoder = row.decoder();
        let mut outputs = vec![decoder.push(&row.text).unwrap()];
        if !outputs[0].done {
            outputs.push(decoder.finish().unwrap());
        }
        for decoded in &outputs {
            for segment in &decoded.segments {
                let text = segment.text(&decoded.output).unwrap();
                for unread in ["sealed==", "AAAA", "file_1", "srvtoolu_1", "completed"] {
                    assert_ne!(text, unread, "{}", row.kind);
                }
            }
        }
    }
}
