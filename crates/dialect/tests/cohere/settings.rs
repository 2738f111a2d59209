//! Tools and settings, as Cohere is told them.

use crate::fixtures::{encoded, encoded_for, hi, refused, thinker, vendor};
use postern_dialect::chat::{
    CacheControl, Effort, Format, Logprobs, Losses, Reasoning, Request, Sampling, Schema, Tool,
    ToolChoice, ToolKind,
};
use postern_dialect::{Dialect, Memo, Operation, Quirks, Vendor, cohere};
use serde_json::{Map, Number, Value, json};

fn tool(name: &str, strict: Option<bool>) -> Tool {
    let kind = ToolKind::Function {
        name: name.to_owned(),
        description: Some("does".to_owned()),
        parameters: Some(json!({ "type": "object", "properties": { "b": {}, "a": {} } })),
        strict,
    };
    Tool { path: format!("tools.{name}"), kind, cache: None }
}

fn with_tools(choice: Option<ToolChoice>) -> Request {
    Request { tools: vec![tool("f", None), tool("g", None)], tool_choice: choice, ..hi() }
}

fn names(body: &Value) -> Vec<&str> {
    let tools = body["tools"].as_array().unwrap();
    tools.iter().map(|tool| tool["function"]["name"].as_str().unwrap()).collect()
}

fn number(text: &str) -> Option<Number> {
    Some(serde_json::from_str(text).unwrap())
}

fn with_sampling(sampling: Sampling) -> Request {
    Request { sampling, ..hi() }
}

#[test]
fn a_plain_request_is_told_and_no_more() {
    let mut losses = Losses::default();
    let spoken = cohere::encode(hi(), &vendor(), &mut losses, &mut Memo::default()).unwrap();
    assert_eq!(spoken.path, "/chat");
    assert!(spoken.headers.is_empty() && losses.0.is_empty());
    let body = r#"{"model":"command-a-03-2025","messages":[{"role":"user","content":"hi"}]}"#;
    assert_eq!(spoken.body, body);
    let (body, _) = encoded(Request { stream: true, ..hi() });
    assert_eq!(body["stream"], true);
}

#[test]
fn tools_are_told_with_their_schemas_in_order() {
    let mut bare = tool("g", None);
    bare.kind = ToolKind::Function {
        name: "g".to_owned(),
        description: None,
        parameters: None,
        strict: None,
    };
    let (body, losses) = encoded(Request { tools: vec![tool("f", None), bare], ..hi() });
    assert_eq!(
        serde_json::to_string(&body["tools"]).unwrap(),
        concat!(
            r#"[{"type":"function","function":{"name":"f","description":"does","parameters":{"type":"object","properties":{"b":{},"a":{}}}}},"#,
            r#"{"type":"function","function":{"name":"g","parameters":{"type":"object","properties":{}}}}]"#
        )
    );
    assert!(losses.is_empty());
}

#[test]
fn strictness_is_of_all_tools_or_lost() {
    let both = |f, g| encoded(Request { tools: vec![tool("f", f), tool("g", g)], ..hi() });
    let (body, losses) = both(Some(true), Some(true));
    assert_eq!((&body["strict_tools"], losses), (&json!(true), vec![]));
    let (body, losses) = both(Some(true), Some(false));
    assert_eq!(body.get("strict_tools"), None);
    assert_eq!(losses, ["tools.f.function.strict"]);
    assert_eq!(both(Some(false), None), both(None, None));
}

#[test]
fn each_choice_of_tools_is_told() {
    let (body, _) = encoded(with_tools(Some(ToolChoice::Auto)));
    assert_eq!(body.get("tool_choice"), None);
    for (choice, word) in [(ToolChoice::None, "NONE"), (ToolChoice::Required, "REQUIRED")] {
        let (body, losses) = encoded(with_tools(Some(choice)));
        assert_eq!((&body["tool_choice"], names(&body)), (&json!(word), vec!["f", "g"]));
        assert!(losses.is_empty());
    }
    let (body, losses) = encoded(with_tools(Some(ToolChoice::Tool("g".into()))));
    assert_eq!((&body["tool_choice"], names(&body)), (&json!("REQUIRED"), vec!["g"]));
    assert_eq!(losses, ["tool_choice"]);
    let one =
        Request { tools: vec![tool("g", None)], ..with_tools(Some(ToolChoice::Tool("g".into()))) };
    assert!(encoded(one).1.is_empty());
    let allowed = ToolChoice::Allowed { names: vec!["f".into()], required: false };
    let (body, losses) = encoded(with_tools(Some(allowed)));
    assert_eq!((body.get("tool_choice"), names(&body)), (None, vec!["f"]));
    assert_eq!(losses, ["tool_choice"]);
    let fault = refused(with_tools(Some(ToolChoice::Tool("h".into()))));
    assert_eq!(fault.param.as_deref(), Some("tool_choice"));
    let (body, _) = encoded(Request { tool_choice: Some(ToolChoice::None), ..hi() });
    assert_eq!(body.get("tool_choice"), None);
}

#[test]
fn what_tools_of_other_makers_have_more_is_told() {
    let custom = ToolKind::Custom { name: "run".into(), description: None, format: None };
    let foreign = ToolKind::Foreign(Dialect::Anthropic, json!({ "type": "web_search_20250305" }));
    let mut cached = tool("f", None);
    cached.cache = Some(CacheControl::default());
    let tools = vec![
        cached,
        Tool { path: "tools[1]".into(), kind: custom, cache: None },
        Tool { path: "tools[2]".into(), kind: foreign, cache: None },
    ];
    let request = Request { tools, parallel_tool_calls: Some(false), ..hi() };
    let (mut losses, mut memo) = (Losses::default(), Memo::default());
    let spoken = cohere::encode(request, &vendor(), &mut losses, &mut memo).unwrap();
    assert_eq!(names(&crate::fixtures::body(&spoken)), ["f", "run"]);
    assert_eq!(memo.custom_tools, ["run"]);
    let paths: Vec<_> = losses.0.iter().map(|loss| loss.path.as_str()).collect();
    assert_eq!(paths, ["tools.f.cache_control", "tools[2]", "parallel_tool_calls"]);
}

fn schema() -> Format {
    Format::JsonSchema(Schema {
        name: "person".into(),
        description: Some("someone".into()),
        schema: json!({ "type": "object", "properties": { "b": {}, "a": {} } }),
        strict: Some(true),
    })
}

#[test]
fn the_form_of_the_answer_is_told() {
    let (body, losses) = encoded(Request { format: Format::JsonObject, ..hi() });
    assert_eq!((&body["response_format"], losses), (&json!({ "type": "json_object" }), vec![]));
    let (body, losses) = encoded(Request { format: schema(), ..hi() });
    assert_eq!(
        serde_json::to_string(&body["response_format"]).unwrap(),
        r#"{"type":"json_object","json_schema":{"type":"object","properties":{"b":{},"a":{}},"description":"someone"}}"#
    );
    assert!(losses.is_empty());
    let quirks = Quirks { no_json_schema: true, ..Quirks::default() };
    let (body, _) =
        encoded_for(Request { format: schema(), ..hi() }, &Vendor { quirks, ..vendor() });
    assert_eq!(body["response_format"], json!({ "type": "json_object" }));
    assert!(body["messages"][0]["content"].as_str().unwrap().contains("\"b\":{}"));
}

#[test]
fn a_form_beside_tools_is_one_more_tool() {
    let mut memo = Memo::default();
    let request = Request { format: schema(), ..with_tools(None) };
    let spoken = cohere::encode(request, &vendor(), &mut Losses::default(), &mut memo).unwrap();
    let body = crate::fixtures::body(&spoken);
    assert_eq!(body.get("response_format"), None);
    assert_eq!(names(&body), ["f", "g", "json_response"]);
    assert_eq!(body["tool_choice"], "REQUIRED");
    assert_eq!(memo.schema_tool.as_deref(), Some("json_response"));
}

#[test]
fn sampling_is_told_in_cohere_s_words_and_numbers_as_they_were_written() {
    let sampling = Sampling {
        temperature: number("0.70"),
        top_p: number("0.5"),
        top_k: number("40"),
        seed: number("7"),
        frequency_penalty: number("0.25"),
        presence_penalty: number("1"),
        ..Sampling::default()
    };
    let request = Request {
        max_output_tokens: Some(99),
        stop: vec!["x".into()],
        logprobs: Some(Logprobs { top: None }),
        ..with_sampling(sampling)
    };
    let (body, losses) = encoded(request);
    let mut expected = json!({
        "max_tokens": 99, "stop_sequences": ["x"], "temperature": 0.70, "p": 0.5, "k": 40,
        "seed": 7, "frequency_penalty": 0.25, "presence_penalty": 1, "logprobs": true,
    });
    for name in ["model", "messages"] {
        expected[name] = body[name].clone();
    }
    assert_eq!((body, losses), (expected, vec![]));
}

#[test]
fn numbers_beyond_cohere_s_ranges_are_brought_there_and_told() {
    let sampling = Sampling {
        top_p: number("1"),
        top_k: number("501"),
        frequency_penalty: number("-1"),
        presence_penalty: number("2.0"),
        ..Sampling::default()
    };
    let (body, losses) = encoded(with_sampling(sampling));
    assert_eq!((&body["p"], &body["k"]), (&json!(0.99), &json!(500)));
    assert_eq!((&body["frequency_penalty"], &body["presence_penalty"]), (&json!(0.0), &json!(1.0)));
    assert_eq!(losses, ["top_p", "frequency_penalty", "presence_penalty", "top_k"]);
    let none = Sampling {
        top_k: number("-1"),
        frequency_penalty: number("0"),
        presence_penalty: number("0.0"),
        ..Sampling::default()
    };
    assert_eq!(encoded(with_sampling(none)), encoded(hi()));
    let stop = ["a", "b", "c", "d", "e", "f"].map(str::to_owned).to_vec();
    let (body, losses) = encoded(Request { stop, ..hi() });
    assert_eq!(body["stop_sequences"], json!(["a", "b", "c", "d", "e"]));
    assert_eq!(losses, ["stop"]);
}

#[test]
fn what_cohere_has_no_word_for_is_told_in_the_client_s() {
    let sampling = Sampling {
        min_p: number("0.1"),
        repetition_penalty: number("1.1"),
        logit_bias: Some(Map::from_iter([("5".to_owned(), json!(1))])),
        ..Sampling::default()
    };
    let request = Request {
        choices: 2,
        logprobs: Some(Logprobs { top: Some(3) }),
        modalities: vec!["text".into(), "audio".into()],
        audio: Some(json!({ "voice": "x" })),
        verbosity: Some("low".into()),
        service_tier: Some("scale".into()),
        user: Some("u".into()),
        metadata: Some(Map::from_iter([("k".to_owned(), json!("v"))])),
        prompt_cache_key: Some("k".into()),
        cache: Some(CacheControl::default()),
        store: Some(true),
        reasoning: Some(Reasoning { effort: Some(Effort::High), ..Reasoning::default() }),
        ..with_sampling(sampling)
    };
    let (body, losses) = encoded(request);
    let mut sent: Vec<_> = body.as_object().unwrap().keys().collect();
    sent.retain(|name| *name != "logprobs");
    assert_eq!(sent, ["model", "messages"]);
    assert_eq!(
        losses,
        [
            "min_p",
            "repetition_penalty",
            "logit_bias",
            "top_logprobs",
            "reasoning_effort",
            "service_tier",
            "n",
            "modalities",
            "audio",
            "verbosity",
            "user",
            "metadata",
            "prompt_cache_key",
            "cache_control",
            "store",
        ]
    );
}

#[test]
fn how_much_to_think_is_told_to_models_that_do() {
    let thinking = |reasoning: Reasoning, max_output_tokens| {
        let request = Request { reasoning: Some(reasoning), max_output_tokens, ..hi() };
        let (mut body, losses) = encoded_for(request, &thinker());
        assert!(losses.is_empty());
        body["thinking"].take()
    };
    let effort = |effort| Reasoning { effort: Some(effort), ..Reasoning::default() };
    let enabled = |enabled| Reasoning { enabled: Some(enabled), ..Reasoning::default() };
    let disabled = json!({ "type": "disabled" });
    assert_eq!(thinking(enabled(false), None), disabled);
    assert_eq!(thinking(effort(Effort::None), None), disabled);
    assert_eq!(thinking(enabled(true), None), json!({ "type": "enabled" }));
    let budget = |tokens| json!({ "type": "enabled", "token_budget": tokens });
    assert_eq!(thinking(effort(Effort::Low), None), budget(1_024));
    assert_eq!(thinking(effort(Effort::High), Some(2_000)), budget(1_000));
    let asked = Reasoning { budget_tokens: Some(5_000), ..enabled(true) };
    assert_eq!(thinking(asked, None), budget(5_000));
    let encrypted = Reasoning { encrypted: true, ..Reasoning::default() };
    assert_eq!(thinking(encrypted, None), Value::Null);
    let off = Request { reasoning: Some(effort(Effort::None)), ..hi() };
    assert_eq!(encoded(off), encoded(hi()));
}

#[test]
fn a_tier_is_told_as_a_priority() {
    for (tier, priority) in [
        ("auto", Value::Null),
        ("default", Value::Null),
        ("priority", json!(0)),
        ("flex", json!(999)),
    ] {
        let (body, losses) = encoded(Request { service_tier: Some(tier.into()), ..hi() });
        assert_eq!((body.get("priority").unwrap_or(&Value::Null), losses), (&priority, vec![]));
    }
}

#[test]
fn a_vendor_s_own_path_and_what_it_refuses_are_kept_to() {
    let quirks = Quirks {
        unsupported: ["tools", "seed", "temperature"].map(str::to_owned).to_vec(),
        paths: vec![(Operation::Chat, "/m/{model}".to_owned())],
        ..Quirks::default()
    };
    let sampling = Sampling { seed: number("7"), ..Sampling::default() };
    let request = Request { sampling, ..with_tools(Some(ToolChoice::Required)) };
    let vendor = Vendor { quirks, ..Vendor::new(Dialect::Cohere, "a/b") };
    let mut losses = Losses::default();
    let spoken = cohere::encode(request, &vendor, &mut losses, &mut Memo::default()).unwrap();
    assert_eq!(spoken.path, "/m/a%2Fb");
    assert_eq!(spoken.body, r#"{"model":"a/b","messages":[{"role":"user","content":"hi"}]}"#);
    let paths: Vec<_> = losses.0.iter().map(|loss| loss.path.as_str()).collect();
    assert_eq!(paths, ["tools", "seed"]);
}
