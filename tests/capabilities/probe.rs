//! The probe on a separate host.

use postern_tests::{Gateway, Options, Redis};
use serde_json::{Value, json};
use std::path::Path;

/// The host with the manifest beside this file.
pub fn start(options: Options) -> Gateway {
    let manifest = include_str!("spin.toml").to_owned();
    Gateway::start(&Options { manifest: Some(manifest), ..options })
}

/// The host with its key-value store in the default file.
pub fn on_sqlite() -> Gateway {
    start(Options::default())
}

/// The host with its key-value store in this file.
pub fn on_file(file: &Path) -> Gateway {
    with_store(&format!("type = \"spin\"\npath = \"{}\"", file.display()))
}

/// The host with its key-value store on a Redis server.
pub fn on_redis(redis: &Redis) -> Gateway {
    with_store(&format!("type = \"redis\"\nurl = \"{}\"", redis.url()))
}

fn with_store(configuration: &str) -> Gateway {
    let runtime_config = Some(format!("[key_value_store.default]\n{configuration}\n"));
    start(Options { runtime_config, ..Options::default() })
}

/// The probe's report.
pub async fn report(host: &Gateway, path: &str) -> Value {
    let answer = host.call("GET", path).send().await;
    assert_eq!(answer.status, 200, "{path}: {}\n{}", answer.text(), host.log());
    answer.json()
}

/// A successful call.
pub fn ok(value: impl Into<Value>) -> Value {
    json!({ "ok": value.into() })
}

/// A failed call.
pub fn error(text: &str) -> Value {
    json!({ "error": text })
}

/// A store, a database or a server that could not be opened, for this reason.
pub fn refused(text: &str) -> Value {
    json!({ "refused": text })
}

/// The error of a failed call.
pub fn error_text(seen: &Value) -> &str {
    seen["error"].as_str().unwrap_or_else(|| panic!("no error: {seen}"))
}
