//! The two connections to a file: one whose writes are on the disk when they are done, and one that counts in groups.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::TABLE;

/// The connections to a file, of which only one writes at a time.
pub struct Connections {
    /// Reads and counts. While a group of increments is open, this is the one transaction on the file.
    counting: Connection,
    /// Whether increments wait for the end of their group.
    is_grouping: bool,
    /// Writes what must survive a power cut; none in memory, where nothing does.
    durable: Option<Connection>,
}

impl Connections {
    pub fn open(path: Option<&Path>) -> rusqlite::Result<Self> {
        let Some(path) = path else {
            let counting = prepared(Connection::open_in_memory()?)?;
            counting.execute(TABLE, [])?;
            return Ok(Self { counting, is_grouping: false, durable: None });
        };
        if let Some(parent) = path.parent() {
            // A folder that cannot be created shows as a file that cannot be opened.
            let _ = std::fs::create_dir_all(parent);
        }
        let durable = prepared(Connection::open(path)?)?;
        // Readers do not wait for the writer. With `full` a write is on the disk when it is done: with `normal` a power cut
        // may lose the last ones (https://sqlite.org/pragma.html#pragma_synchronous), and so a revocation.
        durable.pragma_update(None, "journal_mode", "wal")?;
        durable.pragma_update(None, "synchronous", "full")?;
        durable.execute(TABLE, [])?;
        let counting = prepared(Connection::open(path)?)?;
        counting.pragma_update(None, "synchronous", "normal")?;
        Ok(Self { counting, is_grouping: false, durable: Some(durable) })
    }

    /// What reads. It sees the increments of an open group.
    pub fn reading(&mut self) -> &mut Connection {
        &mut self.counting
    }

    /// What writes to the disk. The open group is complete before it.
    pub fn writing(&mut self) -> rusqlite::Result<&mut Connection> {
        self.end_group();
        Ok(self.durable.as_mut().unwrap_or(&mut self.counting))
    }

    /// What counts, in a group that [`Connections::end_group`] ends, and whether the group is new.
    pub fn grouped(&mut self) -> rusqlite::Result<(&mut Connection, bool)> {
        if self.counting.is_autocommit() {
            // After a full disk or an error of the disk the transaction may be gone.
            self.end_group();
        }
        let is_new = !self.is_grouping;
        if is_new {
            self.counting.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            self.is_grouping = true;
        }
        Ok((&mut self.counting, is_new))
    }

    /// Commits the open group, if there is one. What is lost then is said: limits may admit as much again.
    pub fn end_group(&mut self) {
        if !std::mem::take(&mut self.is_grouping) {
            return;
        }
        let ended = match self.counting.is_autocommit() {
            true => Err("SQLite has rolled them back".to_owned()),
            false => self.commit().map_err(|error| error.to_string()),
        };
        if let Err(why) = ended {
            eprintln!("error: the last increments of the key-value store are lost: {why}");
        }
    }

    fn commit(&mut self) -> rusqlite::Result<()> {
        let committed = self.counting.prepare_cached("COMMIT")?.execute([]);
        if committed.is_err() && !self.counting.is_autocommit() {
            // A group that cannot be committed would keep every other writer out.
            self.counting.execute_batch("ROLLBACK")?;
        }
        committed.map(drop)
    }

    pub fn set_read_only(&mut self, read_only: bool) -> rusqlite::Result<()> {
        self.end_group();
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
    pub fn durable(&self) -> &Connection {
        self.durable.as_ref().unwrap_or(&self.counting)
    }
}

impl Drop for Connections {
    /// A closed connection rolls its transaction back.
    fn drop(&mut self) {
        self.end_group();
    }
}

fn prepared(connection: Connection) -> rusqlite::Result<Connection> {
    connection.busy_timeout(Duration::ZERO)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}
