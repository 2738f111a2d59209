//! The key of the consumer `local-dev`, so that the first request needs no set-up. It is random,
//! kept in `.postern/dev-key` for its owner alone, and printed only when it was just made.

use crate::host::KeyValue;
use crate::key;
use crate::progress::note;
use crate::workspace::Workspace;
use anyhow::{Context, Result};
use postern_keys::{IssuedKey, Key, KeyState};
use std::fs::{self, DirBuilder, File};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// The consumer of `policies/consumers.toml` that the key is for.
pub const CONSUMER: &str = "local-dev";

/// Makes sure that there is a key and that the store knows it. Returns it if it is new.
pub fn ensure(workspace: &Workspace, store: &impl KeyValue) -> Result<Option<Key>> {
    let file = file(workspace);
    match read(&file)? {
        Some(key) => restore(store, &key, &file).map(|()| None),
        None => {
            let key = key::random()?;
            let label = Some("made by `cargo xtask up`".into());
            key::put(store, &key, &IssuedKey { label, ..key::fresh(&key, CONSUMER)? })?;
            write(&file, &key)?;
            Ok(Some(key))
        }
    }
}

/// A new or another store gets the record of the key that is already there.
fn restore(store: &impl KeyValue, key: &Key, file: &Path) -> Result<()> {
    let known = key::known(store, key)?;
    match known {
        None => {
            let record = key::fresh(key, CONSUMER)?;
            key::put(store, key, &record)?;
            note(&format!(
                "the store did not know the key of {}: put back as {}",
                file.display(),
                record.id
            ));
        }
        Some(record) => {
            let over = match record.state(key::now_unix_s()?) {
                KeyState::Active => return Ok(()),
                KeyState::Revoked => "is revoked",
                KeyState::Expired => "has expired",
            };
            note(&format!("the key of {} {over}; remove the file to get another", file.display()));
        }
    }
    Ok(())
}

fn file(workspace: &Workspace) -> PathBuf {
    workspace.root.join(".postern/dev-key")
}

fn read(file: &Path) -> Result<Option<Key>> {
    match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", file.display())),
        Ok(text) => Key::parse(text.trim())
            .map(Some)
            .with_context(|| format!("{} holds no key: remove it to get another", file.display())),
    }
}

/// Readable by nobody else at any moment: created so, in a folder that is closed, then renamed.
fn write(file: &Path, key: &Key) -> Result<()> {
    let new = file.with_extension("new");
    let folder = file.parent().context("no folder for the key")?;
    let _ = fs::remove_file(&new);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .and_then(|()| File::options().write(true).create_new(true).mode(0o600).open(&new))
        .and_then(|mut opened| writeln!(opened, "{}", key.expose()))
        .and_then(|()| fs::rename(&new, file))
        .with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn folder(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("postern-{name}-{}", std::process::id()))
    }

    #[test]
    fn writes_the_key_for_its_owner_alone_and_reads_it_again() {
        let folder = folder("dev-key");
        let file = folder.join("dev-key");
        assert!(read(&file).unwrap().is_none());
        let key = key::random().unwrap();
        write(&file, &key).unwrap();
        let mode = fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert_eq!(read(&file).unwrap().unwrap().expose(), key.expose());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn refuses_a_damaged_file_without_repeating_it() {
        let folder = folder("damaged");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("dev-key"), "pk_live_secret").unwrap();
        let text = format!("{:#}", read(&folder.join("dev-key")).unwrap_err());
        assert!(text.contains("remove it to get another"), "{text}");
        assert!(!text.contains("secret"), "{text}");
        fs::remove_dir_all(folder).unwrap();
    }
}
