//! The PostgreSQL server that tests start: the machine's, or the distribution's.

use crate::apt;
use crate::process::find_on_path;
use crate::progress::note;
use anyhow::{Context, Result, bail};
use std::path::Path;

/// Whether there is one: Debian keeps its programs away from PATH.
fn is_there() -> bool {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let has_programs = |folder: &Path| folder.join("bin/initdb").is_file();
    find_on_path("psql").is_some()
        && (find_on_path("initdb").is_some()
            || versions.into_iter().any(|entry| has_programs(&entry.path())))
}

/// Installs one if there is none.
pub fn prepare() -> Result<()> {
    if is_there() {
        return Ok(());
    }
    note("apt-get install postgresql");
    apt::install(&["postgresql"]).context(
        "PostgreSQL is not installed; install it (12 or newer, server and psql) and run this again",
    )?;
    match is_there() {
        true => Ok(()),
        false => bail!("postgresql was installed, and psql or initdb is still not there"),
    }
}
