//! What the parts of a request know of a head that leaves before its answer begins ([`crate::attempt::waiting`]).

use crate::stages::Stages;
use postern_fault::{CLIENT_LEFT, Fault, Kind};
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

const NS_PER_MS: u64 = 1_000_000;

/// What request and reply know of an early head. Clones share it.
#[derive(Clone, Default)]
pub struct Early(Rc<Shared>);

/// When the head may leave, and its fields.
struct EarlyHead {
    due_ns: u64,
    fields: Vec<(String, String)>,
}

#[derive(Default)]
struct Shared {
    armed: RefCell<Option<EarlyHead>>,
    has_left: Cell<bool>,
    client: RefCell<ClientState>,
}

#[derive(Default)]
struct ClientState {
    is_gone: bool,
    waker: Option<Waker>,
}

impl Early {
    /// The head has left before the answer began.
    pub fn has_left(&self) -> bool {
        self.0.has_left.get()
    }

    /// The head may leave at this time, with these fields.
    pub fn arm(&self, due_ns: u64, fields: Vec<(String, String)>) {
        self.0.armed.replace(Some(EarlyHead { due_ns, fields }));
    }

    /// Whether it has been said when the head may leave.
    pub fn is_armed(&self) -> bool {
        self.has_left() || self.0.armed.borrow().is_some()
    }

    /// The client has left: what was asked for it ends.
    pub fn leave(&self) {
        let mut client = self.0.client.borrow_mut();
        client.is_gone = true;
        if let Some(waker) = client.waker.take() {
            waker.wake();
        }
    }

    /// Whether the client has left.
    pub fn is_gone(&self) -> bool {
        self.0.client.borrow().is_gone
    }

    fn poll_gone(&self, context: &Context<'_>) -> Poll<()> {
        let mut client = self.0.client.borrow_mut();
        if client.is_gone {
            return Poll::Ready(());
        }
        client.waker = Some(context.waker().clone());
        Poll::Pending
    }

    /// Returns the fields of the head, when its time has come.
    ///
    /// It is polled after each poll of the work, which may have armed it; so it needs no waker of its own.
    pub async fn due(&self, stages: &impl Stages) -> Vec<(String, String)> {
        let due_ns = poll_fn(|_| match &*self.0.armed.borrow() {
            Some(head) => Poll::Ready(head.due_ns),
            None => Poll::Pending,
        });
        let left_ns = due_ns.await.saturating_sub(stages.now_ns());
        stages.sleep(left_ns.div_ceil(NS_PER_MS)).await;
        self.0.has_left.set(true);
        self.0.armed.take().map(|head| head.fields).unwrap_or_default()
    }
}

/// The client has left.
pub fn left() -> Fault {
    Fault::new(Kind::Unavailable, "the client has left").with_code(CLIENT_LEFT)
}

/// The result of an attempt, unless the client leaves meanwhile: then the attempt is dropped, and no other is made.
pub async fn until_left<T, E: From<Fault>>(
    early: Option<Early>,
    attempt: impl Future<Output = Result<T, E>>,
) -> Result<T, E> {
    let Some(early) = early else { return attempt.await };
    let mut attempt = pin!(attempt);
    poll_fn(|context| match early.poll_gone(context) {
        Poll::Ready(()) => Poll::Ready(Err(left().into())),
        Poll::Pending => attempt.as_mut().poll(context),
    })
    .await
}
