//! Clients that leave before their answer has begun: the requests that a component has sent for them end.
//!
//! WASI has no call that tells a component of it. Its outbound requests fail instead, those that run and those that it
//! tries next, so that no vendor works on. What is fetched by `GET` goes on, since others may wait for it: an issuer's keys. Once an answer has begun, a component sees a failed write.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use wasmtime::component::GuestTaskId;
use wasmtime_wasi_http::{Error, WasiBody};

/// The error of an outbound request whose client has left.
pub const CLIENT_LEFT: &str = "the client has left";

/// The requests of one instance that have no answer yet, each by the task that the component runs for it.
#[derive(Default)]
pub struct Waiting(Mutex<HashMap<GuestTaskId, CancellationToken>>);

impl Waiting {
    /// Adds a request. It is waited for until what this returns is dropped.
    pub fn add(self: &Arc<Self>, task: GuestTaskId, client: CancellationToken) -> WaitingRequest {
        self.lock().insert(task, client);
        WaitingRequest { waiting: Arc::clone(self), task }
    }

    /// Cancelled when the client of this task's request leaves.
    pub fn client(&self, task: GuestTaskId) -> Option<CancellationToken> {
        self.lock().get(&task).cloned()
    }

    /// The client of an instance that has only one, as with WASI 0.2.
    pub fn only_client(&self) -> Option<CancellationToken> {
        let waiting = self.lock();
        let mut clients = waiting.values();
        let only = clients.next().cloned();
        only.filter(|_| clients.next().is_none())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<GuestTaskId, CancellationToken>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that has no answer yet.
pub struct WaitingRequest {
    waiting: Arc<Waiting>,
    task: GuestTaskId,
}

impl Drop for WaitingRequest {
    fn drop(&mut self) {
        self.waiting.lock().remove(&self.task);
    }
}

/// What comes of a request that was sent for this client, which ends when the client leaves.
///
/// # Errors
/// The request's, and that the client has left.
pub async fn unless_left<T>(
    answered: impl Future<Output = Result<T, Error>>,
    client: &CancellationToken,
) -> Result<T, Error> {
    tokio::select! {
        biased;
        answered = answered => answered,
        () = client.cancelled() => Err(left()),
    }
}

fn left() -> Error {
    Error::InternalError(Some(CLIENT_LEFT.to_owned()))
}

/// The answer to a request that was sent for this client: it breaks off when the client leaves.
pub fn until_left(response: Response<WasiBody>, client: CancellationToken) -> Response<WasiBody> {
    let left = Box::pin(client.cancelled_owned());
    response.map(|body| UntilLeft { body, left }.boxed_unsync())
}

struct UntilLeft {
    body: WasiBody,
    left: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Body for UntilLeft {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(context) {
            return Poll::Ready(frame);
        }
        this.left.as_mut().poll(context).map(|()| {
            // The vendor's connection goes now, not when the component drops the answer.
            this.body = http_body_util::Empty::new().map_err(|never| match never {}).boxed_unsync();
            Some(Err(left()))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
