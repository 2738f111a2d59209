//! From a client's request to the hub.

use crate::{conversation, decode, encode, paths, vendor};
use postern_dialect::chat::{
    CacheControl, Content, Effort, Format, Role, Source, ToolChoice, ToolKind,
};
use postern_dialect::openai;
use serde_json::{Value, json};

/// A request with everything that both the hub and OpenAI have.
const EVERYTHING: &str = include_str!("requests/everything.json");

#[test]
fn everything_that_the_api_and_the_hub_have_comes_back_as_it_went() {
    let mut expected: Value = serde_json::from_str(EVERYTHING).unwrap();
    expected["model"] = "upstream".into();
    let (sent, losses) = encode(decode(EVERYTHING), &vendor());
    assert_eq!(losses.0, []);
    assert_eq!(sent, expected);
}

#[test]
fn the_keys_of_schemas_stay_in_the_clients_order() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":"x"}],"tools":[{"type":"function","function":{"name":"f","parameters":{"z":1,"a":{"y":2,"b":3}}}}]}"#;
    let ToolKind::Function { parameters, .. } = decode(body).tools.remove(0).kind else { panic!() };
    assert_eq!(parameters.unwrap().to_string(), r#"{"z":1,"a":{"y":2,"b":3}}"#);
}

#[test]
fn a_data_url_becomes_its_bytes_and_any_other_address_stays_one() {
    for (url, source) in [
        (
            "data:image/png;base64,iVBO",
            Source::Base64 { media_type: "image/png".into(), data: "iVBO".into() },
        ),
        (
            "data:image/svg+xml;charset=utf-8;base64,AA==",
            Source::Base64 { media_type: "image/svg+xml".into(), data: "AA==".into() },
        ),
        ("https://x.test/a.png", Source::Url("https://x.test/a.png".into())),
        ("data:image/svg+xml,%3Csvg", Source::Url("data:image/svg+xml,%3Csvg".into())),
    ] {
        let part = json!({ "type": "image_url", "image_url": { "url": url, "detail": "low" } });
        let request = conversation(&json!({ "role": "user", "content": [part] }).to_string());
        let part = &request.messages[0].parts[0];
        assert_eq!(part.path, "messages[0].content[0]");
        let Content::Image(image) = &part.content else { panic!("{part:?}") };
        assert_eq!((&image.source, image.detail.as_deref()), (&source, Some("low")));
    }
}

#[test]
fn a_file_is_read_in_each_of_its_forms() {
    let pdf = Source::Base64 { media_type: "application/pdf".into(), data: "JVBE".into() };
    for (file, source) in [
        (r#"{"file_data":"data:application/pdf;base64,JVBE","filename":"a.pdf"}"#, pdf.clone()),
        (r#"{"file_data":"JVBE","filename":"a.PDF"}"#, pdf),
        (r#"{"file_id":"file-1"}"#, Source::FileId("file-1".into())),
    ] {
        let request = conversation(&format!(
            r#"{{"role":"user","content":[{{"type":"file","file":{file}}}]}}"#
        ));
        let Content::File(read) = &request.messages[0].parts[0].content else { panic!() };
        assert_eq!(read.source, source, "{file}");
    }
}

#[test]
fn tool_results_name_their_calls_and_may_have_parts() {
    let request = conversation(
        r#"{"role":"assistant","content":null,"tool_calls":[
              {"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\" : 1}"}},
              {"id":"c2","type":"custom","custom":{"name":"g","input":"free"}}]},
           {"role":"tool","tool_call_id":"c1","content":[{"type":"text","text":"19"}]},
           {"role":"tool","tool_call_id":"c2","content":"ok"}"#,
    );
    let Content::ToolCall(call) = &request.messages[0].parts[0].content else { panic!() };
    assert_eq!((call.arguments.as_str(), call.custom), (r#"{"a" : 1}"#, false));
    let Content::ToolCall(call) = &request.messages[0].parts[1].content else { panic!() };
    assert_eq!((call.arguments.as_str(), call.custom), ("free", true));
    assert_eq!(request.messages[1].role, Role::Tool);
    let Content::ToolResult(result) = &request.messages[1].parts[0].content else { panic!() };
    assert_eq!((result.call_id.as_str(), result.parts.len()), ("c1", 1));
}

#[test]
fn legacy_functions_become_tools_whose_results_find_their_calls() {
    let body = r#"{"model":"m","functions":[{"name":"f","parameters":{}}],"function_call":{"name":"f"},
        "messages":[{"role":"user","content":"x"},
        {"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},
        {"role":"function","name":"f","content":"1"}]}"#;
    let (request, losses) = openai::decode(body).unwrap();
    assert_eq!(paths(&losses), ["functions"]);
    assert_eq!(request.tool_choice, Some(ToolChoice::Tool("f".into())));
    let Content::ToolCall(call) = &request.messages[1].parts[0].content else { panic!() };
    let Content::ToolResult(result) = &request.messages[2].parts[0].content else { panic!() };
    assert_eq!(call.id, result.call_id);
}

#[test]
fn every_form_of_a_tool_choice_is_read() {
    let allowed = |required| ToolChoice::Allowed { names: vec!["f".into(), "g".into()], required };
    for (choice, expected) in [
        (r#""auto""#, ToolChoice::Auto),
        (r#""none""#, ToolChoice::None),
        (r#""required""#, ToolChoice::Required),
        (r#"{"type":"function","function":{"name":"f"}}"#, ToolChoice::Tool("f".into())),
        (r#"{"type":"custom","custom":{"name":"g"}}"#, ToolChoice::Tool("g".into())),
        (
            r#"{"type":"allowed_tools","allowed_tools":{"mode":"auto","tools":[{"type":"function","function":{"name":"f"}},{"type":"custom","custom":{"name":"g"}}]}}"#,
            allowed(false),
        ),
        (
            r#"{"type":"allowed_tools","allowed_tools":{"mode":"required","tools":[{"type":"function","function":{"name":"f"}},{"type":"function","name":"g"}]}}"#,
            allowed(true),
        ),
    ] {
        let body = format!(r#"{{"model":"m","messages":[],"tool_choice":{choice}}}"#);
        assert_eq!(decode(&body).tool_choice, Some(expected), "{choice}");
    }
}

#[test]
fn cache_markers_are_kept_on_parts_messages_and_tools() {
    let marker = r#""cache_control":{"type":"ephemeral","ttl":"1h"}"#;
    let request = decode(&format!(
        r#"{{"model":"m",{marker},"messages":[
            {{"role":"system","content":[{{"type":"text","text":"a",{marker}}},{{"type":"text","text":"b"}}]}},
            {{"role":"user","content":"c",{marker}}},
            {{"role":"user","content":[{{"type":"text","text":"d","prompt_cache_breakpoint":{{"mode":"explicit","ttl":"30m"}}}}]}}],
            "tools":[{{"type":"function",{marker},"function":{{"name":"f"}}}},{{"type":"function","function":{{"name":"g",{marker}}}}}]}}"#
    ));
    let hour = Some(CacheControl { ttl: Some("1h".into()) });
    assert_eq!(request.cache, hour);
    assert_eq!(request.messages[0].parts[0].cache, hour);
    assert_eq!(request.messages[0].parts[1].cache, None);
    assert_eq!(request.messages[1].parts[0].cache, hour);
    assert_eq!(request.messages[2].parts[0].cache, hour);
    assert!(request.tools.iter().all(|tool| tool.cache == hour));
}

#[test]
fn settings_without_a_place_are_told_by_their_paths() {
    let body = r#"{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"x","odd":1}],"odd":1}],
        "prediction":{"type":"content","content":"x"},"web_search_options":{},"odd":1,"null":null,
        "stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false,"odd":1},
        "top_logprobs":3,"user":"a","safety_identifier":"b","reasoning_effort":"huge",
        "tools":[{"type":"function","odd":1,"function":{"name":"f","odd":1}}],
        "response_format":{"type":"json_schema","json_schema":{"name":"s","schema":{},"odd":1}}}"#;
    let (request, losses) = openai::decode(body).unwrap();
    let mut lost = paths(&losses);
    lost.sort_unstable();
    assert_eq!(
        lost,
        [
            "messages[0].content[0].odd",
            "messages[0].odd",
            "odd",
            "prediction",
            "reasoning_effort",
            "response_format.json_schema.odd",
            "stream_options.odd",
            "tools[0].function.odd",
            "tools[0].odd",
            "top_logprobs",
            "user",
            "web_search_options",
        ]
    );
    assert_eq!(request.user.as_deref(), Some("b"));
}

#[test]
fn what_compatible_servers_have_added_is_read() {
    let request = decode(
        r#"{"model":"m","messages":[],"top_k":40,"min_p":0.1,"repetition_penalty":1.1,"reasoning":{"effort":"high","max_tokens":2000,"enabled":true},"stop":"x"}"#,
    );
    assert_eq!(request.sampling.top_k, Some(40.into()));
    let reasoning = request.reasoning.unwrap();
    assert_eq!((reasoning.effort, reasoning.budget_tokens), (Some(Effort::High), Some(2000)));
    assert_eq!(request.stop, ["x"]);
}

#[test]
fn a_schema_that_is_left_out_is_json_of_any_form() {
    let body = r#"{"model":"m","messages":[],"response_format":{"type":"json_schema","json_schema":{"name":"s"}}}"#;
    assert_eq!(decode(body).format, Format::JsonObject);
}

#[test]
fn a_field_of_the_wrong_type_is_refused_by_its_path_without_its_words() {
    for (body, param) in [
        (r#"{"messages":[]}"#, "model"),
        (r#"{"model":"m"}"#, "messages"),
        (r#"{"model":"m","messages":"hunter2"}"#, "messages"),
        (r#"{"model":"m","messages":["hunter2"]}"#, "messages[0]"),
        (r#"{"model":"m","messages":[{"role":"user","content":7}]}"#, "messages[0].content"),
        (
            r#"{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{}}]}]}"#,
            "messages[0].content[0].image_url.url",
        ),
        (r#"{"model":"m","messages":[{"role":"tool","content":"x"}]}"#, "messages[0].tool_call_id"),
        (
            r#"{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"a","function":{}}]}]}"#,
            "messages[0].tool_calls[0].function.name",
        ),
        (r#"{"model":"m","messages":[],"temperature":"hunter2"}"#, "temperature"),
        (r#"{"model":"m","messages":[],"stop":[7]}"#, "stop[0]"),
        (r#"{"model":"m","messages":[],"tools":[{"type":"function"}]}"#, "tools[0].function"),
        (r#"{"model":"m","messages":[],"tool_choice":"hunter2"}"#, "tool_choice"),
    ] {
        let fault = openai::decode(body).unwrap_err();
        assert_eq!(fault.param.as_deref(), Some(param), "{body}");
        assert!(!format!("{fault:?}").contains("hunter2"), "{fault:?}");
    }
    for body in ["", "[]", "{", "hunter2"] {
        assert!(!format!("{:?}", openai::decode(body).unwrap_err()).contains("hunter2"));
    }
}
