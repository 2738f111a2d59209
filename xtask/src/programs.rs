//! The two native programs: built here, run as separate programs, so that this one never links a runtime.

use crate::artifacts;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

/// The packages, and the names of their programs.
const HOST: &str = "postern-host";
const HOST_COUNTED: &str = "postern-host-counted";
const POSTERN: &str = "postern";

/// The built programs.
pub struct Programs {
    /// Runs the gateway.
    pub host: PathBuf,
    postern: PathBuf,
}

impl Programs {
    /// Builds them if they are not fresh: as the tests run them, in half the time that [`Programs::build_release`] takes.
    pub fn build(workspace: &Workspace) -> Result<Self> {
        Self::build_with(workspace, &[])
    }

    /// Builds them optimised.
    pub fn build_release(workspace: &Workspace) -> Result<Self> {
        Self::build_with(workspace, &["--release"])
    }

    /// The host that counts what a request costs, for the benchmark.
    pub fn build_counted(workspace: &Workspace) -> Result<PathBuf> {
        let mut command = workspace.cargo();
        command.args(["build", "--release", "--package", HOST, "--bin", HOST_COUNTED]).args([
            "--features",
            "counted",
            "--message-format=json-render-diagnostics",
        ]);
        let built = artifacts::built(&mut command)?;
        let mut programs = built.iter().filter(|artifact| artifact.target.name == HOST_COUNTED);
        let program = programs.find_map(|artifact| artifact.executable.clone());
        program.with_context(|| format!("{HOST_COUNTED} makes no program"))
    }

    fn build_with(workspace: &Workspace, words: &[&str]) -> Result<Self> {
        let mut command = workspace.cargo();
        command
            .args(["build", "--bin", HOST, "--bin", POSTERN])
            .args(workspace.native())
            .args(words);
        command.arg("--message-format=json-render-diagnostics");
        let built = artifacts::built(&mut command)?;
        let program = |name: &str| {
            let mut programs = built.iter().filter(|artifact| artifact.target.name == name);
            let program = programs.find_map(|artifact| artifact.executable.clone());
            program.with_context(|| format!("{name} makes no program"))
        };
        Ok(Self { host: program(HOST)?, postern: program(POSTERN)? })
    }

    /// The operator's program, on the clone; relative paths are the caller's.
    pub fn postern(&self, workspace: &Workspace, subcommand: &str) -> Command {
        let mut command = Command::new(&self.postern);
        command.arg("--app").arg(&workspace.root).arg("--host").arg(&self.host).arg(subcommand);
        command
    }
}
