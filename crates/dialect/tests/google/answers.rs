//! Whole answers.

use crate::fixtures::{read, whole};
use postern_dialect::chat::{
    Annotation, Audio, Content, Finish, FinishReason, Image, Reasoned, Sealed, Source, ToolCall,
};
use postern_dialect::{Dialect, Usage, google};
use postern_fault::Kind;
use serde_json::{Value, json};

fn contents(parts: Value) -> Vec<Content> {
    let mut answer = read(&whole(parts, "STOP"));
    std::mem::take(&mut answer.choices[0].parts).into_iter().map(|part| part.content).collect()
}

fn seal(id: Option<&str>, data: &str) -> Option<Sealed> {
    Some(Sealed { maker: Dialect::Google, id: id.map(str::to_owned), data: data.into() })
}

#[test]
fn reads_text_head_usage_and_finish() {
    let mut body = whole(json!([{ "text": "Hello" }]), "STOP");
    body["createTime"] = "2026-03-01T00:00:00.5Z".into();
    body["usageMetadata"]["serviceTier"] = "priority".into();
    let answer = read(&body);
    assert_eq!(answer.id, "mAitaLmkHPPlz7IPvtfUqQ4");
    assert_eq!(answer.model, "gemini-2.5-flash");
    assert_eq!(answer.created_unix_s, Some(1_772_323_200));
    assert_eq!(answer.service_tier.as_deref(), Some("priority"));
    assert_eq!(answer.choices[0].parts[0].content, Content::Text("Hello".into()));
    assert_eq!(answer.choices[0].finish, Some(FinishReason::Stop.into()));
    let usage = answer.usage.unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (4, 6));
}

#[test]
fn counts_thoughts_and_results_of_tools_in_and_cached_tokens_once() {
    let mut body = whole(json!([{ "text": "a" }]), "STOP");
    body["usageMetadata"] = json!({
        "promptTokenCount": 100,
        "cachedContentTokenCount": 60,
        "candidatesTokenCount": 10,
        "thoughtsTokenCount": 30,
        "toolUsePromptTokenCount": 5,
        "totalTokenCount": 145,
        "promptTokensDetails": [
            { "modality": "TEXT", "tokenCount": 80 },
            { "modality": "AUDIO", "tokenCount": 20 },
        ],
        "candidatesTokensDetails": [{ "modality": "AUDIO", "tokenCount": 7 }],
    });
    assert_eq!(
        read(&body).usage,
        Some(Usage {
            input_tokens: 105,
            cached_input_tokens: 60,
            output_tokens: 40,
            reasoning_tokens: 30,
            audio_input_tokens: 20,
            audio_output_tokens: 7,
            ..Usage::default()
        })
    );
    for absurd in
        [json!({ "promptTokenCount": -1 }), json!({ "totalTokenCount": 1 }), json!("none")]
    {
        body["usageMetadata"] = absurd;
        assert_eq!(read(&body).usage, None);
    }
}

#[test]
fn a_call_ends_the_answer_as_a_call_though_google_says_stop() {
    let parts = json!([
        { "text": "let me see" },
        { "functionCall": { "id": "g1", "name": "f", "args": { "z": 1, "a": { "b": "x y" } } } },
        { "functionCall": { "name": "g" } },
    ]);
    let answer = read(&whole(parts.clone(), "STOP"));
    assert_eq!(answer.choices[0].finish, Some(FinishReason::ToolCalls.into()));
    let call = |id: &str, name: &str, arguments: &str| {
        Content::ToolCall(ToolCall {
            id: id.into(),
            name: name.into(),
            arguments: arguments.into(),
            custom: false,
        })
    };
    assert_eq!(answer.choices[0].parts[1].content, call("g1", "f", r#"{"z":1,"a":{"b":"x y"}}"#));
    let Content::ToolCall(made) = &answer.choices[0].parts[2].content else { panic!() };
    assert_eq!((made.name.as_str(), made.arguments.as_str()), ("g", "{}"));
    assert!(made.id.starts_with("call_") && made.id.ends_with("_1"), "{}", made.id);
    let capped = read(&whole(parts, "MAX_TOKENS"));
    assert_eq!(capped.choices[0].finish, Some(FinishReason::Length.into()));
}

#[test]
fn ids_that_google_does_not_give_are_the_same_each_time_and_differ_between_answers() {
    let id = |response: &str| {
        let mut body = whole(json!([{ "functionCall": { "name": "f", "args": {} } }]), "STOP");
        body["responseId"] = response.into();
        match &read(&body).choices[0].parts[0].content {
            Content::ToolCall(call) => call.id.clone(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(id("a"), id("a"));
    assert_ne!(id("a"), id("b"));
}

#[test]
fn keeps_arguments_as_they_were_written_but_for_the_indentation() {
    let body = r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{
        "z" : "a \" \\", "n": 1.10,
        "a": [ ]
    }}}]},"finishReason":"STOP"}]}"#;
    let answer = google::read_whole(body).unwrap();
    let Content::ToolCall(call) = &answer.choices[0].parts[0].content else { panic!() };
    assert_eq!(call.arguments, r#"{"z":"a \" \\","n":1.10,"a":[]}"#);
}

#[test]
fn keeps_each_signature_where_it_belongs() {
    let parts = json!([
        { "text": "hm", "thought": true },
        { "text": "m", "thought": true, "thoughtSignature": "UzA=" },
        { "text": "a" },
        { "functionCall": { "id": "g", "name": "f", "args": {} }, "thoughtSignature": "UzE+/w==" },
        { "text": "b" },
        {},
        { "thoughtSignature": "UzI=" },
    ]);
    let contents = contents(parts);
    let reasoning = |text: &str, sealed| {
        Content::Reasoning(Reasoned { text: text.into(), sealed, ..Reasoned::default() })
    };
    assert_eq!(contents[0], reasoning("hmm", seal(Some("thought"), "UzA=")));
    assert_eq!(contents[1], Content::Text("a".into()));
    assert_eq!(contents[2], reasoning("", seal(Some("g"), "UzE+/w==")));
    assert!(matches!(contents[3], Content::ToolCall(_)));
    assert_eq!(contents[4], Content::Text("b".into()));
    assert_eq!(contents[5], reasoning("", seal(None, "UzI=")));
    assert_eq!(contents.len(), 6);
}

#[test]
fn reads_pictures_sound_and_what_only_google_knows() {
    let code = json!({ "executableCode": { "language": "PYTHON", "code": "1" } });
    let contents = contents(json!([
        { "inlineData": { "mimeType": "image/png", "data": "AAAA" } },
        { "inlineData": { "mimeType": "audio/L16;codec=pcm;rate=24000", "data": "AAA=" } },
        { "inlineData": { "mimeType": "audio/L16;codec=pcm;rate=24000", "data": "AAAA" } },
        code,
        { "inlineData": { "mimeType": "video/mp4", "data": "AAAA" } },
    ]));
    let source = Source::Base64 { media_type: "image/png".into(), data: "AAAA".into() };
    assert_eq!(contents[0], Content::Image(Image { source, detail: None }));
    let audio = Audio { format: "pcm16".into(), data: "AAAAAAA=".into(), ..Audio::default() };
    assert_eq!(contents[1], Content::Audio(audio));
    assert_eq!(contents[2], Content::Foreign(Dialect::Google, code));
    assert!(matches!(contents[3], Content::Foreign(Dialect::Google, _)));
}

#[test]
fn knows_every_reason_for_an_end() {
    for (word, reason) in [
        ("MAX_TOKENS", FinishReason::Length),
        ("SAFETY", FinishReason::ContentFilter),
        ("RECITATION", FinishReason::ContentFilter),
        ("LANGUAGE", FinishReason::ContentFilter),
        ("BLOCKLIST", FinishReason::ContentFilter),
        ("PROHIBITED_CONTENT", FinishReason::ContentFilter),
        ("SPII", FinishReason::ContentFilter),
        ("IMAGE_SAFETY", FinishReason::ContentFilter),
        ("MALFORMED_FUNCTION_CALL", FinishReason::MalformedToolCall),
        ("UNEXPECTED_TOOL_CALL", FinishReason::MalformedToolCall),
        ("OTHER", FinishReason::Other),
        ("NOT_INVENTED_YET", FinishReason::Other),
    ] {
        let answer = read(&whole(json!([]), word));
        let detail = (reason != FinishReason::Length).then(|| word.to_owned());
        let finish = Finish { detail, ..Finish::from(reason) };
        assert_eq!(answer.choices[0].finish, Some(finish), "{word}");
    }
}

#[test]
fn a_prompt_that_was_blocked_is_an_answer_that_was_filtered() {
    let answer = read(&json!({
        "promptFeedback": { "blockReason": "PROHIBITED_CONTENT" },
        "usageMetadata": { "promptTokenCount": 9, "totalTokenCount": 9 },
        "modelVersion": "gemini-2.5-flash",
    }));
    let detail = Some("PROHIBITED_CONTENT".to_owned());
    let finish = Finish { detail, ..Finish::from(FinishReason::ContentFilter) };
    assert_eq!(answer.choices.len(), 1);
    assert_eq!(answer.choices[0].finish, Some(finish));
    assert_eq!(answer.usage.unwrap().input_tokens, 9);
}

#[test]
fn reads_alternatives_and_the_probabilities_of_their_tokens() {
    let answer = read(&json!({ "candidates": [
        {
            "content": { "parts": [{ "text": "hi" }] },
            "finishReason": "STOP",
            "logprobsResult": {
                "chosenCandidates": [{ "token": "hi", "tokenId": 7, "logProbability": -0.5 }],
                "topCandidates": [{ "candidates": [
                    { "token": "hi", "logProbability": -0.5 },
                    { "token": "ho", "logProbability": -1.5 },
                ] }],
            },
        },
        { "index": 1, "content": { "parts": [{ "text": "ho" }] }, "finishReason": "MAX_TOKENS" },
    ] }));
    assert_eq!(answer.choices.len(), 2);
    assert_eq!(answer.choices[1].finish, Some(FinishReason::Length.into()));
    assert_eq!(
        answer.choices[0].logprobs,
        [json!({
            "token": "hi", "logprob": -0.5, "bytes": [104, 105],
            "top_logprobs": [
                { "token": "hi", "logprob": -0.5, "bytes": [104, 105] },
                { "token": "ho", "logprob": -1.5, "bytes": [104, 111] },
            ],
        })]
    );
}

#[test]
fn says_where_a_text_is_from_in_characters() {
    let mut body = whole(json!([{ "text": "Ärger: ja." }]), "STOP");
    body["candidates"][0]["groundingMetadata"] = json!({
        "groundingChunks": [
            { "web": { "uri": "https://a.example", "title": "A" } },
            { "web": { "uri": "https://b.example", "title": "B" } },
        ],
        "groundingSupports": [
            { "segment": { "endIndex": 6, "text": "Ärger" }, "groundingChunkIndices": [1, 9] },
        ],
        "webSearchQueries": ["x"],
    });
    body["candidates"][0]["citationMetadata"] = json!({
        "citationSources": [{ "startIndex": 8, "endIndex": 10, "uri": "https://c.example" }],
    });
    let answer = read(&body);
    assert_eq!(
        answer.choices[0].parts[0].annotations,
        [
            Annotation {
                url: Some("https://b.example".into()),
                title: Some("B".into()),
                cited_text: Some("Ärger".into()),
                range: Some((0, 5)),
                raw: None,
            },
            Annotation {
                url: Some("https://c.example".into()),
                title: None,
                cited_text: Some("ja".into()),
                range: Some((7, 9)),
                raw: None,
            },
        ]
    );
}

#[test]
fn what_is_no_answer_is_never_an_empty_success() {
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "\"hi\"",
        "<html>",
        r#"{"candidates":[]}"#,
        r#"{"candidates":[{}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":1}]},"finishReason":"STOP"}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"functionCall":{}}]},"finishReason":"STOP"}]}"#,
        r#"{"candidates":[{"index":4294967295,"finishReason":"STOP"}]}"#,
        r#"{"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}"#,
    ] {
        let fault = google::read_whole(body).unwrap_err();
        assert_eq!(fault.kind, Kind::UpstreamInvalid, "{body}");
    }
}
