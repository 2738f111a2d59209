//! Instances: when one is made, how many requests it takes, and when it ends.

mod gate;
mod load;
mod maker;
mod serving;
mod spare;
mod worker;

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use wasmtime::component::Linker;
use wasmtime_wasi_http::handler::{HandlerState, Instance, ProxyHandler};
use wasmtime_wasi_http::{WasiBody, WasiHttpView as _};

use crate::shared::{Granted, Service, Shared};
use crate::state::State;

use gate::Gate;
use load::Load;
use maker::Maker;
pub use serving::Serving;
use spare::Spare;
pub use spare::SpareInstances;
use worker::{Expiration, Worker};

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
    let answered = handler.state().gate.pass(handler, &client, request).await;
    leaves.disarm();
    answered
}

/// How instances are reused, and how many there may be.
#[derive(Clone, Copy, Debug)]
pub struct Reuse {
    /// Requests before an instance is replaced.
    pub requests: usize,
    /// The same where long streams keep many instances alive.
    pub crowded_requests: usize,
    /// Requests at the same time, of which the first instances take a quarter.
    pub concurrent_requests: usize,
    /// How long an idle instance is kept.
    pub idle_timeout: Duration,
    /// Living ones of a component: those that accept requests, and those that finish what they have.
    pub instances: usize,
}

/// Large requests that an instance takes where many are under way.
const LARGE_REQUESTS: usize = 16;

impl Reuse {
    /// One request, and no other beside it or after it, in as many instances as the engine has.
    fn once(self) -> Self {
        Self {
            requests: 1,
            crowded_requests: 1,
            concurrent_requests: 1,
            instances: usize::MAX,
            ..self
        }
    }

    /// One large request; where many are under way, several share an instance.
    #[must_use]
    pub fn large(self) -> Self {
        Self {
            requests: 1,
            crowded_requests: LARGE_REQUESTS,
            concurrent_requests: LARGE_REQUESTS,
            ..self
        }
    }

    /// Whether requests can share an instance.
    fn shares(&self) -> bool {
        self.crowded_requests > 1
    }
}

/// The instances of one component.
pub struct Instances {
    maker: Arc<Maker>,
    spare: Spare,
    reuse: Reuse,
    gate: Gate,
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
        Ok(Self { maker, spare, reuse, gate: Gate::new(Load::new(reuse)) })
    }

    /// Makes an instance, the first spare one: a failure here would be a failure of the first request.
    ///
    /// # Errors
    /// If the component cannot be instantiated.
    pub async fn try_one(&self) -> wasmtime::Result<()> {
        self.spare.begin_with(self.maker.make().await?);
        Ok(())
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
        let load = &self.gate.load;
        let (making, seat) = load.begin()?;
        let seat = Arc::new(seat);
        let made = match self.spare.take() {
            Some(spare) => spare,
            None => self.maker.make().await?,
        };
        drop(making);
        // In a burst it would take the time of those that requests wait for; the last of them makes it.
        if !load.is_making() {
            self.spare.refill();
        }
        let Maker { component, shared, .. } = &*self.maker;
        Ok(Instance {
            store: made.store,
            proxy: made.proxy,
            view: State::http,
            expiration: Expiration::new(
                self.reuse.idle_timeout,
                shared.draining.subscribe(),
                Arc::clone(&seat),
            ),
            state: Worker { component: Arc::clone(component), shared: Arc::clone(shared), seat },
        })
    }
}
