//! Where a request waits for a place in an instance.
//!
//! `wasmtime` makes an instance whenever it finds none that is free. [`Load`] refuses those that are not worth their
//! memory; their requests come back, and wait here in their order.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use futures::channel::oneshot;
use futures::future::{Either, select};
use http::{Request, Response};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use wasmtime::PoolConcurrencyLimitError;
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::InstantiationError;

use super::Handler;
use super::load::Load;
use crate::no_instance::NoInstance;

/// The longest wait for a place. A thousand requests at once are computed in a second.
const WAIT: Duration = Duration::from_secs(10);

/// A free place is told of, just before it can be taken: the next look comes after this.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// After so long without a place the first in the queue has an instance made, if there may be one: those that there are
/// compute for long, or wait for something that blocks them.
const PATIENCE: Duration = Duration::from_millis(20);

/// A request on its way into an instance.
pub struct Arrival {
    /// Cancelled when the client leaves.
    pub client: CancellationToken,
    /// Told when an instance has taken it.
    taken: Option<oneshot::Sender<()>>,
}

impl Arrival {
    /// An instance has taken the request.
    pub fn take(self) -> CancellationToken {
        if let Some(taken) = self.taken {
            // It does not wait in the queue.
            let _ = taken.send(());
        }
        self.client
    }
}

/// The queue of one component.
pub struct Gate {
    pub load: Arc<Load>,
    /// The first ones of the queue: as many as may have instances made for them, and one that looks for a place meanwhile.
    first: Semaphore,
    most_first: usize,
}

/// How a request was answered, or what comes back for want of an instance.
enum Outcome {
    Answered(wasmtime::Result<Response<WasiBody>>),
    Back(Request<WasiBody>, NoInstance),
}

impl Gate {
    pub fn new(load: Arc<Load>) -> Self {
        let most_first = load.cores.saturating_add(1);
        Self { load, first: Semaphore::new(most_first), most_first }
    }

    /// Lets an instance answer.
    ///
    /// # Errors
    /// [`NoInstance`] if there is no place for the request, or if the component fails.
    pub async fn pass(
        &self,
        handler: &Handler,
        client: &CancellationToken,
        request: Request<WasiBody>,
    ) -> wasmtime::Result<Response<WasiBody>> {
        // No request waits: the usual case.
        let is_open = self.first.available_permits() == self.most_first;
        let request = match is_open {
            false => request,
            true => match ask(handler, arrival(client, None), request).await {
                Outcome::Answered(answered) => return answered,
                Outcome::Back(_, NoInstance::Full) => return Err(NoInstance::Full.into()),
                Outcome::Back(request, NoInstance::Busy) => request,
            },
        };
        self.wait(handler, client, request).await
    }

    async fn wait(
        &self,
        handler: &Handler,
        client: &CancellationToken,
        mut request: Request<WasiBody>,
    ) -> wasmtime::Result<Response<WasiBody>> {
        let until = Instant::now() + WAIT;
        let turn = timeout_at(until, self.first.acquire()).await;
        let mut turn = Some(turn.map_err(|_| NoInstance::Busy)?);
        let mut overdue = Instant::now() + PATIENCE;
        loop {
            let mut place = std::pin::pin!(self.load.place.notified());
            place.as_mut().enable();
            let (taken, is_taken) = oneshot::channel();
            let asked = Box::pin(ask(handler, arrival(client, Some(taken)), request));
            let outcome = match select(asked, is_taken).await {
                Either::Left((outcome, _)) => outcome,
                Either::Right((is_taken, asked)) => {
                    // Once taken, it leaves the queue.
                    turn = turn.filter(|_| is_taken.is_err());
                    asked.await
                }
            };
            let why = match outcome {
                Outcome::Answered(answered) => return answered,
                Outcome::Back(back, why) => {
                    request = back;
                    why
                }
            };
            let now = Instant::now();
            if why == NoInstance::Full || now >= until {
                return Err(why.into());
            }
            if now >= overdue {
                overdue = now + PATIENCE;
                self.load.is_overdue();
            }
            // Over time is as good as told.
            let _ = timeout(LOOK_AGAIN, place).await;
        }
    }
}

fn arrival(client: &CancellationToken, taken: Option<oneshot::Sender<()>>) -> Arrival {
    Arrival { client: client.clone(), taken }
}

async fn ask(handler: &Handler, arrival: Arrival, request: Request<WasiBody>) -> Outcome {
    let error = match handler.handle(arrival, request).await {
        Ok(response) => return Outcome::Answered(Ok(response)),
        Err(error) => error,
    };
    match error.downcast::<InstantiationError<Arrival>>() {
        Ok(back) => match back.error.downcast_ref::<NoInstance>() {
            Some(why) => {
                let request = back.request.into_inner().unwrap_or_else(PoisonError::into_inner);
                Outcome::Back(request, *why)
            }
            // The pool is shared with all other components, and has less room than their bounds.
            None if back.error.is::<PoolConcurrencyLimitError>() => {
                Outcome::Answered(Err(NoInstance::Full.into()))
            }
            None => Outcome::Answered(Err(back.into())),
        },
        Err(error) => Outcome::Answered(Err(error)),
    }
}
