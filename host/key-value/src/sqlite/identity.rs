//! Whether a path still leads to the open file, and whether that may be written.

use std::ffi::OsString;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::connections::Connections;
use crate::durability::Durability;

/// How often the path is checked: the check takes a microsecond.
const EVERY: Duration = Duration::from_secs(1);
/// The write bits of all users. The process may run as a user whom the system lets write in any case.
const ANYONE_WRITES: u32 = 0o222;

/// A file's device and inode.
type Identity = (u64, u64);

/// The connections to a file, and its identity.
pub struct Opened {
    pub connections: Connections,
    file: Option<Identity>,
    log: Option<Identity>,
    looked_at: Instant,
    read_only: bool,
}

/// What happened to a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Change {
    /// It is unchanged.
    None,
    /// The path leads to another file, or to none.
    Replaced,
}

impl Opened {
    /// Opens a file.
    pub fn new(path: Option<&Path>, durability: Durability) -> rusqlite::Result<Self> {
        let before = path.and_then(identity);
        let opened = Self {
            connections: Connections::open(path, durability)?,
            // A replacement at this moment shows at the first check.
            file: before.or_else(|| path.and_then(identity)),
            log: path.and_then(|path| identity(&beside(path, "-wal"))),
            looked_at: Instant::now().checked_sub(EVERY).unwrap_or_else(Instant::now),
            read_only: false,
        };
        Ok(opened)
    }

    /// Checks the path, once a second.
    pub fn change(&mut self, path: &Path) -> rusqlite::Result<Change> {
        if self.looked_at.elapsed() < EVERY {
            return Ok(Change::None);
        }
        self.looked_at = Instant::now();
        let Some(metadata) = std::fs::metadata(path).ok().filter(|it| Some(of(it)) == self.file)
        else {
            return Ok(Change::Replaced);
        };
        // An open file may be written whatever its mode has become, until the next start: that would be too late.
        let read_only = metadata.mode() & ANYONE_WRITES == 0;
        if read_only != self.read_only {
            self.connections.set_read_only(read_only)?;
            self.read_only = read_only;
        }
        Ok(Change::None)
    }

    /// Closes the connections to a replaced file, without touching the new file.
    pub fn close(self, path: &Path) {
        self.connections.close_without_checkpoint();
        // And our own log, left beside the new file, would be taken for that file's
        // (https://sqlite.org/howtocorrupt.html).
        let log = beside(path, "-wal");
        if self.log.is_some() && identity(&log) == self.log {
            // A log that cannot be deleted cannot be replaced either.
            let _ = std::fs::remove_file(log);
            let _ = std::fs::remove_file(beside(path, "-shm"));
        }
    }
}

fn identity(path: &Path) -> Option<Identity> {
    std::fs::metadata(path).ok().as_ref().map(of)
}

fn of(metadata: &Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

#[cfg(test)]
mod tests {
    use super::super::{File, SqliteStore};
    use super::*;
    use rusqlite::Connection;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

    fn store(path: &Path) -> SqliteStore {
        SqliteStore::new("default", Arc::new(File::new(Some(path.to_owned()), Durability::Disk)))
    }

    async fn look_again() {
        tokio::time::sleep(EVERY + Duration::from_millis(50)).await;
    }

    #[tokio::test]
    async fn a_file_that_was_deleted_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let ours = store(&path);
        ours.set("key", b"old").await.unwrap();
        // Its log stays, as an operator may leave it.
        std::fs::remove_file(&path).unwrap();
        look_again().await;
        assert_eq!(ours.get("key").await, Ok(None));
        ours.set("key", b"new").await.unwrap();
        assert_eq!(store(&path).get("key").await, Ok(Some(b"new".to_vec())));
    }

    #[tokio::test]
    async fn a_file_that_another_program_has_made_anew_is_the_one_that_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let ours = store(&path);
        ours.set("key", b"old").await.unwrap();
        for name in ["store.db", "store.db-wal", "store.db-shm"] {
            std::fs::remove_file(folder.path().join(name)).unwrap();
        }
        let theirs = store(&path);
        theirs.set("revoked", b"yes").await.unwrap();
        look_again().await;
        assert_eq!(ours.get("revoked").await, Ok(Some(b"yes".to_vec())));
        assert_eq!(ours.get("key").await, Ok(None));
        // Both continue in the one file: closing the old one took nothing of the new one's log.
        ours.set("key", b"new").await.unwrap();
        assert_eq!(theirs.get("key").await, Ok(Some(b"new".to_vec())));
    }

    #[tokio::test]
    async fn a_backup_that_is_moved_over_the_file_is_read_and_not_mixed_with_the_old_log() {
        let folder = tempfile::tempdir().unwrap();
        let (path, backup) = (folder.path().join("store.db"), folder.path().join("backup.db"));
        store(&backup).set("key", b"backup").await.unwrap();
        let ours = store(&path);
        ours.set("key", b"old").await.unwrap();
        std::fs::rename(&backup, &path).unwrap();
        look_again().await;
        assert_eq!(ours.get("key").await, Ok(Some(b"backup".to_vec())));
        let check: String = Connection::open(&path)
            .unwrap()
            .query_row("PRAGMA integrity_check", [], |row| row.get(0))
            .unwrap();
        assert_eq!(check, "ok");
    }

    #[tokio::test]
    async fn a_read_only_file_fails_every_write_until_it_may_be_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let ours = store(&path);
        ours.set("key", b"value").await.unwrap();
        let mode = |mode| std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        mode(0o444);
        look_again().await;
        assert!(ours.set("key", b"other").await.is_err());
        assert!(ours.increment("count", 1).await.is_err());
        assert!(ours.delete("key").await.is_err());
        assert!(ours.set_many(&[("key".to_owned(), b"other".to_vec())]).await.is_err());
        assert!(ours.swap("key", Some(b"value"), b"other").await.is_err());
        assert_eq!(ours.get("key").await, Ok(Some(b"value".to_vec())));
        // And so does a file that is opened in this state.
        let opened = store(&path);
        let _ = opened.get("key").await;
        assert!(opened.set("key", b"other").await.is_err());
        mode(0o644);
        look_again().await;
        ours.set("key", b"other").await.unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_fails_a_write_and_leaves_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("store.db");
        let ours = store(&path);
        ours.set("key", b"value").await.unwrap();
        {
            let guard = ours.file.opened.lock().unwrap();
            let connection = guard.as_ref().unwrap().connections.durable();
            let pages: i64 =
                connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
            // SQLite answers as on a full disk (https://sqlite.org/pragma.html#pragma_max_page_count).
            connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(())).unwrap();
        }
        assert!(ours.set("large", &[0; 100_000]).await.unwrap_err().contains("full"));
        assert_eq!(ours.get("key").await, Ok(Some(b"value".to_vec())));
    }
}
