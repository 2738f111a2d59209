//! One target directory for several clones, made safe.
//!
//! Cargo takes a crate of the workspace for fresh if its files are older than its artifacts. With a `CARGO_TARGET_DIR`
//! outside of the clone that is wrong: the artifacts may have been built from another clone, with other contents or
//! with that clone's path compiled in. So the times of our own files are corrected before cargo reads them: a file is
//! old only if this very clone was the last to build here and the contents are those it built.

use crate::progress::note;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last build in a shared target directory.
#[derive(Default, Deserialize, Serialize)]
struct Record {
    root: PathBuf,
    files: BTreeMap<PathBuf, Seen>,
}

#[derive(Clone, Deserialize, Serialize)]
struct Seen {
    sha256: String,
    /// Nanoseconds since 1970, as the file system keeps them.
    modified_ns: u64,
}

/// Sets the times if the target directory is shared. No other process may build there until the returned file is
/// closed, which `exec` does too.
pub fn settle(workspace: &Workspace) -> Result<Option<File>> {
    let (root, target) = (&workspace.root, &workspace.target);
    if target.starts_with(root) {
        return Ok(None);
    }
    let lock = lock(target)?;
    let file = target.join("sources.json");
    let foreign =
        env::var_os("CARGO_MANIFEST_DIR").is_some_and(|of| of != env!("CARGO_MANIFEST_DIR"));
    let before = fs::read(&file).ok().filter(|_| !foreign);
    let before = before.and_then(|text| serde_json::from_slice::<Record>(&text).ok());
    let after = settle_files(root, before.unwrap_or_default())?;
    let text = serde_json::to_vec(&after)?;
    fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
    if foreign {
        return Err(build_again(workspace));
    }
    Ok(Some(lock))
}

/// This program itself came from another clone: cargo starts over, now with the right times.
fn build_again(workspace: &Workspace) -> anyhow::Error {
    let mut command = workspace.cargo();
    command.args(["run", "--quiet", "--package", "xtask", "--"]);
    if let Ok(folder) = env::current_dir() {
        command.current_dir(folder);
    }
    anyhow::Error::new(command.args(env::args_os().skip(1)).exec()).context("cannot run cargo")
}

fn lock(target: &Path) -> Result<File> {
    let path = target.join("sources.lock");
    fs::create_dir_all(target).with_context(|| format!("cannot create {}", target.display()))?;
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    if file.try_lock().is_err() {
        note(&format!("waiting for another run in {}", target.display()));
        file.lock().with_context(|| format!("cannot lock {}", path.display()))?;
    }
    Ok(file)
}

fn settle_files(root: &Path, before: Record) -> Result<Record> {
    let known = if before.root == root { before.files } else { BTreeMap::new() };
    let now = nanoseconds(SystemTime::now());
    let mut files = BTreeMap::new();
    for path in sources(root)? {
        let name = path.strip_prefix(root).unwrap_or(&path).to_owned();
        let seen = settle_file(&path, known.get(&name), now)
            .with_context(|| format!("cannot settle {}", path.display()))?;
        files.insert(name, seen);
    }
    let root = root.to_owned();
    Ok(Record { root, files })
}

fn settle_file(path: &Path, known: Option<&Seen>, now: u64) -> Result<Seen> {
    let modified_ns = nanoseconds(fs::metadata(path)?.modified()?);
    if let Some(known) = known.filter(|known| known.modified_ns == modified_ns) {
        return Ok(known.clone());
    }
    let sha256 = hex::encode(Sha256::digest(fs::read(path)?));
    let same = known.filter(|known| known.sha256 == sha256);
    let modified_ns = same.map_or(now, |known| known.modified_ns);
    let file = File::options().append(true).open(path)?;
    file.set_modified(UNIX_EPOCH + Duration::from_nanos(modified_ns))?;
    Ok(Seen { sha256, modified_ns })
}

/// Every file that may be compiled in: all except built, fetched and hidden ones.
fn sources(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = vec![root.to_owned()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        let entries =
            fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name.starts_with('.') || ["target", "node_modules"].contains(&name.as_ref()) {
                continue;
            }
            match entry.file_type()? {
                kind if kind.is_dir() => folders.push(entry.path()),
                kind if kind.is_file() => files.push(entry.path()),
                _ => {}
            }
        }
    }
    Ok(files)
}

fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Clone(PathBuf);

    impl Clone {
        fn new(name: &str) -> Self {
            let root = env::temp_dir().join(format!("postern-{name}-{}", std::process::id()));
            fs::create_dir_all(root.join("src")).unwrap();
            fs::write(root.join("src/lib.rs"), "one").unwrap();
            Self(root)
        }

        fn modified(&self) -> u64 {
            nanoseconds(fs::metadata(self.0.join("src/lib.rs")).unwrap().modified().unwrap())
        }

        /// As a fresh clone would: another time.
        fn write(&self, text: &str) {
            fs::write(self.0.join("src/lib.rs"), text).unwrap();
            let file = File::options().append(true).open(self.0.join("src/lib.rs")).unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(1)).unwrap();
        }
    }

    impl Drop for Clone {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn gives_unchanged_contents_the_time_they_were_built_with() {
        let clone = Clone::new("unchanged");
        let first = settle_files(&clone.0, Record::default()).unwrap();
        let built = clone.modified();
        clone.write("one");
        settle_files(&clone.0, first).unwrap();
        assert_eq!(clone.modified(), built);
    }

    #[test]
    fn makes_changed_contents_new_even_if_the_file_is_older() {
        let clone = Clone::new("changed");
        let first = settle_files(&clone.0, Record::default()).unwrap();
        let built = clone.modified();
        clone.write("two");
        settle_files(&clone.0, first).unwrap();
        assert!(clone.modified() > built);
    }

    #[test]
    fn makes_everything_new_after_another_clone_has_built() {
        let (clone, other) = (Clone::new("this"), Clone::new("other"));
        let first = settle_files(&clone.0, Record::default()).unwrap();
        let built = clone.modified();
        let second = settle_files(&other.0, first).unwrap();
        settle_files(&clone.0, second).unwrap();
        assert!(clone.modified() > built);
    }

    #[test]
    fn leaves_out_what_is_built_fetched_or_hidden() {
        let clone = Clone::new("sources");
        for name in ["target", ".git", "node_modules"] {
            fs::create_dir_all(clone.0.join(name)).unwrap();
            fs::write(clone.0.join(name).join("file"), "").unwrap();
        }
        assert_eq!(sources(&clone.0).unwrap(), [clone.0.join("src/lib.rs")]);
    }
}
