//! What reading, encoding and decoding cost on this machine: `cargo run --release --example cost -p postern-dialect`.
#![allow(clippy::unwrap_used)]

use postern_dialect::chat::Losses;
use postern_dialect::openai::{self, Decoder};
use postern_dialect::{Operation, Vendor, Wire, apply};
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
    let vendor = Vendor::new(Wire::OpenAi, "gpt-4o-mini");
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
}

fn measure<T>(what: &str, mut work: impl FnMut() -> T) {
    let start = Instant::now();
    for _ in 0..ROUNDS {
        black_box(work());
    }
    println!("{what}: {} ns", (start.elapsed() / ROUNDS).as_nanos());
}
