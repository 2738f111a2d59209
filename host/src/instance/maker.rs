//! How an instance is made, and made ready before its first request.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use futures::channel::oneshot;
use http_body_util::BodyExt as _;
use wasmtime::component::Linker;
use wasmtime::{AsContextMut as _, Engine, Store};
use wasmtime_wasi_http::WasiHttpView as _;
use wasmtime_wasi_http::handler::{Prepared, Proxy, ProxyPre};

use crate::server::responses::full;
use crate::shared::{Granted, Shared};
use crate::state::State;

const SERVES_NO_HTTP: &str = "it is named by a trigger and serves no HTTP: it exports neither \
    `wasi:http/handler@0.3` nor `wasi:http/incoming-handler@0.2`";

/// Files that an instance may have read; a component that mounts more is not made in advance.
const MAX_FILES: usize = 256;

/// Makes the instances of one component.
pub struct Maker {
    engine: Engine,
    pre: ProxyPre<State>,
    pub component: Arc<Granted>,
    pub shared: Arc<Shared>,
}

/// An instance that serves nothing yet.
pub struct Made {
    pub store: Store<State>,
    pub proxy: Proxy,
}

/// The files of a component, by number and latest change; none if they are too many or cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Files {
    number: usize,
    bytes: u64,
    changed: SystemTime,
}

impl Maker {
    /// Resolves the component's imports and finds its HTTP handler.
    ///
    /// # Errors
    /// If an import is not linked, or neither version of the handler is exported.
    pub fn new(
        linker: &Linker<State>,
        compiled: &wasmtime::component::Component,
        component: Arc<Granted>,
        shared: Arc<Shared>,
    ) -> wasmtime::Result<Self> {
        let pre = linker.instantiate_pre(compiled)?;
        let pre = match wasmtime_wasi_http::p3::bindings::ServicePre::new(pre.clone()) {
            Ok(service) => ProxyPre::P3(service),
            Err(_) => ProxyPre::P2(
                wasmtime_wasi_http::p2::bindings::ProxyPre::new(pre)
                    .map_err(|_| wasmtime::format_err!("{SERVES_NO_HTTP}"))?,
            ),
        };
        Ok(Self { engine: linker.engine().clone(), pre, component, shared })
    }

    /// Whether an instance can serve several requests: calls of WASI 0.2 cannot share one.
    pub fn can_share(&self) -> bool {
        matches!(self.pre, ProxyPre::P3(_))
    }

    /// Makes an instance.
    ///
    /// # Errors
    /// If the component cannot be instantiated.
    pub async fn make(&self) -> wasmtime::Result<Made> {
        let state = State::new(Arc::clone(&self.component), Arc::clone(&self.shared))?;
        let mut store = Store::new(&self.engine, state);
        store.limiter(|state| &mut state.growth);
        let proxy = self.pre.instantiate_async(&mut store).await?;
        Ok(Made { store, proxy })
    }

    /// Lets an instance answer a request for this path: what a component reads and builds at its first request is there
    /// then. The answer is dropped, and so is what it logs if the answer is a success: the first real request shows the same.
    ///
    /// # Errors
    /// If the component fails.
    pub async fn warm_up(&self, made: Made, path: &str) -> wasmtime::Result<Made> {
        let Made { mut store, proxy } = made;
        store.data().hold_output();
        let request = http::Request::get(path)
            .header(http::header::HOST, "localhost")
            .body(full(Bytes::new()))?;
        let (sender, receiver) = oneshot::channel();
        let prepared = Prepared::new(store.as_context_mut(), &proxy, request, State::http, sender)?;
        let answered = async move |accessor: &wasmtime::component::Accessor<State>| {
            let read = async {
                let Ok(Ok(response)) = receiver.await else { return false };
                let is_success = response.status().is_success();
                // Errors of the answer are of no interest here.
                let _ = response.into_body().collect().await;
                is_success
            };
            let (ran, is_success) =
                tokio::join!(prepared.run(accessor, std::future::pending()), read);
            ran?;
            std::future::poll_fn(|context| accessor.poll_no_interesting_tasks(context)).await;
            Ok::<_, wasmtime::Error>(is_success)
        };
        let is_success = store.run_concurrent(answered).await??;
        store.data().release_output(!is_success);
        Ok(Made { store, proxy })
    }

    /// The files that a new instance would read.
    pub fn files(&self) -> Option<Files> {
        let mut files = Files { number: 0, bytes: 0, changed: SystemTime::UNIX_EPOCH };
        for (folder, _) in &self.component.files {
            files.add(folder).ok().filter(|()| files.number <= MAX_FILES)?;
        }
        Some(files)
    }
}

impl Files {
    fn add(&mut self, path: &Path) -> std::io::Result<()> {
        let metadata = std::fs::metadata(path)?;
        self.number = self.number.saturating_add(1);
        self.changed = self.changed.max(metadata.modified()?);
        if !metadata.is_dir() {
            self.bytes = self.bytes.wrapping_add(metadata.len());
        } else if self.number <= MAX_FILES {
            for entry in std::fs::read_dir(path)? {
                self.add(&entry?.path())?;
            }
        }
        Ok(())
    }
}
