//! What is counted of recordings, speech and pictures, and what is reserved before.

use super::{Form, consumer, recording, sent, studio};
use postern_tests::marker;
use postern_tests::vendors::media::{
    DURATION_S, IMAGE_USAGE, SPEECH_USAGE, TRANSCRIPT_USAGE, sound,
};
use serde_json::json;

const TRANSCRIPTIONS: &str = "/v1/audio/transcriptions";

fn recorded(model: &str, stream: bool) -> Vec<u8> {
    let form = Form::default().text("model", model).text("stream", &stream.to_string());
    form.file("file", "a.mp3", "audio/mpeg", &recording(80_000)).end()
}

#[tokio::test]
async fn a_transcript_counts_what_its_vendor_counts() {
    for stream in [false, true] {
        let name = consumer();
        assert_eq!(sent(&name, TRANSCRIPTIONS, recorded("scribe", stream)).await.status, 200);
        let (input, output, nano_usd) = studio().used(&name).await;
        assert_eq!((input, output), TRANSCRIPT_USAGE, "stream {stream}");
        // Ten tokens of text at 1, the others at 6, the answer at 10.
        assert_eq!(nano_usd, 10 * 1_000 + (input - 10) * 6_000 + output * 10_000);
    }
}

#[tokio::test]
async fn a_recording_that_is_billed_by_its_length_counts_ten_tokens_a_second() {
    let name = consumer();
    assert_eq!(sent(&name, TRANSCRIPTIONS, recorded("whisper", false)).await.status, 200);
    let (input, output, _) = studio().used(&name).await;
    assert_eq!(input, DURATION_S * 10);
    assert!((20..200).contains(&output), "{output}");
}

#[tokio::test]
async fn a_transcript_without_a_count_is_estimated() {
    let name = consumer();
    let form = Form::default().text("model", "whisper").text("response_format", "text");
    let body = form.file("file", "a.mp3", "audio/mpeg", &recording(80_000)).end();
    assert_eq!(sent(&name, TRANSCRIPTIONS, body).await.status, 200);
    let (input, output, _) = studio().used(&name).await;
    // 80,000 bytes are 200 tokens.
    assert!((200..230).contains(&input), "{input}");
    assert!((20..200).contains(&output), "{output}");
}

#[tokio::test]
async fn speech_counts_what_was_spoken() {
    let (name, text) = (consumer(), "The quick brown fox jumps over the lazy dog.");
    let body = json!({ "model": "speaker", "input": text, "voice": "ash" }).to_string();
    let call = studio().call(&name, "/v1/audio/speech").body(body);
    assert_eq!(call.send().await.status, 200);
    let (input, output, _) = studio().used(&name).await;
    assert!((10..30).contains(&input), "{input}");
    assert_eq!(output, (sound(text).len() as u64).div_ceil(1_000));
    let name = consumer();
    let body = json!({ "model": "speaker", "input": text, "voice": "ash", "stream_format": "sse" });
    let call = studio().call(&name, "/v1/audio/speech").body(body.to_string());
    assert_eq!(call.send().await.status, 200);
    let (input, output, nano_usd) = studio().used(&name).await;
    assert_eq!((input, output), SPEECH_USAGE);
    assert_eq!(nano_usd, input * 1_000 + output * 12_000);
}

#[tokio::test]
async fn speech_that_breaks_off_counts_up_to_there() {
    let name = consumer();
    let body = json!({ "model": "speaker-cut", "input": "a", "voice": "ash" }).to_string();
    let call = studio().call(&name, "/v1/audio/speech").body(body);
    let broken = call.open().await.whatever_comes().await;
    let (_, output, _) = studio().used(&name).await;
    assert!(output > 0 && output <= (5_u64 * 9_999).div_ceil(1_000), "{output}");
    assert!(broken.body.len() <= 5 * 9_999);
}

#[tokio::test]
async fn pictures_count_what_their_vendor_counts() {
    for stream in [false, true] {
        let name = consumer();
        let body = json!({ "model": "painter", "prompt": "a cat", "stream": stream }).to_string();
        let call = studio().call(&name, "/v1/images/generations").body(body);
        assert_eq!(call.send().await.status, 200);
        let (input, output, _) = studio().used(&name).await;
        assert_eq!((input, output), IMAGE_USAGE, "stream {stream}");
    }
}

/// 300 tokens a day are too few for each of these.
#[tokio::test]
async fn what_would_exceed_a_limit_is_not_sent() {
    let marker = marker();
    let mark = |form: Form| form.text("prompt", &marker);
    let long = Form::default().text("model", "scribe");
    let long = mark(long).file("file", "a.mp3", "audio/mpeg", &recording(200_000)).end();
    let edit = mark(Form::default().text("model", "painter").text("quality", "low"));
    let edit = edit.file("image", "a.png", "image/png", b"x").end();
    for (path, body) in [(TRANSCRIPTIONS, long), ("/v1/images/edits", edit)] {
        let answer = sent("narrow", path, body).await;
        assert!([400, 429].contains(&answer.status), "{path}: {}", answer.text());
    }
    for (path, body) in [
        (
            "/v1/audio/speech",
            json!({ "model": "speaker", "voice": "ash", "input": marker.clone() + &"a".repeat(200) }),
        ),
        (
            "/v1/images/generations",
            json!({ "model": "painter", "prompt": marker, "size": "1024x1024", "quality": "medium" }),
        ),
    ] {
        let answer = studio().call("narrow", path).body(body.to_string()).send().await;
        assert!([400, 429].contains(&answer.status), "{path}: {}", answer.text());
    }
    assert_eq!(studio().fake.requests(&marker).len(), 0);
}
