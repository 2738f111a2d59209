//! Forms that are wrong, and what may not be sent: told in OpenAI's shape, before anything is sent.

use super::{BOUNDARY, Form, form_type, recording, sent, studio};
use postern_tests::marker;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

const PATH: &str = "/v1/audio/transcriptions";

fn good(marker: &str) -> Form {
    let form = Form::default().text("model", "scribe").text("prompt", marker);
    form.file("file", "a.mp3", "audio/mpeg", &recording(1_000))
}

fn replaced(bytes: &[u8], old: &str, new: &[u8]) -> Vec<u8> {
    let at = bytes.windows(old.len()).position(|window| window == old.as_bytes()).expect(old);
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}

/// A body, and the code and the field of its refusal.
#[tokio::test]
async fn a_form_that_is_wrong_is_refused_with_what_is_wrong() {
    let marker = marker();
    let whole = good(&marker).end();
    let end = format!("--{BOUNDARY}--\r\n");
    let disposition = "form-data; name=\"model\"";
    let with = |new: &str| replaced(&whole, disposition, new.as_bytes());
    let rows: Vec<(Vec<u8>, &str, Option<&str>)> = vec![
        (Vec::new(), "invalid_form", None),
        (b"{\"model\":\"scribe\"}".to_vec(), "invalid_form", None),
        (whole[..whole.len() - end.len()].to_vec(), "invalid_form", None),
        (whole[..whole.len() / 2].to_vec(), "invalid_form", None),
        (
            replaced(&whole, &end, format!("--{BOUNDARY}--\r\nmore").as_bytes()),
            "invalid_form",
            None,
        ),
        (good(&marker).text("model", "scribe").end(), "duplicate_parameter", Some("model")),
        (good(&marker).text("Model", "scribe").end(), "unknown_parameter", Some("model")),
        (good(&marker).text("stream", "yes").end(), "invalid_type", Some("stream")),
        (with("form-data; name=\"models\""), "missing_required_parameter", Some("model")),
        (with("form-data; name=\"model\"; filename=\"m\""), "invalid_type", Some("model")),
        (with("form-data; name=\"model\"; filename=\"\""), "invalid_form", Some("model")),
        (with("form-data; name=\"model\"; name=\"x\""), "invalid_form", None),
        (with("form-data; name=\"model\\\"; filename=\"x\""), "invalid_form", None),
        (with("form-data; name=\"model\"; filename*=utf-8''x"), "invalid_form", None),
        (with(&format!("{disposition}\r\nX: {}", "x".repeat(5_000))), "invalid_form", None),
        (
            with(&format!("{disposition}\r\nContent-Transfer-Encoding: base64")),
            "invalid_form",
            Some("model"),
        ),
        (replaced(&whole, "scribe", b"scribe\xff"), "invalid_form", Some("model")),
        (replaced(&whole, "scribe", b""), "invalid_value", Some("model")),
        (
            Form::default().text("model", "scribe").text("prompt", &marker).end(),
            "missing_required_parameter",
            Some("file"),
        ),
        (
            Form::default().text("model", "scribe").text("prompt", &marker).text("file", "x").end(),
            "invalid_type",
            Some("file"),
        ),
    ];
    for (body, code, param) in rows {
        let shown = String::from_utf8_lossy(&body).chars().take(300).collect::<String>();
        let answer = sent("c98", PATH, body).await;
        assert_eq!(answer.refusal(), (400, code.to_owned()), "{shown}\n{}", answer.text());
        assert_eq!(answer.error()["param"].as_str(), param, "{shown}\n{}", answer.text());
    }
    assert_eq!(studio().fake.requests(&marker).len(), 0);
}

#[tokio::test]
async fn a_content_type_without_a_boundary_is_refused() {
    for content_type in [
        "application/json",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/mixed; boundary=x",
        "multipart/form-data; boundary=a; boundary=b",
    ] {
        let call = studio().call("c98", PATH).typed(content_type, good("x").end());
        let answer = call.send().await;
        assert_eq!(answer.refusal(), (400, "invalid_content_type".to_owned()), "{content_type}");
    }
    let call = studio().call("c98", PATH).header("content-type", "text/plain");
    let answer = call.typed(&form_type(), good("x").end()).send().await;
    assert_eq!(answer.refusal(), (400, "invalid_header".to_owned()));
    let none = studio().call("c98", PATH).send().await;
    assert_eq!(none.refusal(), (400, "invalid_content_type".to_owned()));
}

/// The length alone is refused, before anything of it is read.
#[tokio::test]
async fn a_body_over_its_bound_is_refused() {
    let key = studio().keys["c98"].expose();
    // A text of JSON has another bound than a form.
    for (path, bytes) in [(PATH, 26_214_401), ("/v1/audio/speech", 10_485_761)] {
        let mut stream = TcpStream::connect(studio().gateway.address()).unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: gateway\r\nauthorization: Bearer {key}\r\n\
             content-type: {}\r\ncontent-length: {bytes}\r\nconnection: close\r\n\r\n",
            form_type()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut said = String::new();
        let _ = stream.read_to_string(&mut said);
        assert!(said.starts_with("HTTP/1.1 413 "), "{path}: {said}");
        assert!(said.contains(r#""code":"request_too_large""#), "{path}: {said}");
    }
}

#[tokio::test]
async fn every_action_must_be_permitted() {
    let marker = marker();
    let recorded = good(&marker).end();
    let edit = || Form::default().text("model", "painter").text("prompt", &marker);
    let edit = edit().file("image", "a.png", "image/png", b"png").end();
    let rows = [
        ("deaf", PATH, recorded.clone()),
        ("deaf", "/v1/audio/translations", recorded.clone()),
        ("unheard", PATH, recorded.clone()),
        ("artless", "/v1/images/edits", edit.clone()),
        ("artless", "/v1/images/variations", edit.clone()),
        ("unseen", "/v1/images/edits", edit),
        ("small", PATH, {
            let form = Form::default().text("model", "scribe").text("prompt", &marker);
            form.file("file", "a.mp3", "audio/mpeg", &recording(6_000)).end()
        }),
    ];
    for (role, path, body) in rows {
        let answer = sent(role, path, body).await;
        assert_eq!(answer.status, 403, "{role} {path}: {}", answer.text());
    }
    for (role, path, body) in [
        (
            "mute",
            "/v1/audio/speech",
            format!(r#"{{"model":"speaker","input":"{marker}","voice":"ash"}}"#),
        ),
        (
            "artless",
            "/v1/images/generations",
            format!(r#"{{"model":"painter","prompt":"{marker}"}}"#),
        ),
    ] {
        let answer = studio().call(role, path).body(body).send().await;
        assert_eq!(answer.status, 403, "{role} {path}: {}", answer.text());
    }
    assert_eq!(studio().fake.requests(&marker).len(), 0);
    // What is not forbidden passes.
    let answer = sent("mute", PATH, recorded).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[tokio::test]
async fn a_model_or_a_vendor_that_has_no_such_endpoint_is_not_asked() {
    let marker = marker();
    for (model, path) in
        [("chatter", PATH), ("speaker", PATH), ("scribe", "/v1/images/edits"), ("elsewhere", PATH)]
    {
        let form = Form::default().text("model", model).text("prompt", &marker);
        let form = form.file("file", "a.mp3", "audio/mpeg", b"x");
        let answer = sent("c98", path, form.file("image", "a.png", "image/png", b"x").end()).await;
        assert_eq!(answer.status, 400, "{model} {path}: {}", answer.text());
        assert_eq!(answer.error()["param"], "model", "{model} {path}: {}", answer.text());
    }
    assert_eq!(studio().fake.requests(&marker).len(), 0);
}
