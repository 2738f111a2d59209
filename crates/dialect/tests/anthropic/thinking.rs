//! How much to think, and thoughts that come back.

use crate::fixtures::{encoded, message, request, vendor};
use postern_dialect::chat::{
    Content, Effort, Format, Message, Part, Reasoned, Reasoning, Request, Role, Sampling, Sealed,
    Tool, ToolCall, ToolChoice, ToolKind, ToolResult,
};
use postern_dialect::{Dialect, Vendor};
use serde_json::{Number, Value, json};

fn effort(effort: Effort) -> Option<Reasoning> {
    Some(Reasoning { effort: Some(effort), ..Reasoning::default() })
}

fn budget(tokens: u64) -> Option<Reasoning> {
    Some(Reasoning { enabled: Some(true), budget_tokens: Some(tokens), ..Reasoning::default() })
}

fn asked(reasoning: Option<Reasoning>, cap: Option<u64>, vendor: &Vendor) -> (Value, Vec<String>) {
    let request = Request { reasoning, max_output_tokens: cap, ..request() };
    let (body, losses, _) = encoded(request, vendor);
    (body, losses)
}

#[test]
fn an_effort_is_a_budget_below_the_cap() {
    let (body, losses) = asked(effort(Effort::Medium), Some(50_000), &vendor());
    assert_eq!(body["thinking"], json!({ "type": "enabled", "budget_tokens": 8_192 }));
    assert_eq!((body["max_tokens"].as_u64(), losses.len()), (Some(50_000), 0));
    let (body, _) = asked(effort(Effort::High), Some(8_000), &vendor());
    assert_eq!(body["thinking"]["budget_tokens"], 4_000);
    let (body, _) = asked(effort(Effort::High), None, &vendor());
    assert_eq!(body["max_tokens"], 24_576 + 4_096);
    let (body, losses) = asked(effort(Effort::Low), Some(1_500), &vendor());
    assert_eq!((body.get("thinking"), losses), (None, vec!["reasoning_effort".to_owned()]));
}

#[test]
fn a_budget_keeps_anthropics_bounds() {
    let (body, losses) = asked(budget(4_096), Some(8_192), &vendor());
    assert_eq!((body["thinking"]["budget_tokens"].as_u64(), losses.len()), (Some(4_096), 0));
    let (body, losses) = asked(budget(100), Some(8_192), &vendor());
    assert_eq!((body["thinking"]["budget_tokens"].as_u64(), losses.len()), (Some(1_024), 1));
    let (body, losses) = asked(budget(9_000), Some(8_192), &vendor());
    assert_eq!((body["thinking"]["budget_tokens"].as_u64(), losses.len()), (Some(8_191), 1));
}

#[test]
fn no_effort_is_no_thinking_and_a_model_without_thoughts_loses_the_effort() {
    let (body, losses) = asked(effort(Effort::None), None, &vendor());
    assert_eq!((&body["thinking"], losses.len()), (&json!({ "type": "disabled" }), 0));
    let plain = Vendor { reasons: false, ..vendor() };
    let (body, losses) = asked(effort(Effort::None), None, &plain);
    assert_eq!((body.get("thinking"), losses.len()), (None, 0));
    let (body, losses) = asked(effort(Effort::Low), None, &plain);
    assert_eq!((body.get("thinking"), losses), (None, vec!["reasoning_effort".to_owned()]));
}

#[test]
fn models_without_budgets_are_asked_by_effort() {
    let mut adaptive = vendor();
    adaptive.quirks.unsupported = vec!["budget_tokens".into()];
    let (body, losses) = asked(effort(Effort::Minimal), None, &adaptive);
    assert_eq!(body["thinking"], json!({ "type": "adaptive" }));
    assert_eq!((&body["output_config"], losses.len()), (&json!({ "effort": "low" }), 0));
    let (body, losses) = asked(budget(8_000), Some(9_000), &adaptive);
    assert_eq!((&body["output_config"]["effort"], losses.len()), (&json!("medium"), 1));
}

#[test]
fn what_may_not_stand_beside_thoughts_is_lost() {
    let number = |value: f64| Number::from_f64(value);
    let sampling = Sampling { temperature: number(0.2), top_k: number(5.0), ..Sampling::default() };
    let kind =
        ToolKind::Function { name: "f".into(), description: None, parameters: None, strict: None };
    let asked = Request {
        sampling,
        reasoning: effort(Effort::Low),
        max_output_tokens: None,
        tools: vec![Tool { path: "tools[0]".into(), kind, cache: None }],
        tool_choice: Some(ToolChoice::Required),
        ..request()
    };
    let (body, losses, _) = encoded(asked, &vendor());
    assert_eq!(losses, ["temperature", "top_k", "tool_choice"]);
    assert_eq!(body["tool_choice"], json!({ "type": "auto" }));
    assert_eq!(body.get("temperature"), None);
    let json_mode = Request {
        reasoning: effort(Effort::Low),
        max_output_tokens: None,
        format: Format::JsonObject,
        ..request()
    };
    let (body, losses, memo) = encoded(json_mode, &vendor());
    assert_eq!((losses, memo.schema_tool), (vec!["response_format".to_owned()], None));
    assert!(body["system"][0]["text"].as_str().unwrap().contains("JSON"));
}

fn loop_of_tools(thought: Option<Content>) -> Vec<Message> {
    let call = Content::ToolCall(ToolCall {
        id: "1".into(),
        name: "f".into(),
        arguments: String::new(),
        custom: false,
    });
    let result =
        Content::ToolResult(ToolResult { call_id: "1".into(), parts: Vec::new(), is_error: false });
    let mut turn = message(Role::Assistant, call);
    if let Some(thought) = thought {
        turn.parts.insert(0, Part::new("thought", thought));
    }
    let mut messages = request().messages;
    messages.extend([turn, message(Role::Tool, result)]);
    messages
}

fn sealed(maker: Dialect, text: &str) -> Content {
    let sealed = Some(Sealed { maker, id: None, data: "c2ln".into() });
    Content::Reasoning(Reasoned { text: text.into(), sealed, ..Reasoned::default() })
}

#[test]
fn thoughts_go_back_unchanged_only_to_their_maker() {
    let go = |thought| {
        let messages = loop_of_tools(Some(thought));
        let reasoning = effort(Effort::Low);
        let asked = Request { messages, reasoning, max_output_tokens: None, ..request() };
        let (body, losses, _) = encoded(asked, &vendor());
        (body["messages"][1]["content"][0].clone(), body["thinking"]["type"].clone(), losses)
    };
    let (block, thinking, losses) = go(sealed(Dialect::Anthropic, "hm"));
    assert_eq!(block, json!({ "type": "thinking", "thinking": "hm", "signature": "c2ln" }));
    assert_eq!((thinking, losses.len()), (json!("enabled"), 0));
    // Thoughts that are not shown are signed all the same.
    let (block, ..) = go(sealed(Dialect::Anthropic, ""));
    assert_eq!(block, json!({ "type": "thinking", "thinking": "", "signature": "c2ln" }));
    // Anthropic refuses to think on where the thoughts before a call are missing.
    for other in [
        sealed(Dialect::Google, "hm"),
        Content::Reasoning(Reasoned { text: "hm".into(), ..Reasoned::default() }),
    ] {
        let (block, thinking, losses) = go(other);
        assert_eq!((&block["type"], thinking), (&json!("tool_use"), Value::Null));
        assert_eq!(losses, ["thought", "reasoning_effort"]);
    }
}
