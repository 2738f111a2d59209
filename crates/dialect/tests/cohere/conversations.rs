//! Messages, as Cohere is told them.

use crate::fixtures::{asked, call, encoded, refused, said, text};
use postern_dialect::Dialect;
use postern_dialect::chat::{
    Annotation, Audio, CacheControl, Content, File, Image, Message, Reasoned, Role, Sealed, Source,
    ToolResult,
};
use postern_dialect::cohere::read_whole;
use serde_json::{Value, json};

fn messages(messages: Vec<Message>) -> (Value, Vec<String>) {
    let (mut body, losses) = encoded(asked(messages));
    (body["messages"].take(), losses)
}

fn result(id: &str, contents: Vec<Content>, is_error: bool) -> Content {
    let parts = said(Role::Tool, contents).parts;
    Content::ToolResult(ToolResult { call_id: id.to_owned(), parts, is_error })
}

fn image(source: Source, detail: Option<&str>) -> Content {
    Content::Image(Image { source, detail: detail.map(str::to_owned) })
}

fn file(source: Source) -> Content {
    Content::File(File { source, name: Some("a.txt".into()), context: None, citations: false })
}

#[test]
fn all_roles_are_told_in_order() {
    let (sent, losses) = messages(vec![
        said(Role::System, vec![text("be kind")]),
        said(Role::Developer, vec![text("be"), text("brief")]),
        said(Role::User, vec![text("hi")]),
        said(Role::Assistant, vec![text("hello")]),
    ]);
    let expected = json!([
        { "role": "system", "content": "be kind" },
        { "role": "system", "content": [
            { "type": "text", "text": "be" }, { "type": "text", "text": "brief" } ] },
        { "role": "user", "content": "hi" },
        { "role": "assistant", "content": [{ "type": "text", "text": "hello" }] },
    ]);
    assert_eq!((sent, losses), (expected, vec![]));
}

#[test]
fn images_go_by_address_and_as_data() {
    let base64 = |media_type: &str, data: &str| Source::Base64 {
        media_type: media_type.into(),
        data: data.into(),
    };
    let (sent, losses) = messages(vec![said(
        Role::User,
        vec![
            text("see"),
            image(Source::Url("https://x/y.png".into()), Some("high")),
            image(base64("image/webp", "UklG"), None),
            image(base64("", "iVBORw0KGgoAAA"), Some("original")),
        ],
    )]);
    let url = |url: &str| json!({ "type": "image_url", "image_url": { "url": url } });
    let mut expected = json!([
        { "type": "text", "text": "see" },
        url("https://x/y.png"),
        url("data:image/webp;base64,UklG"),
        url("data:image/png;base64,iVBORw0KGgoAAA"),
    ]);
    expected[1]["image_url"]["detail"] = json!("high");
    assert_eq!(sent[0]["content"], expected);
    assert_eq!(losses, ["m[3].detail"]);
}

#[test]
fn a_turn_with_tools_goes_back_as_it_came() {
    let answer = include_str!("answers/tools.json");
    let given = read_whole(answer).unwrap().choices.remove(0).parts;
    let assistant = Message { path: "m".into(), role: Role::Assistant, parts: given, name: None };
    let (sent, losses) = messages(vec![assistant]);
    let mut expected: Value = serde_json::from_str(answer).unwrap();
    expected["message"]["tool_calls"][1]["function"]["arguments"] = json!("{}");
    assert_eq!((&sent[0], losses), (&expected["message"], vec![]));
}

#[test]
fn cohere_s_own_citations_go_back_once_and_others_are_lost() {
    let answer = include_str!("answers/cited.json");
    let mut parts = read_whole(answer).unwrap().choices.remove(0).parts;
    let message = |parts| Message { path: "m".into(), role: Role::Assistant, parts, name: None };
    let (sent, losses) = messages(vec![message(parts.clone())]);
    let expected: Value = serde_json::from_str(answer).unwrap();
    assert_eq!((&sent[0]["citations"], losses), (&expected["message"]["citations"], vec![]));
    parts[1].path = "m[1]".into();
    parts[1].annotations = vec![Annotation {
        url: Some("https://x".into()),
        title: None,
        cited_text: None,
        range: None,
        raw: None,
    }];
    let (sent, losses) = messages(vec![message(parts)]);
    assert_eq!((&sent[0]["citations"], losses), (&Value::Null, vec!["m[1].annotations".into()]));
}

#[test]
fn words_beside_calls_of_another_maker_are_their_plan() {
    let (sent, losses) = messages(vec![
        said(Role::Assistant, vec![text("I look.")]),
        said(
            Role::Assistant,
            vec![text("Now."), call("1", "f", "{\"b\": 1, \"a\":2}"), call("2", "g", "{\"cu")],
        ),
    ]);
    let expected = json!([{
        "role": "assistant",
        "tool_plan": "I look.\nNow.",
        "tool_calls": [
            { "id": "1", "type": "function", "function": { "name": "f", "arguments": "{\"b\": 1, \"a\":2}" } },
            { "id": "2", "type": "function", "function": { "name": "g", "arguments": "{\"cu" } },
        ],
    }]);
    assert_eq!((sent, losses), (expected, vec![]));
}

#[test]
fn thoughts_of_another_maker_stay_there() {
    let sealed = |maker, data: &str| Sealed { maker, id: None, data: data.into() };
    for seal in
        [None, Some(sealed(Dialect::Anthropic, "thinking")), Some(sealed(Dialect::Cohere, "?"))]
    {
        let thought =
            Content::Reasoning(Reasoned { text: "hm".into(), sealed: seal, ..Reasoned::default() });
        let (sent, losses) = messages(vec![said(Role::Assistant, vec![thought, text("so")])]);
        assert_eq!(sent[0]["content"], json!([{ "type": "text", "text": "so" }]));
        assert_eq!(losses, ["m[0]"]);
    }
}

#[test]
fn thoughts_come_back_through_another_dialect() {
    let parts = read_whole(include_str!("answers/tools.json")).unwrap().choices.remove(0).parts;
    for part in parts {
        let Content::Reasoning(Reasoned { sealed: Some(sealed), .. }) = part.content else {
            continue;
        };
        for carrier in [Dialect::OpenAi, Dialect::Responses, Dialect::Anthropic] {
            assert_eq!(Sealed::from_text(carrier, &sealed.into_text(carrier)), sealed);
        }
    }
}

#[test]
fn what_tools_returned_is_told_call_by_call() {
    let (sent, losses) = messages(vec![said(
        Role::Tool,
        vec![
            result("1", vec![text("{\"c\": 7}")], false),
            result("2", vec![text("a"), file(Source::Text("b".into()))], false),
            result("3", vec![text("no such city")], true),
            result("4", vec![], false),
        ],
    )]);
    let expected = json!([
        { "role": "tool", "tool_call_id": "1", "content": "{\"c\": 7}" },
        { "role": "tool", "tool_call_id": "2", "content": [
            { "type": "text", "text": "a" },
            { "type": "document", "document": { "data": { "title": "a.txt", "text": "b" } } } ] },
        { "role": "tool", "tool_call_id": "3", "content": [
            { "type": "document", "document": { "data": { "error": "no such city" } } } ] },
        { "role": "tool", "tool_call_id": "4", "content": "" },
    ]);
    assert_eq!((sent, losses), (expected, vec![]));
}

#[test]
fn results_beside_words_of_a_user_come_before_them() {
    let (sent, _) =
        messages(vec![said(Role::User, vec![result("1", vec![text("7")], false), text("and?")])]);
    assert_eq!(sent[0]["role"], "tool");
    assert_eq!(sent[1], json!({ "role": "user", "content": "and?" }));
}

#[test]
fn a_text_file_is_told_in_words() {
    let (sent, losses) = messages(vec![said(Role::User, vec![file(Source::Text("b".into()))])]);
    assert_eq!((&sent[0]["content"], losses), (&json!("b"), vec!["m[0]".into()]));
}

#[test]
fn what_cohere_cannot_see_or_hear_is_refused_by_name() {
    let pdf = Source::Base64 { media_type: "application/pdf".into(), data: "JVBE".into() };
    let user = |content| said(Role::User, vec![content]);
    for (message, says) in [
        (user(file(pdf)), "no files"),
        (user(file(Source::FileId("file-1".into()))), "another vendor"),
        (user(image(Source::FileId("file-1".into()), None)), "another vendor"),
        (user(image(Source::Url("gs://b/x.png".into()), None)), "http(s)"),
        (user(Content::Audio(Audio::default())), "no audio"),
        (user(Content::Foreign(Dialect::Anthropic, json!({}))), "no such part"),
        (said(Role::System, vec![image(Source::Url("https://x".into()), None)]), "user's message"),
        (
            said(
                Role::Tool,
                vec![result("1", vec![image(Source::Url("https://x".into()), None)], false)],
            ),
            "user's message",
        ),
    ] {
        let fault = refused(asked(vec![message]));
        assert_eq!(fault.code.as_deref(), Some("unsupported_content"));
        assert_eq!(fault.param.as_deref(), Some("m[0]"));
        assert!(fault.public.contains(says), "{}", fault.public);
    }
}

#[test]
fn what_has_no_place_is_told() {
    let mut message = said(Role::User, vec![text("hi")]);
    message.name = Some("ann".into());
    message.parts[0].cache = Some(CacheControl::default());
    let spoken = Audio { transcript: Some("hello".into()), ..Audio::default() };
    let assistant = said(
        Role::Assistant,
        vec![
            Content::Refusal("no".into()),
            Content::Audio(spoken),
            Content::Foreign(Dialect::Responses, json!({ "type": "web_search_call" })),
        ],
    );
    let (sent, losses) = messages(vec![message, assistant]);
    assert_eq!(losses, ["m.name", "m[0].cache_control", "m[0]", "m[1]", "m[2]"]);
    assert_eq!(sent[1]["content"][0]["text"], "no");
    assert_eq!(sent[1]["content"][1]["text"], "hello");
}
