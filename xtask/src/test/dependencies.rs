//! Checks licences, duplicates and origins of the crates we depend on, and known vulnerabilities if their database can
//! be reached. By cargo-deny, as configured in `deny.toml`.

use super::report::Report;
use crate::process::{NETWORK_LIMIT, output, run_in_the_open, run_within};
use crate::progress::note;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// Pinned: another version may read `deny.toml` differently.
const VERSION: &str = "0.20.2";

/// The advisory database is a few megabytes.
const DATABASE_LIMIT: Duration = Duration::from_secs(60);

/// Fails for violations of `deny.toml` and for known vulnerabilities; reports if the latter could not be looked up.
pub fn check(workspace: &Workspace, report: &mut Report) -> Result<()> {
    let tool = report.compiling(|| find_or_install(workspace))?;
    let deny = || {
        let mut command = workspace.command(&tool);
        command.args(["--workspace", "--locked"]);
        command
    };
    run_in_the_open(deny().args([
        "check",
        "--hide-inclusion-graph",
        "licenses",
        "bans",
        "sources",
    ]))?;
    match run_within(deny().args(["fetch", "db"]), DATABASE_LIMIT) {
        Ok(_) => run_in_the_open(deny().args(["check", "--disable-fetch", "advisories"])),
        Err(_) => {
            println!(
                "warning: the advisory database cannot be reached, known vulnerabilities were not looked up"
            );
            Ok(())
        }
    }
}

/// In the target directory. A debug build: 40 s on 2 cores, and quick enough for our tree.
fn find_or_install(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("tools");
    let program = folder.join("bin/cargo-deny");
    let version = output(Command::new(&program).arg("--version"));
    if version.is_ok_and(|text| text.ends_with(VERSION)) {
        return Ok(program);
    }
    note(&format!("cargo install cargo-deny {VERSION} (about a minute, once)"));
    let mut install = workspace.cargo();
    install
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .env("CARGO_TARGET_DIR", folder.join("build"))
        .args(["install", "--locked", "--force", "--debug"])
        .args(["cargo-deny", "--version", VERSION, "--root"])
        .arg(&folder);
    run_within(&mut install, NETWORK_LIMIT)
        .context("cannot install cargo-deny, which is fetched once where there is a network")?;
    let _ = std::fs::remove_dir_all(folder.join("build"));
    Ok(program)
}
