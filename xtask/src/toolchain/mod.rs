//! The compiler for the components: finds one that can make `wasm32-wasip2`, or gets one.
//!
//! In this order: the active toolchain, the compiler of the distribution, `rustup target add`,
//! the packages of the distribution. Whatever is found has to compile a small program before it
//! is used; that proof is kept until the compiler or its standard library changes.

pub mod apt;
mod debian;
mod proof;
mod rustc;
mod rustup;

use crate::workspace::Workspace;
use anyhow::{Context, Result, anyhow};
use rustc::Rustc;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the components are compiled to.
pub const TARGET: &str = "wasm32-wasip2";

/// What differs from a native build when a component is built.
pub struct WasmToolchain {
    rustc: PathBuf,
    /// Searched for linkers before `PATH`.
    linkers: Vec<PathBuf>,
    /// Where the libraries are if not in the compiler's own folder.
    sysroot: Option<PathBuf>,
    identity: String,
}

impl WasmToolchain {
    /// Takes the active compiler, or the distribution's with the linkers of the active one.
    fn new(rustc: &Rustc, linkers: Vec<PathBuf>) -> Self {
        Self {
            rustc: rustc.program.clone(),
            linkers,
            sysroot: None,
            identity: rustc.identity(&rustc.sysroot),
        }
    }

    /// The version of the compiler and a list of its libraries: changes when either does.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Makes cargo, or the compiler itself, use this toolchain. Flags meant for the machine's
    /// own code (`-C target-cpu=native`) are taken away, they would not fit.
    pub fn apply(&self, command: &mut Command) {
        command.env("RUSTC", &self.rustc).env("PATH", self.path());
        for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"] {
            command.env_remove(name);
        }
    }

    fn path(&self) -> OsString {
        let before = env::var_os("PATH").unwrap_or_default();
        let folders = self.linkers.iter().cloned().chain(env::split_paths(&before));
        env::join_paths(folders).unwrap_or(before)
    }
}

/// The toolchain, got from rustup or the distribution if there is none yet.
pub fn find_or_get(workspace: &Workspace) -> Result<WasmToolchain> {
    let folder = workspace.target.join("toolchain");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let active = Rustc::active().context("no Rust compiler")?;
    let mut tried = Vec::new();
    let found = proven(Ok(present(&active)), &folder, &mut tried)
        .or_else(|| proven(debian::present(&active), &folder, &mut tried))
        .or_else(|| proven(rustup::get(&active), &folder, &mut tried))
        .or_else(|| proven(debian::get(&active, &folder), &folder, &mut tried));
    found.ok_or_else(|| refusal(&tried))
}

/// The active compiler if the target is installed for it. rustc finds its own linkers.
fn present(active: &Rustc) -> Option<WasmToolchain> {
    let complete = active.has_std(&active.sysroot);
    complete.then(|| WasmToolchain::new(active, Vec::new()))
}

/// Keeps the candidate if it is known to work, or shows that it does; else keeps the reason.
fn proven(
    candidate: Result<Option<WasmToolchain>>,
    folder: &Path,
    tried: &mut Vec<String>,
) -> Option<WasmToolchain> {
    let checked = candidate.and_then(|candidate| {
        let Some(candidate) = candidate else {
            return Ok(None);
        };
        proof::check(&candidate, folder)?;
        Ok(Some(candidate))
    });
    checked.unwrap_or_else(|error| {
        tried.push(format!("{error:#}"));
        None
    })
}

fn refusal(tried: &[String]) -> anyhow::Error {
    let tried = tried.join("; ");
    anyhow!(
        "no compiler for {TARGET} ({tried}); run `rustup target add {TARGET}` where there is a network, \
         or start this again as root on Debian 12 or later"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_everything_that_was_tried_and_the_remedy() {
        let text = refusal(&["rustup is offline".into(), "not root".into()]).to_string();
        assert!(text.contains("rustup is offline; not root"), "{text}");
        assert!(text.contains("rustup target add wasm32-wasip2"), "{text}");
        assert!(!text.contains('\n'), "{text}");
    }
}
