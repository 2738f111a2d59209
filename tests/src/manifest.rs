//! `spin.toml` for the tests: without the host's own reader, which is itself tested.

use crate::programs;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

/// The repository.
///
/// # Panics
///
/// When this package is moved.
#[must_use]
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository")
}

/// The shipped manifest.
///
/// # Panics
///
/// When it is not there.
#[must_use]
pub fn shipped() -> String {
    std::fs::read_to_string(repository().join("spin.toml")).expect("spin.toml")
}

/// The shipped manifest with one text replaced.
///
/// # Panics
///
/// When the text does not occur exactly once: the manifest has changed, and the test must follow.
#[must_use]
pub fn shipped_with(from: &str, to: &str) -> String {
    let shipped = shipped();
    assert_eq!(shipped.matches(from).count(), 1, "spin.toml has {from:?} once");
    shipped.replace(from, to)
}

/// The shipped manifest with the limiter that counts in Redis, changed as in docs/limits.md.
///
/// # Panics
///
/// When the manifest has changed.
#[must_use]
pub fn counting_in_redis(origin: &str) -> String {
    let line = dependency_line("limiter");
    let (store, network) = ("\"key_value_stores\"", "\"allowed_outbound_hosts\"");
    assert_eq!(line.matches(store).count(), 1, "{line}");
    let hosts = "\nallowed_outbound_hosts = [\n";
    [
        ("target/components/limiter.wasm", "target/components/limiter-redis.wasm".to_owned()),
        (line.as_str(), line.replace(store, network)),
        (hosts, format!("{hosts}  \"{origin}\",\n")),
    ]
    .iter()
    .fold(shipped(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "spin.toml has {from:?} once");
        text.replace(from, to)
    })
}

/// The shipped manifest with the recorder that writes to PostgreSQL, changed as in docs/recorder.md.
///
/// # Panics
///
/// When the manifest has changed.
#[must_use]
pub fn recording_in_postgres(origin: &str, url: &str) -> String {
    let hosts = "\nallowed_outbound_hosts = [\n";
    let gateway = "[component.gateway]\n";
    [
        ("target/components/recorder.wasm", "target/components/recorder-postgres.wasm".to_owned()),
        (hosts, format!("{hosts}  \"{origin}\",\n")),
        (gateway, format!("{gateway}environment = {{ POSTERN_POSTGRES_URL = \"{url}\" }}\n")),
    ]
    .iter()
    .fold(shipped(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "spin.toml has {from:?} once");
        text.replace(from, to)
    })
}

/// The shipped manifest with a guardrail that wraps the built-in one, changed as in docs/guardrail.md: one line.
///
/// # Panics
///
/// When the manifest has changed.
#[must_use]
pub fn wrapped_guardrail(wrapper: &str) -> String {
    let source = |name: &str| format!("source = \"target/components/{name}.wasm\"");
    shipped_with(&source("guardrail"), &source(wrapper))
}

/// The manifest for Spin, as `cargo xtask manifest --for spin` prints it for the shipped one.
///
/// # Panics
///
/// When the operator's program does not print it.
#[must_use]
pub fn for_spin() -> String {
    let mut command = Command::new(programs::operator());
    let output =
        command.arg("--app").arg(repository()).args(["manifest", "--for", "spin"]).output();
    let output = output.expect("the operator's program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The inherited sets of permissions of one stage, by name.
pub type Grants = BTreeSet<String>;

/// The stages of the gateway by component, each with its inherited sets.
///
/// # Panics
///
/// When the manifest is invalid.
#[must_use]
pub fn stages(manifest: &str) -> BTreeMap<String, Grants> {
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let stages = manifest["component"]["gateway"]["dependencies"].as_table().expect("dependencies");
    let text = |value: &toml::Value| value.as_str().expect("a string").to_owned();
    let grants = |stage: &toml::Value| {
        let list = stage.get("inherit_configuration").and_then(toml::Value::as_array);
        list.into_iter().flatten().map(text).collect()
    };
    stages.values().map(|stage| (text(&stage["component"]), grants(stage))).collect()
}

/// The line of the manifest by which the gateway depends on a component.
///
/// # Panics
///
/// When there is none.
#[must_use]
pub fn dependency_line(component: &str) -> String {
    let shipped = shipped();
    let named = format!("component = \"{component}\"");
    let line = shipped.lines().find(|line| line.contains(&named) && line.starts_with("\"postern:"));
    line.unwrap_or_else(|| panic!("the gateway does not depend on {component}")).to_owned()
}
