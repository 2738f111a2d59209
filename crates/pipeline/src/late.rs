//! Text that leaves while the vendor is silent.

use std::cell::RefCell;
use std::mem;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Between whoever reads the vendor and the pump. A clone is the same.
#[derive(Clone, Default)]
pub struct Late(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    text: String,
    waker: Option<Waker>,
}

impl Late {
    /// Have this leave now.
    pub fn put(&self, text: &str) {
        let mut state = self.0.borrow_mut();
        state.text.push_str(text);
        if let Some(waker) = state.waker.take() {
            waker.wake();
        }
    }

    /// What is to leave.
    pub fn take(&self) -> String {
        mem::take(&mut self.0.borrow_mut().text)
    }

    /// Ready when there is something.
    pub fn poll(&self, context: &mut Context<'_>) -> Poll<String> {
        let text = self.take();
        if text.is_empty() {
            self.0.borrow_mut().waker = Some(context.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(text)
    }
}
