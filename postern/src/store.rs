//! The key-value store of a deployment, accessed with the host's own library.

use crate::location::Location;
use anyhow::{Result, anyhow, bail};
use postern_key_value::{Durability, Store as Opened, Stores};
use postern_store::increments::{IncrementError, IncrementIo};
use std::cell::OnceCell;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use tokio::runtime::{Builder, Runtime};

/// The store that the stages open.
const LABEL: &str = "default";
/// The beginning of a SQLite file (<https://sqlite.org/fileformat.html#magic_header_string>).
const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// The operations on a store.
pub trait KeyValue {
    /// The value of a name, if it exists.
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>>;
    /// Every name.
    fn list(&self) -> Result<Vec<String>>;
    /// Sets a value.
    fn set(&self, name: &str, value: &[u8]) -> Result<()>;
    /// Removes a name, if it exists.
    fn delete(&self, name: &str) -> Result<()>;
}

/// The store that the stages of a deployment open, opened on first use.
pub struct Store {
    location: Location,
    store: Opened,
    runtime: Runtime,
    makes: bool,
    looked: OnceCell<()>,
}

impl Store {
    /// The store at this address.
    ///
    /// # Errors
    /// If its address is invalid.
    pub fn new(location: &Location) -> Result<Self> {
        let configs = [(LABEL.to_owned(), location.config())].into();
        let stores = Stores::new(&configs, Durability::Disk).map_err(|error| anyhow!(error))?;
        let store = stores.get(LABEL).cloned().ok_or_else(|| anyhow!("no store {LABEL}"))?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self {
            location: location.clone(),
            store,
            runtime,
            makes: false,
            looked: OnceCell::new(),
        })
    }

    /// The same, and a missing file is created.
    #[must_use]
    pub fn made_if_missing(self) -> Self {
        Self { makes: true, ..self }
    }

    /// Its address, for people.
    pub fn location(&self) -> &Location {
        &self.location
    }

    fn run<T>(&self, work: impl Future<Output = Result<T, String>>) -> Result<T> {
        if self.looked.get().is_none() {
            self.look()?;
            self.looked.get_or_init(|| ());
        }
        self.runtime.block_on(work).map_err(|error| {
            let remedy = match self.location {
                Location::File { .. } => "its file and folder must be writable for this user",
                Location::Redis(_) => "the server must run and be reached from here",
            };
            anyhow!("the key-value store {}: {error}; {remedy}", self.location)
        })
    }

    /// Whether the file exists, before SQLite creates one.
    fn look(&self) -> Result<()> {
        let Location::File { path, makes_folder } = &self.location else { return Ok(()) };
        let shown = path.display();
        if path.is_dir() {
            bail!(
                "the key-value store {shown} is a folder; name the file in it, which Spin calls sqlite_key_value.db"
            );
        }
        if path.exists() {
            return is_sqlite(path);
        }
        if !self.makes {
            bail!(
                "there is no key-value store {shown}; --store names the gateway's, a SQLite file or redis://HOST:PORT"
            );
        }
        let has_folder = path.parent().is_some_and(Path::is_dir);
        if !has_folder && !makes_folder {
            bail!(
                "there is no folder for the key-value store {shown}; make it, or name the gateway's store with --store"
            );
        }
        eprintln!(
            "note: the key-value store {shown} is new; a gateway that keeps another one will not know the key"
        );
        Ok(())
    }
}

fn is_sqlite(path: &Path) -> Result<()> {
    let shown = path.display();
    let cannot_read = |error| anyhow!("the key-value store {shown} cannot be read: {error}");
    let mut head = Vec::new();
    let file = File::open(path).map_err(cannot_read)?;
    file.take(SQLITE.len() as u64).read_to_end(&mut head).map_err(cannot_read)?;
    if !head.is_empty() && head != SQLITE {
        bail!("the key-value store {shown} is not a SQLite file; --store names the gateway's");
    }
    Ok(())
}

impl KeyValue for Store {
    fn get(&self, name: &str) -> Result<Option<Vec<u8>>> {
        self.run(self.store.get(name))
    }

    fn list(&self) -> Result<Vec<String>> {
        let mut names = self.run(self.store.keys())?;
        names.sort_unstable();
        Ok(names)
    }

    fn set(&self, name: &str, value: &[u8]) -> Result<()> {
        self.run(self.store.set(name, value))
    }

    fn delete(&self, name: &str) -> Result<()> {
        self.run(self.store.delete(name))
    }
}

/// For reading counters: only the gateway writes them.
impl IncrementIo for &Store {
    fn increment(&self, key: &str, delta: i64) -> Result<i64, IncrementError> {
        if delta != 0 {
            return Err(IncrementError::Unavailable("counters are only read here".to_owned()));
        }
        self.run(self.store.count(key)).map_err(|error| match KeyValue::get(*self, key) {
            Ok(found) => IncrementError::of(found.as_deref(), error.to_string()),
            Err(_) => unavailable(error),
        })
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, IncrementError> {
        KeyValue::get(*self, key).map_err(unavailable)
    }

    fn set(&self, key: &str, value: &[u8]) -> Result<(), IncrementError> {
        KeyValue::set(*self, key, value).map_err(unavailable)
    }

    fn delete(&self, key: &str) -> Result<(), IncrementError> {
        KeyValue::delete(*self, key).map_err(unavailable)
    }

    async fn names(&self, beginning: &str) -> Result<Vec<String>, IncrementError> {
        let mut names = KeyValue::list(*self).map_err(unavailable)?;
        names.retain(|name| name.starts_with(beginning));
        Ok(names)
    }

    async fn pause(&self, _ms: u64) {}
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of `map_err`")]
fn unavailable(error: anyhow::Error) -> IncrementError {
    IncrementError::Unavailable(format!("{error:#}"))
}
