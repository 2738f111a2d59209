//! The build in memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod conformance;

use conformance::Store;
use futures::executor::block_on;
use postern_store::memory::Memory;
use postern_store::{Counter, Counters};

struct InMemory(Memory);

impl Store for InMemory {
    type Counters<'a> = &'a Memory;

    fn open(&self) -> &Memory {
        &self.0
    }

    fn spoil(&self, counter: &Counter) {
        self.0.spoil(counter);
    }

    /// It has no aside: it stays where it is.
    fn is_aside(&self, counter: &Counter) -> bool {
        block_on(self.0.read(std::slice::from_ref(counter))).unwrap() == [None]
    }
}

conformance!(InMemory(Memory::new()), runs: 100, []);

#[test]
fn is_down_when_told() {
    let memory = Memory::new();
    memory.set_down(true);
    assert!(block_on(memory.reserve(conformance::NOW, &[])).is_err());
    assert!(block_on(memory.ready()).is_err());
    memory.set_down(false);
    assert_eq!(block_on(memory.ready()), Ok(()));
}
