//! What most tests begin with.

use postern_dialect::anthropic::{self, Reader};
use postern_dialect::chat::{
    Answer, Collector, Content, Event, Format, Losses, Message, Part, Request, Role, Sampling,
};
use postern_dialect::{Dialect, Memo, ReadAnswer, Vendor};
use postern_fault::Fault;
use serde_json::Value;

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// What a client of OpenAI's asks for, with nothing but a question.
pub fn request() -> Request {
    Request {
        namespaced: std::collections::BTreeMap::new(),
        client: Dialect::OpenAi,
        model: "alias".into(),
        messages: vec![message(Role::User, Content::Text("hi".into()))],
        tools: Vec::new(),
        tool_choice: None,
        parallel_tool_calls: None,
        format: Format::Text,
        max_output_tokens: Some(100),
        stop: Vec::new(),
        choices: 1,
        sampling: Sampling::default(),
        logprobs: None,
        reasoning: None,
        modalities: Vec::new(),
        audio: None,
        verbosity: None,
        service_tier: None,
        user: None,
        metadata: None,
        prompt_cache_key: None,
        cache: None,
        store: None,
        stream: false,
    }
}

pub fn message(role: Role, content: Content) -> Message {
    let parts = vec![Part::new("part", content)];
    Message { path: "message".into(), role, parts, name: None }
}

pub fn vendor() -> Vendor {
    Vendor { reasons: true, ..Vendor::new(Dialect::Anthropic, "claude-x") }
}

/// The body that is sent, what was lost, and what is to be remembered.
pub fn encoded(request: Request, vendor: &Vendor) -> (Value, Vec<String>, Memo) {
    let (mut losses, mut memo) = (Losses::default(), Memo::default());
    let spoken = anthropic::encode(request, vendor, &mut losses, &mut memo).unwrap();
    (json(&spoken.body), losses.0.into_iter().map(|loss| loss.path).collect(), memo)
}

pub fn decoded(body: &str) -> (Request, Vec<String>) {
    let (request, losses) = anthropic::decode(body).unwrap_or_else(|fault| panic!("{fault}"));
    (request, losses.0.into_iter().map(|loss| loss.path).collect())
}

/// The events of a stream, each of the vendor's given by its data.
pub fn read(data: &[&str]) -> Result<Vec<Event>, Fault> {
    let mut reader = Reader::new(&Memo::default());
    let mut events = Vec::new();
    for data in data {
        let name = json(data)["type"].as_str().map(str::to_owned);
        reader.event(name.as_deref(), data, &mut events)?;
    }
    reader.end(&mut events)?;
    Ok(events)
}

pub fn collected(events: Vec<Event>) -> Answer {
    let mut collector = Collector::default();
    events.into_iter().for_each(|event| collector.push(event));
    collector.finish()
}
