//! Sealed thoughts go to the client, and back unchanged to their maker only.

use crate::to_client::{data, streamed, whole};
use crate::{collect, conversation, encode, events, paths, read, vendor};
use postern_dialect::chat::{
    Answer, Choice, Content, FinishReason, Part, Reasoned, Request, Sealed, ToolCall,
};
use postern_dialect::{Dialect, openai};
use serde_json::{Value, json};

fn seal(maker: Dialect, id: Option<&str>, data: &str) -> Option<Sealed> {
    Some(Sealed { maker, id: id.map(str::to_owned), data: data.into() })
}

fn thought(text: &str, sealed: Option<Sealed>) -> Content {
    Content::Reasoning(Reasoned { text: text.into(), sealed, ..Reasoned::default() })
}

fn call(id: &str) -> Content {
    let (id, arguments) = (id.into(), "{}".into());
    Content::ToolCall(ToolCall { id, name: "f".into(), arguments, custom: false })
}

fn answer(contents: &[Content]) -> Answer {
    let parts = contents.iter().map(|content| Part::new("", content.clone())).collect();
    let finish = Some(FinishReason::ToolCalls.into());
    Answer { choices: vec![Choice { parts, logprobs: vec![], finish }], ..Answer::default() }
}

/// The assistant's message as a client keeps it that puts all chunks together: lists are appended to.
fn folded(stream: &str) -> Value {
    let mut message = json!({ "role": "assistant", "content": "", "reasoning_content": "", "reasoning_details": [], "tool_calls": [] });
    for chunk in data(stream).iter().filter(|chunk| **chunk != "[DONE]") {
        let chunk: Value = serde_json::from_str(chunk).unwrap();
        let delta = &chunk["choices"][0]["delta"];
        for field in ["content", "reasoning_content"] {
            let joined = format!(
                "{}{}",
                message[field].as_str().unwrap(),
                delta[field].as_str().unwrap_or_default()
            );
            message[field] = joined.into();
        }
        for detail in delta["reasoning_details"].as_array().into_iter().flatten() {
            message["reasoning_details"].as_array_mut().unwrap().push(detail.clone());
        }
        for call in delta["tool_calls"].as_array().into_iter().flatten() {
            let index = usize::try_from(call["index"].as_u64().unwrap()).unwrap();
            let calls = message["tool_calls"].as_array_mut().unwrap();
            match calls.get_mut(index) {
                None => calls.push(call.clone()),
                Some(begun) => {
                    let arguments = &mut begun["function"]["arguments"];
                    let more = call["function"]["arguments"].as_str().unwrap();
                    *arguments = format!("{}{more}", arguments.as_str().unwrap()).into();
                }
            }
        }
    }
    if message["tool_calls"] == json!([]) {
        message.as_object_mut().unwrap().remove("tool_calls");
    }
    message
}

fn contents(request: &Request) -> Vec<Content> {
    request.messages[0].parts.iter().map(|part| part.content.clone()).collect()
}

#[test]
fn thoughts_of_every_maker_come_back_through_a_client_where_they_stood() {
    let text = || Content::Text("So.".into());
    let summed = Content::Reasoning(Reasoned {
        summary: vec!["One.".into(), "Two.".into()],
        sealed: seal(Dialect::Responses, Some("rs_1"), "gAAA"),
        ..Reasoned::default()
    });
    let redacted = Content::Reasoning(Reasoned {
        sealed: seal(Dialect::Anthropic, None, "hidden"),
        redacted: true,
        ..Reasoned::default()
    });
    for said in [
        vec![thought("Hm.", seal(Dialect::Anthropic, None, "sig")), text(), call("a")],
        vec![thought("", seal(Dialect::Anthropic, None, "sig")), redacted, text()],
        vec![text(), thought("Hm.", seal(Dialect::Bedrock, None, "sig")), call("a")],
        vec![
            thought("", seal(Dialect::Google, None, "s1")),
            call("a"),
            thought("", seal(Dialect::Google, None, "s2")),
            call("b"),
        ],
        vec![thought("", seal(Dialect::Google, None, "s1")), text(), call("a")],
        vec![summed, text()],
        vec![thought("Hm.", None), text()],
    ] {
        let message = whole(answer(&said))["choices"][0]["message"].to_string();
        assert_eq!(contents(&conversation(&message)), said, "{message}");
        let message = folded(&streamed(answer(&said).into_events(), false)).to_string();
        assert_eq!(contents(&conversation(&message)), said, "{message}");
    }
}

#[test]
fn thoughts_of_another_maker_are_not_sent_and_told() {
    let said = [thought("Hm.", seal(Dialect::Anthropic, None, "sig")), Content::Text("So.".into())];
    let message = whole(answer(&said))["choices"][0]["message"].to_string();
    let (sent, losses) = encode(conversation(&message), &vendor());
    assert_eq!(sent["messages"][0], json!({ "role": "assistant", "content": "So." }));
    assert_eq!(paths(&losses), ["messages[0].reasoning_details"]);
}

const DETAILS: [&str; 4] = [
    r#"{"id":"g","choices":[{"index":0,"delta":{"reasoning":"Hm","reasoning_details":[{"type":"reasoning.text","text":"Hm","format":"anthropic-claude-v1","index":0}]}}]}"#,
    r#"{"id":"g","choices":[{"index":0,"delta":{"reasoning":"m.","reasoning_details":[{"type":"reasoning.text","text":"m.","index":0}]}}]}"#,
    r#"{"id":"g","choices":[{"index":0,"delta":{"reasoning":null,"reasoning_details":[{"type":"reasoning.text","signature":"sig","index":0}]}}]}"#,
    r#"{"id":"g","choices":[{"index":0,"delta":{"content":"So."},"finish_reason":"stop"}]}"#,
];

#[test]
fn a_vendors_own_details_go_back_to_it_as_it_gave_them() {
    let streamed = read(&DETAILS);
    let whole_body = r#"{"id":"g","choices":[{"index":0,"message":{"content":"So.","reasoning":"Hmm.","reasoning_details":[{"type":"reasoning.text","text":"Hmm.","format":"anthropic-claude-v1","signature":"sig","index":0}]},"finish_reason":"stop"}]}"#;
    assert_eq!(streamed, openai::read_whole(whole_body).unwrap());
    // To a client of another dialect and back, as its dialect carries seals.
    let mut parts = streamed.choices[0].parts.clone();
    if let Content::Reasoning(thought) = &mut parts[0].content {
        let carried = thought.sealed.take().unwrap().into_text(Dialect::Anthropic);
        thought.sealed = Some(Sealed::from_text(Dialect::Anthropic, &carried));
    }
    let mut request = conversation(r#"{"role":"assistant","content":"x"}"#);
    request.client = Dialect::Anthropic;
    request.messages[0].parts = parts;
    let (sent, losses) = encode(request, &vendor());
    assert_eq!(losses.0, []);
    assert_eq!(
        sent["messages"][0]["reasoning_details"],
        json!([{ "type": "reasoning.text", "text": "Hmm.", "format": "anthropic-claude-v1", "signature": "sig" }])
    );
}

#[test]
fn words_go_back_in_the_field_in_which_they_came() {
    for field in ["reasoning_content", "reasoning"] {
        let body = json!({ "choices": [{ "message": { field: "Hm.", "content": "So." }, "finish_reason": "stop" }] });
        let parts = openai::read_whole(&body.to_string()).unwrap().choices.remove(0).parts;
        let mut request = conversation(r#"{"role":"assistant","content":"x"}"#);
        request.client = Dialect::Anthropic;
        request.messages[0].parts = parts;
        let (sent, losses) = encode(request.clone(), &vendor());
        assert_eq!((&sent["messages"][0][field], losses.0.len()), (&json!("Hm."), 0));
        let mut refuses = vendor();
        refuses.quirks.unsupported = vec![field.into()];
        let (sent, losses) = encode(request, &refuses);
        assert_eq!((&sent["messages"][0][field], losses.0.len()), (&Value::Null, 1));
    }
}

#[test]
fn a_vendors_own_details_pass_through_the_hub_to_a_client_of_this_api() {
    let answer = collect(events(&DETAILS).unwrap());
    let message = whole(answer)["choices"][0]["message"].clone();
    assert_eq!(message["reasoning_content"], "Hmm.");
    assert_eq!(
        message["reasoning_details"],
        json!([{ "type": "reasoning.text", "text": "Hmm.", "format": "anthropic-claude-v1", "signature": "sig", "index": 0 }])
    );
}
