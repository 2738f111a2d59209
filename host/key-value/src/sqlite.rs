//! A store in a SQLite file, in Spin's table, so that both can use the same file.

mod connections;
mod identity;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use connections::Connections;
use identity::{Change, Opened};
use rusqlite::{Connection, ErrorCode, OptionalExtension, TransactionBehavior, params};

use crate::durability::Durability;
use crate::error::Error;

/// Exactly Spin's table.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS spin_key_value (
    store TEXT NOT NULL,
    key   TEXT NOT NULL,
    value BLOB NOT NULL,

    PRIMARY KEY (store, key)
)";

const GET: &str = "SELECT value FROM spin_key_value WHERE store=?1 AND key=?2";
const SET: &str = "INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3)
    ON CONFLICT(store, key) DO UPDATE SET value=?3";
const DELETE: &str = "DELETE FROM spin_key_value WHERE store=?1 AND key=?2";

/// How long to retry while another process writes: as long as SQLite's own tools wait.
const BUSY_LIMIT: Duration = Duration::from_secs(5);
/// Short, because another process that counts lets go of the file only between its groups.
const BUSY_PAUSE: Duration = Duration::from_millis(1);

/// How long a group of increments stays open for more.
///
/// An increment in an open group needs no transaction and no commit of its own. Until a group is committed,
/// other processes wait for the file, and the end of this process without notice loses it.
const GROUP: Duration = Duration::from_millis(2);

/// How long what was written may be in the memory of the system only ([`Durability::System`]): what a power cut loses.
const TO_DISK: Duration = Duration::from_secs(1);

/// A SQLite file with its connections.
///
/// A call takes 10 to 30 microseconds, and a write that waits for the disk its time in addition, so calls run in place; while
/// another process has the file locked, the caller waits without holding the connection or its thread.
pub struct File {
    path: Option<PathBuf>,
    durability: Durability,
    opened: Mutex<Option<Opened>>,
    /// Whether something is in the memory of the system only, and a task brings it to the disk.
    is_dirty: AtomicBool,
}

/// The part of a file with one label.
pub struct SqliteStore {
    label: String,
    file: Arc<File>,
}

impl File {
    /// `None` keeps the data in memory.
    pub fn new(path: Option<PathBuf>, durability: Durability) -> Self {
        Self { path, durability, opened: Mutex::new(None), is_dirty: AtomicBool::new(false) }
    }

    /// Runs what writes, and sees to it that it reaches the disk.
    async fn write<T>(
        self: &Arc<Self>,
        work: impl Fn(&mut Connections) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let written = self.run(work).await;
        if self.durability == Durability::System {
            self.reach_the_disk_soon();
        }
        written
    }

    /// Synchronises the log in a while, for all that is written until then. No caller waits for it, and no connection is held.
    fn reach_the_disk_soon(self: &Arc<Self>) {
        let Some(path) = self.path.as_deref() else { return };
        if self.is_dirty.swap(true, Ordering::AcqRel) {
            return;
        }
        let (log, file) = (identity::beside(path, "-wal"), Arc::downgrade(self));
        tokio::spawn(async move {
            tokio::time::sleep(TO_DISK).await;
            // What is written from now on is for another task.
            if let Some(file) = file.upgrade() {
                file.is_dirty.store(false, Ordering::Release);
            }
            let synchronised = tokio::task::spawn_blocking(move || synchronise(&log)).await;
            if let Ok(Err(error)) = synchronised {
                eprintln!(
                    "warning: the last writes to the key-value store may not be on the disk: {error}"
                );
            }
        });
    }

    async fn run<T>(
        &self,
        work: impl Fn(&mut Connections) -> rusqlite::Result<T>,
    ) -> Result<T, Error> {
        let start = Instant::now();
        loop {
            match self.attempt(&work) {
                Err(error) if is_busy(&error) && start.elapsed() < BUSY_LIMIT => {
                    tokio::time::sleep(BUSY_PAUSE).await;
                }
                result => return result.map_err(|error| error.to_string()),
            }
        }
    }

    fn attempt<T>(
        &self,
        work: impl Fn(&mut Connections) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        let mut guard = self.lock();
        // A deleted or replaced file lives on for processes that have it open: writes of others would not be seen.
        if let (Some(path), Some(opened)) = (&self.path, guard.as_mut())
            && opened.change(path)? == Change::Replaced
            && let Some(opened) = guard.take()
        {
            eprintln!("warning: {} was replaced or deleted: it is opened anew", path.display());
            opened.close(path);
        }
        let opened = match guard.as_mut() {
            Some(opened) => opened,
            None => guard.insert(Opened::new(self.path.as_deref(), self.durability)?),
        };
        work(&mut opened.connections)
    }

    #[cfg(test)]
    fn is_dirty(&self) -> bool {
        self.is_dirty.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Opened>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the open group in a moment; others may join it until then.
    fn end_group_soon(self: &Arc<Self>) {
        let file = Arc::downgrade(self);
        tokio::spawn(async move {
            tokio::time::sleep(GROUP).await;
            // A file that is gone has ended its group.
            let Some(file) = file.upgrade() else { return };
            if let Some(opened) = file.lock().as_mut() {
                // What is lost is said there.
                let _ = opened.connections.end_group();
            }
            // A commit in a group waits for no disk, whatever other writes wait for.
            file.reach_the_disk_soon();
        });
    }
}

/// A log that is gone has been written to the file, which SQLite synchronises before.
fn synchronise(log: &Path) -> std::io::Result<()> {
    match std::fs::File::open(log).and_then(|log| log.sync_data()) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

/// Whether to retry. SQLite's own busy timeout does not cover everything: not a change of the journal's mode, and not
/// the race for the first lock of a write-ahead log (https://sqlite.org/rescode.html#protocol).
fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::FileLockingProtocolFailed
        )
    )
}

impl SqliteStore {
    /// The part of the file with this label.
    pub fn new(label: &str, file: Arc<File>) -> Self {
        Self { label: label.to_owned(), file }
    }

    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        self.file.run(|connections| self.look(connections, key)).await
    }

    pub async fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        self.file.write(|connections| self.write(connections.writing()?, key, value)).await
    }

    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        let delete = |connections: &mut Connections| {
            connections
                .writing()?
                .prepare_cached(DELETE)?
                .execute(params![self.label, key])
                .map(drop)
        };
        self.file.write(delete).await
    }

    pub async fn exists(&self, key: &str) -> Result<bool, Error> {
        let exists = |connections: &mut Connections| {
            connections.reading().prepare_cached(GET)?.exists(params![self.label, key])
        };
        self.file.run(exists).await
    }

    pub async fn keys(&self) -> Result<Vec<String>, Error> {
        let keys = |connections: &mut Connections| {
            let mut statement = connections
                .reading()
                .prepare_cached("SELECT key FROM spin_key_value WHERE store=?1")?;
            statement.query_map(params![self.label], |row| row.get(0))?.collect()
        };
        self.file.run(keys).await
    }

    pub async fn get_many(&self, keys: &[String]) -> Result<Vec<(String, Option<Vec<u8>>)>, Error> {
        let read = |connections: &mut Connections| {
            let mut found = Vec::new();
            for key in keys {
                if let Some(value) = self.look(connections, key)? {
                    found.push((key.clone(), Some(value)));
                }
            }
            Ok(found)
        };
        self.file.run(read).await
    }

    pub async fn set_many(&self, pairs: &[(String, Vec<u8>)]) -> Result<(), Error> {
        let write = |connections: &mut Connections| {
            let transaction =
                connections.writing()?.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for (key, value) in pairs {
                self.write(&transaction, key, value)?;
            }
            transaction.commit()
        };
        self.file.write(write).await
    }

    pub async fn delete_many(&self, keys: &[String]) -> Result<(), Error> {
        let delete = |connections: &mut Connections| {
            let transaction =
                connections.writing()?.transaction_with_behavior(TransactionBehavior::Immediate)?;
            for key in keys {
                transaction.prepare_cached(DELETE)?.execute(params![self.label, key])?;
            }
            transaction.commit()
        };
        self.file.write(delete).await
    }

    /// Unlike a revocation, a counter need not survive a power cut: increments are committed in groups, of [`GROUP`] at
    /// most, and are on the disk with the next write that waits for it, or a while later. Otherwise each would take milliseconds.
    pub async fn increment(&self, key: &str, delta: i64) -> Result<i64, Error> {
        if delta == 0 {
            return self.count(key).await;
        }
        let (counted, begins) =
            self.file.write(|connections| self.add(connections, key, delta)).await?;
        if begins {
            self.file.end_group_soon();
        }
        counted
    }

    /// The new count, and whether a group begins with it.
    fn add(
        &self,
        connections: &mut Connections,
        key: &str,
        delta: i64,
    ) -> rusqlite::Result<(Result<i64, Error>, bool)> {
        let begins = connections.begin_group()?;
        let added = self.add_in(connections, key, delta);
        match added {
            Ok(added) if connections.must_prove() => {
                let kept = connections.end_group();
                Ok((kept.and(added), false))
            }
            Ok(added) => Ok((added, begins)),
            Err(error) => {
                // No timer ends a group whose first increment has failed.
                let _ = connections.end_group();
                Err(error)
            }
        }
    }

    fn add_in(
        &self,
        connections: &mut Connections,
        key: &str,
        delta: i64,
    ) -> rusqlite::Result<Result<i64, Error>> {
        let (label, known) = (&self.label, connections.counted(&self.label, key));
        let found = match known {
            Some(count) => Some(count),
            None => counter(self.read(connections.reading(), key)?),
        };
        let Some(count) = found else { return Ok(Err(no_counter(key))) };
        let Some(count) = count.checked_add(delta) else {
            return Ok(Err(format!("`{key}` would leave the range of a counter")));
        };
        if known.is_some() {
            connections.recount(label, key, count);
        } else {
            self.write(connections.reading(), key, &count.to_le_bytes())?;
            connections.remember(label, key, count);
        }
        Ok(Ok(count))
    }

    pub async fn count(&self, key: &str) -> Result<i64, Error> {
        let value = self.get(key).await?;
        counter(value).ok_or_else(|| no_counter(key))
    }

    pub async fn swap(&self, key: &str, seen: Option<&[u8]>, value: &[u8]) -> Result<bool, Error> {
        let swap = |connections: &mut Connections| {
            let connection = connections.writing()?;
            let changed = match seen {
                Some(seen) => connection
                    .prepare_cached("UPDATE spin_key_value SET value=?4 WHERE store=?1 AND key=?2 AND value=?3")?
                    .execute(params![self.label, key, seen, value])?,
                None => connection
                    .prepare_cached("INSERT INTO spin_key_value (store, key, value) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?
                    .execute(params![self.label, key, value])?,
            };
            Ok(changed == 1)
        };
        self.file.write(swap).await
    }

    /// A value, with the increments of an open group.
    fn look(&self, connections: &mut Connections, key: &str) -> rusqlite::Result<Option<Vec<u8>>> {
        match connections.counted(&self.label, key) {
            Some(count) => Ok(Some(count.to_le_bytes().to_vec())),
            None => self.read(connections.reading(), key),
        }
    }

    fn read(&self, connection: &Connection, key: &str) -> rusqlite::Result<Option<Vec<u8>>> {
        connection
            .prepare_cached(GET)?
            .query_row(params![self.label, key], |row| row.get(0))
            .optional()
    }

    fn write(&self, connection: &Connection, key: &str, value: &[u8]) -> rusqlite::Result<()> {
        connection.prepare_cached(SET)?.execute(params![self.label, key, value]).map(drop)
    }
}

fn no_counter(key: &str) -> Error {
    format!("`{key}` holds a value that is no counter")
}

/// The count in a stored value; `None` if it is not a counter.
fn counter(value: Option<Vec<u8>>) -> Option<i64> {
    match value {
        None => Some(0),
        Some(bytes) => bytes.try_into().ok().map(i64::from_le_bytes),
    }
}

#[cfg(test)]
mod tests;
