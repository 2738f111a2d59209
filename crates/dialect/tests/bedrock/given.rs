//! Requests as the decoders of clients leave them.

use postern_dialect::chat::{
    Content, Format, Losses, Message, Part, Request, Role, Sampling, Tool, ToolCall, ToolKind,
    ToolResult,
};
use postern_dialect::{Dialect, Memo, Vendor, bedrock};
use postern_fault::Fault;
use serde_json::{Value, json};

pub const CLAUDE: &str = "us.anthropic.claude-sonnet-4-5-20250929-v1:0";

pub fn request(messages: Vec<Message>) -> Request {
    Request {
        namespaced: std::collections::BTreeMap::new(),
        client: Dialect::OpenAi,
        model: "claude".into(),
        messages,
        tools: vec![],
        tool_choice: None,
        parallel_tool_calls: None,
        format: Format::Text,
        max_output_tokens: None,
        stop: vec![],
        choices: 1,
        sampling: Sampling::default(),
        logprobs: None,
        reasoning: None,
        modalities: vec![],
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

pub fn message(role: Role, contents: Vec<Content>) -> Message {
    let parts = (0..)
        .zip(contents)
        .map(|(n, content)| Part::new(format!("messages[0].content[{n}]"), content));
    Message { path: "messages[0]".into(), role, parts: parts.collect(), name: None }
}

pub fn text(text: &str) -> Content {
    Content::Text(text.into())
}

pub fn hello() -> Request {
    request(vec![message(Role::User, vec![text("Hello")])])
}

pub fn tool(name: &str) -> Tool {
    Tool {
        path: "tools[0]".into(),
        kind: ToolKind::Function {
            name: name.into(),
            description: Some("d".into()),
            parameters: Some(json!({"type": "object", "properties": {"z": {}, "a": {}}})),
            strict: None,
        },
        cache: None,
    }
}

pub fn call(id: &str, name: &str, arguments: &str) -> Content {
    let (id, name, arguments) = (id.into(), name.into(), arguments.into());
    Content::ToolCall(ToolCall { id, name, arguments, custom: false })
}

pub fn result(id: &str, contents: Vec<Content>, is_error: bool) -> Content {
    let parts = message(Role::Tool, contents).parts;
    Content::ToolResult(ToolResult { call_id: id.into(), parts, is_error })
}

/// What encoding gives.
pub struct Said {
    pub path: String,
    pub text: String,
    pub body: Value,
    /// Paths only.
    pub losses: Vec<String>,
    pub memo: Memo,
}

pub fn try_encode(request: Request, model: &str) -> Result<Said, Fault> {
    let (mut losses, mut memo) = (Losses::default(), Memo::default());
    let vendor = Vendor { reasons: true, ..Vendor::new(Dialect::Bedrock, model) };
    let spoken = bedrock::encode(request, &vendor, &mut losses, &mut memo)?;
    let losses = losses.0.into_iter().map(|loss| loss.path).collect();
    let body = serde_json::from_str(&spoken.body).unwrap();
    Ok(Said { path: spoken.path, text: spoken.body, body, losses, memo })
}

pub fn encode(request: Request, model: &str) -> Said {
    try_encode(request, model).unwrap()
}

pub fn strings(paths: &[&str]) -> Vec<String> {
    paths.iter().map(|path| (*path).to_owned()).collect()
}
