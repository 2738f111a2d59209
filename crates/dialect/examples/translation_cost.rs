//! What reading, encoding and decoding cost on this machine: `cargo run --release --example translation_cost -p postern-dialect`.
#![allow(clippy::unwrap_used)]

use postern_dialect::chat::Losses;
use postern_dialect::openai::{self, Decoder};
use postern_dialect::translate::{self, AnswerHead, Rewritten};
use postern_dialect::{Dialect, Facts, Operation, Vendor, apply};
use std::hint::black_box;
use std::time::Instant;

const ROUNDS: u32 = 20_000;

fn main() {
    let message = r#"{"role":"user","content":"Say it in one line,\nplease, as \"plainly\" as the question was asked. It is long."}"#;
    let messages = [message; 17].join(",");
    let body = format!(
        r#"{{"model":"default-chat","messages":[{messages}],"temperature":0.2,"max_tokens":256,"stream":true}}"#
    );
    println!("request of {} bytes", body.len());
    measure("read", || openai::read(Operation::Chat, &body).unwrap());
    let facts = openai::read(Operation::Chat, &body).unwrap().facts;
    let vendor = Vendor::new(Dialect::OpenAi, "gpt-4o-mini");
    let mut losses = Losses::default();
    measure("encode and apply", || {
        let encoded = openai::encode(&vendor, &facts, &body, &mut losses).unwrap();
        apply(&body, &encoded.edits).unwrap()
    });
    let chunk = concat!(
        r#"data: {"id":"chatcmpl-B9MBs8CjcvOU2jLn4n570S5qMJKcT","object":"chat.completion.chunk","#,
        r#""created":1741569952,"model":"gpt-4o-mini-2024-07-18","service_tier":"default","#,
        r#""system_fingerprint":"fp_44709d6fcb","choices":[{"index":0,"delta":{"content":" word"},"#,
        r#""logprobs":null,"finish_reason":null}],"usage":null}"#,
        "\n\n"
    );
    println!("event of {} bytes", chunk.len());
    let mut decoder = Decoder::new(&facts, "text/event-stream");
    measure("push", || decoder.push(chunk).unwrap());
    translations();
}

/// The same from and to every other dialect: a request of 2 KB and of 2 MB, and an event of the answer.
fn translations() {
    for vendor in Dialect::ALL {
        let vendor = Vendor::new(vendor, "claude-sonnet-4-5");
        for (bytes, rounds) in [(2_048, ROUNDS), (2 * 1024 * 1024, 20)] {
            let body = message(bytes);
            let facts = translate::read(Dialect::Anthropic, Operation::Chat, &body).unwrap().facts;
            let what =
                format!("{} bytes from anthropic to {}", body.len(), vendor.dialect.as_str());
            measure_in(rounds, &what, || {
                let encoded = translate::encode(&vendor, &facts, &body).unwrap();
                assert!(
                    vendor.dialect == Dialect::Anthropic
                        || matches!(encoded.body, Rewritten::Whole(_))
                );
                encoded
            });
        }
    }
    for (wire, event) in EVENTS {
        let vendor = Vendor::new(wire, "m");
        let body = message(2_048).replace("\"max_tokens\"", "\"stream\":true,\"max_tokens\"");
        for client in [Dialect::OpenAi, Dialect::Responses, Dialect::Anthropic] {
            let facts = translate::read(Dialect::Anthropic, Operation::Chat, &body).unwrap().facts;
            let facts = Facts { client, ..facts };
            for segments in [false, true] {
                let content_type = "text/event-stream".into();
                let head = AnswerHead { content_type, segments, ..AnswerHead::default() };
                let mut decoder = translate::Decoder::new(&vendor, &facts, head);
                let (from, to) = (wire.as_str(), client.as_str());
                let with = if segments { ", with segments" } else { "" };
                let what = format!("an event from {from} to {to}{with}");
                measure(&what, || decoder.push(event).unwrap());
            }
        }
    }
}

/// An event with a word, as each vendor streams it.
const EVENTS: [(Dialect, &str); 5] = [
    (
        Dialect::Responses,
        "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":4,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\" word\",\"logprobs\":[]}\n\n",
    ),
    (
        Dialect::OpenAi,
        "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1741569952,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},\"finish_reason\":null}]}\n\n",
    ),
    (
        Dialect::Google,
        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\" word\"}],\"role\":\"model\"},\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":4,\"totalTokenCount\":4},\"modelVersion\":\"m\",\"responseId\":\"r\"}\n\n",
    ),
    (
        Dialect::Bedrock,
        "event: contentBlockDelta\ndata: {\"contentBlockIndex\":0,\"delta\":{\"text\":\" word\"},\"p\":\"abcd\"}\n\n",
    ),
    (
        Dialect::Cohere,
        "data: {\"type\":\"content-delta\",\"index\":0,\"delta\":{\"message\":{\"content\":{\"text\":\" word\"}}}}\n\n",
    ),
];

fn message(bytes: usize) -> String {
    let turn = r#"{"role":"user","content":"Say it in one line,\nplease, as \"plainly\" as the question was asked. It is long."}"#;
    let turns = vec![turn; (bytes / (turn.len() + 1)).max(1)].join(",");
    format!(r#"{{"model":"default-chat","messages":[{turns}],"max_tokens":256}}"#)
}

fn measure<T>(what: &str, work: impl FnMut() -> T) {
    measure_in(ROUNDS, what, work);
}

fn measure_in<T>(rounds: u32, what: &str, mut work: impl FnMut() -> T) {
    let start = Instant::now();
    for _ in 0..rounds {
        black_box(work());
    }
    println!("{what}: {} ns", (start.elapsed() / rounds).as_nanos());
}
