//! `check --probe` against servers that refuse what real ones refuse.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread;
use tempfile::TempDir;

const PROGRAM: &str = env!("CARGO_BIN_EXE_postern");
const KEY: &str = "the-right-key";

/// What a server makes of a request: a status and a body.
type Serve = fn(&str, &Value) -> (u16, Value);

/// Serves until the test ends; returns the origin.
fn start(serve: Serve) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for connection in listener.incoming() {
            thread::spawn(move || answer(connection.unwrap(), serve));
        }
    });
    origin
}

fn answer(connection: TcpStream, serve: Serve) {
    let mut reader = BufReader::new(connection);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 {
            return;
        }
        if line == "\r\n" {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let header = |name: &str| {
        let mut found = lines.iter().filter_map(|line| line.split_once(": "));
        found.find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    };
    let mut body = vec![0; header("content-length").unwrap().parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    let path = lines[0].split(' ').nth(1).unwrap().to_owned();
    let (status, body) = match header("authorization").as_deref() == Some("Bearer the-right-key") {
        true => serve(&path, &serde_json::from_slice(&body).unwrap()),
        false => (401, json!({ "error": { "message": "no such key" } })),
    };
    let body = body.to_string();
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = reader.get_mut().write_all((head + &body).as_bytes());
}

fn ok() -> (u16, Value) {
    let choice = json!({ "index": 0, "message": { "role": "assistant", "content": "OK" }, "finish_reason": "stop" });
    (200, json!({ "id": "c", "object": "chat.completion", "choices": [choice] }))
}

fn messages(body: &Value) -> impl Iterator<Item = &Value> {
    body["messages"].as_array().into_iter().flatten()
}

fn has_custom(body: &Value) -> bool {
    body["tools"].as_array().into_iter().flatten().any(|tool| tool["type"] != "function")
}

/// vLLM with Qwen's template: pydantic knows OpenAI's fields, and the template raises.
fn vllm(path: &str, body: &Value) -> (u16, Value) {
    let bad = |message: &str| {
        (
            400,
            json!({ "error": { "message": message, "type": "BadRequestError", "param": null, "code": 400 } }),
        )
    };
    if path != "/v1/chat/completions" {
        return (404, json!({ "detail": "Not Found" }));
    }
    if has_custom(body) {
        return bad("1 validation error: tools.0.type: Input should be 'function'");
    }
    if messages(body).skip(1).any(|message| message["role"] == "system") {
        return bad("System message must be at the beginning.");
    }
    match messages(body).find(|message| message["role"] == "developer") {
        Some(_) => bad("Unexpected message role."),
        None => ok(),
    }
}

/// Mistral: no unknown fields anywhere, ids of nine, and its own form of a 422.
fn mistral(path: &str, body: &Value) -> (u16, Value) {
    if path != "/v1/chat/completions" {
        return (404, json!({ "message": "no Route matched with those values" }));
    }
    let detail = |loc: Value, message: &str| {
        let detail = json!([{ "type": "extra_forbidden", "loc": loc, "msg": message, "input": 1 }]);
        (
            422,
            json!({ "object": "error", "message": { "detail": detail }, "type": "invalid_request_error" }),
        )
    };
    let known = [
        "model",
        "messages",
        "max_tokens",
        "tools",
        "response_format",
        "stream",
        "temperature",
        "top_p",
        "stop",
        "n",
        "frequency_penalty",
        "presence_penalty",
        "metadata",
    ];
    let refused = "Extra inputs are not permitted";
    if let Some(field) = body.as_object().unwrap().keys().find(|key| !known.contains(&&***key)) {
        return detail(json!(["body", field]), refused);
    }
    if has_custom(body) {
        return detail(json!(["body", "tools", 0, "type"]), "Input should be 'function'");
    }
    for (at, message) in messages(body).enumerate() {
        let known = ["role", "content", "tool_calls", "tool_call_id", "name"];
        if let Some(field) =
            message.as_object().unwrap().keys().find(|key| !known.contains(&&***key))
        {
            return detail(json!(["body", "messages", at, field]), refused);
        }
        if message["role"] == "developer" {
            return detail(
                json!(["body", "messages", at, "role"]),
                "Input should be 'system', ...",
            );
        }
        let id = &message["tool_calls"][0]["id"];
        if id.as_str().is_some_and(|id| id.len() != 9) {
            return (
                400,
                json!({ "object": "error", "message": "Tool call id was x but must be a-z, A-Z, 0-9, with a length of 9.", "type": "invalid_request_error", "code": "3280" }),
            );
        }
    }
    ok()
}

/// Ollama: takes what it does not know, and has Responses.
fn ollama(path: &str, body: &Value) -> (u16, Value) {
    match path {
        "/v1/responses" => (200, json!({ "id": "r", "object": "response", "output": [] })),
        _ if has_custom(body) => (
            400,
            json!({ "error": { "message": "invalid tool type", "type": "invalid_request_error" } }),
        ),
        _ => ok(),
    }
}

/// A server that has lost its model.
fn without_model(_: &str, _: &Value) -> (u16, Value) {
    (
        404,
        json!({ "error": { "message": "The model `m` does not exist.", "type": "NotFoundError", "code": 404 } }),
    )
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("policies")).unwrap();
        let models = r#"
[[provider]]
name = "own"
dialect = "openai"
base_url = "{{ own_base_url }}"
credential = "own_api_key"
[[provider]]
name = "claude"
dialect = "anthropic"
base_url = "https://a.example"
[[provider]]
name = "box"
dialect = "openai"
transport = "sandbox"
[[model]]
name = "m"
capabilities = ["chat"]
[[model.deployment]]
provider = "own"
upstream_model = "m-1"
"#;
        fs::write(folder.path().join("policies/models.toml"), models).unwrap();
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../policies");
        for file in ["gateway.toml", "authorization.cedar"] {
            let from = format!("{root}/{file}");
            fs::copy(from, folder.path().join("policies").join(file)).unwrap();
        }
        let consumers = "[[consumer]]\nname = \"c\"\nmodels = [\"*\"]\n";
        fs::write(folder.path().join("policies/consumers.toml"), consumers).unwrap();
        Self(folder)
    }

    /// Whether it succeeded, what it printed, and what it said.
    fn probe(&self, name: &str, origin: &str, key: &str) -> (bool, String, String) {
        let mut command = Command::new(PROGRAM);
        command.current_dir(self.0.path()).env_clear().args(["check", "--probe", name]);
        command.arg("--variable").arg(format!("own_base_url={origin}"));
        command.env("SPIN_VARIABLE_OWN_API_KEY", key);
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    }
}

/// The printed quirks without their comments.
fn quirks(printed: &str) -> toml::Table {
    let table: toml::Table = printed.parse().unwrap_or_else(|error| panic!("{error}\n{printed}"));
    table["provider"]["quirks"].as_table().unwrap().clone()
}

#[test]
fn a_servers_quirks_are_found_by_asking_it() {
    for (serve, expected) in [
        (vllm as Serve, "developer_role = false\nsystem_messages = false\ncustom_tools = false"),
        (
            mistral,
            r#"
max_tokens_field = "max_tokens"
developer_role = false
custom_tools = false
nine_letter_call_ids = true
stream_options = false
unsupported = [
  "logit_bias", "logprobs", "top_logprobs", "seed", "user", "store", "service_tier", "prompt_cache_key",
  "safety_identifier", "verbosity", "modalities", "top_k", "min_p", "repetition_penalty",
]
unsupported_in_messages = [
  "refusal", "annotations", "audio", "function_call", "reasoning_content", "reasoning", "reasoning_details",
]"#,
        ),
        (ollama, "custom_tools = false\nresponses = true"),
    ] {
        let folder = Folder::new();
        let (success, printed, said) = folder.probe("own", &start(serve), KEY);
        assert!(success, "{said}");
        let expected: toml::Table = expected.parse().unwrap();
        assert_eq!(quirks(&printed), expected, "{printed}");
        assert!(!printed.contains(KEY) && !said.contains(KEY), "{printed}{said}");
        // What is printed is a row that policies take.
        let path = folder.0.path().join("policies/models.toml");
        let models = fs::read_to_string(&path).unwrap();
        let with = models.replace(
            "[[provider]]\nname = \"claude\"",
            &format!("{printed}[[provider]]\nname = \"claude\""),
        );
        fs::write(&path, with).unwrap();
        let mut command = Command::new(PROGRAM);
        let output =
            command.current_dir(folder.0.path()).env_clear().arg("check").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn what_cannot_be_asked_says_what_to_do() {
    let folder = Folder::new();
    let origin = start(vllm);
    for (name, origin, key, says) in [
        (
            "unknown",
            origin.as_str(),
            KEY,
            "no [[provider]] is named \"unknown\"; those of OpenAI's dialect are box, own",
        ),
        ("claude", &origin, KEY, "\"claude\" speaks \"anthropic\""),
        ("box", &origin, KEY, "is the sandbox"),
        (
            "own",
            &origin,
            "",
            "the variable own_api_key is empty: give the key with --variable own_api_key=... or SPIN_VARIABLE_OWN_API_KEY",
        ),
        ("own", &origin, "wrong", "refuses the key (status 401)"),
        (
            "own",
            "http://127.0.0.1:1",
            KEY,
            "http://127.0.0.1:1/v1/chat/completions cannot be reached",
        ),
        ("own", "ftp://a", KEY, "the address of \"own\" is not known"),
        ("own", &start(without_model), KEY, "is the model's name right (--model)?"),
    ] {
        let (success, printed, said) = folder.probe(name, origin, key);
        assert!(!success && printed.is_empty(), "{name}: {printed}");
        assert!(said.contains(says), "{name}: {said}");
    }
}
