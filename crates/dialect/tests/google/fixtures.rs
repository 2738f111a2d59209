//! Requests of the hub, said to Google, and answers of Google's, read.

use postern_dialect::chat::{
    Answer, Collector, Content, Event, Format, Losses, Message, Part, Request, Role, Sampling,
    Source, Tool, ToolCall, ToolKind, ToolResult,
};
use postern_dialect::{Dialect, Memo, ReadAnswer, Vendor, google};
use postern_fault::Fault;
use serde_json::{Value, json};

pub fn vendor(model: &str) -> Vendor {
    Vendor { reasons: true, ..Vendor::new(Dialect::Google, model) }
}

pub fn request(messages: Vec<Message>) -> Request {
    Request {
        namespaced: std::collections::BTreeMap::new(),
        client: Dialect::OpenAi,
        model: "m".into(),
        messages,
        tools: Vec::new(),
        tool_choice: None,
        parallel_tool_calls: None,
        format: Format::Text,
        max_output_tokens: None,
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

pub fn hi() -> Request {
    request(vec![message(Role::User, vec![text("hi")])])
}

/// The `n`th message is given its path by [`said`].
pub fn message(role: Role, contents: Vec<Content>) -> Message {
    let parts = contents.into_iter().map(|content| Part::new("", content)).collect();
    Message { path: String::new(), role, parts, name: None }
}

pub fn text(text: &str) -> Content {
    Content::Text(text.into())
}

pub fn call(id: &str, name: &str, arguments: &str) -> Content {
    Content::ToolCall(ToolCall {
        id: id.into(),
        name: name.into(),
        arguments: arguments.into(),
        custom: false,
    })
}

pub fn result(call_id: &str, contents: Vec<Content>, is_error: bool) -> Content {
    let parts = contents
        .into_iter()
        .enumerate()
        .map(|(at, content)| Part::new(format!("result[{at}]"), content))
        .collect();
    Content::ToolResult(ToolResult { call_id: call_id.into(), parts, is_error })
}

pub fn base64(media_type: &str, data: &str) -> Source {
    Source::Base64 { media_type: media_type.into(), data: data.into() }
}

pub fn function(name: &str, parameters: Value) -> Tool {
    Tool {
        path: format!("tools[{name}]"),
        kind: ToolKind::Function {
            name: name.into(),
            description: None,
            parameters: Some(parameters),
            strict: None,
        },
        cache: None,
    }
}

/// What was sent, and what came with it.
#[derive(Debug)]
pub struct Sent {
    pub path: String,
    pub text: String,
    pub body: Value,
    pub losses: Vec<String>,
    pub memo: Memo,
}

pub fn try_encode(mut request: Request, vendor: &Vendor) -> Result<Sent, Fault> {
    for (n, message) in request.messages.iter_mut().enumerate() {
        if message.path.is_empty() {
            message.path = format!("messages[{n}]");
            for (m, part) in message.parts.iter_mut().enumerate() {
                part.path = format!("messages[{n}].content[{m}]");
            }
        }
    }
    let (mut losses, mut memo) = (Losses::default(), Memo::default());
    let spoken = google::encode(request, vendor, &mut losses, &mut memo)?;
    assert!(spoken.headers.is_empty());
    // Most tests hold only the model's turn, which this puts the user's before.
    let opening =
        json!({ "role": "user", "parts": [{ "text": "(The conversation begins here.)" }] });
    let mut body: Value = serde_json::from_str(&spoken.body).unwrap();
    if body["contents"][0] == opening {
        body["contents"].as_array_mut().unwrap().remove(0);
        losses.0.retain(|loss| !loss.reason.starts_with("a conversation begins with the user"));
    }
    Ok(Sent {
        path: spoken.path,
        body,
        text: spoken.body,
        losses: losses
            .0
            .into_iter()
            .map(|loss| format!("{}: {}", loss.path, loss.reason))
            .collect(),
        memo,
    })
}

pub fn encode(request: Request, model: &str) -> Sent {
    try_encode(request, &vendor(model)).unwrap()
}

/// What is sent without a loss.
pub fn sent(request: Request, model: &str) -> Value {
    let sent = encode(request, model);
    assert_eq!(sent.losses, Vec::<String>::new());
    sent.body
}

/// The contents of what is sent without a loss.
pub fn said(messages: Vec<Message>, model: &str) -> Value {
    sent(request(messages), model)["contents"].take()
}

/// An answer of one choice with these parts, and further `members` of the answer.
pub fn whole(parts: Value, finish: &str) -> Value {
    json!({
        "candidates": [{
            "content": { "role": "model", "parts": parts },
            "finishReason": finish,
            "index": 0,
        }],
        "usageMetadata": { "promptTokenCount": 4, "candidatesTokenCount": 6, "totalTokenCount": 10 },
        "modelVersion": "gemini-2.5-flash",
        "responseId": "mAitaLmkHPPlz7IPvtfUqQ4",
    })
}

pub fn read(body: &Value) -> Answer {
    google::read_whole(&body.to_string()).unwrap()
}

/// The events of a stream, and how it ended.
pub fn stream(events: &[Value]) -> (Vec<Event>, Result<(), Fault>) {
    let mut reader = google::Reader::new(&Memo::default());
    let mut out = Vec::new();
    for event in events {
        if let Err(fault) = reader.event(None, &event.to_string(), &mut out) {
            return (out, Err(fault));
        }
    }
    let end = reader.end(&mut out);
    (out, end)
}

pub fn collect(events: Vec<Event>) -> Answer {
    let mut collector = Collector::default();
    events.into_iter().for_each(|event| collector.push(event));
    collector.finish()
}
