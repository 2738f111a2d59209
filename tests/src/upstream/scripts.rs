//! The table of models and their behaviours.

use super::answers::{self, ANSWER_PREFIX};
use super::judge;
use super::metered;
use super::record::Recorded;
use super::script::{Script, Step, is_streamed};
use super::unusual;
use bytes::Bytes;
use serde_json::{Value, json};
use std::time::Duration;

/// The request's `user`, by which a test knows its own.
pub(super) fn marker(request: &Recorded) -> String {
    request.json()["user"].as_str().unwrap_or_default().to_owned()
}

/// The behaviour of the requested model; a stream request gets a stream, and all others a buffered answer.
pub(super) fn script(request: &Recorded) -> Script {
    let body = request.json();
    let model = body["model"].as_str().unwrap_or_default();
    match model {
        "uncounted" if request.path == "/v1/rerank" => Script::json(answers::ranking()),
        "billed" if request.path == "/v1/embeddings" => {
            metered::billed(Script::json(answers::embeddings(model)), &body)
        }
        "billed" if request.path != "/v1/completions" => {
            metered::billed(plain(model, &body), &body)
        }
        "bill-stepped" => ticks(model, request.path == "/v1/completions"),
        model if request.path == "/v1/completions" => completions(model, &body),
        "uncounted" if request.path == "/v1/embeddings" => {
            metered::uncounted(Script::json(answers::embeddings(model)))
        }
        "uncounted" => metered::uncounted(plain(model, &body)),
        "plain" | "plain-2" | "plain-3" if request.path == "/v1/embeddings" => {
            Script::json(answers::embeddings(model))
        }
        "plain" | "plain-2" | "plain-3" => plain(model, &body),
        "obedient" if prompt(&body).contains("fail") => failing("error-503", model, &body),
        "obedient" => plain(model, &body),
        "repairs" => repairs(model, &body),
        "metered" => metered::at_once(plain(model, &body), &body),
        "held" => metered::when_released(plain(model, &body), &body),
        "stepped" => stepped(model, &body),
        "halved" => halved(model, &body),
        "slow" => slow(model, &body),
        "ticking" => ticking(model),
        "tools" => tools(model, &body),
        "judge" => judge::script(model, &body),
        "odd" => unusual::odd(&body),
        "torn" => unusual::torn(),
        "many-headers" => many_headers(plain(model, &body)),
        "cut" => cut(model, &body),
        "malformed" => malformed(model, &body),
        "error-midstream" => error_midstream(model, &body),
        "silent-midstream" => silent_midstream(model, &body),
        "no-done" => no_done(model, &body),
        "huge" => huge(model, &body),
        other => failing(other, model, &body),
    }
}

/// Models that never begin an answer. Some quote the prompt in their error, as vendors do.
fn failing(behaviour: &str, model: &str, body: &Value) -> Script {
    match behaviour {
        "silent" => Script::headless(Step::Silence),
        "hang-up" => Script::headless(Step::Cut),
        "rate-limited" => {
            Script::refusal(429, "requests", "Rate limit reached.").with_header("retry-after", "7")
        }
        "error-400" => Script::whole(
            400,
            "application/json",
            json!({ "error": {
                "message": format!("max_tokens is too large for '{}'.", prompt(body)),
                "type": "invalid_request_error",
                "param": "max_tokens",
                "code": "context_length_exceeded",
            } })
            .to_string(),
        ),
        "error-401" => Script::refusal(
            401,
            "invalid_request_error",
            "Incorrect API key provided: sk-vendor-***Hb6.",
        ),
        "error-403" => Script::refusal(403, "permission_error", "This project has no access."),
        "error-404" => Script::refusal(404, "invalid_request_error", "The model does not exist."),
        "error-500" => {
            let message = format!("The server had an error at '{}'.", prompt(body));
            Script::refusal(500, "server_error", &message)
        }
        "error-503" => Script::refusal(503, "server_error", "The engine is overloaded."),
        "error-html" => {
            Script::whole(502, "text/html", "<html><h1>502 Bad Gateway</h1></html>".into())
        }
        "error-huge" => Script {
            status: Some(500),
            headers: vec![("content-type", "application/json".to_owned())],
            content_length: None,
            steps: vec![Step::Endless(Bytes::from(vec![b'x'; 16 * 1024]), Duration::ZERO)],
        },
        "redirect" => {
            Script::whole(307, "text/plain", String::new()).with_header("location", "/v1/elsewhere")
        }
        "html" => Script::whole(200, "text/html", "<html><title>Sign in</title></html>".into()),
        "role-then-silence" => before_the_first_token(model, body, Step::Silence),
        "role-then-error" => {
            let error = answers::error("server_error", "The server is overloaded.");
            let error = Step::Write(format!("data: {error}\n\n").into());
            before_the_first_token(model, body, error)
        }
        "not-a-stream" => Script::json(whole_text(model, body)),
        unknown => {
            Script::refusal(404, "invalid_request_error", &format!("no script is called {unknown}"))
        }
    }
}

/// The first message, if it is a plain text.
fn prompt(body: &Value) -> &str {
    body["messages"][0]["content"].as_str().unwrap_or_default()
}

fn text(body: &Value) -> String {
    format!("{ANSWER_PREFIX}{}", body["user"].as_str().unwrap_or_default())
}

fn whole_text(model: &str, body: &Value) -> String {
    answers::completion(model, &answers::message(&text(body)), "stop")
}

fn events(model: &str, body: &Value) -> Vec<Step> {
    let include_usage = body["stream_options"]["include_usage"] == true;
    let events = answers::events(model, &text(body), include_usage);
    events.into_iter().map(|event| Step::Write(event.into())).collect()
}

fn plain(model: &str, body: &Value) -> Script {
    match is_streamed(body) {
        true => Script::stream(events(model, body)),
        false => Script::json(whole_text(model, body)),
    }
}

/// Pieces of a token each, without an end; each waits for its release.
fn ticks(model: &str, is_completion: bool) -> Script {
    const TICKS: usize = 64;
    let event = match is_completion {
        true => answers::text_piece(model, "tick"),
        false => answers::piece(model, "tick"),
    };
    let each = [Step::Gate, Step::Write(event.into())];
    Script::stream((0..TICKS).flat_map(|_| each.clone()).collect())
}

/// A model for text completion, with the behaviour that its name says.
fn completions(model: &str, body: &Value) -> Script {
    let text = text(body);
    let script = match is_streamed(body) {
        true => {
            let include_usage = body["stream_options"]["include_usage"] == true;
            let events = answers::text_events(model, &text, include_usage).into_iter();
            let write = |event: String| Step::Write(event.into());
            let gate = (model == "stepped").then_some(Step::Gate);
            Script::stream(
                events.flat_map(|event| gate.clone().into_iter().chain([write(event)])).collect(),
            )
        }
        false => Script::json(answers::text_completion(model, &text)),
    };
    match model {
        "uncounted" => metered::uncounted(script),
        "billed" => metered::billed(script, body),
        _ => metered::at_once(script, body),
    }
}

/// Each event waits for its release.
fn stepped(model: &str, body: &Value) -> Script {
    let events = events(model, body);
    Script::stream(events.into_iter().flat_map(|event| [Step::Gate, event]).collect())
}

/// Each half of an event waits for its release.
fn halved(model: &str, body: &Value) -> Script {
    let halves = |step| match step {
        Step::Write(event) => {
            let middle = event.len() / 2;
            vec![Step::Write(event.slice(..middle)), Step::Write(event.slice(middle..))]
        }
        other => vec![other],
    };
    let halves = events(model, body).into_iter().flat_map(halves);
    Script::stream(halves.flat_map(|half| [Step::Gate, half]).collect())
}

fn slow(model: &str, body: &Value) -> Script {
    let pause = Step::Pause(Duration::from_millis(100));
    let mut script = plain(model, body);
    script.steps = script.steps.into_iter().flat_map(|step| [pause.clone(), step]).collect();
    script
}

/// Without an end, at a pace that every client can follow.
fn ticking(model: &str) -> Script {
    let event = answers::piece(model, "tick ");
    Script::stream(vec![Step::Endless(event.into(), Duration::from_millis(20))])
}

/// Calls the first tool; if the conversation has its result, answers with text.
fn tools(model: &str, body: &Value) -> Script {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let results = messages.iter().find(|message| message["role"] == "tool");
    if let Some(result) = results {
        let text = format!("The tool said {}", result["content"]);
        return Script::json(answers::completion(model, &answers::message(&text), "stop"));
    }
    let call = json!({ "id": "call_1", "type": "function", "function": {
        "name": body["tools"][0]["function"]["name"],
        "arguments": "{\"city\":\"Genova\"}",
    } });
    let message = json!({ "role": "assistant", "content": null, "tool_calls": [call] });
    Script::json(answers::completion(model, &message, "tool_calls"))
}

/// A model that writes what is asked for only when it is told that it has not.
fn repairs(model: &str, body: &Value) -> Script {
    let messages = body["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_told = messages.iter().any(|message| message["role"] == "assistant");
    let text = if is_told { r#"{"age": 3}"# } else { r#"{"age": "three"}"# };
    if is_streamed(body) {
        let with_usage = body["stream_options"]["include_usage"] == true;
        let events = answers::events(model, text, with_usage);
        return Script::stream(events.into_iter().map(|event| Step::Write(event.into())).collect());
    }
    Script::json(answers::completion(model, &answers::message(text), "stop"))
}

/// With headers that are between the vendor and the gateway.
fn many_headers(script: Script) -> Script {
    script
        .with_header("set-cookie", "__cf_bm=secret; path=/")
        .with_header("x-ratelimit-remaining-tokens", "149984")
        .with_header("openai-organization", "org-secret")
        .with_header("openai-project", "proj-secret")
        .with_header("x-request-id", "req_of_the_vendor")
        .with_header("x-postern-served-by", "forged/by-vendor")
        .with_header("keep-alive", "timeout=5")
        .with_header("proxy-authenticate", "Basic")
        .with_header("strict-transport-security", "max-age=1")
        .with_header("alt-svc", "h3=\":443\"")
        .with_header("openai-processing-ms", "42")
        .with_header("x-vendor-extra", "kept")
        .with_header("x-vendor-other", "nobody named it")
        .with_header("authorization", "Bearer of-the-vendor")
        .with_header("x-api-key", "of-the-vendor")
        .with_header("x-accel-redirect", "/internal")
        .with_header("x-sendfile", "/etc/passwd")
        .with_header("location", "https://elsewhere.example")
        .with_header("www-authenticate", "Bearer")
        .with_header("refresh", "0; url=https://elsewhere.example")
        .with_header("clear-site-data", "\"*\"")
        .with_header("access-control-allow-origin", "*")
        .with_header("set-cookie2", "a=b")
}

/// Half of it, then the connection breaks.
fn cut(model: &str, body: &Value) -> Script {
    let mut script = plain(model, body);
    if is_streamed(body) {
        script.steps.truncate(3);
    } else if let Some(Step::Write(bytes)) = script.steps.first_mut() {
        *bytes = bytes.slice(..bytes.len() / 2);
    }
    // The bytes must be sent before the connection breaks.
    script.steps.extend([Step::Pause(Duration::from_millis(50)), Step::Cut]);
    script
}

/// Invalid JSON, in the third event or from the start.
fn malformed(model: &str, body: &Value) -> Script {
    if !is_streamed(body) {
        return Script::json("{\"id\": \"chatcmpl-scripted\", \"choices\": [".to_owned());
    }
    let mut script = plain(model, body);
    script.steps[2] = Step::Write(Bytes::from_static(b"data: {\"choices\": [{]}\n\n"));
    script
}

/// Some events, then an error that quotes the prompt, as content filters do.
fn error_midstream(model: &str, body: &Value) -> Script {
    let mut script = plain(model, body);
    script.steps.truncate(3);
    let error = answers::error("content_filter", &format!("filtered: '{}'", prompt(body)));
    script.steps.push(Step::Write(format!("data: {error}\n\n").into()));
    script
}

fn silent_midstream(model: &str, body: &Value) -> Script {
    let mut script = plain(model, body);
    if is_streamed(body) {
        script.steps.truncate(3);
    } else if let Some(Step::Write(bytes)) = script.steps.first_mut() {
        *bytes = bytes.slice(..bytes.len() / 2);
    }
    script.steps.push(Step::Silence);
    script
}

/// The role of the answer's author and a comment, and then this.
fn before_the_first_token(model: &str, body: &Value, step: Step) -> Script {
    if !is_streamed(body) {
        return Script::headless(Step::Silence);
    }
    let mut script = plain(model, body);
    script.steps.truncate(1);
    script.steps.extend([Step::Write(Bytes::from_static(b": still there\n\n")), step]);
    script
}

/// A stream without an end marker, on a connection that ends normally.
fn no_done(model: &str, body: &Value) -> Script {
    let mut script = plain(model, body);
    script.steps.truncate(4);
    script
}

/// Without an end: more than any buffer may hold.
fn huge(model: &str, body: &Value) -> Script {
    if is_streamed(body) {
        let event = answers::piece(model, &"x".repeat(4 * 1024));
        return Script::stream(vec![Step::Endless(event.into(), Duration::ZERO)]);
    }
    let mut script = Script::json("{\"id\":\"x\",\"filler\":\"".to_owned());
    script.content_length = None;
    script.steps.push(Step::Endless(Bytes::from(vec![b'x'; 64 * 1024]), Duration::ZERO));
    script
}
