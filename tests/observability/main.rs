//! What monitoring sees of the gateway: the recipes of `deploy/observability`, tried with the programs that they are for.

mod collector;
mod gateway;
mod messages;
mod receivers;
mod recipes;

use postern_tests::manifest;
use std::env;
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

const REMEDY: &str = "run `cargo xtask test observability`, which gets what the tests need";

fn deploy() -> PathBuf {
    manifest::repository().join("deploy/observability")
}

/// A program of Prometheus or Alertmanager.
fn monitoring(program: &str) -> Command {
    let folder = env::var_os("POSTERN_MONITORING").map(PathBuf::from);
    let unpacked = folder.map(|folder| folder.join(program)).filter(|path| path.is_file());
    Command::new(unpacked.unwrap_or_else(|| program.into()))
}

/// What it prints; it must succeed.
fn printed<A: AsRef<OsStr>>(program: &str, arguments: &[A]) -> String {
    let output = monitoring(program).current_dir(deploy()).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; {REMEDY}"));
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {text}");
    text.into_owned()
}
