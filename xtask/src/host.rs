//! The host: built here, run as a program of its own, so that this one never links a runtime.

use crate::artifacts;
use crate::cli::{Configuration, Runtime};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::{self, PathBuf};
use std::process::{Command, Output, Stdio};

const PACKAGE: &str = "postern-host";
/// What `postern-host key-value get` exits with when there is no such key.
const ABSENT: i32 = 3;
/// The store that the stages open.
const STORE: &str = "default";

/// The host as built.
pub struct Host<'a> {
    workspace: &'a Workspace,
    pub program: PathBuf,
}

impl<'a> Host<'a> {
    /// Builds it if it is not fresh.
    pub fn build(workspace: &'a Workspace) -> Result<Self> {
        let mut command = workspace.cargo();
        command.args(["build", "--release", "--package", PACKAGE]);
        command.arg("--message-format=json-render-diagnostics");
        let built = artifacts::built(&mut command)?;
        let folder = workspace.root.join("host");
        let program = built
            .into_iter()
            .filter(|artifact| artifact.manifest_path.starts_with(&folder))
            .find_map(|artifact| artifact.executable)
            .with_context(|| format!("{PACKAGE} makes no program"))?;
        Ok(Self { workspace, program })
    }

    /// A subcommand that reads the manifest.
    pub fn command(&self, subcommand: &str, configuration: &Configuration) -> Result<Command> {
        let mut command = self.workspace.command(&self.program);
        command.args([subcommand, "--manifest", "spin.toml"]);
        for variable in &configuration.variable {
            command.args(["--variable", variable]);
        }
        if let Some(folder) = &configuration.policies {
            let folder = path::absolute(folder)?;
            command.arg("--files").arg(format!("policies={}", folder.display()));
        }
        runtime(&mut command, &configuration.runtime)?;
        Ok(command)
    }

    /// The key-value store of the gateway, without the gateway.
    pub fn store(&'a self, runtime: &'a Runtime) -> Store<'a> {
        let host = self;
        Store { host, runtime }
    }
}

/// The key-value store, through the host's command line.
pub struct Store<'a> {
    host: &'a Host<'a>,
    runtime: &'a Runtime,
}

/// What is done with a store, wherever it is.
pub trait KeyValue {
    /// The value of a name, if there is one.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>>;
    /// Every name.
    fn list(&self) -> Result<Vec<String>>;
    /// Puts a value in place of any other.
    fn set(&self, name: &str, value: &[u8]) -> Result<()>;
    /// Removes a name, if it is there.
    fn delete(&self, name: &str) -> Result<()>;
}

impl KeyValue for Store<'_> {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let output = self.call("get", &[name], None)?;
        match output.status.code() {
            Some(ABSENT) => Ok(None),
            _ => stdout("get", output).map(Some),
        }
    }

    fn list(&self) -> Result<Vec<String>> {
        let text = String::from_utf8(stdout("list", self.call("list", &[], None)?)?)?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    fn set(&self, name: &str, value: &[u8]) -> Result<()> {
        stdout("set", self.call("set", &[name, "-"], Some(value))?).map(drop)
    }

    fn delete(&self, name: &str) -> Result<()> {
        stdout("delete", self.call("delete", &[name], None)?).map(drop)
    }
}

impl Store<'_> {
    fn call(&self, action: &str, words: &[&str], input: Option<&[u8]>) -> Result<Output> {
        let mut command = self.host.workspace.command(&self.host.program);
        command.args(["key-value", action, "--store", STORE]);
        runtime(&mut command, self.runtime)?;
        command.args(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().context("cannot run the host")?;
        if let Some(mut pipe) = child.stdin.take() {
            pipe.write_all(input.unwrap_or_default())?;
        }
        Ok(child.wait_with_output()?)
    }
}

/// What a call gave, if it was successful.
fn stdout(action: &str, output: Output) -> Result<Vec<u8>> {
    let Output { status, stdout, stderr } = output;
    let reason = String::from_utf8_lossy(&stderr);
    match status.success() {
        true => Ok(stdout),
        false => bail!("the key-value store cannot {action}: {}", reason.trim_end()),
    }
}

fn runtime(command: &mut Command, runtime: &Runtime) -> Result<()> {
    if let Some(file) = &runtime.runtime_config_file {
        command.arg("--runtime-config-file").arg(path::absolute(file)?);
    }
    Ok(())
}
