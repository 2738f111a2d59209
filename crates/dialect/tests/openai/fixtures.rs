//! The folders of fixtures, and what most tests begin with.

use postern_dialect::chat::Losses;
use postern_dialect::openai::{self, Decoder};
use postern_dialect::{Decoded, Dialect, Facts, Operation, Request, Spliced, Usage, Vendor};
use postern_fault::Fault;
use std::path::{Path, PathBuf};
use std::{fs, io};

pub const STREAM: &str = "text/event-stream; charset=utf-8";
pub const JSON: &str = "application/json";

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/openai").join(name)
}

pub fn fixture(path: &str) -> String {
    fs::read_to_string(folder(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Name and text of each request of the folder.
pub fn requests() -> Vec<(String, String)> {
    let entries: io::Result<Vec<_>> = fs::read_dir(folder("requests")).unwrap().collect();
    let paths = entries.unwrap().into_iter().map(|entry| entry.path());
    let mut requests: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    requests.sort();
    assert!(requests.len() > 10, "the folder of requests was not found");
    requests
}

pub fn operation(name: &str) -> Operation {
    if name.starts_with("embeddings") { Operation::Embeddings } else { Operation::Chat }
}

pub fn read_chat(body: &str) -> Request {
    openai::read(Operation::Chat, body).unwrap_or_else(|fault| panic!("{fault}: {body}"))
}

/// For a vendor without quirks: nothing can be lost.
pub fn encode(model: &str, facts: &Facts, body: &str) -> Spliced {
    let mut losses = Losses::default();
    let encoded = openai::encode(&Vendor::new(Dialect::OpenAi, model), facts, body, &mut losses);
    assert_eq!(losses, Losses::default());
    encoded.unwrap()
}

/// A request for a chat completion, with further `members` (`"n":2,`).
pub fn chat_with(members: &str) -> (Facts, String) {
    let body = format!(r#"{{{members}"model":"m","messages":[{{"role":"user","content":"hi"}}]}}"#);
    (read_chat(&body).facts, body)
}

pub fn decoder(members: &str, content_type: &str) -> Decoder {
    Decoder::new(&chat_with(members).0, content_type)
}

/// What a client got, the usage that was counted, and how it ended.
#[derive(Debug, PartialEq)]
pub struct Outcome {
    pub output: String,
    pub usage: Option<Usage>,
    pub end: Result<(), Fault>,
}

/// Feed an answer as the gateway does: until the decoder is done, fails, or there is no more.
pub fn decode(mut decoder: Decoder, chunks: &[&str]) -> Outcome {
    let mut outcome = Outcome { output: String::new(), usage: None, end: Ok(()) };
    let mut take = |decoded: Result<Decoded, Fault>| match decoded {
        Ok(decoded) => {
            outcome.output += &decoded.output;
            outcome.usage = decoded.usage.or(outcome.usage);
            decoded.done
        }
        Err(fault) => {
            outcome.end = Err(fault);
            true
        }
    };
    let ended = chunks.iter().any(|chunk| take(decoder.push(chunk)));
    if !ended {
        assert!(take(decoder.finish()), "an answer that was finished is done");
    }
    outcome
}

pub fn decode_stream(members: &str, stream: &str) -> Outcome {
    decode(decoder(members, STREAM), &[stream])
}
