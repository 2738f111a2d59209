//! Pre-initialisation: a component with tables is shipped with the tables built.
//!
//! The host does it, as a separate program. The host is built from no component, so there is no cycle.

use crate::process::run;
use crate::programs::Programs;
use crate::progress::note;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// The inputs of a snapshot besides its component: the program that takes it, and its runtime.
const TAKEN_BY: [&str; 2] = ["host/src/cli/pre_initialise.rs", "Cargo.lock"];

/// The component `built` after running its `postern-initialise`; done once for each version of it.
pub fn pre_initialised(workspace: &Workspace, name: &str, built: &Path) -> Result<PathBuf> {
    let folder = workspace.target.join("wasm/pre-initialised");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let made = Made { file: folder.join(format!("{name}.wasm")) };
    let sources = TAKEN_BY.map(|source| workspace.root.join(source));
    let wanted = stamp(std::iter::once(built).chain(sources.iter().map(PathBuf::as_path)))?;
    if !made.is_of(&wanted) {
        note(&format!("pre-initialising {name}"));
        let programs = Programs::build(workspace)?;
        let mut command = workspace.command(&programs.host);
        run(command.arg("pre-initialise").arg(built).arg(&made.file))
            .with_context(|| format!("{name} cannot be pre-initialised"))?;
        made.remember(&wanted)?;
    }
    Ok(made.file)
}

/// A file that takes long to make, and the record of its inputs.
pub struct Made {
    pub file: PathBuf,
}

impl Made {
    /// Whether it was made of these inputs.
    pub fn is_of(&self, wanted: &str) -> bool {
        self.file.is_file() && fs::read_to_string(self.stamp()).is_ok_and(|found| found == wanted)
    }

    /// Written last: what was interrupted is made again.
    pub fn remember(&self, wanted: &str) -> Result<()> {
        let file = self.stamp();
        fs::write(&file, wanted).with_context(|| format!("cannot write {}", file.display()))
    }

    fn stamp(&self) -> PathBuf {
        self.file.with_extension("stamp")
    }
}

/// The inputs, as [`Made`] records them.
pub fn stamp<'a>(files: impl Iterator<Item = &'a Path>) -> Result<String> {
    let line = |file: &Path| {
        let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok(format!("{}\n", hex::encode(Sha256::digest(bytes))))
    };
    files.map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_a_snapshot_again_when_what_it_was_made_from_changes_or_it_is_gone() {
        let folder = std::env::temp_dir().join(format!("postern-snapshot-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let built = folder.join("built.wasm");
        fs::write(&built, "one").unwrap();
        let first = stamp(std::iter::once(built.as_path())).unwrap();
        let made = Made { file: folder.join("made.wasm") };
        assert!(!made.is_of(&first));
        fs::write(&made.file, "snapshot").unwrap();
        assert!(!made.is_of(&first));
        made.remember(&first).unwrap();
        assert!(made.is_of(&first));
        fs::write(&built, "two").unwrap();
        assert!(!made.is_of(&stamp(std::iter::once(built.as_path())).unwrap()));
        fs::remove_file(&made.file).unwrap();
        assert!(!made.is_of(&first));
        fs::remove_dir_all(folder).unwrap();
    }
}
