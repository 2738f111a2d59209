//! The artifacts of a build, as cargo reports them under any configuration.

use crate::process;
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// An artifact that cargo reports, fresh or not.
#[derive(Deserialize)]
pub struct Artifact {
    pub manifest_path: PathBuf,
    pub target: Target,
    pub profile: Profile,
    pub filenames: Vec<PathBuf>,
    pub executable: Option<PathBuf>,
}

/// The library, program or test of its package.
#[derive(Deserialize)]
pub struct Target {
    pub name: String,
}

/// Its compilation profile.
#[derive(Deserialize)]
pub struct Profile {
    /// As a test program.
    pub test: bool,
}

#[derive(Deserialize)]
struct Message {
    reason: String,
}

/// Runs cargo with `--message-format=json-render-diagnostics`; people see the rest on stderr.
pub fn built(command: &mut Command) -> Result<Vec<Artifact>> {
    let shown = process::shown(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot run {shown}"))?;
    let output = child.stdout.take().context("cargo has no stdout")?;
    let artifacts = BufReader::new(output)
        .lines()
        .filter_map(|line| line.map(|line| artifact(&line)).transpose())
        .collect::<io::Result<Vec<_>>>()?;
    let status = child.wait()?;
    if !status.success() {
        bail!("cargo build failed ({status}); mend what it says above and run this again");
    }
    Ok(artifacts)
}

fn artifact(line: &str) -> Option<Artifact> {
    let message: Message = serde_json::from_str(line).ok()?;
    if message.reason != "compiler-artifact" {
        return None;
    }
    serde_json::from_str(line).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_artifacts_among_the_other_messages_of_cargo() {
        let line = r#"{"reason":"compiler-artifact","manifest_path":"/a/Cargo.toml","target":{"name":"a"},"profile":{"test":false},"filenames":["/t/a.wasm"],"executable":null}"#;
        assert_eq!(artifact(line).unwrap().filenames, [PathBuf::from("/t/a.wasm")]);
        assert!(artifact(r#"{"reason":"build-finished","success":true}"#).is_none());
        assert!(artifact("plain text of a build script").is_none());
    }
}
