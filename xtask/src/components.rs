//! Builds the components and puts them where `spin.toml` looks for them.

mod snapshot;

pub use snapshot::{Made, stamp};

use crate::artifacts;
use crate::progress::note;
use crate::toolchain::TARGET;
use crate::workspace::{Package, Workspace};
use anyhow::{Context, Result};
use std::fs;
use std::path::{Path, PathBuf};

/// The optimisation of the code.
#[derive(Clone, Copy)]
pub enum Profile {
    /// As shipped: small and fast, with link-time optimisation.
    Release,
    /// The same code, built in half the time: for the tests and `up`.
    Dev,
}

impl Profile {
    /// Its name in the root `Cargo.toml`.
    fn name(self) -> &'static str {
        match self {
            Self::Release => "component",
            Self::Dev => "component-dev",
        }
    }
}

/// The members under `components/` with these names.
///
/// # Errors
/// For an unknown name, with all names.
pub fn named<'a>(workspace: &'a Workspace, names: &[String]) -> Result<Vec<&'a Package>> {
    let find = |name: &String| {
        let all = || workspace.components().chain(workspace.alternatives());
        let found = all().find(|package| package.name == *name);
        found.with_context(|| {
            let all: Vec<_> = all().map(|p| p.name.as_str()).collect();
            format!("no component is called {name:?}; there are {}", all.join(", "))
        })
    };
    names.iter().map(find).collect()
}

/// Builds them with one call of cargo and copies each to `target/components/NAME.wasm`, pre-initialised if it asks for
/// that.
pub fn build(workspace: &Workspace, packages: &[&Package], profile: Profile) -> Result<()> {
    build_with(workspace, packages, profile, &[])
}

/// The same, with features (`sandbox/spin-llm`) that are off by default.
pub fn build_with(
    workspace: &Workspace,
    packages: &[&Package],
    profile: Profile,
    features: &[String],
) -> Result<()> {
    // Together, cargo would build all with the features of the SDK that an alternative requires.
    let (alone, others): (Vec<_>, Vec<_>) =
        packages.iter().copied().partition(|package| package.instead_of().is_some());
    if !others.is_empty() {
        build_together(workspace, &others, profile, features)?;
    }
    alone
        .into_iter()
        .try_for_each(|package| build_together(workspace, &[package], profile, features))
}

fn build_together(
    workspace: &Workspace,
    packages: &[&Package],
    profile: Profile,
    features: &[String],
) -> Result<()> {
    let files = compiled(workspace, packages, profile, features)?;
    for (package, file) in packages.iter().zip(files) {
        let file = match package.pre_initialise() {
            true => snapshot::pre_initialised(workspace, &package.name, &file)?,
            false => file,
        };
        let placed = placed(workspace, &package.name);
        if place(&file, &placed)? {
            note(&format!("{}: built with the profile `{}`", placed.display(), profile.name()));
        }
    }
    Ok(())
}

/// The files that one call of cargo makes of these packages, in their order.
pub fn compiled(
    workspace: &Workspace,
    packages: &[&Package],
    profile: Profile,
    features: &[String],
) -> Result<Vec<PathBuf>> {
    let target = workspace.target.join("wasm");
    let mut command = workspace.cargo();
    // Flags for the machine's own code (`-C target-cpu=native`) do not fit.
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"] {
        command.env_remove(name);
    }
    command
        .args(["build", "--message-format=json-render-diagnostics"])
        .args(["--target", TARGET, "--profile", profile.name(), "--target-dir"])
        .arg(&target);
    for package in packages {
        command.args(["--package", &package.name]);
    }
    for feature in features {
        command.args(["--features", feature]);
    }
    let built = artifacts::built(&mut command)?;
    let file_of = |package: &&Package| {
        let artifact = built.iter().find(|a| a.manifest_path == package.manifest_path);
        let file = artifact.and_then(|a| a.filenames.iter().find(|f| is_wasm(f)));
        file.cloned().with_context(|| {
            format!(
                "{} makes no .wasm; its Cargo.toml needs `crate-type = [\"cdylib\"]`",
                package.name
            )
        })
    };
    packages.iter().map(file_of).collect()
}

/// The path where `spin.toml` expects a component: in the clone, wherever cargo builds.
pub fn placed(workspace: &Workspace, name: &str) -> PathBuf {
    let folder = workspace.root.join("target/components");
    folder.join(format!("{name}.wasm"))
}

/// Copies atomically, and not at all if nothing changed, so that watchers and caches see no change. Returns whether it
/// did.
pub fn place(from: &Path, to: &Path) -> Result<bool> {
    let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
    if fs::read(to).is_ok_and(|before| before == bytes) {
        return Ok(false);
    }
    let folder = to.parent().context("no folder to copy to")?;
    let new = to.with_extension(format!("{}.new", std::process::id()));
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(&new, bytes))
        .and_then(|()| fs::rename(&new, to))
        .with_context(|| format!("cannot write {}", to.display()))?;
    Ok(true)
}

fn is_wasm(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "wasm")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("postern-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn leaves_an_unchanged_component_alone() {
        let folder = folder("place");
        let (from, to) = (folder.join("a"), folder.join("b/c.wasm"));
        fs::write(&from, "one").unwrap();
        assert!(place(&from, &to).unwrap());
        let modified = fs::metadata(&to).unwrap().modified().unwrap();
        assert!(!place(&from, &to).unwrap());
        assert_eq!(fs::metadata(&to).unwrap().modified().unwrap(), modified);
        fs::write(&from, "two").unwrap();
        place(&from, &to).unwrap();
        assert_eq!(fs::read_to_string(&to).unwrap(), "two");
        fs::remove_dir_all(folder).unwrap();
    }
}
