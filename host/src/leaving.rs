//! Clients that leave before their answer has begun: the requests that a component has sent for them end.
//!
//! WASI 0.3 has no call that tells a component of it. Its outbound requests fail instead, those that run and those that it
//! tries next, so that no vendor works on. Once an answer has begun, a component sees a failed write.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http::Response;
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use wasmtime::StoreContextMut;
use wasmtime::component::{Accessor, GuestTaskId, HasData, Resource};
use wasmtime_wasi::TrappableError;
use wasmtime_wasi_http::p3::bindings::http::client::HostWithStore;
use wasmtime_wasi_http::p3::bindings::http::types::{
    ErrorCode, Request, Response as GuestResponse,
};
use wasmtime_wasi_http::{Error, WasiBody, WasiHttp, WasiHttpCtxView, WasiHttpView as _};

use crate::state::State;

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

    /// Cancelled when the client of the request leaves for which the component is running.
    fn client(&self, store: &mut StoreContextMut<'_, State>) -> Option<CancellationToken> {
        let task = store.async_call_stack().ok()?.last()?;
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

/// `wasi:http/client` of WASI 0.3, whose requests end with the request that they are sent for.
pub struct Client;

impl HasData for Client {
    type Data<'a> = WasiHttpCtxView<'a>;
}

impl HostWithStore<State> for Client {
    async fn send(
        store: &Accessor<State, Self>,
        request: Resource<Request>,
    ) -> Result<Resource<GuestResponse>, TrappableError<ErrorCode>> {
        let client = store.with(|mut access| {
            let mut store = wasmtime::AsContextMut::as_context_mut(&mut access);
            let waiting = Arc::clone(&store.data().waiting);
            let client = waiting.client(&mut store);
            store.data_mut().hooks.client = Some(client.clone());
            client
        });
        // The first poll of this hands the request to the hooks, which take the client from the state.
        let http = store.with_getter::<WasiHttp>(State::http);
        let sent = WasiHttp::send(&http, request);
        let Some(client) = client else { return sent.await };
        tokio::select! {
            sent = sent => sent,
            () = client.cancelled() => {
                Err(ErrorCode::InternalError(Some(CLIENT_LEFT.to_owned())).into())
            }
        }
    }
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
            Some(Err(Error::InternalError(Some(CLIENT_LEFT.to_owned()))))
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
