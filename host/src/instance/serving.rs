//! Which instances a request is for: most share those for usual requests, and large ones have others.

use std::sync::OnceLock;

use http::header::CONTENT_ENCODING;
use http_body::Body as _;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use wasmtime_wasi_http::WasiBody;

use super::{Handler, handle};

/// A request of this size keeps a component busy for longer than others should wait: 1 MiB is read, counted and
/// translated in about 0.1 s.
const LARGE_BODY_BYTES: u64 = 1024 * 1024;

/// The number of large requests that are computed at the same time, each on a thread, among which the system shares the
/// cores. Further ones wait.
const LARGE_THREADS: usize = 16;

/// Dispatches the requests of one component.
///
/// A component runs on one thread at a time, and its computation for one request blocks all others of its instance and
/// its thread. A large request has an instance of its own, on threads that small ones do not use.
#[derive(Clone)]
pub struct Serving {
    usual: Handler,
    large: Handler,
}

impl Serving {
    /// Most requests use instances of `usual`, large ones instances of `large`.
    #[must_use]
    pub fn new(usual: Handler, large: Handler) -> Self {
        Self { usual, large }
    }

    /// Begins to make a spare instance for usual requests.
    pub fn prepare(&self) {
        self.usual.state().prepare();
    }

    /// Answers a request. One of unknown length may become large, and so may one that is compressed.
    ///
    /// # Errors
    /// If the component fails.
    pub async fn answer(
        &self,
        request: http::Request<WasiBody>,
    ) -> wasmtime::Result<http::Response<WasiBody>> {
        let is_encoded = request.headers().contains_key(CONTENT_ENCODING);
        let bytes = request.body().size_hint().upper().filter(|_| !is_encoded);
        let is_small = bytes.is_some_and(|bytes| bytes < LARGE_BODY_BYTES);
        if is_small {
            return handle(&self.usual, request).await;
        }
        let large = self.large.clone();
        // The instance runs where its request was passed in. A client that leaves drops the set, and with it the
        // request.
        let mut tasks = JoinSet::new();
        tasks.spawn_on(async move { handle(&large, request).await }, large_runtime()?);
        match tasks.join_next().await {
            Some(Ok(answered)) => answered,
            _ => Err(wasmtime::format_err!(
                "the task of a large request has ended without an answer"
            )),
        }
    }
}

/// Its threads mostly wait; it ends with the process.
fn large_runtime() -> wasmtime::Result<&'static tokio::runtime::Handle> {
    static RUNTIME: OnceLock<Option<Runtime>> = OnceLock::new();
    let runtime = RUNTIME.get_or_init(|| {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(LARGE_THREADS).thread_name("large").enable_all().build().ok()
    });
    let runtime = runtime.as_ref().map(Runtime::handle);
    runtime.ok_or_else(|| wasmtime::format_err!("there are no threads for large requests"))
}
