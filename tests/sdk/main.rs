//! The official SDKs as clients: they find problems in answers that no other test looks for.

mod cuts;
mod fakes;
mod limits;
mod parity;
mod programs;

use postern_tests::{Stage, manifest, shared};
use std::env;
use std::ffi::OsString;
use std::path::Path;
use std::process::Command;

const REMEDY: &str = "run `cargo xtask test`, which installs what the tests need";

/// Runs the client to its end, against the shared stage.
fn run(mut command: Command, folder: &str) {
    let stage: &Stage = shared();
    let output = command
        .current_dir(manifest::repository().join("tests/sdk").join(folder))
        .env("POSTERN_BASE_URL", format!("http://{}/v1", stage.gateway.address()))
        .env("POSTERN_KEY", stage.key.expose())
        .env("POSTERN_RESTRICTED_KEY", stage.restricted_key.expose())
        // A key or a proxy of the machine must not be used.
        .env_remove("OPENAI_API_KEY")
        .env_remove("OPENAI_BASE_URL")
        .env("NO_PROXY", "127.0.0.1")
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}; {REMEDY}"));
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    println!("{text}");
    stage.assert_nothing_invalid_was_sent();
}

/// `POSTERN_PYTHON`, else where `cargo xtask test` puts it.
fn python() -> OsString {
    env::var_os("POSTERN_PYTHON").unwrap_or_else(|| {
        let test = env::current_exe().expect("a program");
        let target = test.ancestors().nth(3).expect("a target directory");
        target.join("venv/bin/python").into()
    })
}

#[test]
fn the_official_python_sdk_finds_what_it_expects() {
    let python = python();
    assert!(Path::new(&python).exists(), "{} is not there; {REMEDY}", Path::new(&python).display());
    let mut command = Command::new(python);
    // `-B`: no `__pycache__` in the sources.
    command.args(["-B", "-m", "unittest", "discover", "--pattern", "*_test.py"]);
    run(command, "python");
}

#[test]
fn the_official_npm_sdk_finds_what_it_expects() {
    let folder = manifest::repository().join("tests/sdk/node");
    assert!(folder.join("node_modules/openai").exists(), "the npm SDK is not installed; {REMEDY}");
    let mut command = Command::new("node");
    command.args(["--test", "chat.test.js", "errors.test.js", "waiting.test.js"]);
    run(command, "node");
}
