//! The same story by every vendor, as every client reads it.

use crate::client::{Client, Seen, Usage};
use crate::stage::{Asks as _, Row, STATUSES, shared};
use postern_tests::vendors::{
    ARGUMENTS, CACHED_USAGE, CUT_ARGUMENTS, CUT_TEXT, SECOND_ARGUMENTS, TEXT, THOUGHTS, TOOL,
    Vendor, image_text, result_text,
};
use serde_json::{Value, json};
use std::future::Future;
use std::pin::Pin;

/// A PNG of one pixel.
const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const PNG_BYTES: usize = 70;

/// The cases for each client and each vendor.
pub struct Feature {
    pub title: &'static str,
    pub run: fn(Client, Row) -> Run,
}

type Run = Pin<Box<dyn Future<Output = ()> + Send>>;

macro_rules! features {
    ($($title:literal => $function:expr),* $(,)?) => {
        /// In the order of the table.
        pub const FEATURES: &[Feature] = &[
            $(Feature { title: $title, run: |client, row| Box::pin($function(client, row)) }),*
        ];
    };
}

features! {
    "text" => |client, row| text(client, row, false),
    "streamed text" => |client, row| text(client, row, true),
    "tools" => |client, row| tools(client, row, false),
    "streamed tools" => |client, row| tools(client, row, true),
    "parallel tools" => |client, row| parallel(client, row, false),
    "streamed parallel tools" => |client, row| parallel(client, row, true),
    "cut and empty arguments" => arguments,
    "images" => images,
    "structured output" => structured,
    "reasoning" => |client, row| reasoning(client, row, false),
    "streamed reasoning" => |client, row| reasoning(client, row, true),
    "length, stop sequences" => ends,
    "usage and cached tokens" => usage,
    "errors" => errors,
    "mid-stream errors" => midstream_errors,
    "malformed answers" => malformed,
}

/// Each client's name of a finish reason.
fn finish(client: Client, what: &str) -> &'static str {
    match (client, what) {
        (Client::OpenAi, "stop") => "stop",
        (Client::OpenAi, "length") => "length",
        (Client::OpenAi, "tools") => "tool_calls",
        (Client::Responses, "length") => "max_output_tokens",
        (Client::Responses, _) => "completed",
        (Client::Anthropic, "stop") => "end_turn",
        (Client::Anthropic, "length") => "max_tokens",
        (Client::Anthropic, "tools") => "tool_use",
        _ => unreachable!("{what}"),
    }
}

async fn success(client: Client, body: &Value) -> Seen {
    shared().seen(client, body).await.expect("no error in the stream")
}

async fn text(client: Client, row: Row, stream: bool) {
    let seen = success(client, &client.request(&row.ask("text", stream))).await;
    assert_eq!(seen.text, TEXT);
    assert_eq!(seen.finish, finish(client, "stop"));
    assert!(seen.calls.is_empty() && seen.thoughts.is_empty(), "{seen:?}");
}

async fn tools(client: Client, row: Row, stream: bool) {
    let mut ask = row.ask("tools", stream);
    ask.tools = true;
    let body = client.request(&ask);
    let seen = success(client, &body).await;
    assert_eq!(seen.finish, finish(client, "tools"));
    assert_eq!(seen.calls.len(), 1, "{seen:?}");
    let call = &seen.calls[0];
    assert_eq!((call.name.as_str(), json_of(&call.arguments)), (TOOL, json_of(ARGUMENTS)));
    assert!(!call.id.is_empty());
    let then = success(client, &client.next(&body, &seen, &["11 degrees"])).await;
    assert_eq!(then.text, result_text("11 degrees"));
    assert_eq!(then.finish, finish(client, "stop"));
}

async fn parallel(client: Client, row: Row, stream: bool) {
    let mut ask = row.ask("parallel", stream);
    ask.tools = true;
    let body = client.request(&ask);
    let seen = success(client, &body).await;
    assert_eq!(seen.finish, finish(client, "tools"));
    let called: Vec<_> = seen.calls.iter().map(|call| json_of(&call.arguments)).collect();
    assert_eq!(called, [json_of(ARGUMENTS), json_of(SECOND_ARGUMENTS)]);
    assert_ne!(seen.calls[0].id, seen.calls[1].id);
    let then = success(client, &client.next(&body, &seen, &["11 degrees", "19 degrees"])).await;
    assert_eq!(then.text, result_text("11 degrees | 19 degrees"));
}

/// Cut arguments are delivered as the vendor wrote them, with the reason; a call without arguments is an empty object.
async fn arguments(client: Client, row: Row) {
    for stream in [false, true] {
        let mut ask = row.ask("truncated-args", stream);
        ask.tools = true;
        // Buffered answers of these have arguments as an object, so that none is cut within.
        let cut_within = stream || row.vendor == Vendor::OpenAi || row.vendor == Vendor::Cohere;
        if cut_within && row.vendor != Vendor::Google {
            let seen = success(client, &client.request(&ask)).await;
            assert_eq!(seen.finish, finish(client, "length"), "{seen:?}");
            assert_eq!(seen.calls[0].arguments, CUT_ARGUMENTS, "{seen:?}");
        }
        ask.model = row.model("empty-args");
        let seen = success(client, &client.request(&ask)).await;
        // OpenAI's own bytes: its fake sends no arguments at all.
        if !row.speaks_as(client) {
            assert_eq!(json_of(&seen.calls[0].arguments), json!({}), "{seen:?}");
        }
        assert_eq!(seen.finish, finish(client, "tools"));
    }
}

async fn images(client: Client, row: Row) {
    let mut ask = row.ask("image", false);
    ask.image = Some(PNG.to_owned());
    let seen = success(client, &client.request(&ask)).await;
    assert_eq!(seen.text, image_text("image/png", PNG_BYTES));
}

async fn structured(client: Client, row: Row) {
    let schema = json!({
        "type": "object",
        "properties": { "name": { "type": "string" }, "age": { "type": "integer" } },
        "required": ["name", "age"],
        "additionalProperties": false,
    });
    for stream in [false, true] {
        let mut ask = row.ask("structured", stream);
        ask.schema = Some(schema.clone());
        let seen = success(client, &client.request(&ask)).await;
        assert_eq!(json_of(&seen.text), postern_tests::vendors::example(&schema), "{seen:?}");
        assert_eq!(seen.finish, finish(client, "stop"));
        assert!(seen.calls.is_empty(), "{seen:?}");
    }
}

/// Thoughts are shown, and return to their vendor on the next turn: the fakes demand their seals.
async fn reasoning(client: Client, row: Row, stream: bool) {
    let mut ask = row.ask("reasoning", stream);
    ask.think = true;
    let body = client.request(&ask);
    let seen = success(client, &body).await;
    assert_eq!(seen.text, TEXT);
    // OpenAI's chat completions show no thoughts, and its responses only on request.
    if row.vendor != Vendor::OpenAi || (client == Client::Responses && !row.is_openai_chat()) {
        assert_eq!(seen.thoughts, THOUGHTS, "{seen:?}");
    }
    let then = success(client, &client.next(&body, &seen, &["And then?"])).await;
    assert_eq!(then.text, TEXT);
}

async fn ends(client: Client, row: Row) {
    for stream in [false, true] {
        let cut = success(client, &client.request(&row.ask("length", stream))).await;
        assert_eq!((cut.text.as_str(), cut.finish.as_str()), (CUT_TEXT, finish(client, "length")));
        let mut ask = row.ask("stop", stream);
        ask.stop = Some("jumps".to_owned());
        let body = client.request(&ask);
        // Responses has no stop sequences.
        if client != Client::Responses && row.provider != "openai-responses" {
            let seen = success(client, &body).await;
            assert_eq!(seen.text, CUT_TEXT, "{seen:?}");
            assert!(["stop", "end_turn", "stop_sequence"].contains(&seen.finish.as_str()));
        }
    }
}

async fn usage(client: Client, row: Row) {
    for stream in [false, true] {
        let seen = success(client, &client.request(&row.ask("cached", stream))).await;
        let reasoning = match (client, row.vendor) {
            (Client::Anthropic, _) | (_, Vendor::Bedrock | Vendor::Cohere) => 0,
            _ => CACHED_USAGE.reasoning,
        };
        let expected = Usage {
            input: CACHED_USAGE.input,
            cached: CACHED_USAGE.cached,
            output: CACHED_USAGE.output,
            reasoning,
        };
        assert_eq!(seen.usage, expected, "streamed: {stream}");
    }
}

/// In the client's own form and words, with a status that its SDK maps to the right class.
async fn errors(client: Client, row: Row) {
    for status in STATUSES {
        let ask = row.ask(&format!("error-{status}"), false);
        let answer = shared().send(client, &client.request(&ask), &[]).await;
        let seen: Value = serde_json::from_str(answer.text()).expect("JSON");
        let error = client.error(&seen).unwrap_or_else(|| panic!("an error, not {seen}"));
        assert!(!error.message.is_empty(), "{seen}");
        let expected: &[u16] = match status {
            400 => &[400],
            429 => &[429],
            // Overload has a status of its own at Anthropic.
            503 | 529 => &[503, 529],
            _ => &[502],
        };
        assert!(expected.contains(&answer.status), "{status} became {}: {seen}", answer.status);
        if status == 429 {
            assert!(answer.header("retry-after").is_some(), "{seen}");
        }
    }
}

async fn midstream_errors(client: Client, row: Row) {
    let body = client.request(&row.ask("midstream-error", true));
    let error = shared().seen(client, &body).await.expect_err("an error in the stream");
    assert!(!error.message.is_empty());
}

async fn malformed(client: Client, row: Row) {
    let body = client.request(&row.ask("malformed", false));
    let answer = shared().send(client, &body, &[]).await;
    let text = answer.text();
    assert_eq!(answer.status, 502, "{text}");
    assert!(client.error(&serde_json::from_str(text).expect("JSON")).is_some(), "{text}");
    let body = client.request(&row.ask("malformed", true));
    let answer = shared().send(client, &body, &[]).await;
    match answer.status {
        200 => {
            let events = postern_tests::events(answer.text());
            client.streamed(&events).expect_err("an error in the stream");
        }
        status => assert_eq!(status, 502, "{}", answer.text()),
    }
}

fn json_of(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}
