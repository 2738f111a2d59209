//! Python packages in the versions that a `requirements.txt` pins, in a folder of the target directory.

use crate::process::{NETWORK_LIMIT, find_on_path, output, run, run_within};
use crate::progress::note;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Installs them into `folder`, unless they are installed.
pub fn prepare(workspace: &Workspace, folder: &Path, requirements: &Path) -> Result<()> {
    let system =
        find_on_path("python3").context("python3 is not on PATH; install Python 3.11 or later")?;
    let version = output(Command::new(&system).arg("--version"))?;
    let wanted = stamp(&version, requirements)?;
    if is_stamped(folder, &wanted) {
        return Ok(());
    }
    note(&format!("python3 -m venv, pip install -r {}", requirements.display()));
    let _ = fs::remove_dir_all(folder);
    run(workspace.command(&system).args(["-m", "venv"]).arg(folder))
        .context("Debian has venv in the package python3-venv")?;
    let mut install = workspace.command(program(folder, "python"));
    install.args(["-m", "pip", "install", "--quiet", "--requirement"]).arg(requirements);
    run_within(&mut install, NETWORK_LIMIT)
        .context("pip fetches its packages once, where there is a network")?;
    write_stamp(folder, &wanted)
}

/// A program of the folder.
pub fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join("bin").join(name)
}

/// The inputs of an installation: the tool and the pinned versions.
pub fn stamp(version: &str, pins: &Path) -> Result<String> {
    let pins = fs::read(pins).with_context(|| format!("cannot read {}", pins.display()))?;
    Ok(format!("{version}\n{}\n", hex::encode(Sha256::digest(pins))))
}

/// Whether these are what was installed into the folder.
pub fn is_stamped(folder: &Path, wanted: &str) -> bool {
    fs::read_to_string(folder.join(".postern-stamp")).is_ok_and(|found| found == wanted)
}

/// Written last: an interrupted installation is done again.
pub fn write_stamp(folder: &Path, stamp: &str) -> Result<()> {
    let file = folder.join(".postern-stamp");
    fs::write(&file, stamp).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_is_done_again_when_tool_or_pins_change() {
        let folder = std::env::temp_dir().join(format!("postern-stamp-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let pins = folder.join("pins");
        fs::write(&pins, "openai==1").unwrap();
        let first = stamp("Python 3.11", &pins).unwrap();
        assert!(!is_stamped(&folder, &first));
        write_stamp(&folder, &first).unwrap();
        assert!(is_stamped(&folder, &first));
        assert!(!is_stamped(&folder, &stamp("Python 3.12", &pins).unwrap()));
        fs::write(&pins, "openai==2").unwrap();
        assert!(!is_stamped(&folder, &stamp("Python 3.11", &pins).unwrap()));
        fs::remove_dir_all(folder).unwrap();
    }
}
