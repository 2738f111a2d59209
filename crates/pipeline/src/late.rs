//! Text that leaves while the vendor is silent.

use std::cell::RefCell;
use std::mem;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A buffer between the vendor's reader and the pump. Clones share it.
#[derive(Clone, Default)]
pub struct Late(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    text: String,
    waker: Option<Waker>,
}

impl Late {
    /// Adds text that leaves now.
    pub fn put(&self, text: &str) {
        let mut state = self.0.borrow_mut();
        state.text.push_str(text);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    /// Takes the text that is to leave.
    pub fn take(&self) -> String {
        mem::take(&mut self.0.borrow_mut().text)
    }

    /// Ready when there is text.
    pub fn poll(&self, context: &mut Context<'_>) -> Poll<String> {
        let text = self.take();
        if text.is_empty() {
            self.0.borrow_mut().waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(text)
    }
}
