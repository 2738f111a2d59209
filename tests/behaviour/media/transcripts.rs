//! What is said in a recording: whole, as plain text, and streamed.

use super::{Form, consumer, form_type, recording, sent, studio};
use postern_tests::marker;
use postern_tests::vendors::TEXT;
use postern_tests::vendors::media::fingerprint;

const PATH: &str = "/v1/audio/transcriptions";

fn form(model: &str, marker: &str) -> Form {
    Form::default().text("model", model).text("prompt", marker).file(
        "file",
        "talk.mp3",
        "audio/mpeg",
        &recording(100_000),
    )
}

fn said(what: &str) -> String {
    format!("{TEXT} {what} {}", fingerprint("talk.mp3", "audio/mpeg", &recording(100_000)))
}

#[tokio::test]
async fn the_file_reaches_the_vendor_byte_by_byte_and_the_models_name_is_its_own() {
    let marker = marker();
    let body = form("scribe", &marker).end();
    let answer = sent(&consumer(), PATH, body.clone()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["text"], said("transcriptions"));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("x-postern-served-by"), Some("openai/transcribe-fake-text"));
    let request = studio().fake.request(&marker);
    let expected = String::from_utf8_lossy(&body).replacen(
        "\r\nscribe\r\n",
        "\r\ntranscribe-fake-text\r\n",
        1,
    );
    assert_eq!(request.text(), expected);
    assert_eq!(request.header("content-type"), [form_type()]);
    assert_eq!(request.header("content-length"), [request.body.len().to_string()]);
}

#[tokio::test]
async fn a_model_behind_a_large_file_is_read() {
    let marker = marker();
    let file = recording(20 * 1024 * 1024);
    let form = Form::default().file("file", "long.wav", "audio/wav", &file);
    let body = form.text("prompt", &marker).text("model", "scribe").end();
    let answer = sent(&consumer(), PATH, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let expected = format!("{TEXT} transcriptions {}", fingerprint("long.wav", "audio/wav", &file));
    assert_eq!(answer.json()["text"], expected);
}

#[tokio::test]
async fn translations_and_other_formats_pass_as_they_come() {
    let english = sent(&consumer(), "/v1/audio/translations", form("whisper", "x").end()).await;
    assert_eq!(english.json()["text"], said("translations"));
    let all = [
        ("text", "text/plain; charset=utf-8"),
        ("vtt", "text/vtt; charset=utf-8"),
        ("verbose_json", "application/json"),
    ];
    for (format, content_type) in all {
        let body = form("whisper", "x").text("response_format", format).end();
        let answer = sent(&consumer(), PATH, body).await;
        assert_eq!(answer.header("content-type"), Some(content_type), "{}", answer.text());
        assert!(answer.text().contains(&said("transcriptions")), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_stream_is_a_stream_of_the_vendors_own_events() {
    let marker = marker();
    let body = form("scribe", &marker).text("stream", "true").end();
    let answer = sent(&consumer(), PATH, body).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("text/event-stream; charset=utf-8"));
    assert_eq!(answer.text(), studio().fake.request(&marker).sent_text());
    let events = super::said(&answer);
    let deltas: String = events.iter().filter_map(|event| event["delta"].as_str()).collect();
    assert_eq!(deltas, said("transcriptions"));
    assert_eq!(events.last().unwrap()["type"], "transcript.text.done");
    // A model that does not stream takes no notice.
    let body = form("whisper", &marker).text("stream", "true").end();
    assert_eq!(sent(&consumer(), PATH, body).await.json()["text"], said("transcriptions"));
}

#[tokio::test]
async fn another_deployment_gets_the_whole_form_again() {
    let marker = marker();
    let answer = sent(&consumer(), PATH, form("scribe-again", &marker).end()).await;
    assert_eq!(answer.json()["text"], said("transcriptions"), "{}", answer.text());
    let lengths: Vec<_> =
        studio().fake.requests(&marker).iter().map(|request| request.body.len()).collect();
    let names = ["transcribe-fake-error-500".len(), "transcribe-fake-text".len()];
    assert_eq!(lengths.len(), 2);
    assert_eq!(lengths[0] - names[0], lengths[1] - names[1]);
}

#[tokio::test]
async fn what_the_vendor_refuses_or_breaks_is_told() {
    let refused = sent(&consumer(), PATH, form("scribe-400", "x").end()).await;
    assert_eq!(refused.refusal(), (400, "context_length_exceeded".to_owned()));
    for model in ["scribe-cut", "scribe-malformed"] {
        let answer = sent(&consumer(), PATH, form(model, "x").end()).await;
        assert_eq!(answer.refusal(), (502, "upstream_invalid".to_owned()), "{model}");
    }
    for model in ["scribe-cut", "scribe-broken", "scribe-malformed"] {
        let body = form(model, "x").text("stream", "true").end();
        let answer = sent(&consumer(), PATH, body).await;
        assert_eq!(answer.status, 200, "{model}: {}", answer.text());
        let last = super::said(&answer).pop().unwrap();
        assert!(last["error"]["message"].is_string(), "{model}: {}", answer.text());
    }
}

#[tokio::test]
async fn nothing_of_it_is_logged() {
    let (words, id) = ("purple-elephants", marker());
    let form = Form::default().text("model", "scribe").text("prompt", words).file(
        "file",
        "secret-name.mp3",
        "audio/mpeg",
        b"loud-recording",
    );
    let call = studio().call(&consumer(), PATH).header("x-request-id", id.as_str());
    let body = form.end();
    let length = body.len();
    let answer = call.typed(&form_type(), body).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let line = studio().gateway.log_line(&id).await;
    assert_eq!(line["request_bytes"], length);
    assert_eq!(line["model"], "scribe");
    assert_eq!(line["input_tokens"], 140);
    for word in [words, "secret-name", "loud-recording", "brown fox"] {
        assert!(!studio().gateway.log().contains(word), "{word}");
    }
}
