//! The clone, its packages and its target directory, as cargo sees them.

use crate::process;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folders whose packages are components: of the product, of the examples and of the tests.
const COMPONENTS: [&str; 4] = ["components", "examples", "tests/faulty-guardrail", "tests/probe"];

/// The clone that the command was called in.
pub struct Workspace {
    /// The folder of the root `Cargo.toml`.
    pub root: PathBuf,
    /// Absolute; outside of the clone if `CARGO_TARGET_DIR` or cargo's configuration says so.
    pub target: PathBuf,
    /// Every member, sorted by name.
    pub packages: Vec<Package>,
}

/// One member of the workspace.
#[derive(Deserialize)]
pub struct Package {
    pub name: String,
    pub manifest_path: PathBuf,
    #[serde(default)]
    pub dependencies: Vec<Dependency>,
    #[serde(default)]
    metadata: serde_json::Value,
}

/// A dependency of a package.
#[derive(Deserialize)]
pub struct Dependency {
    pub name: String,
    /// The path of a member of the workspace.
    pub path: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
    workspace_root: PathBuf,
}

impl Workspace {
    /// Asks cargo, so that its configuration files and variables apply.
    pub fn find() -> Result<Self> {
        let text = process::output(
            Command::new(cargo_program())
                .args(["metadata", "--no-deps", "--format-version", "1"])
                .stderr(std::process::Stdio::inherit()),
        )?;
        let mut found: Metadata =
            serde_json::from_str(&text).context("cargo metadata: unexpected answer")?;
        found.packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self {
            root: found.workspace_root,
            target: found.target_directory,
            packages: found.packages,
        })
    }

    /// The members under `components/` that the shipped `spin.toml` or the one for Spin has.
    pub fn components(&self) -> impl Iterator<Item = &Package> {
        self.all_components().filter(|package| package.instead_of().is_none())
    }

    /// Alternative builds of them, which an operator may use instead.
    pub fn alternatives(&self) -> impl Iterator<Item = &Package> {
        self.all_components().filter(|package| package.instead_of().is_some())
    }

    /// The members that the current `spin.toml` composes.
    pub fn composed(&self) -> Result<Vec<&Package>> {
        let manifest = self.root.join("spin.toml");
        let text = fs::read_to_string(&manifest)
            .with_context(|| format!("cannot read {}", manifest.display()))?;
        let is_named =
            |package: &&Package| text.contains(&format!("target/components/{}.wasm", package.name));
        Ok(self.all_components().filter(is_named).collect())
    }

    fn all_components(&self) -> impl Iterator<Item = &Package> {
        let folder = self.root.join("components");
        self.packages.iter().filter(move |package| package.manifest_path.starts_with(&folder))
    }

    /// The component under `tests/` that uses the host's interfaces; not part of the product.
    pub fn probe(&self) -> Option<&Package> {
        let folder = self.root.join("tests/probe");
        self.packages.iter().find(|package| package.manifest_path.starts_with(&folder))
    }

    /// The manifest of the member with this name.
    pub fn manifest_of(&self, name: &str) -> Option<&PathBuf> {
        let package = self.packages.iter().find(|package| package.name == name)?;
        Some(&package.manifest_path)
    }

    /// The members that are native programs and libraries: all except those that are built as components. Cargo is always
    /// called with all of them, so that it builds their common dependencies once, with the same features.
    pub fn native(&self) -> Vec<&str> {
        let folders = COMPONENTS.map(|folder| self.root.join(folder));
        let is_native = |package: &&Package| {
            !folders.iter().any(|folder| package.manifest_path.starts_with(folder))
        };
        let native = self.packages.iter().filter(is_native);
        native.flat_map(|package| ["--package", package.name.as_str()]).collect()
    }

    /// A cargo call in the root of the clone that builds into [`Workspace::target`].
    pub fn cargo(&self) -> Command {
        let mut command = self.command(cargo_program());
        command.env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// A call of any program in the root of the clone, without the variables of `cargo run` about this package: build
    /// scripts that watch such variables would run again each time.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.current_dir(&self.root);
        for (name, _) in env::vars_os() {
            if name.to_str().is_some_and(is_of_cargo_run) {
                command.env_remove(name);
            }
        }
        command
    }
}

impl Package {
    /// `[package.metadata.postern] pre-initialise = true`: to be snapshotted after its start.
    pub fn pre_initialise(&self) -> bool {
        let flag = self.metadata.pointer("/postern/pre-initialise");
        flag.and_then(serde_json::Value::as_bool).unwrap_or(false)
    }

    /// `[package.metadata.postern] instead-of = "NAME"`: another build of that component.
    pub fn instead_of(&self) -> Option<&str> {
        self.metadata.pointer("/postern/instead-of").and_then(serde_json::Value::as_str)
    }
}

/// The cargo that runs this program, or the one on `PATH`.
pub fn cargo_program() -> PathBuf {
    env::var_os("CARGO").map_or_else(|| "cargo".into(), PathBuf::from)
}

fn is_of_cargo_run(name: &str) -> bool {
    ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|start| name.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(metadata: &str) -> Package {
        let text = format!(r#"{{"name":"a","manifest_path":"/r/a","metadata":{metadata}}}"#);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn reads_whether_a_component_asks_for_pre_initialisation() {
        assert!(package(r#"{"postern":{"pre-initialise":true}}"#).pre_initialise());
        assert!(!package(r#"{"postern":{}}"#).pre_initialise());
        assert!(!package("null").pre_initialise());
    }

    #[test]
    fn keeps_the_settings_of_the_user_and_drops_those_of_cargo_run() {
        assert!(is_of_cargo_run("CARGO_PKG_NAME"));
        assert!(is_of_cargo_run("CARGO_MANIFEST_DIR"));
        assert!(!is_of_cargo_run("CARGO_TARGET_DIR"));
        assert!(!is_of_cargo_run("CARGO_NET_OFFLINE"));
    }
}
