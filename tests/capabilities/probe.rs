//! The probe on a host of its own.

use postern_tests::{Gateway, Options, Redis};
use serde_json::{Value, json};
use std::path::Path;

/// The host with the manifest beside this file.
pub fn start(options: Options) -> Gateway {
    let manifest = include_str!("spin.toml").to_owned();
    Gateway::start(&Options { manifest: Some(manifest), ..options })
}

/// The host, its key-value store in the file that is the default.
pub fn on_sqlite() -> Gateway {
    start(Options::default())
}

/// The host, its key-value store in this file.
pub fn on_file(file: &Path) -> Gateway {
    with_store(&format!("type = \"spin\"\npath = \"{}\"", file.display()))
}

/// The host, its key-value store on a Redis server.
pub fn on_redis(redis: &Redis) -> Gateway {
    with_store(&format!("type = \"redis\"\nurl = \"{}\"", redis.url()))
}

fn with_store(configuration: &str) -> Gateway {
    let runtime_config = Some(format!("[key_value_store.default]\n{configuration}\n"));
    start(Options { runtime_config, ..Options::default() })
}

/// What the probe tells.
pub async fn report(host: &Gateway, path: &str) -> Value {
    let answer = host.call("GET", path).send().await;
    assert_eq!(answer.status, 200, "{path}: {}\n{}", answer.text(), host.log());
    answer.json()
}

/// A call that gave something.
pub fn ok(value: impl Into<Value>) -> Value {
    json!({ "ok": value.into() })
}

/// A call that failed so.
pub fn error(text: &str) -> Value {
    json!({ "error": text })
}

/// A store, a database or a server that was not opened, for this reason.
pub fn refused(text: &str) -> Value {
    json!({ "refused": text })
}

/// The text of a call that failed with it.
pub fn error_text(seen: &Value) -> &str {
    seen["error"].as_str().unwrap_or_else(|| panic!("no error: {seen}"))
}
