//! The official SDKs through the gateway: they get the same results as at the vendor, whichever vendor answers.
//!
//! Each suite holds its conversations twice, with its own vendor's fake and with the gateway in front of it, and compares
//! the objects; then with the models of all other vendors, and compares what was said with the story that all fakes tell.

use super::{REMEDY, python};
use postern_tests::fleet::{Fleet, ROWS};
use postern_tests::manifest;
use postern_tests::vendors::{Vendor, credentials};
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

/// Beside the models of chat: those of other endpoints, by the names that they have at their vendor.
const MODELS: &str = r#"
[[model]]
name = "embed-fake-text"
capabilities = ["embeddings"]
[[model.deployment]]
provider = "openai"
upstream_model = "embed-fake-text"

[[model]]
name = "transcribe-fake-text"
capabilities = ["transcriptions"]
[[model.deployment]]
provider = "openai"
upstream_model = "transcribe-fake-text"

[[model]]
name = "transcribe-fake-error-429"
capabilities = ["transcriptions"]
[[model.deployment]]
provider = "openai"
upstream_model = "transcribe-fake-error-429"

[[model]]
name = "whisper-fake-text"
capabilities = ["transcriptions"]
[[model.deployment]]
provider = "openai"
upstream_model = "whisper-fake-text"

[[model]]
name = "speech-fake-text"
capabilities = ["speech"]
[[model.deployment]]
provider = "openai"
upstream_model = "speech-fake-text"

[[model]]
name = "speech-fake-cut"
capabilities = ["speech"]
[[model.deployment]]
provider = "openai"
upstream_model = "speech-fake-cut"

[[model]]
name = "image-fake-text"
capabilities = ["images"]
[[model.deployment]]
provider = "openai"
upstream_model = "image-fake-text"
"#;

fn fleet() -> &'static Fleet {
    static FLEET: LazyLock<Fleet> = LazyLock::new(|| Fleet::start(MODELS));
    &FLEET
}

/// Runs a client to its end. `own` is the vendor of its dialect, with the credential for it.
fn content(mut command: Command, folder: &str, own: Vendor, key: &str) {
    let fleet = fleet();
    let families = ROWS.map(|row| format!("{}={}", row.provider, row.family)).join(",");
    let output = command
        .current_dir(manifest::repository().join("tests/sdk").join(folder))
        .env("POSTERN_ORIGIN", format!("http://{}", fleet.gateway.address()))
        .env("POSTERN_KEY", fleet.key.expose())
        .env("POSTERN_FAKE_URL", fleet.fake(own).origin())
        .env("POSTERN_FAKE_KEY", key)
        .env("POSTERN_FAMILIES", families)
        // A key or a proxy of the machine must not be used.
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL")
        .env_remove("ANTHROPIC_API_KEY")
        .env_remove("ANTHROPIC_BASE_URL")
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; {REMEDY}"));
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    println!("{text}");
    fleet.assert_nothing_invalid_was_sent();
}

fn python_suite(name: &str, own: Vendor, key: &str) {
    let python = python();
    assert!(Path::new(&python).exists(), "{} is not there; {REMEDY}", Path::new(&python).display());
    let mut command = Command::new(python);
    // `-B`: no `__pycache__` in the sources; the SDKs leave their sockets to the end of the process.
    command.args(["-B", "-W", "ignore", "-m", "unittest", name]);
    content(command, "python", own, key);
}

fn node_suite(name: &str, own: Vendor, key: &str) {
    let modules = manifest::repository().join("tests/sdk/node/node_modules");
    assert!(modules.exists(), "the npm SDKs are not installed; {REMEDY}");
    let mut command = Command::new("node");
    command.args(["--test", name]);
    content(command, "node", own, key);
}

#[test]
fn chat_completions_are_the_same_objects_from_python() {
    python_suite("parity_openai", Vendor::OpenAi, credentials::OPENAI_KEY);
}

#[test]
fn recordings_speech_and_pictures_are_the_same_from_python() {
    python_suite("parity_media", Vendor::OpenAi, credentials::OPENAI_KEY);
}

#[test]
fn responses_are_the_same_objects_from_python() {
    python_suite("parity_responses", Vendor::OpenAi, credentials::OPENAI_KEY);
}

#[test]
fn messages_are_the_same_objects_from_python() {
    python_suite("parity_anthropic", Vendor::Anthropic, credentials::ANTHROPIC_KEY);
}

#[test]
fn chat_completions_and_responses_are_the_same_objects_from_node() {
    node_suite("parity_openai.test.js", Vendor::OpenAi, credentials::OPENAI_KEY);
}

#[test]
fn messages_are_the_same_objects_from_node() {
    node_suite("parity_anthropic.test.js", Vendor::Anthropic, credentials::ANTHROPIC_KEY);
}
