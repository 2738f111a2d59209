//! The Redis server that the tests start: the machine's, or the distribution's.

use crate::apt;
use crate::process::find_on_path;
use crate::progress::note;
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

/// The program, if there is one.
pub fn server() -> Option<PathBuf> {
    find_on_path("redis-server")
}

/// Installs one if there is none.
pub fn prepare() -> Result<()> {
    if server().is_some() {
        return Ok(());
    }
    note("apt-get install redis-server");
    apt::install(&["redis-server"]).context(
        "redis-server is not on PATH; install it (any version from 6 on) and run this again",
    )?;
    match server() {
        Some(_) => Ok(()),
        None => bail!("redis-server was installed and is still not on PATH"),
    }
}
