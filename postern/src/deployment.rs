//! A deployment: its folder, its policies and its store.

use crate::cli::{Configuration, DeploymentOptions};
use crate::location::Location;
use crate::store::Store;
use anyhow::{Context, Result, bail};
use std::env;
use std::path::{self, PathBuf};
use std::process::{Command, Output};

/// The variable with the store, if no option names it: an address may hold a password, which every user of the machine
/// could see in a command line.
const STORE_VARIABLE: &str = "POSTERN_STORE";

/// A deployment's folders and its store.
pub struct Deployment {
    /// The folder of `spin.toml`.
    pub folder: PathBuf,
    /// The folder of the policies.
    pub policies: PathBuf,
    store: Location,
    runtime_config_file: Option<PathBuf>,
    host: Option<PathBuf>,
}

impl Deployment {
    /// The deployment that the options name.
    ///
    /// # Errors
    /// If the store's address is invalid.
    pub fn new(place: DeploymentOptions) -> Result<Self> {
        let folder = path::absolute(place.app)?;
        let policies = place.policies.map(path::absolute).transpose()?;
        let runtime_config_file = place.runtime_config_file.map(path::absolute).transpose()?;
        let default = Location::default_of(&folder);
        let store = match (&place.store, &runtime_config_file, env::var(STORE_VARIABLE)) {
            (Some(text), ..) => Location::named(text, "--store")?,
            (_, Some(file), _) => Location::configured(file)?.unwrap_or(default),
            (.., Ok(text)) => Location::named(&text, STORE_VARIABLE)?,
            _ => default,
        };
        // A name without a folder is looked up on `PATH`.
        let host = place.host.map(|host| match host.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Ok(host),
            _ => path::absolute(host),
        });
        Ok(Self {
            policies: policies.unwrap_or_else(|| folder.join("policies")),
            folder,
            store,
            runtime_config_file,
            host: host.transpose()?,
        })
    }

    /// The key-value store of the gateway, without the gateway; it is opened when it is used.
    ///
    /// # Errors
    /// If its address is invalid.
    pub fn store(&self) -> Result<Store> {
        Store::new(&self.store)
    }

    /// Whether the host accepts the manifest; it reports problems itself. `None` without a host.
    pub fn manifest_is_fine(&self, configuration: &Configuration) -> Result<Option<bool>> {
        let Some(mut command) = self.reading("check", configuration) else { return Ok(None) };
        let status = command.status().with_context(|| self.cannot_run())?;
        Ok(Some(status.success()))
    }

    /// The variables of the manifest without a value; none without a host, which knows them.
    pub fn empty_variables(&self, configuration: &Configuration) -> Result<Vec<String>> {
        let command = self.reading("empty-variables", configuration);
        let Some(mut command) = command else { return Ok(Vec::new()) };
        let Output { status, stdout, stderr } =
            command.output().with_context(|| self.cannot_run())?;
        if !status.success() {
            let said = String::from_utf8_lossy(&stderr);
            bail!("the host cannot read spin.toml: {}", said.trim_end());
        }
        Ok(String::from_utf8(stdout)?.lines().map(str::to_owned).collect())
    }

    /// A subcommand of the host that reads the manifest, in its folder.
    fn reading(&self, subcommand: &str, configuration: &Configuration) -> Option<Command> {
        let mut command = Command::new(self.host.as_ref()?);
        command.current_dir(&self.folder).args([subcommand, "--manifest", "spin.toml"]);
        if let Some(file) = &self.runtime_config_file {
            command.arg("--runtime-config-file").arg(file);
        }
        for variable in &configuration.variable {
            command.args(["--variable", variable]);
        }
        if self.policies != self.folder.join("policies") {
            command.arg("--files").arg(format!("policies={}", self.policies.display()));
        }
        Some(command)
    }

    /// The error of a program that does not start.
    fn cannot_run(&self) -> String {
        let host = self.host.as_deref().unwrap_or(&self.folder);
        format!("cannot run {}; --host names the host's program", host.display())
    }
}
