//! The databases and the connections to them, for all interfaces.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long a statement waits for another writer, on a thread for waiting.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// A guest's connection.
#[derive(Clone)]
pub struct Connection(Arc<Mutex<rusqlite::Connection>>);

/// Label to file; `None` is a database in memory, which each `open` creates anew.
pub type Databases = BTreeMap<String, Option<PathBuf>>;

impl Connection {
    pub(super) fn open(path: Option<&Path>) -> rusqlite::Result<Self> {
        let connection = match path {
            None => rusqlite::Connection::open_in_memory(),
            Some(path) => {
                if let Some(parent) = path.parent() {
                    // A folder that cannot be created shows as a file that cannot be opened.
                    let _ = std::fs::create_dir_all(parent);
                }
                rusqlite::Connection::open(path)
            }
        }?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&rusqlite::Connection) -> T) -> T {
        work(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
