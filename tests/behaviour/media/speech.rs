//! Text that is spoken: bytes, and events.

use super::{consumer, said, studio};
use postern_tests::client::Call;
use postern_tests::vendors::media::sound;
use postern_tests::{eventually, marker};
use serde_json::{Value, json};

const PATH: &str = "/v1/audio/speech";

fn call(model: &str, input: &str, more: Value) -> Call {
    let mut body = json!({ "model": model, "input": input, "voice": "alloy" });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    studio().call(&consumer(), PATH).body(body.to_string())
}

#[tokio::test]
async fn the_sound_arrives_byte_by_byte() {
    for (format, content_type) in
        [("mp3", "audio/mpeg"), ("opus", "audio/ogg"), ("wav", "audio/wav"), ("pcm", "audio/pcm")]
    {
        let marker = marker();
        let answer = call("speaker", &marker, json!({ "response_format": format })).send().await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert_eq!(answer.header("x-postern-served-by"), Some("openai/speech-fake-text"));
        assert!(answer.body == sound(&marker), "{} bytes of {format}", answer.body.len());
        assert_eq!(studio().fake.request(&marker).json()["model"], "speech-fake-text");
    }
}

#[tokio::test]
async fn another_deployment_speaks_if_the_first_does_not() {
    let marker = marker();
    let answer = call("speaker-again", &marker, json!({})).send().await;
    assert!(answer.body == sound(&marker));
}

#[tokio::test]
async fn events_pass_as_they_come() {
    let marker = marker();
    let answer = call("speaker", &marker, json!({ "stream_format": "sse" })).send().await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!(answer.text(), studio().fake.request(&marker).sent_text());
    let last = said(&answer).pop().unwrap();
    assert_eq!(last["type"], "speech.audio.done");
}

#[tokio::test]
async fn sound_that_breaks_off_never_looks_whole() {
    for model in ["speaker-cut", "speaker-silent"] {
        let id = marker();
        let call = call(model, "How many ships?", json!({})).header("x-request-id", id.as_str());
        let mut open = call.open().await;
        let broken = loop {
            match open.next().await {
                Ok(Some(_)) => {}
                Ok(None) => break false,
                Err(_) => break true,
            }
        };
        assert!(open.arrived() > 9_999, "{model}");
        assert!(broken, "{model} looks whole after {} bytes", open.arrived());
        assert_eq!(studio().gateway.log_line(&id).await["outcome"], "cut", "{model}");
    }
}

#[tokio::test]
async fn what_is_no_sound_is_refused() {
    let page = call("speaker-page", "x", json!({})).send().await;
    assert_eq!(page.refusal(), (502, "upstream_invalid".to_owned()));
    for (more, param) in [
        (json!({ "input": "" }), "input"),
        (json!({ "input": null }), "input"),
        (json!({ "input": ["a"] }), "input"),
        (json!({ "stream_format": "video" }), "stream_format"),
        (json!({ "model": 3 }), "model"),
    ] {
        let answer = call("speaker", "x", more.clone()).send().await;
        assert_eq!(answer.status, 400, "{more}: {}", answer.text());
        assert_eq!(answer.error()["param"], param, "{more}");
    }
}

#[tokio::test]
async fn a_client_that_leaves_frees_the_vendor() {
    let marker = marker();
    let call = call("speaker-silent", &marker, json!({}));
    let mut open = call.open().await;
    let _ = open.next().await;
    drop(open);
    let request = studio().fake.request(&marker);
    let gone = || (request.ending() == postern_tests::upstream::Ending::PeerGone).then_some(());
    eventually("the end of the vendor's answer", gone).await;
}
