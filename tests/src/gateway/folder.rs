//! The files of one gateway, and the program that runs on them.

use super::Options;
use crate::manifest;
use crate::programs::{build, host as program, operator};
use postern_spin::{Application, Spin, with_policies};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The files of one gateway.
pub(super) struct Folder {
    folder: tempfile::TempDir,
    has_runtime_config: bool,
}

impl Folder {
    pub(super) fn write(options: &Options) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let shipped = manifest::shipped();
        let text = options.manifest.as_ref().unwrap_or(&shipped);
        let root = manifest::repository().display().to_string();
        // The manifest names folders of the repository, and is written elsewhere.
        let text = text.replace("\"target/components/", &format!("\"{root}/target/components/"));
        let text = match Spin::named() {
            Some(_) => with_policies(&text, &policies(options)),
            None => text,
        };
        std::fs::write(folder.path().join("spin.toml"), text).expect("a file");
        if let Some(text) = &options.runtime_config {
            std::fs::write(folder.path().join("runtime-config.toml"), text).expect("a file");
        }
        Self { folder, has_runtime_config: options.runtime_config.is_some() }
    }

    /// What serves the gateway, as the leader of a process group: our host, or the program that `POSTERN_SPIN` names.
    pub(super) fn up(&self, options: &Options) -> Command {
        let mut command = match Spin::named() {
            Some(spin) => self.up_on(&spin, options),
            None => self.up_on_host(options),
        };
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0);
        command
    }

    fn up_on(&self, spin: &Spin, options: &Options) -> Command {
        let file = |name: &str| self.folder.path().join(name);
        let runtime_config = self.has_runtime_config.then(|| file("runtime-config.toml"));
        let mut command = spin.up(&Application {
            manifest: &file("spin.toml"),
            state_dir: &self.state(),
            log_dir: &file("logs"),
            runtime_config: runtime_config.as_deref(),
            variables: &options.variables,
        });
        command.current_dir(self.folder.path());
        command
    }

    fn up_on_host(&self, options: &Options) -> Command {
        let policies = policies(options);
        let mut command = self.host(&["up", "--listen", "127.0.0.1:0"]);
        command.arg("--manifest").arg(self.folder.path().join("spin.toml"));
        command.arg("--files").arg(format!("policies={}", policies.display()));
        command.arg("--cache-dir").arg(cache());
        for (name, value) in &options.variables {
            command.arg("--variable").arg(format!("{name}={value}"));
        }
        command
    }

    /// The folder of its state.
    pub(super) fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// The operator's program, without a checkout or a toolchain.
    pub(super) fn operator(&self, options: &Options) -> Command {
        let mut command = Command::new(operator());
        command.env_clear().current_dir("/").arg("--policies").arg(policies(options));
        if self.has_runtime_config {
            let file = self.folder.path().join("runtime-config.toml");
            command.arg("--runtime-config-file").arg(file);
        } else {
            command.arg("--store").arg(self.folder.path().join("state/sqlite_key_value.db"));
        }
        command
    }

    /// The host's program with these arguments, on the state of this gateway.
    pub(super) fn host(&self, words: &[&str]) -> Command {
        let mut command = Command::new(program());
        // A `.env` of the repository must not affect tests.
        command.current_dir(self.folder.path()).args(words);
        command.arg("--state-dir").arg(self.folder.path().join("state"));
        if self.has_runtime_config {
            command
                .arg("--runtime-config-file")
                .arg(self.folder.path().join("runtime-config.toml"));
        }
        command
    }
}

fn policies(options: &Options) -> PathBuf {
    options.policies.clone().unwrap_or_else(|| here().join("policies"))
}

/// The folder of this package.
fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compiled components, for all gateways of all test runs.
fn cache() -> PathBuf {
    build().join("test-component-cache")
}
