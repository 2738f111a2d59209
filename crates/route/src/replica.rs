//! One instance's part in the shared state: it reads before a decision, and writes after an answer.
//!
//! A value is read at most once in [`KEEP_MS`](crate::view::KEEP_MS), by the first request that needs it. It is written when an
//! answer has ended, off the client's path: failures and changes of breakers at once, the rest once in the same time. Only a
//! probe is claimed before it is sent. A write reads, merges and replaces, without a lock: what another instance wrote in
//! between is lost, which costs observations; breakers merge by epochs, and a lost change of one is repeated.

use crate::decision::RouteDecision;
use crate::observed::Ended;
use crate::request::Request;
use crate::shard::Shard;
use crate::view::View;
use postern_fault::Fault;
use postern_policy::{Catalogue, Deployment, Destination, Named, Route, SetDeadlines, Strategy};
use postern_types::FaultKind;
use postern_types::router::{AttemptOutcome, Observations, ObservedAttempt};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Where the shared values are.
#[allow(async_fn_in_trait)] // Everything runs on one thread, in one component.
pub trait StateStore {
    /// The value of a key.
    ///
    /// # Errors
    ///
    /// The store does not answer, or not in time.
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, Unreachable>;

    /// Replaces the value of a key.
    ///
    /// # Errors
    ///
    /// As [`StateStore::get`].
    async fn set(&self, key: &str, value: &[u8]) -> Result<(), Unreachable>;
}

/// The store does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreachable;

/// An instance of the gateway among others.
#[derive(Debug)]
pub struct Replica<S> {
    store: S,
    view: RefCell<View>,
}

/// A decision that is being carried out.
pub struct Chosen<'c> {
    /// The decision.
    pub decision: RouteDecision<'c>,
    /// What [`Replica::observe`] has to know of it.
    pub memo: String,
}

/// A decision, for the time of its request.
#[derive(Serialize, Deserialize)]
struct Memo {
    id: u64,
    /// The conversation, if it matters where it is served.
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation: Option<u64>,
    /// Those that are tried although their breakers are open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open: Vec<String>,
}

impl<S: StateStore> Replica<S> {
    /// An instance that knows nothing yet. `instance` is random.
    pub fn new(store: S, instance: u64) -> Self {
        // A part of random bits is as random.
        Self { store, view: RefCell::new(View::new((instance >> 32) as u32)) }
    }

    /// Decides which deployments serve a request.
    ///
    /// # Errors
    ///
    /// As [`crate::decide`].
    pub async fn choose<'c>(
        &self,
        catalogue: &'c Catalogue,
        request: &Request<'_>,
    ) -> Result<Chosen<'c>, Fault> {
        let named = catalogue.named(request.name).filter(|_| request.allowed.allows(request.name));
        let conversation = request.signals.conversation;
        let conversation = conversation.filter(|_| named.is_some_and(goes_by_conversation));
        if let Some(named) = named {
            self.refresh(&shards(named, conversation), request.unix_ms).await;
        }
        // Others may be quicker to claim each.
        const PROBES: usize = 4;
        let mut decision = self.decide(catalogue, request)?;
        for _ in 0..PROBES {
            let Some(probe) = decision.probe() else { break };
            decision.is_probe = self.claim(probe, request.unix_ms).await;
            if decision.is_probe {
                break;
            }
            decision = self.decide(catalogue, request)?;
        }
        let mut view = self.view.borrow_mut();
        let first = decision.choices().next();
        let first = first.map_or("", |choice| choice.deployment.name.as_str());
        let id = view.begin(first, decision.is_probe, request.unix_ms);
        let open = decision.open().map(str::to_owned).collect();
        // Serializing strings and numbers cannot fail.
        let memo = serde_json::to_string(&Memo { id, conversation, open }).unwrap_or_default();
        Ok(Chosen { decision, memo })
    }

    fn decide<'c>(
        &self,
        catalogue: &'c Catalogue,
        request: &Request<'_>,
    ) -> Result<RouteDecision<'c>, Fault> {
        let view = self.view.borrow();
        crate::decide(catalogue, &Request { observed: view.known(), ..*request })
    }

    /// The time to the first token that 95 of 100 answers of a deployment stay within.
    pub fn first_token_p95_ms(&self, deployment: &str, now_ms: u64) -> Option<u32> {
        let view = self.view.borrow();
        let latency = view.known().latency(deployment, now_ms)?;
        Some(u32::try_from(latency.first_token_ms(0.95)).unwrap_or(u32::MAX))
    }

    async fn refresh(&self, shards: &[Shard], now_ms: u64) {
        let mut is_reachable = true;
        for shard in shards.iter().copied() {
            if !self.view.borrow_mut().begin_reading(shard, now_ms) {
                continue;
            }
            // One that has just not answered is not waited for again.
            let read = match is_reachable {
                true => self.store.get(&shard.key()).await,
                false => Err(Unreachable),
            };
            is_reachable &= read.is_ok();
            let mut view = self.view.borrow_mut();
            match read {
                Ok(value) => view.absorb(shard, value.as_deref(), now_ms),
                Err(Unreachable) => view.unread(shard, now_ms),
            }
        }
        self.view.borrow_mut().note_trouble(shards);
    }

    /// Claims the probe of an open breaker, for all instances. An instance that reads between another's read and write claims
    /// it too.
    async fn claim(&self, probe: &Deployment, now_ms: u64) -> bool {
        let shard = Shard::of_deployment(&probe.name);
        let read = self.store.get(&shard.key()).await;
        let value = {
            let mut view = self.view.borrow_mut();
            match &read {
                Ok(value) => view.absorb(shard, value.as_deref(), now_ms),
                Err(Unreachable) => view.unread(shard, now_ms),
            }
            if !view.claim(&probe.name, now_ms, &probe.provider.breaker) {
                return false;
            }
            view.outgoing(shard, now_ms)
        };
        if read.is_ok() {
            // Without it this instance makes its own probe.
            let _ = self.store.set(&shard.key(), &value).await;
        }
        true
    }

    /// Notes what became of a request, and shares it.
    pub async fn observe(&self, catalogue: &Catalogue, observations: &Observations) {
        let touched = self.take(catalogue, observations);
        for shard in touched {
            self.flush(shard, observations.unix_ms).await;
        }
    }

    /// Notes the attempts. Returns the values that they change.
    fn take(&self, catalogue: &Catalogue, observations: &Observations) -> BTreeSet<Shard> {
        let now_ms = observations.unix_ms;
        let mut view = self.view.borrow_mut();
        let mut touched = BTreeSet::new();
        let memos: Vec<Memo> =
            observations.memos.iter().filter_map(|memo| Memo::read(memo)).collect();
        for attempt in &observations.attempts {
            let Some(deployment) = deployment(catalogue, &attempt.deployment) else { continue };
            let name = deployment.name.as_str();
            let (answered, ended) = ended(attempt, deployment);
            let is_claimed = memos.iter().any(|memo| view.takes_probe(memo.id, name));
            // One that was tried because all were open has shown that it is back.
            let is_open = || memos.iter().any(|memo| memo.open.iter().any(|open| open == name));
            let is_probe = is_claimed || (answered && is_open());
            view.ended(name, &ended, is_probe, now_ms, &deployment.provider.breaker);
            touched.insert(Shard::of_deployment(name));
            let conversation = memos.iter().find_map(|memo| memo.conversation);
            if let Some(conversation) = conversation.filter(|_| answered) {
                view.serves(conversation, name, now_ms);
                touched.insert(Shard::of_conversation(conversation));
            }
        }
        for memo in &memos {
            match &observations.serving {
                Some(serving) => view.moves(memo.id, serving, now_ms),
                None => touched.extend(view.finish(memo.id, now_ms)),
            }
        }
        touched
    }

    async fn flush(&self, shard: Shard, now_ms: u64) {
        if !self.view.borrow_mut().is_flush_due(shard, now_ms) {
            return;
        }
        let Ok(read) = self.store.get(&shard.key()).await else {
            self.view.borrow_mut().unread(shard, now_ms);
            return;
        };
        let value = {
            let mut view = self.view.borrow_mut();
            view.absorb(shard, read.as_deref(), now_ms);
            view.outgoing(shard, now_ms)
        };
        // A lost write costs what was observed.
        let _ = self.store.set(&shard.key(), &value).await;
    }
}

impl Memo {
    fn read(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

fn deployment<'c>(catalogue: &'c Catalogue, name: &str) -> Option<&'c Deployment> {
    let mut all = catalogue.models().flat_map(|model| &model.deployments);
    all.find(|deployment| deployment.name == name)
}

/// Whether it has answered, and what its end says of it.
fn ended(attempt: &ObservedAttempt, deployment: &Deployment) -> (bool, Ended) {
    let first_token_ms = attempt.first_token_ms.map(u64::from);
    let answer_ms = u64::from(attempt.duration_ms);
    match &attempt.outcome {
        AttemptOutcome::Answered => {
            (true, Ended::Answered { first_token_ms, answer_ms, tokens: attempt.output_tokens })
        }
        AttemptOutcome::Failed(failure) if is_of_deployment(failure.kind) => {
            let deadlines = SetDeadlines::resolved(&[&deployment.provider.deadlines], false);
            let deadline_ms = u64::from(deadlines.first_token_ms).max(answer_ms);
            (false, Ended::Failed { deadline_ms, retry_after_ms: failure.retry_after_ms })
        }
        AttemptOutcome::Failed(_) => (false, Ended::Gone),
        AttemptOutcome::Cancelled => (false, Ended::Late { after_ms: answer_ms }),
    }
}

/// Whether a fault says that a deployment does not work. What is wrong with the request, or here, does not.
fn is_of_deployment(kind: FaultKind) -> bool {
    match kind {
        FaultKind::RateLimited
        | FaultKind::Overloaded
        | FaultKind::UpstreamUnreachable
        | FaultKind::UpstreamTimeout
        | FaultKind::UpstreamFailed
        | FaultKind::UpstreamInvalid => true,
        FaultKind::InvalidRequest
        | FaultKind::Unauthenticated
        | FaultKind::Forbidden
        | FaultKind::ModelNotFound
        | FaultKind::NoEligibleDeployment
        | FaultKind::TooLarge
        | FaultKind::ContentFiltered
        | FaultKind::NotConfigured
        | FaultKind::Unavailable => false,
    }
}

/// The values that a decision goes by. Where there is one deployment, nothing is decided.
fn shards(named: Named<'_>, conversation: Option<u64>) -> Vec<Shard> {
    let models: Vec<_> = match named {
        Named::Model(model) => vec![model],
        Named::Route(route) => route.models.iter().collect(),
    };
    let deployments = || models.iter().flat_map(|model| &model.deployments);
    if deployments().nth(1).is_none() {
        return Vec::new();
    }
    let of_deployments = deployments().map(|one| Shard::of_deployment(&one.name));
    let all: BTreeSet<_> = of_deployments.chain(conversation.map(Shard::of_conversation)).collect();
    all.into_iter().collect()
}

/// Whether the price depends on where the conversation was served.
fn goes_by_conversation(named: Named<'_>) -> bool {
    fn is_cheapest(route: &Route) -> bool {
        let inner =
            |to: &Destination| matches!(to, Destination::Route(route) if is_cheapest(route));
        route.strategy == Strategy::Cheapest || route.targets.iter().any(|target| inner(&target.to))
    }
    matches!(named, Named::Route(route) if is_cheapest(route))
}
