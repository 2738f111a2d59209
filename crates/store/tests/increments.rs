//! The build over increments: in a SQLite file, and in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod conformance;
#[path = "increments/killed.rs"]
mod killed;
#[path = "stores/memory_io.rs"]
mod memory_io;
#[path = "stores/sqlite_io.rs"]
mod sqlite_io;
#[path = "increments/sweep.rs"]
mod sweep;

use std::path::PathBuf;

use conformance::{NOW, Store, counter, gate, reserve};
use futures::executor::block_on;
use memory_io::MemoryIo;
use postern_store::increments::{IncrementIo, Increments};
use postern_store::{Counter, Counters};
use sqlite_io::SqliteIo;

fn key(counter: &Counter) -> String {
    format!("limit/{}/{}", counter.keep_until_unix_s, counter.name)
}

fn spoil(io: &impl IncrementIo, counter: &Counter) {
    io.set(&key(counter), b"12 bytes set").unwrap();
}

fn is_aside(io: &impl IncrementIo, counter: &Counter) -> bool {
    let keys = [key(counter), format!("limit-aside/{}", counter.name)];
    keys.iter().all(|key| io.get(key).unwrap().as_deref() == Some(b"12 bytes set"))
}

impl Store for MemoryIo {
    type Counters<'a> = Increments<MemoryIo>;

    fn open(&self) -> Increments<MemoryIo> {
        Increments::new(self.clone())
    }

    fn spoil(&self, counter: &Counter) {
        spoil(self, counter);
    }

    fn is_aside(&self, counter: &Counter) -> bool {
        is_aside(self, counter)
    }
}

/// A SQLite file; a connection for each process.
struct SqliteFile {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl SqliteFile {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { path: folder.path().join("store.db"), _folder: folder }
    }

    fn io(&self) -> SqliteIo {
        SqliteIo::open(&self.path, "normal")
    }
}

impl Store for SqliteFile {
    type Counters<'a> = Increments<SqliteIo>;

    fn open(&self) -> Increments<SqliteIo> {
        Increments::new(self.io())
    }

    fn spoil(&self, counter: &Counter) {
        spoil(&self.io(), counter);
    }

    fn is_aside(&self, counter: &Counter) -> bool {
        is_aside(&self.io(), counter)
    }
}

mod in_memory {
    use super::{MemoryIo, conformance};

    conformance!(MemoryIo::default(), runs: 40, []);
}

mod in_a_sqlite_file {
    use super::{SqliteFile, conformance};

    // Fewer, because each writes thousands of times.
    conformance!(SqliteFile::new(), runs: 10, []);
}

#[test]
fn the_time_is_written_once_in_five_seconds() {
    let io = MemoryIo::default();
    let counters = Increments::new(io.clone());
    let stored = || io.get("limit-clock").unwrap().map(|digits| String::from_utf8(digits).unwrap());
    for (unix_s, expected) in [(NOW, NOW), (NOW + 4, NOW), (NOW + 5, NOW + 5), (NOW + 9, NOW + 5)] {
        block_on(counters.reserve(unix_s, &[])).unwrap();
        assert_eq!(stored(), Some(expected.to_string()));
    }
}

#[test]
fn another_instance_is_heard_within_five_seconds() {
    let io = MemoryIo::default();
    let [one, other] = [(); 2].map(|()| Increments::new(io.clone()));
    reserve(&one, &[]);
    block_on(other.reserve(NOW + 3_600, &[])).unwrap();
    let behind = postern_store::ReserveOutcome::Behind { unix_s: NOW + 3_600 };
    assert_eq!(block_on(one.reserve(NOW + 5, &[])), Ok(behind));
}

#[test]
fn a_clock_that_cannot_be_read_is_written_anew() {
    let io = MemoryIo::default();
    io.set("limit-clock", b"noon").unwrap();
    reserve(&Increments::new(io.clone()), &[]);
    assert_eq!(io.get("limit-clock").unwrap(), Some(NOW.to_string().into_bytes()));
}

#[test]
fn a_refusal_by_what_is_known_touches_nothing() {
    let io = MemoryIo::default();
    let counters = Increments::new(io.clone());
    reserve(&counters, &[gate("a", 5, 5)]);
    let keys = [counter("a"), counter("b")].map(|counter| key(&counter));
    let before = io.0.lock().unwrap().clone();
    reserve(&counters, &[gate("b", 1, 5), gate("a", 1, 5)]);
    let after = io.0.lock().unwrap().clone();
    // A store may keep the 0 that was read.
    assert_eq!(after[&keys[0]], before[&keys[0]]);
    assert_eq!(after[&keys[1]], 0_i64.to_le_bytes());
}
