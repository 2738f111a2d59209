//! What is said, as Google hears it.

use crate::fixtures::{
    base64, call, encode, message, request, result, said, sent, text, try_encode, vendor,
};
use postern_dialect::chat::{
    Annotation, Audio, CacheControl, Content, File, Image, Reasoned, Role, Sealed, Source,
};
use postern_dialect::{Dialect, Operation};
use serde_json::{Value, json};

const OLD: &str = "gemini-2.5-flash";
const NEW: &str = "gemini-3-flash-preview";

fn image(source: Source, detail: Option<&str>) -> Content {
    Content::Image(Image { source, detail: detail.map(str::to_owned) })
}

fn url(url: &str) -> Source {
    Source::Url(url.into())
}

fn sealed(text: &str, maker: Dialect, id: Option<&str>, data: &str) -> Content {
    let sealed = Sealed { maker, id: id.map(str::to_owned), data: data.into() };
    Content::Reasoning(Reasoned { text: text.into(), sealed: Some(sealed), ..Reasoned::default() })
}

#[test]
fn says_instructions_apart_and_joins_what_one_side_says_without_a_break() {
    let body = sent(
        request(vec![
            message(Role::System, vec![text("be brief")]),
            message(Role::Developer, vec![text("be kind")]),
            message(Role::User, vec![text("a")]),
            message(Role::User, vec![text("b")]),
            message(Role::Assistant, vec![text("c")]),
            message(Role::User, vec![text("d")]),
        ]),
        OLD,
    );
    assert_eq!(
        body["systemInstruction"],
        json!({ "parts": [{ "text": "be brief" }, { "text": "be kind" }] })
    );
    assert_eq!(
        body["contents"],
        json!([
            { "role": "user", "parts": [{ "text": "a" }, { "text": "b" }] },
            { "role": "model", "parts": [{ "text": "c" }] },
            { "role": "user", "parts": [{ "text": "d" }] },
        ])
    );
}

#[test]
fn says_a_later_instruction_in_its_place_and_tells_the_loss() {
    let sent = encode(
        request(vec![
            message(Role::User, vec![text("a")]),
            message(Role::Assistant, vec![text("b")]),
            message(Role::System, vec![text("c")]),
        ]),
        OLD,
    );
    assert_eq!(sent.body["contents"][2], json!({ "role": "user", "parts": [{ "text": "c" }] }));
    assert_eq!(
        sent.losses,
        ["messages[2]: Google has instructions only at the start: said by the user instead"]
    );
}

#[test]
fn says_a_conversation_of_nothing_but_instructions_as_the_user() {
    let body = sent(request(vec![message(Role::System, vec![text("a")])]), OLD);
    assert_eq!(body["contents"], json!([{ "role": "user", "parts": [{ "text": "a" }] }]));
    assert_eq!(body.get("systemInstruction"), None);
}

#[test]
fn leaves_out_texts_that_say_nothing() {
    let contents = said(
        vec![
            message(Role::User, vec![text("a"), text("")]),
            message(Role::Assistant, vec![text(""), call("c", "f", "{}")]),
        ],
        OLD,
    );
    assert_eq!(contents[0]["parts"], json!([{ "text": "a" }]));
    assert_eq!(contents[1]["parts"].as_array().unwrap().len(), 1);
}

#[test]
fn asks_for_a_stream_by_the_path_and_puts_the_vendors_own_path_in_front() {
    let mut request = request(vec![message(Role::User, vec![text("a")])]);
    assert_eq!(encode(request.clone(), OLD).path, "/models/gemini-2.5-flash:generateContent");
    request.stream = true;
    let path = encode(request.clone(), "a b").path;
    assert_eq!(path, "/models/a%20b:streamGenerateContent?alt=sse");
    let mut vendor = vendor("7");
    for own in ["/endpoints/{model}", "/endpoints/{model}:generateContent"] {
        vendor.quirks.paths = vec![(Operation::Chat, own.into())];
        let path = try_encode(request.clone(), &vendor).unwrap().path;
        assert_eq!(path, "/endpoints/7:streamGenerateContent?alt=sse");
    }
}

#[test]
fn shows_pictures_documents_and_sound() {
    let user = message(
        Role::User,
        vec![
            image(base64("image/png", "AAAA"), None),
            image(base64("", "/9j/AAAA"), None),
            image(url("https://example.com/a.webp?x=1"), Some("auto")),
            image(url("https://example.com/signed"), None),
            image(url("gs://bucket/a.PNG"), None),
            Content::File(File {
                source: base64("application/pdf", "JVBERi0="),
                name: Some("a.pdf".into()),
                context: Some("the contract".into()),
                citations: false,
            }),
            Content::File(File {
                source: Source::Text("words".into()),
                name: None,
                context: None,
                citations: false,
            }),
            Content::File(File {
                source: url("https://youtu.be/x"),
                name: None,
                context: None,
                citations: false,
            }),
            Content::Audio(Audio {
                format: "wav".into(),
                data: "UklGRg==".into(),
                ..Audio::default()
            }),
        ],
    );
    assert_eq!(
        said(vec![user], OLD)[0]["parts"],
        json!([
            { "inlineData": { "mimeType": "image/png", "data": "AAAA" } },
            { "inlineData": { "mimeType": "image/jpeg", "data": "/9j/AAAA" } },
            { "fileData": { "mimeType": "image/webp", "fileUri": "https://example.com/a.webp?x=1" } },
            { "fileData": { "mimeType": "image/jpeg", "fileUri": "https://example.com/signed" } },
            { "fileData": { "mimeType": "image/png", "fileUri": "gs://bucket/a.PNG" } },
            { "text": "a.pdf\nthe contract" },
            { "inlineData": { "mimeType": "application/pdf", "data": "JVBERi0=" } },
            { "text": "words" },
            { "fileData": { "mimeType": "video/mp4", "fileUri": "https://youtu.be/x" } },
            { "inlineData": { "mimeType": "audio/wav", "data": "UklGRg==" } },
        ])
    );
}

#[test]
fn refuses_what_google_cannot_read_by_its_path() {
    for source in [Source::FileId("file-1".into()), url("s3://bucket/a.png"), url("a.png")] {
        let user = message(Role::User, vec![text("a"), image(source, None)]);
        let fault = try_encode(request(vec![user]), &vendor(OLD)).unwrap_err();
        assert_eq!(fault.param.as_deref(), Some("messages[0].content[1]"));
        assert_eq!(fault.code.as_deref(), Some("unsupported_content"));
    }
}

#[test]
fn looks_as_closely_as_asked_for_all_media_at_once() {
    let look = |details: &[Option<&str>]| {
        let images =
            details.iter().map(|detail| image(base64("image/png", "AAAA"), *detail)).collect();
        let sent = encode(request(vec![message(Role::User, images)]), OLD);
        (sent.body["generationConfig"].get("mediaResolution").cloned(), sent.losses)
    };
    let low = Some(Value::from("MEDIA_RESOLUTION_LOW"));
    let high = Some(Value::from("MEDIA_RESOLUTION_HIGH"));
    assert_eq!(look(&[None, Some("auto")]), (None, vec![]));
    assert_eq!(look(&[Some("low"), Some("low")]), (low, vec![]));
    assert_eq!(look(&[Some("high"), None]), (high.clone(), vec![]));
    let loss = "messages[0].content[1].image_url.detail: \
                Google has one resolution for all media of a request";
    assert_eq!(look(&[Some("high"), Some("low")]), (high, vec![loss.into()]));
    assert_eq!(look(&[None, Some("low")]), (None, vec![loss.into()]));
}

#[test]
fn gives_the_name_of_its_function_to_every_result_and_joins_results_of_parallel_calls() {
    let contents = said(
        vec![
            message(Role::User, vec![text("weather?")]),
            message(
                Role::Assistant,
                vec![call("c1", "get_weather", "{\"z\": 1, \"a\":2}"), call("c2", "now", "")],
            ),
            message(Role::Tool, vec![result("c2", vec![text("noon")], false)]),
            message(
                Role::Tool,
                vec![result("c1", vec![text("{\"z\": {\"b\":1}, \"a\": 2.50}")], false)],
            ),
            message(Role::User, vec![text("and?")]),
        ],
        OLD,
    );
    assert_eq!(
        contents[1]["parts"],
        json!([
            { "functionCall": { "name": "get_weather", "args": { "z": 1, "a": 2 } } },
            { "functionCall": { "name": "now", "args": {} } },
        ])
    );
    assert_eq!(
        contents[2]["parts"],
        json!([
            { "functionResponse": {
                "name": "get_weather",
                "response": { "z": { "b": 1 }, "a": 2.50 },
            } },
            { "functionResponse": { "name": "now", "response": { "output": "noon" } } },
            { "text": "and?" },
        ])
    );
}

#[test]
fn keeps_arguments_and_results_byte_for_byte() {
    let sent = encode(
        request(vec![
            message(Role::Assistant, vec![call("c", "f", "{\"z\": 1,  \"a\":1.0e2}")]),
            message(Role::Tool, vec![result("c", vec![text("{\"y\" :1.10}")], false)]),
        ]),
        OLD,
    );
    assert!(sent.text.contains("\"args\":{\"z\": 1,  \"a\":1.0e2}"));
    assert!(sent.text.contains("\"response\":{\"y\" :1.10}"));
}

#[test]
fn gives_a_result_as_a_text_where_an_object_would_be_read_differently() {
    let response = |texts: Vec<Content>, is_error| {
        let mut contents = said(
            vec![
                message(Role::Assistant, vec![call("c", "f", "{}")]),
                message(Role::Tool, vec![result("c", texts, is_error)]),
            ],
            OLD,
        );
        contents[1]["parts"][0]["functionResponse"]["response"].take()
    };
    let long = r#"{"id":12345678901234567890}"#;
    assert_eq!(response(vec![text(long)], false), json!({ "output": long }));
    let output = r#"{"output":1,"more":2}"#;
    assert_eq!(response(vec![text(output)], false), json!({ "output": output }));
    assert_eq!(response(vec![text("[1]")], false), json!({ "output": "[1]" }));
    assert_eq!(response(vec![text("{cut")], false), json!({ "output": "{cut" }));
    assert_eq!(response(vec![], false), json!({ "output": "" }));
    assert_eq!(response(vec![text("a"), text("b")], false), json!({ "output": ["a", "b"] }));
    assert_eq!(response(vec![text("{\"a\":1}")], true), json!({ "error": "{\"a\":1}" }));
}

#[test]
fn refuses_the_result_of_a_call_that_was_not_made() {
    let tool = message(Role::Tool, vec![result("c", vec![text("a")], false)]);
    let fault = try_encode(request(vec![tool]), &vendor(OLD)).unwrap_err();
    assert_eq!(fault.param.as_deref(), Some("messages[0].content[0]"));
}

#[test]
fn sends_cut_arguments_within_an_object_and_tells_the_loss() {
    let sent =
        encode(request(vec![message(Role::Assistant, vec![call("c", "f", "{\"a\": \"b")])]), OLD);
    let args = &sent.body["contents"][0]["parts"][0]["functionCall"]["args"];
    assert_eq!(*args, json!({ "arguments": "{\"a\": \"b" }));
    assert_eq!(sent.losses.len(), 1);
    assert!(sent.losses[0].starts_with("messages[0].content[0]: "));
}

#[test]
fn shows_pictures_of_a_result_within_it_or_after_all_results() {
    let messages = vec![
        message(Role::Assistant, vec![call("c1", "shot", "{}"), call("c2", "now", "{}")]),
        message(
            Role::Tool,
            vec![
                result("c1", vec![text("ok"), image(base64("image/png", "AAAA"), None)], false),
                result("c2", vec![text("noon")], false),
            ],
        ),
        message(Role::User, vec![text("and?")]),
    ];
    let picture = json!({ "inlineData": { "mimeType": "image/png", "data": "AAAA" } });
    let noon = json!({ "functionResponse": { "id": "c2", "name": "now", "response": { "output": "noon" } } });
    assert_eq!(
        said(messages.clone(), NEW)[1]["parts"],
        json!([
            { "functionResponse": {
                "id": "c1", "name": "shot", "response": { "output": "ok" }, "parts": [picture],
            } },
            noon,
            { "text": "and?" },
        ])
    );
    assert_eq!(
        said(messages, OLD)[1]["parts"],
        json!([
            { "functionResponse": { "name": "shot", "response": { "output": "ok" } } },
            { "functionResponse": { "name": "now", "response": { "output": "noon" } } },
            { "text": "From the result of shot:" },
            picture,
            { "text": "and?" },
        ])
    );
}

#[test]
fn gives_each_signature_back_with_the_part_it_came_with() {
    let contents = said(
        vec![
            message(Role::User, vec![text("a")]),
            message(
                Role::Assistant,
                vec![
                    sealed("hm", Dialect::Google, Some("thought"), "UzA="),
                    text("b"),
                    sealed("", Dialect::Google, None, "UzE+/w=="),
                    call("c1", "f", "{}"),
                    call("c2", "f", "{}"),
                ],
            ),
            message(
                Role::Tool,
                vec![result("c1", vec![text("1")], false), result("c2", vec![text("2")], false)],
            ),
            message(Role::Assistant, vec![text("d"), sealed("", Dialect::Google, None, "UzI=")]),
        ],
        NEW,
    );
    assert_eq!(
        contents[1]["parts"],
        json!([
            { "text": "hm", "thought": true, "thoughtSignature": "UzA=" },
            { "text": "b" },
            { "functionCall": { "id": "c1", "name": "f", "args": {} }, "thoughtSignature": "UzE+/w==" },
            { "functionCall": { "id": "c2", "name": "f", "args": {} } },
        ])
    );
    assert_eq!(
        contents[3]["parts"],
        json!([{ "text": "d" }, { "text": "", "thoughtSignature": "UzI=" }])
    );
}

#[test]
fn a_seal_that_a_client_put_together_with_words_goes_to_the_part_after_it() {
    let contents = said(
        vec![message(
            Role::Assistant,
            vec![sealed("hm", Dialect::Google, None, "Uw=="), call("c", "f", "{}")],
        )],
        NEW,
    );
    assert_eq!(
        contents[0]["parts"],
        json!([
            { "text": "hm", "thought": true },
            { "functionCall": { "id": "c", "name": "f", "args": {} }, "thoughtSignature": "Uw==" },
        ])
    );
}

#[test]
fn finds_the_call_of_a_seal_that_a_client_moved_to_the_front() {
    let contents = said(
        vec![message(
            Role::Assistant,
            vec![
                sealed("", Dialect::Google, None, "UzE="),
                sealed("", Dialect::Google, Some("c1"), "UzI="),
                sealed("", Dialect::Google, Some("c2"), "UzM="),
                text("a"),
                call("c1", "f", "{}"),
                call("c2", "f", "{}"),
            ],
        )],
        NEW,
    );
    let call = |id: &str, seal: &str| {
        json!({
            "functionCall": { "id": id, "name": "f", "args": {} },
            "thoughtSignature": seal,
        })
    };
    assert_eq!(
        contents[0]["parts"],
        json!([
            { "text": "a", "thoughtSignature": "UzE=" },
            call("c1", "UzI="),
            call("c2", "UzM="),
        ])
    );
}

#[test]
fn loses_no_seal_without_a_part_to_stand_on_and_tells_of_one_whose_call_is_gone() {
    let sent = encode(
        request(vec![message(
            Role::Assistant,
            vec![
                sealed("", Dialect::Google, None, "UzE="),
                sealed("", Dialect::Google, None, "UzI="),
                sealed("", Dialect::Google, Some("gone"), "UzM="),
                text("a"),
            ],
        )]),
        NEW,
    );
    assert_eq!(
        sent.body["contents"][0]["parts"],
        json!([
            { "text": "", "thoughtSignature": "UzE=" },
            { "text": "a", "thoughtSignature": "UzI=" },
        ])
    );
    assert_eq!(sent.losses, ["messages[0].content[2]: the call that it seals is not there"]);
}

#[test]
fn sends_no_seal_of_another_maker_and_marks_the_first_call_of_a_step_as_unsigned() {
    let sent = encode(
        request(vec![
            message(
                Role::Assistant,
                vec![
                    sealed("", Dialect::Anthropic, None, "secret"),
                    text("a"),
                    call("c1", "f", "{}"),
                    call("c2", "f", "{}"),
                ],
            ),
            message(
                Role::Tool,
                vec![result("c1", vec![text("1")], false), result("c2", vec![text("2")], false)],
            ),
            message(Role::Assistant, vec![call("c3", "f", "{}")]),
        ]),
        NEW,
    );
    assert!(!sent.text.contains("secret"));
    assert_eq!(sent.losses, ["messages[0].content[0]: sealed thoughts are for Anthropic only"]);
    let signature = |turn: usize, part: usize| {
        sent.body["contents"][turn]["parts"][part].get("thoughtSignature").cloned()
    };
    let none = Some(Value::from("skip_thought_signature_validator"));
    assert_eq!(signature(0, 1), none);
    assert_eq!(signature(0, 2), None);
    assert_eq!(signature(2, 0), none);
}

#[test]
fn an_older_model_needs_no_mark_on_calls_that_are_not_signed() {
    let contents = said(vec![message(Role::Assistant, vec![call("c", "f", "{}")])], OLD);
    assert_eq!(contents[0]["parts"][0].get("thoughtSignature"), None);
}

#[test]
fn gives_back_verbatim_what_only_google_knows_and_leaves_out_what_only_others_know() {
    let code = json!({ "executableCode": { "language": "PYTHON", "code": "1" } });
    let sent = encode(
        request(vec![message(
            Role::Assistant,
            vec![
                Content::Foreign(Dialect::Google, code.clone()),
                Content::Foreign(Dialect::Anthropic, json!({ "type": "server_tool_use" })),
            ],
        )]),
        OLD,
    );
    assert_eq!(sent.body["contents"][0]["parts"], json!([code]));
    assert_eq!(sent.losses, ["messages[0].content[1]: only Anthropic knows this kind of content"]);
}

#[test]
fn tells_what_stands_beside_the_content_and_is_lost() {
    let mut user = message(Role::User, vec![text("a")]);
    user.name = Some("bob".into());
    user.parts[0].cache = Some(CacheControl::default());
    user.parts[0].annotations =
        vec![Annotation { url: None, title: None, cited_text: None, range: None, raw: None }];
    let sent = encode(request(vec![user]), OLD);
    assert_eq!(
        sent.losses,
        [
            "messages[0].name: Google has no names of participants",
            "messages[0].content[0].cache_control: Google caches prompts by itself",
            "messages[0].content[0].annotations: Google takes no citations back",
        ]
    );
}
