//! A vendor of every dialect that refuses everything, and quotes the request where the prompt says.
//!
//! `QUOTE 400 /error/code;` in the prompt quotes the credential and the word [`WORD`] at that place of the error's
//! body; `headers`, `text`, `stream` and `success` are places as well.

use super::Recorded;
use super::script::Script;
use super::script::Step;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A word that only the prompt has.
pub const WORD: &str = "osteopetrosis";

/// The headers of credentials.
const CREDENTIALS: [&str; 5] =
    ["authorization", "api-key", "x-api-key", "x-goog-api-key", "x-amz-security-token"];

pub(super) fn answer(_: &str, _: &str, request: &Recorded) -> (Vec<String>, Script) {
    let text = request.text();
    let told = text.split_once("QUOTE ").and_then(|(_, rest)| rest.split_once(';'));
    let told = told.and_then(|(told, _)| told.split_once(' '));
    let (status, place) = told.unwrap_or(("500", "text"));
    let status = status.parse().unwrap_or(500);
    let quote = quote(request);
    let mut body = error(&request.path);
    let script = match place {
        "headers" => Script::whole(status, &format!("application/json; {quote}"), body.to_string())
            .with_header("x-amzn-errortype", &quote)
            .with_header("retry-after", &quote)
            .with_header("x-vendor-extra", &quote)
            .with_header("openai-version", &quote),
        "text" => Script::whole(status, "text/plain", quote),
        // Not an error: a count of tokens, or a ranking.
        "success" => {
            let said = json!({ "input_tokens": 5, "results": [], "id": quote, "note": quote });
            Script::json(said.to_string())
        }
        "stream" => Script::stream(vec![Step::Write(stream(&request.path, &quote).into())]),
        pointer => {
            if let Some(value) = body.pointer_mut(pointer) {
                *value = quote.into();
            }
            Script::whole(status, "application/json", body.to_string())
        }
    };
    (Vec::new(), script)
}

/// The prompt's word, and every credential, plain, in base64 and escaped for a URL.
fn quote(request: &Recorded) -> String {
    let mut quote = WORD.to_owned();
    for value in CREDENTIALS.iter().flat_map(|name| request.header(name)) {
        let url: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
        quote += &format!(" {value} {} {url}", STANDARD.encode(value));
    }
    quote
}

/// The error of the vendor of this path.
fn error(path: &str) -> Value {
    if path.contains("converse") {
        json!({ "__type": "ValidationException", "message": "no" })
    } else if path.contains("generateContent") || path.contains("GenerateContent") {
        json!({ "error": { "code": 400, "message": "no", "status": "INVALID_ARGUMENT", "details": [
            { "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "R", "metadata": { "a": "b" } }
        ] } })
    } else if path.starts_with("/v2") {
        json!({ "id": "1", "message": "no" })
    } else if path.ends_with("/messages") {
        json!({ "type": "error", "request_id": "req", "error": {
            "type": "invalid_request_error", "message": "no", "details": { "error_code": "e" } } })
    } else {
        json!({ "error": { "message": "no", "type": "invalid_request_error", "param": "messages", "code": "c",
            "innererror": { "code": "i", "content_filter_result": { "a": "b" } } } })
    }
}

/// The same within an answer that began with success, in every text of it.
fn stream(path: &str, quote: &str) -> String {
    let event = |value: &Value| format!("data: {value}\n\n");
    if path.contains("enerateContent") {
        event(&json!({ "error": { "code": 400, "message": quote, "status": quote } }))
    } else if path.starts_with("/v2") {
        let ended =
            json!({ "type": "message-end", "delta": { "finish_reason": "ERROR", "error": quote } });
        format!("event: message-end\n{}", event(&ended))
    } else if path.ends_with("/messages") {
        let error = json!({ "type": "error", "error": { "type": "invalid_request_error", "message": quote } });
        format!("event: error\n{}", event(&error))
    } else if path.ends_with("/responses") {
        let error = json!({ "type": "error", "code": quote, "message": quote, "param": quote, "sequence_number": 0 });
        format!("event: error\n{}", event(&error))
    } else {
        let error = json!({ "message": quote, "type": "invalid_request_error", "param": quote, "code": quote });
        event(&json!({ "error": error }))
    }
}
