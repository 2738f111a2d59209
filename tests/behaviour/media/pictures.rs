//! Pictures of a description, and of pictures.

use super::{Form, consumer, recording, said, sent, studio};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use postern_tests::client::Answer;
use postern_tests::marker;
use postern_tests::vendors::media::fingerprint;
use serde_json::json;

/// What the pictures of an answer show.
fn shown(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    let data = answer.json()["data"].as_array().cloned().expect("pictures");
    let text = |picture: &serde_json::Value| {
        let bytes = STANDARD.decode(picture["b64_json"].as_str().expect("base64")).expect("base64");
        String::from_utf8(bytes).expect("UTF-8")
    };
    data.iter().map(text).collect()
}

#[tokio::test]
async fn a_picture_is_made_of_a_description() {
    let marker = marker();
    let body = json!({ "model": "painter", "prompt": marker, "n": 2, "background": "transparent" });
    let call = studio().call(&consumer(), "/v1/images/generations").body(body.to_string());
    let answer = call.send().await;
    let picture = format!("a picture of {marker}");
    assert_eq!(shown(&answer), [picture.clone(), picture]);
    let mut expected = body;
    expected["model"] = "image-fake-text".into();
    assert_eq!(studio().fake.request(&marker).json(), expected);
}

#[tokio::test]
async fn pictures_are_made_of_pictures() {
    let (cat, dog) = (recording(70_000), recording(3_000));
    let form = |model: &str| {
        let form =
            Form::default().file("image[]", "cat.png", "image/png", &cat).text("model", model);
        form.text("prompt", "both").file("image[]", "dog.webp", "image/webp", &dog).text("n", "1")
    };
    let of_cat = fingerprint("cat.png", "image/png", &cat);
    let of_dog = fingerprint("dog.webp", "image/webp", &dog);
    let answer = sent(&consumer(), "/v1/images/edits", form("painter").end()).await;
    assert_eq!(shown(&answer), [format!("{of_cat}; {of_dog}")]);
    let form = Form::default().text("model", "painter").file("image", "cat.png", "image/png", &cat);
    let answer = sent(&consumer(), "/v1/images/variations", form.end()).await;
    assert_eq!(shown(&answer), [of_cat]);
}

#[tokio::test]
async fn pictures_are_streamed_while_they_are_made() {
    let marker = marker();
    let form =
        Form::default().text("model", "painter").text("prompt", &marker).text("stream", "true");
    let form = form.text("partial_images", "2").file("image", "cat.png", "image/png", b"cat");
    let answer = sent(&consumer(), "/v1/images/edits", form.end()).await;
    assert_eq!(answer.text(), studio().fake.request(&marker).sent_text());
    let names: Vec<_> = said(&answer).iter().map(|event| event["type"].clone()).collect();
    assert_eq!(
        names,
        ["image_edit.partial_image", "image_edit.partial_image", "image_edit.completed"]
    );
    let body = json!({ "model": "painter-broken", "prompt": "x", "stream": true });
    let call = studio().call(&consumer(), "/v1/images/generations").body(body.to_string());
    let answer = call.send().await;
    let last = said(&answer).pop().unwrap();
    assert!(last["error"]["message"].is_string(), "{}", answer.text());
}

#[tokio::test]
async fn what_is_wrong_is_told() {
    let generations = "/v1/images/generations";
    for (body, param) in [
        (json!({ "model": "painter" }), "prompt"),
        (json!({ "prompt": "x" }), "model"),
        (json!({ "model": "painter", "prompt": "x", "n": "2" }), "n"),
        (json!({ "model": "painter", "prompt": "x", "stream": "true" }), "stream"),
    ] {
        let answer = studio().call(&consumer(), generations).body(body.to_string()).send().await;
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        assert_eq!(answer.error()["param"], param, "{body}");
    }
    let form = || Form::default().text("model", "painter").text("prompt", "x");
    for (form, param) in [
        (form(), "image"),
        (form().text("image", "x"), "image"),
        (form().file("image", "a.png", "image/png", b"x").text("n", "0"), "n"),
    ] {
        let answer = sent(&consumer(), "/v1/images/edits", form.end()).await;
        assert_eq!(answer.status, 400, "{}", answer.text());
        assert_eq!(answer.error()["param"], param);
    }
    let body = json!({ "model": "painter-400", "prompt": "x" }).to_string();
    let answer = studio().call(&consumer(), generations).body(body).send().await;
    assert_eq!(answer.refusal(), (400, "context_length_exceeded".to_owned()));
}
