//! The programs that the recipes of `deploy/observability` are tried with: real collectors, Prometheus and Alertmanager.

use crate::process::{NETWORK_LIMIT, find_on_path, run_within};
use crate::progress::note;
use crate::venv;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const REQUIREMENTS: &str = "tests/observability/requirements.txt";

/// Debian's packages, and the programs that are used of them.
const PACKAGES: [(&str, &str); 3] = [
    ("prometheus", "promtool"),
    ("prometheus", "prometheus"),
    ("prometheus-alertmanager", "amtool"),
];

/// Gets what is not there. Debian's packages are unpacked, not installed: they would start servers.
pub fn prepare(workspace: &Workspace) -> Result<()> {
    let requirements = workspace.root.join(REQUIREMENTS);
    venv::prepare(workspace, &collectors(workspace), &requirements).context("the collectors")?;
    let folder = unpacked(workspace);
    for (package, program) in PACKAGES {
        if !is_there(&folder, program) {
            unpack(&folder, package).with_context(|| {
                format!(
                    "{program} is not on PATH; install Debian's {package}, or what it is made of"
                )
            })?;
        }
        if !is_there(&folder, program) {
            bail!("Debian's {package} has no {program}");
        }
    }
    Ok(())
}

/// Where the tests find them.
pub fn environment(workspace: &Workspace) -> Vec<(&'static str, OsString)> {
    vec![
        ("POSTERN_COLLECTORS", collectors(workspace).into()),
        ("POSTERN_MONITORING", unpacked(workspace).join("usr/bin").into()),
    ]
}

fn collectors(workspace: &Workspace) -> PathBuf {
    workspace.target.join("collectors")
}

fn unpacked(workspace: &Workspace) -> PathBuf {
    workspace.target.join("monitoring")
}

fn is_there(folder: &Path, program: &str) -> bool {
    folder.join("usr/bin").join(program).is_file() || find_on_path(program).is_some()
}

fn unpack(folder: &Path, package: &str) -> Result<()> {
    note(&format!("apt-get download {package}"));
    fs::create_dir_all(folder)?;
    let mut download = Command::new("apt-get");
    download.current_dir(folder).args(["download", "-qq", package]);
    run_within(&mut download, NETWORK_LIMIT)?;
    for entry in fs::read_dir(folder)? {
        let file = entry?.path();
        if file.extension().is_some_and(|end| end == "deb") {
            run_within(Command::new("dpkg-deb").arg("-x").arg(&file).arg(folder), NETWORK_LIMIT)?;
            fs::remove_file(&file)?;
        }
    }
    Ok(())
}
