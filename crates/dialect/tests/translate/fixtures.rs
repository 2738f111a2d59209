//! Each vendor's answers, whole (`answers/<vendor>/<case>.json`) and streamed (`.sse`), and what a client makes of them.

use postern_dialect::chat::{Answer, Collector, Content, Event, FinishReason, Losses, Request};
use postern_dialect::translate::{self, AnswerHead, Decoder};
use postern_dialect::{
    Decoded, Dialect, Facts, Memo, Operation, ReadAnswer, Usage, Vendor, anthropic, bedrock,
    cohere, google, openai, responses,
};
use postern_event_stream::Parser;
use postern_fault::Fault;
use std::fs;

pub const CLIENTS: [Dialect; 3] = [Dialect::OpenAi, Dialect::Responses, Dialect::Anthropic];

/// Words; words and three calls at once; thoughts with a seal, and words that were cut at the cap.
pub const CASES: [&str; 3] = ["text", "tools", "thoughts"];

pub const STREAM: &str = "text/event-stream; charset=utf-8";
pub const WHOLE: &str = "application/json";

/// A vendor's answer, whole or streamed.
pub fn answer(vendor: Dialect, case: &str, stream: bool) -> String {
    let extension = if stream { "sse" } else { "json" };
    let word = vendor.as_str();
    let folder = env!("CARGO_MANIFEST_DIR");
    let path = format!("{folder}/tests/translate/answers/{word}/{case}.{extension}");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A small request of a client's.
pub fn asked(client: Dialect, stream: bool) -> String {
    let (said, more) = match client {
        Dialect::Responses => (r#""input":"hi""#, ""),
        Dialect::Anthropic => {
            (r#""messages":[{"role":"user","content":"hi"}]"#, r#","max_tokens":9"#)
        }
        _ => (
            r#""messages":[{"role":"user","content":"hi"}]"#,
            if stream { r#","stream_options":{"include_usage":true}"# } else { "" },
        ),
    };
    format!(r#"{{"model":"alias",{said}{more},"stream":{stream}}}"#)
}

pub fn facts(client: Dialect, stream: bool) -> Facts {
    translate::read(client, Operation::Chat, &asked(client, stream)).unwrap().facts
}

/// A vendor of this wire, which thinks.
pub fn vendor(wire: Dialect) -> Vendor {
    Vendor { reasons: true, max_output_tokens: Some(64_000), ..Vendor::new(wire, "model-x") }
}

pub fn decoder(vendor_wire: Dialect, client: Dialect, stream: bool, media_type: &str) -> Decoder {
    decoder_with(vendor_wire, client, stream, media_type, Memo::default())
}

pub fn decoder_with(
    vendor_wire: Dialect,
    client: Dialect,
    stream: bool,
    media_type: &str,
    memo: Memo,
) -> Decoder {
    let head = AnswerHead {
        content_type: media_type.to_owned(),
        memo,
        request_id: "r1".to_owned(),
        unix_s: 1_700_000_000,
        segments: false,
    };
    Decoder::new(&vendor(vendor_wire), &facts(client, stream), head)
}

/// A decoder that says where the texts stand.
pub fn decoder_of_texts(
    vendor_wire: Dialect,
    facts: &Facts,
    media_type: &str,
    segments: bool,
) -> Decoder {
    let head = AnswerHead {
        content_type: media_type.to_owned(),
        request_id: "r1".to_owned(),
        unix_s: 1_700_000_000,
        segments,
        ..AnswerHead::default()
    };
    Decoder::new(&vendor(vendor_wire), facts, head)
}

/// All that came out of a decoder, and how it ended.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub output: String,
    pub usage: Option<Usage>,
    pub end: Result<(), Fault>,
}

pub fn run<'a>(mut decoder: Decoder, pieces: impl IntoIterator<Item = &'a str>) -> Outcome {
    let mut outcome = Outcome { output: String::new(), usage: None, end: Ok(()) };
    let mut done = false;
    let mut take = |outcome: &mut Outcome, said: Result<Decoded, Fault>| match said {
        Ok(decoded) => {
            outcome.output += &decoded.output;
            outcome.usage = decoded.usage.or(outcome.usage);
            done = decoded.done;
            done
        }
        Err(fault) => {
            outcome.end = Err(fault);
            true
        }
    };
    for piece in pieces {
        if take(&mut outcome, decoder.push(piece)) {
            return outcome;
        }
    }
    if !take(&mut outcome, decoder.finish()) {
        panic!("an answer that has ended is done");
    }
    outcome
}

/// What a client is told of a vendor's answer.
pub fn told(vendor: Dialect, client: Dialect, case: &str, stream: bool) -> Outcome {
    let media_type = if stream { STREAM } else { WHOLE };
    let outcome =
        run(decoder(vendor, client, stream, media_type), [answer(vendor, case, stream).as_str()]);
    assert_eq!(outcome.end, Ok(()), "{vendor:?} {client:?} {case}");
    outcome
}

fn reader(wire: Dialect) -> Box<dyn ReadAnswer> {
    let memo = &Memo::default();
    match wire {
        Dialect::OpenAi => Box::new(openai::Reader::new(memo)),
        Dialect::Responses => Box::new(responses::Reader::new(memo)),
        Dialect::Anthropic => Box::new(anthropic::Reader::new(memo)),
        Dialect::Bedrock => Box::new(bedrock::Reader::new(memo)),
        Dialect::Google => Box::new(google::Reader::new(memo)),
        Dialect::Cohere => Box::new(cohere::Reader::new(memo)),
    }
}

/// The events of a stream in a dialect, and how it ended.
pub fn events(wire: Dialect, stream: &str) -> (Vec<Event>, Result<(), Fault>) {
    let (mut reader, mut events) = (reader(wire), Vec::new());
    let mut parser = Parser::new(1 << 24);
    parser.push(stream);
    parser.finish();
    while let Some(event) = parser.next_event().unwrap() {
        let Some(data) = event.data.as_deref() else { continue };
        if let Err(fault) = reader.event(event.name, data, &mut events) {
            return (events, Err(fault));
        }
    }
    let end = reader.end(&mut events);
    (events, end)
}

/// What a reader of this dialect makes of an answer: a client's SDK folds the events of a stream.
pub fn heard(wire: Dialect, output: &str, stream: bool) -> Answer {
    if stream {
        let (events, end) = events(wire, output);
        assert_eq!(end, Ok(()), "{output}");
        let mut collector = Collector::default();
        events.into_iter().for_each(|event| collector.push(event));
        return collector.finish();
    }
    let read = match wire {
        Dialect::OpenAi => openai::read_whole(output),
        Dialect::Responses => responses::read_whole(output),
        Dialect::Anthropic => anthropic::read_whole(output),
        Dialect::Bedrock => bedrock::read_whole(output),
        Dialect::Google => google::read_whole(output),
        Dialect::Cohere => cohere::read_whole(output),
    };
    read.unwrap_or_else(|fault| panic!("{fault}: {output}"))
}

/// What no dialect may change of an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Meaning {
    pub text: String,
    pub thoughts: String,
    /// Id, name and arguments.
    pub calls: Vec<(String, String, String)>,
    pub finish: Option<FinishReason>,
    /// Input, of it cached, output.
    pub tokens: Option<(u64, u64, u64)>,
}

pub fn meaning(answer: &Answer) -> Meaning {
    let (mut text, mut thoughts, mut calls) = (String::new(), String::new(), Vec::new());
    for part in &answer.choices[0].parts {
        match &part.content {
            Content::Text(words) => text += words,
            Content::Reasoning(reasoned) => {
                thoughts += &reasoned.text;
                thoughts += &reasoned.summary.join("\n\n");
            }
            Content::ToolCall(call) => {
                calls.push((call.id.clone(), call.name.clone(), call.arguments.clone()));
            }
            other => panic!("{other:?}"),
        }
    }
    let count = |usage: Usage| (usage.input_tokens, usage.cached_input_tokens, usage.output_tokens);
    Meaning {
        text,
        thoughts,
        calls,
        finish: answer.choices[0].finish.as_ref().map(|finish| finish.reason),
        tokens: answer.usage.map(count),
    }
}

/// What a client of chat completions asks for, with nothing but a question.
pub fn request() -> Request {
    let (request, _) = openai::decode(&asked(Dialect::OpenAi, false)).unwrap();
    request
}

/// The body for a vendor, and the paths of what was lost.
pub fn encode(request: Request, vendor: &Vendor) -> Result<(String, Vec<String>), Fault> {
    let (body, losses, _) = encode_with_memo(request, vendor)?;
    Ok((body, losses))
}

pub fn encode_with_memo(
    request: Request,
    vendor: &Vendor,
) -> Result<(String, Vec<String>, Memo), Fault> {
    let (losses, memo) = (&mut Losses::default(), &mut Memo::default());
    let spoken = match vendor.dialect {
        Dialect::OpenAi => openai::encode_chat(request, vendor, losses, memo),
        Dialect::Responses => responses::encode(request, vendor, losses, memo),
        Dialect::Anthropic => anthropic::encode(request, vendor, losses, memo),
        Dialect::Bedrock => bedrock::encode(request, vendor, losses, memo),
        Dialect::Google => google::encode(request, vendor, losses, memo),
        Dialect::Cohere => cohere::encode(request, vendor, losses, memo),
    };
    let paths = std::mem::take(losses).0.into_iter().map(|loss| loss.path).collect();
    Ok((spoken?.body, paths, std::mem::take(memo)))
}
