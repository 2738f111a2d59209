//! Instances: when one is made, how many requests it takes, and when it ends.

mod maker;
mod spare;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use http_body::Body as _;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Sleep;
use tokio_util::sync::CancellationToken;
use wasmtime::component::{GuestTaskId, Linker};
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, ProxyHandler, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::{WasiBody, WasiHttpView as _};

use crate::leaving::WaitingRequest;
use crate::memory::Answers;
use crate::shared::{Granted, Service, Shared};
use crate::state::State;

use maker::Maker;
use spare::Spare;
pub use spare::SpareInstances;

/// Hands requests to the instances of one component.
pub type Handler = ProxyHandler<Instances>;

/// The handler of requests from one component to another.
#[must_use]
pub fn service(handler: Handler) -> Service {
    Box::new(move |request| {
        let handler = handler.clone();
        Box::pin(async move { handle(&handler, request).await })
    })
}

/// Lets an instance answer. Dropping the future before the answer begins ends what the component has sent for it.
async fn handle(
    handler: &Handler,
    request: http::Request<WasiBody>,
) -> wasmtime::Result<http::Response<WasiBody>> {
    let client = CancellationToken::new();
    let leaves = client.clone().drop_guard();
    let answered = handler.handle(client, request).await;
    leaves.disarm();
    answered
}

/// A request of this size keeps a component busy for longer than others should wait: 1 MiB is read, counted and
/// translated in about 0.1 s.
const LARGE_BODY_BYTES: u64 = 1024 * 1024;

/// The number of large requests that are computed at the same time, each on a thread, among which the system shares the
/// cores. Further ones wait.
const LARGE_THREADS: usize = 16;

/// Up to so many instances of a component, each takes a part of the requests that it may.
const SPREAD_INSTANCES: usize = 16;
const SPREAD_PART: usize = 4;

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

    /// Answers a request. One of unknown length may become large.
    ///
    /// # Errors
    /// If the component fails.
    pub async fn answer(
        &self,
        request: http::Request<WasiBody>,
    ) -> wasmtime::Result<http::Response<WasiBody>> {
        let is_small =
            request.body().size_hint().upper().is_some_and(|bytes| bytes < LARGE_BODY_BYTES);
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

impl Reuse {
    /// One request, and no other beside it or after it.
    #[must_use]
    pub fn once(self) -> Self {
        Self { requests: 1, concurrent_requests: 1, ..self }
    }
}

/// How instances are reused.
#[derive(Clone, Copy, Debug)]
pub struct Reuse {
    /// Requests before an instance is replaced.
    pub requests: usize,
    /// Requests at the same time, of which the first instances take a quarter.
    pub concurrent_requests: usize,
    /// How long an idle instance is kept.
    pub idle_timeout: Duration,
}

/// The instances of one component.
pub struct Instances {
    maker: Arc<Maker>,
    spare: Spare,
    reuse: Reuse,
    /// A clone for each living one.
    living: Arc<()>,
}

impl Instances {
    /// Resolves the component's imports and finds its HTTP handler.
    ///
    /// # Errors
    /// If an import is not linked, or neither version of the handler is exported.
    pub fn new(
        linker: &Linker<State>,
        compiled: &wasmtime::component::Component,
        component: Arc<Granted>,
        shared: Arc<Shared>,
        reuse: Reuse,
        spare: Option<SpareInstances>,
    ) -> wasmtime::Result<Self> {
        let maker = Arc::new(Maker::new(linker, compiled, component, shared)?);
        let can_share = maker.can_share();
        let spare = Spare::new(Arc::clone(&maker), spare.filter(|_| can_share));
        let reuse = if can_share { reuse } else { reuse.once() };
        Ok(Self { maker, spare, reuse, living: Arc::default() })
    }

    /// Makes an instance and drops it: a failure here would be a failure of the first request.
    ///
    /// # Errors
    /// If the component cannot be instantiated.
    pub async fn try_one(&self) -> wasmtime::Result<()> {
        self.maker.make().await.map(drop)
    }

    /// Begins to make a spare instance.
    pub fn prepare(&self) {
        self.spare.refill();
    }
}

impl HandlerState for Instances {
    type StoreData = State;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<State, Expiration, Worker>> {
        let made = match self.spare.take() {
            Some(spare) => spare,
            None => self.maker.make().await?,
        };
        self.spare.refill();
        let Maker { component, shared, .. } = &*self.maker;
        Ok(Instance {
            store: made.store,
            proxy: made.proxy,
            view: State::http,
            expiration: Expiration::new(self.reuse.idle_timeout, shared.draining.subscribe()),
            state: Worker {
                component: Arc::clone(component),
                shared: Arc::clone(shared),
                reuse: self.reuse,
                living: Arc::clone(&self.living),
            },
        })
    }
}

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
    component: Arc<Granted>,
    shared: Arc<Shared>,
    reuse: Reuse,
    living: Arc<()>,
}

impl Worker {
    /// How many requests an instance takes at once. The first ones take a part, since the computation for one request
    /// blocks the others of its instance; with many open requests, few instances are worth more.
    fn most_at_once(&self) -> usize {
        // The component's own reference is no instance.
        let living = Arc::strong_count(&self.living).saturating_sub(1);
        let most = self.reuse.concurrent_requests;
        if living < SPREAD_INSTANCES { most.div_ceil(SPREAD_PART) } else { most }
    }
}

impl WorkerState for Worker {
    type StoreData = State;
    /// Cancelled when the client leaves.
    type RequestData = CancellationToken;

    fn should_accept_request(&self, concurrent: usize, total: usize) -> ShouldAccept {
        if total >= self.reuse.requests {
            ShouldAccept::Never
        } else if concurrent >= self.most_at_once() {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        store: StoreContextMut<'_, State>,
        client: CancellationToken,
        task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + Sync>> {
        let State { answers, waiting, .. } = store.data();
        let request =
            RequestOfInstance { answers: Arc::clone(answers), _waiting: waiting.add(task, client) };
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
}

impl Expiration {
    fn new(idle_timeout: Duration, mut draining: watch::Receiver<bool>) -> Self {
        let draining = async move {
            if draining.wait_for(|draining| *draining).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        Self {
            idle_timeout,
            sleep: Box::pin(tokio::time::sleep(idle_timeout)),
            draining: Box::pin(draining),
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
