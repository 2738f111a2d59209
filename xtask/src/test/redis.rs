//! A Redis server for the tests to start: the machine's, or the distribution's.

use crate::process::find_on_path;
use crate::progress::note;
use crate::toolchain::apt::Root;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

/// The program, if there is one.
pub fn server() -> Option<PathBuf> {
    find_on_path("redis-server")
}

/// Sees to it that there is one.
pub fn prepare(_: &Workspace) -> Result<()> {
    if server().is_some() {
        return Ok(());
    }
    install().context(
        "redis-server is not on PATH; install it (any version from 6 on) and run this again",
    )?;
    match server() {
        Some(_) => Ok(()),
        None => bail!("redis-server was installed and is still not on PATH"),
    }
}

fn install() -> Result<()> {
    if find_on_path("apt-get").is_none() {
        bail!("apt-get is not there either");
    }
    let root = Root::find()?;
    note("apt-get install redis-server");
    root.install(&["redis-server"])
}
