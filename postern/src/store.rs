//! The key-value store of a deployment, through the host's command line.

use crate::cli::Runtime;
use crate::deployment::{Deployment, stdout};
use anyhow::{Context, Result};
use std::io::Write;
use std::process::{Output, Stdio};

/// What `postern-host key-value get` exits with when there is no such key.
const ABSENT: i32 = 3;
/// The store that the stages open.
const STORE: &str = "default";

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

/// The store that the stages of a deployment open.
pub struct Store<'a> {
    deployment: &'a Deployment,
    runtime: &'a Runtime,
}

impl<'a> Store<'a> {
    pub fn new(deployment: &'a Deployment, runtime: &'a Runtime) -> Self {
        Self { deployment, runtime }
    }

    fn call(&self, action: &str, words: &[&str], input: Option<&[u8]>) -> Result<Output> {
        let mut command =
            self.deployment.host(&["key-value", action, "--store", STORE], self.runtime)?;
        command.args(words);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().with_context(|| self.deployment.cannot_run())?;
        if let Some(mut pipe) = child.stdin.take() {
            pipe.write_all(input.unwrap_or_default())?;
        }
        Ok(child.wait_with_output()?)
    }
}

/// What a call gave, if it was successful.
fn answer(action: &str, output: Output) -> Result<Vec<u8>> {
    stdout(&format!("the key-value store cannot {action}"), output)
}

impl KeyValue for Store<'_> {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        let output = self.call("get", &[name], None)?;
        match output.status.code() {
            Some(ABSENT) => Ok(None),
            _ => answer("get", output).map(Some),
        }
    }

    fn list(&self) -> Result<Vec<String>> {
        let text = String::from_utf8(answer("list", self.call("list", &[], None)?)?)?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    fn set(&self, name: &str, value: &[u8]) -> Result<()> {
        answer("set", self.call("set", &[name, "-"], Some(value))?).map(drop)
    }

    fn delete(&self, name: &str) -> Result<()> {
        answer("delete", self.call("delete", &[name], None)?).map(drop)
    }
}
