//! Requests of the hub, as a vendor of this API gets them.

use crate::fixtures::{decoded, losses, with};
use postern_dialect::chat::{Content, Losses, Part, Reasoned, Request, Sealed};
use postern_dialect::{Dialect, Memo, Operation, Vendor, anthropic, openai, responses};
use serde_json::{Value, json};

fn vendor() -> Vendor {
    Vendor { reasons: true, ..Vendor::new(Dialect::Responses, "gpt") }
}

fn encoded(request: Request) -> (Value, Losses) {
    let mut losses = Losses::default();
    let spoken = responses::encode(request, &vendor(), &mut losses, &mut Memo::default()).unwrap();
    assert_eq!(spoken.path, "/responses");
    (serde_json::from_str(&spoken.body).unwrap(), losses)
}

#[test]
fn the_path_is_the_vendors_own_for_responses() {
    let request = Request::new(Dialect::OpenAi, "m");
    let mut vendor = vendor();
    vendor.quirks.responses_path = Some("/r/{model}?api-version=preview".to_owned());
    vendor.quirks.paths = vec![(Operation::Chat, "/chat".to_owned())];
    let (mut losses, mut memo) = (Losses::default(), Memo::default());
    let spoken = responses::encode(request, &vendor, &mut losses, &mut memo).unwrap();
    assert_eq!(spoken.path, "/r/gpt?api-version=preview");
}

fn of_chat(members: Value) -> (Value, Losses) {
    encoded(openai::decode(&with(members)).unwrap().0)
}

#[test]
fn says_back_what_was_decoded() {
    let input = json!([
        { "type": "message", "role": "developer", "content": "rules" },
        { "type": "message", "role": "user", "content": [
            { "type": "input_text", "text": "t" },
            { "type": "input_image", "image_url": "data:image/png;base64,AAAA", "detail": "auto" },
            { "type": "input_file", "file_data": "data:application/pdf;base64,BBBB", "filename": "a.pdf" } ] },
        { "type": "reasoning", "id": "rs_1", "summary": [{ "type": "summary_text", "text": "s" }], "encrypted_content": "e" },
        { "type": "message", "role": "assistant", "content": [
            { "type": "output_text", "text": "c", "annotations": [] }, { "type": "refusal", "refusal": "r" }] },
        { "type": "function_call", "call_id": "1", "name": "f", "arguments": "{\"b\":1,\"a\":2}" },
        { "type": "custom_tool_call", "call_id": "2", "name": "g", "input": "in" },
        { "type": "web_search_call", "id": "ws_1", "action": { "type": "search", "query": "q" } },
        { "type": "function_call_output", "call_id": "1", "output": "d" },
        { "type": "custom_tool_call_output", "call_id": "2", "output": "e" },
    ]);
    let settings = json!({
        "input": input, "stream": true, "store": true, "max_output_tokens": 50, "temperature": 0.5,
        "tools": [
            { "type": "function", "name": "f", "description": "d", "parameters": { "z": 1, "a": 2, "type": "object", "properties": {}, "additionalProperties": false }, "strict": true },
            { "type": "custom", "name": "g", "format": { "type": "grammar", "syntax": "lark", "definition": "x" } },
            { "type": "web_search" } ],
        "tool_choice": { "type": "custom", "name": "g" }, "parallel_tool_calls": false,
        "text": { "format": { "type": "json_schema", "name": "n", "schema": { "type": "object", "properties": {}, "additionalProperties": false }, "strict": true }, "verbosity": "low" },
        "reasoning": { "effort": "low", "summary": "concise" },
        "include": ["reasoning.encrypted_content", "message.output_text.logprobs"], "top_logprobs": 2,
        "service_tier": "flex", "user": "u", "metadata": { "k": "v" }, "prompt_cache_key": "p",
    });
    let (request, lost) = decoded(settings.clone());
    assert!(lost.0.is_empty(), "{lost:?}");
    let (body, lost) = encoded(request);
    assert!(lost.0.is_empty(), "{lost:?}");
    let mut expected = settings;
    expected["model"] = json!("gpt");
    assert_eq!(body, expected);
    let parameters = body["tools"][0]["parameters"].to_string();
    assert!(parameters.starts_with(r#"{"z":1,"a":2,"#), "{parameters}");
}

#[test]
fn a_chat_is_kept_nowhere_and_its_functions_stay_lax() {
    let (body, lost) = of_chat(json!({
        "messages": [{ "role": "user", "content": "x" }],
        "tools": [{ "type": "function", "function": { "name": "f" } }],
    }));
    assert!(lost.0.is_empty(), "{lost:?}");
    assert_eq!(
        body,
        json!({
            "model": "gpt", "input": [{ "type": "message", "role": "user", "content": "x" }],
            "tools": [{ "type": "function", "name": "f",
                "parameters": { "type": "object", "properties": {} }, "strict": false }],
            "store": false,
        })
    );
}

#[test]
fn what_the_api_does_not_have_is_a_loss() {
    let (_, lost) = of_chat(json!({
        "messages": [{ "role": "user", "content": "x", "name": "n" }],
        "n": 2, "seed": 1, "stop": "x", "logit_bias": {}, "frequency_penalty": 1, "presence_penalty": 1,
        "top_k": 1, "max_tokens": 1,
    }));
    let mut lost = losses(&lost);
    lost.sort_unstable();
    assert_eq!(
        lost,
        [
            "frequency_penalty",
            "logit_bias",
            "max_completion_tokens",
            "messages[0].name",
            "n",
            "presence_penalty",
            "seed",
            "stop",
            "top_k",
        ]
    );
}

#[test]
fn thoughts_go_back_to_their_maker_only() {
    let (mut request, _) = decoded(json!({ "input": [{ "role": "assistant", "content": "x" }] }));
    for maker in [Dialect::Anthropic, Dialect::Responses] {
        let sealed = Some(Sealed { maker, id: Some("rs_1".into()), data: "secret".into() });
        let thought = Reasoned { sealed, ..Reasoned::default() };
        request.messages[0].parts[0] = Part::new("input[0]", Content::Reasoning(thought));
        let (body, lost) = encoded(request.clone());
        let own = maker == Dialect::Responses;
        assert_eq!(body.to_string().contains("secret"), own);
        assert_eq!(lost.0.is_empty(), own);
        assert_eq!(
            body["include"],
            if own { json!(["reasoning.encrypted_content"]) } else { Value::Null }
        );
    }
}

#[test]
fn content_without_a_form_is_refused_by_its_path() {
    for (client, members, path) in [
        (
            "chat",
            json!([{ "role": "user", "content": [{ "type": "input_audio", "input_audio": { "data": "A", "format": "wav" } }] }]),
            "messages[0].content[0]",
        ),
        (
            "responses",
            json!([{ "role": "user", "content": [{ "type": "input_image", "image_url": "gs://a/b" }] }]),
            "input[0].content[0]",
        ),
    ] {
        let request = match client {
            "chat" => openai::decode(&with(json!({ "messages": members }))).unwrap().0,
            _ => decoded(json!({ "input": members })).0,
        };
        let fault =
            responses::encode(request, &vendor(), &mut Losses::default(), &mut Memo::default())
                .unwrap_err();
        assert_eq!(fault.param.as_deref(), Some(path));
        assert_eq!(fault.code.as_deref(), Some("unsupported_content"));
    }
}

#[test]
fn a_model_that_does_not_think_is_not_asked_to() {
    let (request, _) =
        decoded(json!({ "input": "x", "reasoning": { "effort": "high", "summary": "auto" } }));
    let mut lost = Losses::default();
    let lazy = Vendor::new(Dialect::Responses, "gpt");
    let spoken = responses::encode(request, &lazy, &mut lost, &mut Memo::default()).unwrap();
    assert!(!spoken.body.contains("reasoning"));
    assert_eq!(losses(&lost), ["reasoning.effort", "reasoning.summary"]);
}

#[test]
fn leaves_out_what_the_vendors_row_says_it_refuses() {
    let (request, _) = decoded(json!({ "input": "x", "temperature": 1, "metadata": { "k": "v" } }));
    let mut picky = vendor();
    picky.quirks.unsupported = ["temperature", "metadata", "store"].map(str::to_owned).to_vec();
    let mut lost = Losses::default();
    let spoken = responses::encode(request, &picky, &mut lost, &mut Memo::default()).unwrap();
    let body: Value = serde_json::from_str(&spoken.body).unwrap();
    assert_eq!(body.as_object().unwrap().len(), 2, "{body}");
    assert_eq!(losses(&lost), ["temperature", "metadata"]);
}

#[test]
fn asks_for_the_thoughts_that_anthropics_clients_see() {
    for (thinking, summary) in [
        (json!({ "type": "enabled", "budget_tokens": 1024 }), json!("auto")),
        (json!({ "type": "adaptive" }), json!("auto")),
        (json!({ "type": "enabled", "budget_tokens": 1024, "display": "omitted" }), Value::Null),
        (json!({ "type": "disabled" }), Value::Null),
    ] {
        let messages = json!([{ "role": "user", "content": "x" }]);
        let body =
            json!({ "model": "m", "max_tokens": 2048, "messages": messages, "thinking": thinking });
        let (body, _) = encoded(anthropic::decode(&body.to_string()).unwrap().0);
        assert_eq!(body["reasoning"]["summary"], summary, "{body}");
    }
    let (body, _) = of_chat(
        json!({ "messages": [{ "role": "user", "content": "x" }], "reasoning_effort": "low" }),
    );
    assert_eq!(body["reasoning"], json!({ "effort": "low" }), "OpenAI asks more of who wants one");
}
