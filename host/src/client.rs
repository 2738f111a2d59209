//! `wasi:http/client` of WASI 0.3, whose requests end with the request that they are sent for.

use std::sync::Arc;

use http::Method;
use tokio_util::sync::CancellationToken;
use wasmtime::AsContextMut as _;
use wasmtime::component::{Accessor, HasData, Resource};
use wasmtime_wasi::TrappableError;
use wasmtime_wasi_http::p3::bindings::http::client::HostWithStore;
use wasmtime_wasi_http::p3::bindings::http::types::{ErrorCode, Request, Response};
use wasmtime_wasi_http::{WasiHttp, WasiHttpCtxView, WasiHttpView as _};

use crate::leaving::CLIENT_LEFT;
use crate::state::State;

/// The client of components.
pub struct Client;

impl HasData for Client {
    type Data<'a> = WasiHttpCtxView<'a>;
}

impl HostWithStore<State> for Client {
    async fn send(
        store: &Accessor<State, Self>,
        request: Resource<Request>,
    ) -> Result<Resource<Response>, TrappableError<ErrorCode>> {
        let client = sent_for(store, &request);
        if client.as_ref().is_some_and(CancellationToken::is_cancelled) {
            return Err(left());
        }
        store.with(|mut access| {
            access.as_context_mut().data_mut().hooks.client = Some(client.clone());
        });
        // The first poll of this hands the request to the hooks, which take the client from the state.
        let http = store.with_getter::<WasiHttp>(State::http);
        let sent = WasiHttp::send(&http, request);
        let Some(client) = client else { return sent.await };
        tokio::select! {
            biased;
            sent = sent => sent,
            () = client.cancelled() => Err(left()),
        }
    }
}

/// The client whose request the component is running for. None: the component fetches something that others may wait for, too.
fn sent_for(
    store: &Accessor<State, Client>,
    request: &Resource<Request>,
) -> Option<CancellationToken> {
    store.with(|mut access| {
        let mut store = access.as_context_mut();
        let table = store.data_mut().http().table;
        if table.get(request).is_ok_and(|request| request.method == Method::GET) {
            return None;
        }
        let waiting = Arc::clone(&store.data().waiting);
        let task = store.async_call_stack().ok()?.last()?;
        waiting.client(task)
    })
}

fn left() -> TrappableError<ErrorCode> {
    ErrorCode::InternalError(Some(CLIENT_LEFT.to_owned())).into()
}
