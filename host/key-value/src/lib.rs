//! Key-value stores in Spin's formats: one port, over a SQLite file or a Redis server.
//!
//! The host serves them to components; the operator's program reads and writes them beside a running gateway.

pub mod connection;
mod durability;
mod error;
mod redis;
mod sqlite;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

// Redis over TLS needs a provider of cryptography, which `ring` is.
use rustls as _;

pub use self::durability::Durability;
pub use self::error::Error;

use self::redis::RedisStore;
use self::sqlite::SqliteStore;

/// Where a key-value store keeps its data.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Config {
    /// A SQLite file; `None` keeps it in memory.
    Sqlite(Option<PathBuf>),
    /// A Redis server, by URL.
    Redis(String),
}

/// Every store of the runtime configuration, by label.
#[derive(Default)]
pub struct Stores(BTreeMap<String, Store>);

/// One store; a clone is the same store.
#[derive(Clone)]
pub struct Store(Backend);

#[derive(Clone)]
enum Backend {
    Sqlite(Arc<SqliteStore>),
    Redis(Arc<RedisStore>),
}

/// A compare-and-swap: it writes if the value is unchanged since it was read.
pub struct Swap {
    store: Store,
    key: String,
    seen: Option<Vec<u8>>,
}

impl Stores {
    /// Prepares every store; files are opened and servers are contacted on first use.
    ///
    /// # Errors
    /// If a Redis URL is invalid.
    pub fn new(configs: &BTreeMap<String, Config>, durability: Durability) -> Result<Self, Error> {
        let mut files = BTreeMap::new();
        let mut stores = BTreeMap::new();
        for (label, config) in configs {
            let backend = match config {
                Config::Sqlite(path) => {
                    // Two labels may use one file: one connection serves both.
                    let file = files
                        .entry(path.clone())
                        .or_insert_with(|| Arc::new(sqlite::File::new(path.clone(), durability)));
                    Backend::Sqlite(Arc::new(SqliteStore::new(label, Arc::clone(file))))
                }
                Config::Redis(url) => Backend::Redis(Arc::new(
                    RedisStore::new(url)
                        .map_err(|error| format!("the key-value store `{label}`: {error}"))?,
                )),
            };
            stores.insert(label.clone(), Store(backend));
        }
        Ok(Self(stores))
    }

    /// The store of a label.
    pub fn get(&self, label: &str) -> Option<&Store> {
        self.0.get(label)
    }

    /// All labels.
    pub fn labels(&self) -> Vec<&str> {
        self.0.keys().map(String::as_str).collect()
    }
}

/// Calls the same method of either backend.
macro_rules! each_backend {
    ($store:expr, $backend:ident => $call:expr) => {
        match &$store.0 {
            Backend::Sqlite($backend) => $call.await,
            Backend::Redis($backend) => $call.await,
        }
    };
}

impl Store {
    /// The value of a key.
    ///
    /// # Errors
    /// If the backend fails; the same for every method here.
    pub async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        each_backend!(self, backend => backend.get(key))
    }

    /// Writes a key.
    pub async fn set(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        each_backend!(self, backend => backend.set(key, value))
    }

    /// Removes a key, if it exists.
    pub async fn delete(&self, key: &str) -> Result<(), Error> {
        each_backend!(self, backend => backend.delete(key))
    }

    /// Whether a key exists.
    pub async fn exists(&self, key: &str) -> Result<bool, Error> {
        each_backend!(self, backend => backend.exists(key))
    }

    /// Every key of the store.
    pub async fn keys(&self) -> Result<Vec<String>, Error> {
        each_backend!(self, backend => backend.keys())
    }

    /// The requested keys that exist, with their values, in the requested order.
    pub async fn get_many(&self, keys: &[String]) -> Result<Vec<(String, Option<Vec<u8>>)>, Error> {
        each_backend!(self, backend => backend.get_many(keys))
    }

    /// Writes all of them or none.
    pub async fn set_many(&self, pairs: &[(String, Vec<u8>)]) -> Result<(), Error> {
        each_backend!(self, backend => backend.set_many(pairs))
    }

    /// Removes all of them.
    pub async fn delete_many(&self, keys: &[String]) -> Result<(), Error> {
        each_backend!(self, backend => backend.delete_many(keys))
    }

    /// Adds to a counter and returns its new value; one that does not exist starts at 0.
    ///
    /// SQLite keeps a counter as eight bytes, little-endian, and Redis as decimal digits, as Spin does.
    pub async fn increment(&self, key: &str, delta: i64) -> Result<i64, Error> {
        each_backend!(self, backend => backend.increment(key, delta))
    }

    /// The value of a counter, without creating it; 0 if it does not exist.
    pub async fn count(&self, key: &str) -> Result<i64, Error> {
        each_backend!(self, backend => backend.count(key))
    }

    /// Starts a compare-and-swap.
    pub fn swap(&self, key: String) -> Swap {
        Swap { store: self.clone(), key, seen: None }
    }
}

impl Swap {
    /// Reads the value and remembers it.
    ///
    /// # Errors
    /// When the backend fails.
    pub async fn current(&mut self) -> Result<Option<Vec<u8>>, Error> {
        self.seen = self.store.get(&self.key).await?;
        Ok(self.seen.clone())
    }

    /// Starts again, for the same key.
    #[must_use]
    pub fn again(self) -> Self {
        self.store.swap(self.key)
    }

    /// Writes if the value is still the one that was read; a key that was never read counts as absent.
    ///
    /// # Errors
    /// If the backend fails.
    pub async fn swap(&self, value: &[u8]) -> Result<bool, Error> {
        each_backend!(self.store, backend => backend.swap(&self.key, self.seen.as_deref(), value))
    }
}

#[cfg(test)]
mod tests;
