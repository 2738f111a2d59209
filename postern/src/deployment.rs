//! A deployment: the folder of `spin.toml`, and the host's program, which reaches what belongs to it.

use crate::cli::{Configuration, Runtime};
use crate::store::Store;
use anyhow::{Context, Result, bail};
use std::path::{self, Path, PathBuf};
use std::process::{Command, Output};

/// Where everything is.
pub struct Deployment {
    /// The folder of `spin.toml`.
    pub folder: PathBuf,
    host: PathBuf,
}

impl Deployment {
    /// With this folder, and this program: a file, or a name on `PATH`.
    ///
    /// # Errors
    /// When the current folder cannot be known.
    pub fn new(folder: &Path, host: &Path) -> Result<Self> {
        let is_name = host.parent() == Some(Path::new(""));
        let host = if is_name { host.to_owned() } else { path::absolute(host)? };
        Ok(Self { folder: path::absolute(folder)?, host })
    }

    /// The policies that are given, or the folder's.
    pub fn policies(&self, given: Option<&Path>) -> Result<PathBuf> {
        let given = given.map(path::absolute).transpose()?;
        Ok(given.unwrap_or_else(|| self.folder.join("policies")))
    }

    /// The key-value store of the gateway, without the gateway.
    pub fn store<'a>(&'a self, runtime: &'a Runtime) -> Store<'a> {
        Store::new(self, runtime)
    }

    /// Whether the host takes the manifest; it says what is wrong itself.
    pub fn manifest_is_fine(&self, configuration: &Configuration) -> Result<bool> {
        let mut command = self.reading("check", configuration)?;
        let status = command.status().with_context(|| self.cannot_run())?;
        Ok(status.success())
    }

    /// The variables of the manifest that have no value.
    pub fn empty_variables(&self, configuration: &Configuration) -> Result<Vec<String>> {
        let mut command = self.reading("empty-variables", configuration)?;
        let output = command.output().with_context(|| self.cannot_run())?;
        let text = String::from_utf8(stdout("the host cannot read spin.toml", output)?)?;
        Ok(text.lines().map(str::to_owned).collect())
    }

    /// A subcommand of the host that reads the manifest.
    fn reading(&self, subcommand: &str, configuration: &Configuration) -> Result<Command> {
        let mut command =
            self.host(&[subcommand, "--manifest", "spin.toml"], &configuration.runtime)?;
        for variable in &configuration.variable {
            command.args(["--variable", variable]);
        }
        if let Some(folder) = &configuration.policies {
            let folder = path::absolute(folder)?;
            command.arg("--files").arg(format!("policies={}", folder.display()));
        }
        Ok(command)
    }

    /// The host with these words, in the folder of the manifest.
    pub fn host(&self, words: &[&str], runtime: &Runtime) -> Result<Command> {
        let mut command = Command::new(&self.host);
        command.current_dir(&self.folder).args(words);
        if let Some(file) = &runtime.runtime_config_file {
            command.arg("--runtime-config-file").arg(path::absolute(file)?);
        }
        Ok(command)
    }

    /// For the error of a program that does not start.
    pub fn cannot_run(&self) -> String {
        format!("cannot run {}; --host names the host's program", self.host.display())
    }
}

/// What a program printed, if it was successful; else what it said.
pub fn stdout(cannot: &str, output: Output) -> Result<Vec<u8>> {
    let Output { status, stdout, stderr } = output;
    match status.success() {
        true => Ok(stdout),
        false => bail!("{cannot}: {}", String::from_utf8_lossy(&stderr).trim_end()),
    }
}
