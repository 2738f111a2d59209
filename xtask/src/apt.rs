//! Packages of a Debian system, where this user may install them.

use crate::process::{self, find_on_path};
use anyhow::{Context, Result, bail};
use std::process::Command;

/// Installs packages of the configured sources. Never removes another package for them.
///
/// # Errors
/// Without apt-get, without root, or when apt-get fails.
pub fn install(packages: &[&str]) -> Result<()> {
    if find_on_path("apt-get").is_none() {
        bail!("apt-get is not there either");
    }
    let sudo = !is_root()?;
    let apt_get = |words: &[&str]| {
        let mut command = Command::new(if sudo { "sudo" } else { "env" });
        command.args(if sudo { &["-n", "env"][..] } else { &[] });
        command.arg("DEBIAN_FRONTEND=noninteractive").arg("apt-get").args(words);
        process::run_within(&mut command, process::NETWORK_LIMIT)
    };
    apt_get(&["update", "-qq"])?;
    let install = ["install", "-y", "-qq", "--no-remove", "--no-install-recommends"];
    apt_get(&[&install[..], packages].concat())
}

/// Whether we are root; fails if we are not and sudo would ask for a password.
fn is_root() -> Result<bool> {
    if process::output(Command::new("id").arg("-u"))? == "0" {
        return Ok(true);
    }
    let quiet = process::output(Command::new("sudo").args(["-n", "true"]));
    quiet.map(|_| false).context("not root, and sudo needs a password")
}
