//! A clock that moves only when everything waits, and what drives one request on it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Virtual time in milliseconds.
#[derive(Clone, Default)]
pub struct Time(Rc<Inner>);

#[derive(Default)]
struct Inner {
    now_ms: Cell<u64>,
    sleepers: RefCell<BTreeMap<(u64, u64), Waker>>,
    ids: Cell<u64>,
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Time {
    pub fn now_ms(&self) -> u64 {
        self.0.now_ms.get()
    }

    pub fn sleep(&self, ms: u64) -> Sleep {
        let id = self.0.ids.get();
        self.0.ids.set(id + 1);
        Sleep { time: self.clone(), key: (self.now_ms().saturating_add(ms), id) }
    }

    /// Runs to the end, or drops the work when the clock has passed `until_ms`.
    pub fn run<T>(&self, until_ms: u64, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        loop {
            while flag.0.swap(false, Ordering::Relaxed) {
                if let Poll::Ready(output) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
                    return Some(output);
                }
            }
            let next = self.0.sleepers.borrow_mut().pop_first();
            let Some(((due_ms, _), waker)) = next else { panic!("everything waits for nothing") };
            if due_ms > until_ms {
                self.0.now_ms.set(until_ms);
                return None;
            }
            self.0.now_ms.set(due_ms.max(self.now_ms()));
            waker.wake();
        }
    }
}

pub struct Sleep {
    time: Time,
    key: (u64, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.time.now_ms() >= self.key.0 {
            return Poll::Ready(());
        }
        self.time.0.sleepers.borrow_mut().insert(self.key, context.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.time.0.sleepers.borrow_mut().remove(&self.key);
    }
}
