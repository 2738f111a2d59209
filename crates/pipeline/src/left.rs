//! Leases whose work is not waited for any more, until they are settled.

use crate::stages::Stages;
use std::cell::RefCell;
use std::rc::Rc;

/// A list of leases that all parts of a request share.
pub struct LeftLeases<S: Stages>(Rc<List<S>>);

struct List<S: Stages> {
    stages: S,
    leases: RefCell<Vec<String>>,
}

impl<S: Stages> LeftLeases<S> {
    /// An empty list.
    pub fn new(stages: S) -> Self {
        LeftLeases(Rc::new(List { stages, leases: RefCell::default() }))
    }

    /// Adds a lease; an empty one reserves nothing.
    pub fn push(&self, lease: String) {
        if !lease.is_empty() {
            self.0.leases.borrow_mut().push(lease);
        }
    }

    /// Takes all of them.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.leases.borrow_mut())
    }
}

impl<S: Stages> Clone for LeftLeases<S> {
    fn clone(&self) -> Self {
        LeftLeases(Rc::clone(&self.0))
    }
}

impl<S: Stages> Drop for List<S> {
    /// The request was dropped: they lapse.
    fn drop(&mut self) {
        self.leases.take().into_iter().for_each(|lease| self.stages.abandoned(lease));
    }
}
