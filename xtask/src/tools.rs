//! The required tools of the machine, checked before anything is built: all missing ones are reported at once.

use crate::process::{find_on_path, output};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

/// The disk space of a first `up`, measured, with a margin; the tests need more.
const FOR_UP_MB: u64 = 5_000;
const FOR_TESTS_MB: u64 = 10_000;
/// The free space must hold the next link, where all has been built before.
const FOR_MORE_MB: u64 = 1_000;

/// Checks for `cargo xtask up`: a C compiler, and disk space.
///
/// # Errors
/// Everything that is missing, and what to do.
pub fn for_builds(workspace: &Workspace) -> Result<()> {
    report(builds(workspace, FOR_UP_MB))
}

/// Checks for the tests, in addition the formatter, the linter, and the interpreters of the vendors' SDKs.
///
/// # Errors
/// Everything that is missing, and what to do.
pub fn for_tests(workspace: &Workspace) -> Result<()> {
    let mut problems = builds(workspace, FOR_TESTS_MB);
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if output(workspace.cargo().args([subcommand, "--version"])).is_err() {
            problems.push(format!(
                "cargo {subcommand} is missing; run `rustup component add {component}`"
            ));
        }
    }
    // https://docs.python.org/3/library/ensurepip.html: Debian has it in a package of its own.
    let python = ["-c", "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))"];
    if output(Command::new("python3").args(python)).is_err() {
        problems.push(
            "python3 is missing, older than 3.11, or without venv; install Python 3.11 or later (on Debian python3-venv too)"
                .to_owned(),
        );
    }
    if !output(Command::new("node").arg("--version")).is_ok_and(|text| is_node_20(&text)) {
        problems.push("node is missing or older than 20; install Node.js 20 or later".to_owned());
    }
    if find_on_path("npm").is_none() {
        problems.push("npm is missing; install it with Node.js".to_owned());
    }
    if ["redis-server", "apt-get"].iter().all(|program| find_on_path(program).is_none()) {
        problems.push("redis-server is missing; install Redis 6 or later".to_owned());
    }
    report(problems)
}

fn builds(workspace: &Workspace, from_nothing_mb: u64) -> Vec<String> {
    let mut problems = Vec::new();
    if ["cc", "gcc", "clang"].iter().all(|program| find_on_path(program).is_none()) {
        problems
            .push("a C compiler is missing; install one (on Debian build-essential)".to_owned());
    }
    let target = &workspace.target;
    let is_built = target.join("wasm").is_dir();
    let wanted = if is_built { FOR_MORE_MB } else { from_nothing_mb };
    match free_mb(target) {
        Ok(free) if free < wanted => problems.push(format!(
            "the disk of {} has {free} MB left and this needs {wanted}; free some, or let CARGO_TARGET_DIR name a folder \
             on another disk",
            target.display()
        )),
        Ok(_) => {}
        // If it cannot be determined, the build itself reports what it lacks.
        Err(error) => eprintln!("warning: {error:#}"),
    }
    problems
}

fn report(problems: Vec<String>) -> Result<()> {
    match problems.is_empty() {
        true => Ok(()),
        false => bail!("{}", problems.join("; ")),
    }
}

fn is_node_20(version: &str) -> bool {
    let major = version.trim_start_matches('v').split('.').next();
    major.and_then(|major| major.parse::<u32>().ok()).is_some_and(|major| major >= 20)
}

/// The free space on the disk of this folder, or of its first existing parent.
fn free_mb(folder: &Path) -> Result<u64> {
    let folder = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    let text =
        output(Command::new("df").arg("-Pk").arg(folder)).context("the free space is unknown")?;
    available_kb(&text).map(|kb| kb / 1024).context("the free space is unknown: df says no number")
}

/// https://pubs.opengroup.org/onlinepubs/9799919799/utilities/df.html: with -P, the fourth field of the second line.
fn available_kb(df: &str) -> Option<u64> {
    df.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_df_and_node_say() {
        let df =
            "Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda 9 5 4 60% /\n";
        assert_eq!(available_kb(df), Some(4));
        assert_eq!(available_kb("nonsense"), None);
        assert!(is_node_20("v20.1.0") && is_node_20("v22.0.0"));
        assert!(!is_node_20("v18.20.0") && !is_node_20("") && !is_node_20("vx"));
    }

    #[test]
    fn says_all_that_is_missing_at_once() {
        let text = report(vec!["a is missing".to_owned(), "b is old".to_owned()]).unwrap_err();
        assert_eq!(text.to_string(), "a is missing; b is old");
        assert!(report(Vec::new()).is_ok());
    }
}
