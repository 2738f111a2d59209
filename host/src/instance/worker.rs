//! What an instance does with requests: which it takes, and when it ends.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::handler::{ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus};

use crate::leaving::WaitingRequest;
use crate::memory::Answers;
use crate::shared::{Granted, Shared};
use crate::state::State;

use super::gate::Arrival;
use super::load::Seat;

/// A request of an instance, until it has its answer.
struct RequestOfInstance {
    answers: Arc<Answers>,
    _waiting: WaitingRequest,
}

impl Drop for RequestOfInstance {
    fn drop(&mut self) {
        self.answers.let_go();
    }
}

/// Decides which requests one instance still takes, and reports its end.
pub struct Worker {
    pub component: Arc<Granted>,
    pub shared: Arc<Shared>,
    pub seat: Arc<Seat>,
}

impl WorkerState for Worker {
    type StoreData = State;
    type RequestData = Arrival;

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        self.seat.accepts(concurrent, total)
    }

    fn on_request_start(
        &self,
        store: StoreContextMut<'_, State>,
        arrival: Arrival,
        task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        let State { answers, waiting, .. } = store.data();
        let request = RequestOfInstance {
            answers: Arc::clone(answers),
            _waiting: waiting.add(task, arrival.take()),
        };
        // The component enforces its own deadlines.
        Box::pin(async move {
            std::future::pending::<()>().await;
            drop(request);
        })
    }

    fn drop(&self, store: Store<State>, result: wasmtime::Result<()>) {
        // A request that is cut at the end of a drain has not failed.
        if let Err(error) = result
            && !*self.shared.draining.borrow()
        {
            eprintln!("error: an instance of `{}` failed: {error:?}", self.component.id);
        }
        drop(store);
    }
}

/// When an idle instance ends: after its time, or at once while the host drains.
pub struct Expiration {
    idle_timeout: Duration,
    sleep: Pin<Box<Sleep>>,
    draining: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
    seat: Arc<Seat>,
}

impl Expiration {
    pub fn new(
        idle_timeout: Duration,
        mut draining: watch::Receiver<bool>,
        seat: Arc<Seat>,
    ) -> Self {
        let draining = async move {
            if draining.wait_for(|draining| *draining).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        Self {
            idle_timeout,
            sleep: Box::pin(tokio::time::sleep(idle_timeout)),
            draining: Box::pin(draining),
            seat,
        }
    }
}

impl WorkerExpiration for Expiration {
    fn poll(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        status: WorkerStatus,
        since: Instant,
    ) -> Poll<()> {
        // Polled when nothing is computed any more: it may accept another request.
        self.seat.is_free();
        if status != WorkerStatus::Idle {
            return Poll::Pending;
        }
        let this = self.get_mut();
        let deadline = tokio::time::Instant::from_std(since) + this.idle_timeout;
        if this.sleep.deadline() != deadline {
            this.sleep.as_mut().reset(deadline);
        }
        if this.sleep.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        this.draining.as_mut().poll(context)
    }
}
