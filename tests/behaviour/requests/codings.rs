//! Compressed bodies, as agents send long conversations.

use super::{CHAT, MESSAGE};
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use postern_tests::{marker, shared};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use std::io::Write as _;

/// What a coding makes of a body.
type Encode = fn(&[u8]) -> Vec<u8>;

const CODINGS: [(&str, Encode); 4] =
    [("gzip", gzip), ("x-gzip", gzip), ("deflate", deflate), ("zstd", zstd)];

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(body).unwrap();
    writer.finish().unwrap()
}

fn deflate(body: &[u8]) -> Vec<u8> {
    let mut writer = ZlibEncoder::new(Vec::new(), Compression::best());
    writer.write_all(body).unwrap();
    writer.finish().unwrap()
}

fn zstd(body: &[u8]) -> Vec<u8> {
    compress_to_vec(body, CompressionLevel::Fastest)
}

fn question(model: &str, marker: &str) -> String {
    format!(r#"{{"model":"{model}","messages":[{MESSAGE}],"user":"{marker}"}}"#)
}

#[tokio::test]
async fn the_vendor_gets_what_was_compressed_as_if_it_had_come_plain() {
    let stage = shared();
    for (coding, encode) in CODINGS {
        let marker = marker();
        let sent = encode(question("plain-model", &marker).as_bytes());
        let call = stage.call("POST", CHAT).body(sent).header("content-encoding", coding);
        let answer = call.header("x-request-id", marker.as_str()).send().await;
        assert_eq!(answer.status, 200, "{coding}: {}", answer.text());
        let request = stage.upstream.request(&marker);
        assert_eq!(request.body, question("plain", &marker), "{coding}");
        assert!(request.header("content-encoding").is_empty(), "{coding}");
        assert_eq!(stage.gateway.log_line(&marker).await["status"], 200);
    }
    stage.assert_nothing_invalid_was_sent();
}

/// The cap of `gateway.toml` holds for what a body is decoded to, whatever was sent.
#[tokio::test]
async fn the_cap_holds_for_the_decoded_body() {
    let stage = shared();
    for (coding, encode) in CODINGS {
        let marker = marker();
        let whole = question("plain-model", &marker);
        let padded = |bytes: usize| format!("{whole}{}", " ".repeat(bytes - whole.len()));
        let ask = |bytes| {
            let sent = encode(padded(bytes).as_bytes());
            assert!(sent.len() < 60_000, "{coding}: {}", sent.len());
            stage.call("POST", CHAT).body(sent).header("content-encoding", coding)
        };
        assert_eq!(ask(1_048_576).send().await.status, 200, "{coding}");
        for bytes in [1_048_577, 40 << 20] {
            let answer = ask(bytes).send().await;
            assert_eq!(answer.status, 413, "{coding} of {bytes}: {}", answer.text());
            answer.error();
        }
        assert_eq!(stage.upstream.requests(&marker).len(), 1, "{coding}");
    }
}

#[tokio::test]
async fn refuses_codings_that_are_not_read_and_says_which_are() {
    let stage = shared();
    for coding in ["br", "compress", "gzip, gzip", "zstd, gzip", "aws-chunked", "utf-8"] {
        let answer = stage.chat_text("{}").header("content-encoding", coding).send().await;
        assert_eq!(answer.refusal(), (415, "unsupported_content_encoding".to_owned()), "{coding}");
        assert_eq!(answer.header("accept-encoding"), Some("gzip, deflate, zstd"), "{coding}");
    }
    for (coding, encode) in CODINGS {
        let marker = marker();
        let whole = encode(question("plain-model", &marker).as_bytes());
        for sent in [
            question("plain-model", &marker).into_bytes(),
            Vec::new(),
            whole[..whole.len() - 1].to_vec(),
            [whole.as_slice(), b"{}"].concat(),
        ] {
            let call = stage.call("POST", CHAT).body(sent).header("content-encoding", coding);
            let expected = (400, "invalid_content_encoding".to_owned());
            assert_eq!(call.send().await.refusal(), expected, "{coding}");
        }
        assert!(stage.upstream.requests(&marker).is_empty(), "{coding}");
    }
}

#[tokio::test]
async fn plain_may_be_said() {
    for coding in ["identity", "Identity", ""] {
        let marker = marker();
        let call = shared().chat_text(&question("plain-model", &marker));
        assert_eq!(call.header("content-encoding", coding).send().await.status, 200, "{coding}");
    }
}
