//! Bytes pass unchanged: a vendor's prompt cache is keyed on them, and unknown fields must survive.
//!
//! Stages: gateway, provider.

use postern_tests::client::Answer;
use postern_tests::{Event, Stage, marker, shared};

/// JSON in an unusual layout, which every reader understands.
fn unusual(model: &str, stream: &str, marker: &str) -> String {
    format!(
        "\r\n\t{{ \"temperature\" : 1.50e-1,\"unknown_field\":{{\"b\":[ ],\"a\":null,\"model\":\"inner\",\"model\":\"inner\"}},\n\
         \"messages\":[{{\"content\":\"caf\\u00e9 \u{1F600} \\ud83d\\ude00 \\/ \\\"q\\\" \",\"role\":\"user\",\"x\":-0}},\n\
         {{\"role\" :\"assistant\",\"content\":[{{\"type\":\"text\",\"text\":\"\",\"cache_control\":{{\"type\":\"ephemeral\"}}}}]}}],\
         {stream}\"seed\":12345678901234567890123, \"model\" :  \"{model}\" ,\"user\":\"{marker}\" }}  \n"
    )
}

async fn whole(stage: &Stage, body: &str) -> Answer {
    let answer = stage.chat_text(body).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    stage.assert_nothing_invalid_was_sent();
    answer
}

#[tokio::test]
async fn the_body_reaches_the_vendor_unchanged_but_for_the_models_name() {
    let stage = shared();
    for (model, upstream_model) in [("plain-model", "plain"), ("p", "plain-2"), ("plain", "plain")]
    {
        let marker = marker();
        let body = unusual(model, "", &marker);
        whole(stage, &body).await;
        let spliced =
            body.replace(&format!(":  \"{model}\" ,"), &format!(":  \"{upstream_model}\" ,"));
        assert_eq!(stage.upstream.request(&marker).text(), spliced);
    }
}

#[tokio::test]
async fn a_models_name_in_escapes_is_the_same_name() {
    let (stage, marker) = (shared(), marker());
    let body = unusual(r"pl\u0061in-model", "", &marker);
    whole(stage, &body).await;
    let spliced = body.replace(r#"  "pl\u0061in-model""#, r#"  "plain""#);
    assert_eq!(stage.upstream.request(&marker).text(), spliced);
}

#[tokio::test]
async fn a_stream_that_asks_for_usage_itself_is_unchanged_too() {
    let (stage, marker) = (shared(), marker());
    let options = r#""stream":true, "stream_options" :{ "include_usage":true ,"other":1},"#;
    let body = unusual("plain-model", options, &marker);
    let answer = whole(stage, &body).await;
    let request = stage.upstream.request(&marker);
    assert_eq!(request.text(), body.replace(":  \"plain-model\"", ":  \"plain\""));
    assert_eq!(answer.text(), request.sent_text());
    assert!(answer.text().contains("\"choices\":[]"), "the usage that was asked for");
}

#[tokio::test]
async fn usage_is_asked_for_by_one_insertion_and_its_chunk_taken_out_again() {
    let stage = shared();
    for stream in [
        r#""stream":true,"#,
        r#""stream" : true, "stream_options":{},"#,
        r#""stream_options": { "other":1 } ,"stream":true,"#,
    ] {
        let marker = marker();
        let body = unusual("plain-model", stream, &marker);
        let answer = whole(stage, &body).await;
        let request = stage.upstream.request(&marker);
        assert_eq!(request.json()["stream_options"]["include_usage"], true, "{}", request.text());
        let spliced = body.replace(":  \"plain-model\"", ":  \"plain\"");
        assert_one_insertion(&spliced, &request.text());
        let without_usage: String = request
            .sent_text()
            .split_inclusive("\n\n")
            .filter(|event| !event.contains("\"choices\":[]"))
            .collect();
        assert_eq!(answer.text(), without_usage);
    }
}

#[tokio::test]
async fn who_does_not_want_usage_does_not_get_it() {
    for options in ["null", r#"{"include_usage":false}"#, r#"{"include_usage":null}"#] {
        let (stage, marker) = (shared(), marker());
        let stream = format!(r#""stream":true,"stream_options":{options},"#);
        let answer = whole(stage, &unusual("plain-model", &stream, &marker)).await;
        assert!(!answer.text().contains("\"choices\":[]"), "{options}: {}", answer.text());
        assert_eq!(answer.events().last(), Some(&Event::Done), "{options}");
    }
}

#[tokio::test]
async fn a_whole_answer_comes_back_byte_by_byte() {
    let (stage, marker) = (shared(), marker());
    let answer = whole(stage, &unusual("odd", "", &marker)).await;
    assert_eq!(answer.text(), stage.upstream.request(&marker).sent_text());
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[tokio::test]
async fn a_streams_events_come_back_byte_by_byte() {
    let (stage, marker) = (shared(), marker());
    let stream = r#""stream":true,"stream_options":{"include_usage":true},"#;
    let answer = whole(stage, &unusual("odd", stream, &marker)).await;
    assert_eq!(answer.text(), stage.upstream.request(&marker).sent_text());
    let content_type = answer.header("content-type").unwrap();
    assert!(content_type.starts_with("text/event-stream"), "{content_type}");
}

#[tokio::test]
async fn a_stream_that_is_cut_within_lines_and_characters_comes_back_whole() {
    let stage = shared();
    for asked in [true, false] {
        let marker = marker();
        let stream = format!(r#""stream":true,"stream_options":{{"include_usage":{asked}}},"#);
        let answer = whole(stage, &unusual("torn", &stream, &marker)).await;
        let sent = stage.upstream.request(&marker).sent_text();
        let expected = match asked {
            true => sent,
            false => {
                let events = sent.split_inclusive("\r\n\r\n");
                events.filter(|event| !event.contains("\"choices\":[]")).collect()
            }
        };
        assert_eq!(answer.text(), expected);
    }
}

#[tokio::test]
async fn embeddings_pass_both_ways_unchanged() {
    let (stage, marker) = (shared(), marker());
    let body = format!(
        "{{\"input\":[\"a\\u0062\", \"\u{1F600}\"] , \"encoding_format\":\"base64\",\"model\":\"plain-model\",\"user\":\"{marker}\"}}"
    );
    let answer = stage.call("POST", "/v1/embeddings").body(body.clone()).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let request = stage.upstream.request(&marker);
    assert_eq!(request.path, "/v1/embeddings");
    assert_eq!(request.text(), body.replace("plain-model", "plain"));
    assert_eq!(answer.text(), request.sent_text());
}

/// `after` is `before` with a text inserted at one place.
fn assert_one_insertion(before: &str, after: &str) {
    let same = |pair: &(u8, u8)| pair.0 == pair.1;
    let prefix = before.bytes().zip(after.bytes()).take_while(same).count();
    let suffix = before.bytes().rev().zip(after.bytes().rev()).take_while(same).count();
    assert!(prefix + suffix >= before.len(), "more than one insertion:\n{before}\n{after}");
}
