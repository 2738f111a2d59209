//! What a conversation says.

use crate::given::{CLAUDE, encode, message, request, result, strings, text, try_encode};
use postern_dialect::Dialect;
use postern_dialect::chat::{
    Audio, CacheControl, Content, File, Image, Reasoned, Role, Sealed, Source,
};
use serde_json::json;

fn image(source: Source) -> Content {
    Content::Image(Image { source, detail: None })
}

fn bytes(media_type: &str) -> Source {
    Source::Base64 { media_type: media_type.into(), data: "AAAA".into() }
}

fn file(source: Source, name: Option<&str>) -> Content {
    let name = name.map(str::to_owned);
    Content::File(File { source, name, context: None, citations: false })
}

#[test]
fn the_model_is_in_the_path_and_a_stream_has_its_own() {
    let mut asked = crate::given::hello();
    let path = "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse";
    assert_eq!(encode(asked.clone(), CLAUDE).path, path);
    asked.stream = true;
    assert_eq!(encode(asked, CLAUDE).path, format!("{path}-stream"));
}

#[test]
fn instructions_stand_in_front_and_roles_alternate() {
    let said = encode(
        request(vec![
            message(Role::System, vec![text("Be kind.")]),
            message(Role::Developer, vec![text("Be short."), text("")]),
            message(Role::User, vec![text("a"), text("b")]),
            message(Role::User, vec![text("c")]),
            message(Role::Assistant, vec![text("d")]),
            message(Role::User, vec![text("e")]),
        ]),
        CLAUDE,
    );
    let expected = json!({
        "system": [{"text": "Be kind."}, {"text": "Be short."}],
        "messages": [
            {"role": "user", "content": [{"text": "a"}, {"text": "b"}, {"text": "c"}]},
            {"role": "assistant", "content": [{"text": "d"}]},
            {"role": "user", "content": [{"text": "e"}]},
        ],
    });
    assert_eq!(said.body, expected);
    assert_eq!(said.losses, strings(&[]));
}

#[test]
fn images_go_by_their_bytes_or_from_s3() {
    let said = encode(
        request(vec![message(
            Role::User,
            vec![
                image(bytes("image/png")),
                image(bytes("image/jpg")),
                image(Source::Url("s3://bucket/x.webp".into())),
            ],
        )]),
        CLAUDE,
    );
    let expected = json!([
        {"image": {"format": "png", "source": {"bytes": "AAAA"}}},
        {"image": {"format": "jpeg", "source": {"bytes": "AAAA"}}},
        {"image": {"format": "webp", "source": {"s3Location": {"uri": "s3://bucket/x.webp"}}}},
    ]);
    assert_eq!(said.body["messages"][0]["content"], expected);
}

#[test]
fn what_bedrock_cannot_be_given_is_refused_by_name() {
    let refused = [
        image(Source::Url("https://example.com/x.png".into())),
        image(Source::FileId("file-1".into())),
        image(bytes("image/tiff")),
        file(bytes("application/zip"), Some("a.zip")),
        Content::Audio(Audio { format: "wav".into(), data: "AAAA".into(), ..Audio::default() }),
        result("1", vec![Content::Audio(Audio::default())], false),
    ];
    for content in refused {
        let fault =
            try_encode(request(vec![message(Role::User, vec![content])]), CLAUDE).err().unwrap();
        assert_eq!(fault.code.as_deref(), Some("unsupported_content"));
        assert_eq!(fault.param.as_deref(), Some("messages[0].content[0]"));
        assert!(!fault.public.contains("example.com"));
    }
}

#[test]
fn documents_have_clean_names_of_their_own_and_a_text_beside_them() {
    let said = encode(
        request(vec![message(
            Role::User,
            vec![
                file(bytes("application/pdf"), Some("Q1  report_é.pdf")),
                file(bytes("application/pdf"), Some("Q1  report_é.pdf")),
                file(bytes("application/msword"), None),
                file(bytes(""), Some("a.XLSX")),
                file(Source::Text("words".into()), None),
            ],
        )]),
        CLAUDE,
    );
    let document = |format: &str, name: &str, bytes: &str| json!({"document": {"format": format, "name": name, "source": {"bytes": bytes}}});
    let expected = json!([
        document("pdf", "Q1 report---pdf", "AAAA"),
        document("pdf", "Q1 report---pdf (2)", "AAAA"),
        document("doc", "document", "AAAA"),
        document("xlsx", "a-XLSX", "AAAA"),
        document("txt", "document (5)", "d29yZHM="),
        {"text": "The document is attached."},
    ]);
    assert_eq!(said.body["messages"][0]["content"], expected);
}

#[test]
fn thoughts_go_back_to_their_maker_only() {
    let thought = |maker, redacted| {
        Content::Reasoning(Reasoned {
            text: if redacted { String::new() } else { "hm".into() },
            sealed: Some(Sealed { maker, id: None, data: "c2ln".into() }),
            redacted,
            ..Reasoned::default()
        })
    };
    let asked = |content| {
        request(vec![
            message(Role::User, vec![text("a")]),
            message(Role::Assistant, vec![content, text("b")]),
        ])
    };
    let said = encode(asked(thought(Dialect::Bedrock, false)), CLAUDE);
    let signed =
        json!({"reasoningContent": {"reasoningText": {"text": "hm", "signature": "c2ln"}}});
    assert_eq!(said.body["messages"][1]["content"][0], signed);
    let said = encode(asked(thought(Dialect::Bedrock, true)), CLAUDE);
    let redacted = json!({"reasoningContent": {"redactedContent": "c2ln"}});
    assert_eq!(said.body["messages"][1]["content"][0], redacted);
    // Claude's signatures are valid wherever Claude is served; no other vendor gets them.
    let said = encode(asked(thought(Dialect::Anthropic, false)), CLAUDE);
    assert_eq!(said.body["messages"][1]["content"][0], signed);
    for (maker, model) in [(Dialect::Google, CLAUDE), (Dialect::Anthropic, "amazon.nova-pro-v1:0")]
    {
        let said = encode(asked(thought(maker, false)), model);
        assert_eq!(said.body["messages"][1]["content"], json!([{"text": "b"}]));
        assert_eq!(said.losses, strings(&["messages[0].content[0]"]));
        assert!(!said.text.contains("c2ln"));
    }
}

#[test]
fn cache_markers_become_cache_points() {
    let marked = |ttl: Option<&str>| {
        let mut message = message(Role::User, vec![text("a"), text("b")]);
        message.parts[0].cache = Some(CacheControl { ttl: ttl.map(str::to_owned) });
        let mut system = crate::given::message(Role::System, vec![text("s")]);
        system.parts[0].cache = Some(CacheControl::default());
        let mut asked = request(vec![system, message]);
        asked.cache = Some(CacheControl::default());
        asked
    };
    let point = json!({"cachePoint": {"type": "default"}});
    let said = encode(marked(Some("1h")), CLAUDE);
    let hour = json!({"cachePoint": {"type": "default", "ttl": "1h"}});
    assert_eq!(said.body["system"], json!([{"text": "s"}, point]));
    assert_eq!(
        said.body["messages"][0]["content"],
        json!([{"text": "a"}, hour, {"text": "b"}, point])
    );
    assert_eq!(said.losses, strings(&[]));
    let said = encode(marked(Some("1h")), "anthropic.claude-opus-4-1-20250805-v1:0");
    assert_eq!(said.losses, strings(&["messages[0].content[0].cache_control.ttl"]));
    let said = encode(marked(Some("5m")), "meta.llama3-3-70b-instruct-v1:0");
    assert!(!said.text.contains("cachePoint"));
    assert_eq!(said.losses.len(), 2, "{:?}", said.losses);
}

#[test]
fn names_of_participants_and_late_instructions_are_losses() {
    let mut named = message(Role::User, vec![text("a")]);
    named.name = Some("Ada".into());
    let said = encode(request(vec![named, message(Role::System, vec![text("s")])]), CLAUDE);
    assert_eq!(said.losses, strings(&["messages[0].name", "messages[0]"]));
    assert_eq!(said.body["system"], json!([{"text": "s"}]));
}
