//! A store that several instances share, as the key-value store of a deployment.

use crate::random::Random;
use postern_route::{StateStore, Unreachable};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// One store. A clone is the same store.
#[derive(Clone, Default)]
pub struct Store(Rc<Inner>);

#[derive(Default)]
struct Inner {
    values: RefCell<BTreeMap<String, Vec<u8>>>,
    is_down: Cell<bool>,
    /// One write in so many is lost to one of another instance; 0: none.
    loses_one_in: Cell<u64>,
    random: Cell<u64>,
    reads: Cell<u64>,
    writes: Cell<u64>,
}

impl Store {
    pub fn losing_one_in(self, writes: u64) -> Self {
        self.0.loses_one_in.set(writes);
        self
    }

    pub fn set_down(&self, is_down: bool) {
        self.0.is_down.set(is_down);
    }

    pub fn reads(&self) -> u64 {
        self.0.reads.get()
    }

    pub fn writes(&self) -> u64 {
        self.0.writes.get()
    }

    /// Replaces all values by what no instance has written.
    pub fn corrupt(&self) {
        self.0.values.borrow_mut().values_mut().for_each(|value| *value = vec![0xa5; 40]);
    }

    pub fn bytes(&self) -> usize {
        self.0.values.borrow().values().map(Vec::len).max().unwrap_or(0)
    }
}

impl StateStore for Store {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Unreachable> {
        self.0.reads.set(self.0.reads.get() + 1);
        match self.0.is_down.get() {
            true => Err(Unreachable),
            false => Ok(self.0.values.borrow().get(key).cloned()),
        }
    }

    async fn set(&self, key: &str, value: &[u8]) -> Result<(), Unreachable> {
        self.0.writes.set(self.0.writes.get() + 1);
        if self.0.is_down.get() {
            return Err(Unreachable);
        }
        let mut random = Random(self.0.random.get());
        let (drawn, losses) = (random.next(), self.0.loses_one_in.get());
        self.0.random.set(random.0);
        if losses == 0 || !drawn.is_multiple_of(losses) {
            self.0.values.borrow_mut().insert(key.to_owned(), value.to_vec());
        }
        Ok(())
    }
}

/// The result of work that does not wait.
pub fn now<T>(work: impl Future<Output = T>) -> T {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}
