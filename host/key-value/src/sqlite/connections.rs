//! The two connections to a file: one for single writes, and one that counts in groups.

use std::collections::HashMap;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, params};

use super::{GROUP, SET, TABLE};
use crate::durability::Durability;
use crate::error::Error;

/// The connections to a file, of which only one writes at a time.
pub struct Connections {
    /// Reads and counts. While a group of increments is open, this is the one transaction on the file.
    counting: Connection,
    /// When the open group began, whose increments wait for its end.
    began: Option<Instant>,
    /// An older group takes no more increments: on a busy machine what ends it comes late.
    longest: Duration,
    /// Groups that were lost since the last one that was kept.
    lost: u64,
    /// The counters of the open group, by their names: a hot one is read and written once in a group. No other process writes while
    /// the group is open, so no count here is old.
    counts: HashMap<String, Counted>,
    /// Writes what must survive the end of this process at least; none in memory, where nothing does.
    durable: Option<Connection>,
}

/// A counter in the open group.
struct Counted {
    store: String,
    key: String,
    count: i64,
    /// Whether the transaction has it.
    is_written: bool,
}

/// One name for a store's key. No store has this sign in its label.
fn name(store: &str, key: &str) -> String {
    format!("{store}\0{key}")
}

impl Connections {
    pub fn open(path: Option<&Path>, durability: Durability) -> rusqlite::Result<Self> {
        let Some(path) = path else {
            let counting = prepared(Connection::open_in_memory()?)?;
            counting.execute(TABLE, [])?;
            return Ok(Self::new(counting, None));
        };
        if let Some(parent) = path.parent() {
            // A folder that cannot be created shows as a file that cannot be opened.
            let _ = std::fs::create_dir_all(parent);
        }
        let durable = prepared(Connection::open(path)?)?;
        // Readers do not wait for the writer.
        durable.pragma_update(None, "journal_mode", "wal")?;
        durable.pragma_update(None, "synchronous", durability.synchronous())?;
        durable.execute(TABLE, [])?;
        let counting = prepared(Connection::open(path)?)?;
        counting.pragma_update(None, "synchronous", "normal")?;
        Ok(Self::new(counting, Some(durable)))
    }

    fn new(counting: Connection, durable: Option<Connection>) -> Self {
        let (began, counts) = (None, HashMap::new());
        Self { counting, began, longest: GROUP, lost: 0, counts, durable }
    }

    /// What reads. It sees the increments of an open group, except those that [`Connections::counted`] knows.
    pub fn reading(&mut self) -> &mut Connection {
        &mut self.counting
    }

    /// What writes by itself. The open group is complete before it.
    pub fn writing(&mut self) -> rusqlite::Result<&mut Connection> {
        let _ = self.end_group();
        Ok(self.durable.as_mut().unwrap_or(&mut self.counting))
    }

    /// Opens a group of increments unless one is open, and says whether it did. [`Connections::end_group`] ends it.
    pub fn begin_group(&mut self) -> rusqlite::Result<bool> {
        let is_old = self.began.is_some_and(|began| began.elapsed() > self.longest);
        // After a full disk or an error of the disk the transaction may be gone.
        if is_old || self.counting.is_autocommit() {
            let _ = self.end_group();
        }
        let is_new = self.began.is_none();
        if is_new {
            self.counting.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            self.began = Some(Instant::now());
        }
        Ok(is_new)
    }

    /// A count of the open group, if the group has this counter.
    pub fn counted(&self, store: &str, key: &str) -> Option<i64> {
        // Mostly there is no group.
        (!self.counts.is_empty()).then(|| self.counts.get(&name(store, key)))?.map(|of| of.count)
    }

    /// Another count of a counter of the open group. It is written at the end of the group.
    pub fn recount(&mut self, store: &str, key: &str, count: i64) {
        if let Some(counted) = self.counts.get_mut(&name(store, key)) {
            (counted.count, counted.is_written) = (count, false);
        }
    }

    /// Remembers a count that has been written in the open group. So the first increment of a group shows whether the file may be
    /// written; that the disk is full shows at the group's end only ([`Connections::must_prove`]).
    pub fn remember(&mut self, store: &str, key: &str, count: i64) {
        let (store, key) = (store.to_owned(), key.to_owned());
        self.counts.insert(name(&store, &key), Counted { store, key, count, is_written: true });
    }

    /// Whether the last group was lost. Until one is kept, an increment is answered only when it is committed: otherwise no limit would
    /// refuse anything while the disk is full.
    pub fn must_prove(&self) -> bool {
        self.lost > 0
    }

    /// Commits the open group, if there is one. The first group that is lost is said, for limits may admit as much again; and the
    /// next one that is kept.
    pub fn end_group(&mut self) -> Result<(), Error> {
        if self.began.take().is_none() {
            return Ok(());
        }
        let counts = std::mem::take(&mut self.counts);
        let ended = match self.counting.is_autocommit() {
            true => Err("SQLite has rolled them back".to_owned()),
            false => self.commit(&counts).map_err(|error| error.to_string()),
        };
        match &ended {
            Err(why) if self.lost == 0 => {
                eprintln!("error: the last increments of the key-value store are lost: {why}");
            }
            Ok(()) if self.lost > 0 => {
                eprintln!("warning: the key-value store counts again, after {} errors", self.lost);
            }
            _ => {}
        }
        self.lost = if ended.is_ok() { 0 } else { self.lost.saturating_add(1) };
        ended
    }

    fn commit(&mut self, counts: &HashMap<String, Counted>) -> rusqlite::Result<()> {
        let committed = self.write(counts).and_then(|()| {
            let mut commit = self.counting.prepare_cached("COMMIT")?;
            commit.execute([]).map(drop)
        });
        if committed.is_err() && !self.counting.is_autocommit() {
            // A group that cannot be committed would keep every other writer out.
            self.counting.execute_batch("ROLLBACK")?;
        }
        committed
    }

    fn write(&self, counts: &HashMap<String, Counted>) -> rusqlite::Result<()> {
        for Counted { store, key, count, .. } in counts.values().filter(|of| !of.is_written) {
            let mut set = self.counting.prepare_cached(SET)?;
            set.execute(params![store, key, count.to_le_bytes()])?;
        }
        Ok(())
    }

    pub fn set_read_only(&mut self, read_only: bool) -> rusqlite::Result<()> {
        let _ = self.end_group();
        for connection in self.each() {
            connection.pragma_update(None, "query_only", read_only)?;
        }
        Ok(())
    }

    /// Otherwise the last connection to a file deletes the log at its path, which may already be that of another file.
    pub fn close_without_checkpoint(self) {
        for connection in self.each() {
            let _ = connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }

    fn each(&self) -> impl Iterator<Item = &Connection> {
        std::iter::once(&self.counting).chain(&self.durable)
    }

    #[cfg(test)]
    pub fn let_groups_last(&mut self, longest: Duration) {
        self.longest = longest;
    }

    #[cfg(test)]
    pub fn durable(&self) -> &Connection {
        self.durable.as_ref().unwrap_or(&self.counting)
    }
}

impl Durability {
    /// With `full` a write is on the disk when it is done, with all that any process wrote before it. With `normal` the system has it, and a
    /// power cut may lose the last ones (https://sqlite.org/pragma.html#pragma_synchronous).
    fn synchronous(self) -> &'static str {
        match self {
            Self::Disk => "full",
            Self::System => "normal",
        }
    }
}

impl Drop for Connections {
    /// A closed connection rolls its transaction back.
    fn drop(&mut self) {
        let _ = self.end_group();
    }
}

fn prepared(connection: Connection) -> rusqlite::Result<Connection> {
    connection.busy_timeout(Duration::ZERO)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}
