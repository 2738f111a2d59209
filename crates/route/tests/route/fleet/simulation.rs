//! A simulated fleet: three vendors, several instances of the gateway that come and go, and one store that they share.

use super::store::{Store, now};
use crate::random::Random;
use crate::world::{Asked, asked, catalogue, model, provider};
use postern_policy::Catalogue;
use postern_route::resilience::{AttemptBudget, AttemptPolicy, RetryTokens};
use postern_route::{Allowed, Observed, Replica, Request};
use postern_types::FaultKind;
use postern_types::router::{AttemptFailure, AttemptOutcome, Observations, ObservedAttempt};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// How often an instance ends and a cold one takes its place.
const LIFE_MS: u64 = 7_000;
/// How long a vendor that fails takes to say so: less than an answer.
const FAILURE_MS: u64 = 40;
const TOKENS: u64 = 100;

/// A vendor: `p0`, `p1`, `p2`.
#[derive(Clone, Copy)]
pub struct Vendor {
    pub first_token_ms: f64,
    /// Its share of failures when nothing is wrong.
    pub fails: f64,
    /// From when until when it fails always.
    pub is_down: (u64, u64),
    /// From when until when it takes ten times as long.
    pub is_slow: (u64, u64),
}

pub const HEALTHY: Vendor =
    Vendor { first_token_ms: 300.0, fails: 0.002, is_down: (0, 0), is_slow: (0, 0) };

/// What is simulated.
pub struct Plan {
    pub strategy: &'static str,
    pub vendors: [Vendor; 3],
    pub instances: usize,
    pub hedges: bool,
    /// From when until when the store cannot be reached.
    pub store_down: (u64, u64),
    pub end_ms: u64,
    pub seed: u64,
}

impl Plan {
    pub fn new(strategy: &'static str, seed: u64) -> Self {
        let vendors = [HEALTHY; 3];
        Plan {
            strategy,
            vendors,
            instances: 4,
            hedges: false,
            store_down: (0, 0),
            end_ms: 90_000,
            seed,
        }
    }
}

/// What came of a request.
#[derive(Default, Clone)]
pub struct Outcome {
    pub arrived_ms: u64,
    /// The time to the first token; `None`: an error.
    pub first_token_ms: Option<u64>,
    /// Answers that were paid for by the caller.
    pub billed: u32,
    /// The attempts at each vendor.
    pub attempts: BTreeMap<String, u32>,
    pub is_over: bool,
}

/// An attempt that was begun.
pub struct Attempt {
    pub at_ms: u64,
    pub vendor: String,
    pub is_probe: bool,
}

struct Instance {
    replica: Replica<Store>,
    retries: RetryTokens,
    born_ms: u64,
    generation: u32,
}

struct Running {
    instance: usize,
    generation: u32,
    memo: String,
    left: Vec<String>,
    budget: AttemptBudget,
    /// The attempts under way: number, vendor, beginning.
    under_way: Vec<(u64, String, u64)>,
    /// Those that have ended and are not told yet.
    ended: Vec<ObservedAttempt>,
    is_hedged: bool,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrive,
    Fail { request: usize, attempt: u64 },
    FirstToken { request: usize, attempt: u64, answer_ms: u64 },
    Hedge { request: usize },
    End { request: usize, vendor: String, first_token_ms: u64, answer_ms: u64 },
}

pub struct Fleet<'p> {
    pub plan: &'p Plan,
    catalogue: Catalogue,
    asked: Asked,
    random: Random,
    pub store: Store,
    instances: Vec<Instance>,
    running: Vec<Running>,
    pub outcomes: Vec<Outcome>,
    pub begun: Vec<Attempt>,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    numbers: u64,
    now_ms: u64,
}

pub fn is_within((from, until): (u64, u64), at: u64) -> bool {
    (from..until).contains(&at)
}

const ATTEMPTS: AttemptPolicy = AttemptPolicy {
    max_attempts: 4,
    repeats_before_next: 0,
    backoff_ms: 200,
    max_backoff_ms: 5_000,
};

fn cold(store: &Store, random: u64, born_ms: u64, generation: u32) -> Instance {
    Instance {
        replica: Replica::new(store.clone(), random),
        retries: RetryTokens::new(20, 50),
        born_ms,
        generation,
    }
}

/// Runs a plan to its end.
pub fn run(plan: &Plan) -> Fleet<'_> {
    let models = ["p0", "p1", "p2"].map(|name| provider(name, ""));
    let models = [models.concat(), model("m", "", &["p0", "p1", "p2"])];
    let routes =
        format!("[[route]]\nalias = \"r\"\nstrategy = {:?}\nmodels = [\"m\"]\n", plan.strategy);
    // One write in twenty is lost.
    let store = Store::default().losing_one_in(20);
    let mut random = Random(plan.seed);
    let instances = (0..plan.instances).map(|_| cold(&store, random.next(), 0, 0)).collect();
    let mut fleet = Fleet {
        plan,
        catalogue: catalogue(&models, &routes),
        asked: asked(),
        random,
        store,
        instances,
        running: Vec::new(),
        outcomes: Vec::new(),
        begun: Vec::new(),
        events: BinaryHeap::new(),
        numbers: 0,
        now_ms: 0,
    };
    fleet.at(1, Event::Arrive);
    while let Some(Reverse((now_ms, _, event))) = fleet.events.pop() {
        fleet.now_ms = now_ms;
        fleet.handle(event);
    }
    fleet
}

impl Fleet<'_> {
    fn at(&mut self, at_ms: u64, event: Event) {
        self.numbers += 1;
        self.events.push(Reverse((at_ms, self.numbers, event)));
    }

    fn handle(&mut self, event: Event) {
        match event {
            Event::Arrive => self.arrive(),
            Event::Fail { request, attempt } => self.failed(request, attempt),
            Event::FirstToken { request, attempt, answer_ms } => {
                self.first_token(request, attempt, answer_ms);
            }
            Event::Hedge { request } => self.hedge(request),
            Event::End { request, vendor, first_token_ms, answer_ms } => {
                let outcome = AttemptOutcome::Answered;
                let first_token_ms = Some(first_token_ms as u32);
                let attempt = attempt(vendor, outcome, first_token_ms, answer_ms);
                self.running[request].ended.push(attempt);
                self.observe(request, None);
            }
        }
    }

    /// A hundred requests a second.
    fn arrive(&mut self) {
        let next_ms = self.now_ms + self.random.exponential(10.0).ceil() as u64;
        if next_ms < self.plan.end_ms {
            self.at(next_ms, Event::Arrive);
        }
        let instance = (self.random.next() % self.instances.len() as u64) as usize;
        let age_ms = self.now_ms - self.instances[instance].born_ms;
        // Their ends are spread over a life.
        if age_ms > LIFE_MS + instance as u64 * 1_000 {
            let generation = self.instances[instance].generation + 1;
            let random = self.random.next();
            self.instances[instance] = cold(&self.store, random, self.now_ms, generation);
        }
        self.store.set_down(is_within(self.plan.store_down, self.now_ms));
        let (left, memo, is_probe) = self.choose(instance);
        self.instances[instance].retries.earn();
        let request = self.running.len();
        let first = left.first().cloned().unwrap();
        self.running.push(Running {
            instance,
            generation: self.instances[instance].generation,
            memo,
            left,
            budget: AttemptBudget::new(ATTEMPTS),
            under_way: Vec::new(),
            ended: Vec::new(),
            is_hedged: false,
        });
        self.outcomes.push(Outcome { arrived_ms: self.now_ms, ..Outcome::default() });
        self.begin(request, is_probe);
        if self.plan.hedges {
            let usual = self.instances[instance].replica.first_token_p95_ms(&first, self.now_ms);
            let wait_ms = u64::from(usual.unwrap_or(10_000)).clamp(50, 10_000);
            self.at(self.now_ms + wait_ms, Event::Hedge { request });
        }
    }

    /// The deployments to try, what is to be told of it, and whether the first one is a probe.
    fn choose(&mut self, instance: usize) -> (Vec<String>, String, bool) {
        self.asked.signals.conversation = Some(self.random.next());
        self.asked.caller.consumer = format!("app-{}", self.random.next() % 1_000);
        let allowed = Allowed::of(&self.asked.caller);
        let request = Request {
            name: "r",
            allowed: &allowed,
            facts: &self.asked.facts,
            signals: &self.asked.signals,
            headers: &[],
            observed: &Observed::default(),
            unix_ms: self.now_ms,
            seed: self.random.next(),
        };
        let chosen = now(self.instances[instance].replica.choose(&self.catalogue, &request));
        let chosen = chosen.unwrap();
        let names = chosen.decision.choices().map(|choice| choice.deployment.name.clone());
        (names.collect(), chosen.memo, chosen.decision.is_probe())
    }

    /// Begins the next attempt; without one the request has failed.
    fn begin(&mut self, request: usize, is_probe: bool) {
        if self.running[request].left.is_empty() {
            self.outcomes[request].is_over = true;
            return self.observe(request, None);
        }
        let name = self.running[request].left.remove(0);
        self.begun.push(Attempt { at_ms: self.now_ms, vendor: name.clone(), is_probe });
        *self.outcomes[request].attempts.entry(name.clone()).or_default() += 1;
        self.numbers += 1;
        let attempt = self.numbers;
        self.running[request].under_way.push((attempt, name.clone(), self.now_ms));
        self.answer(request, attempt, &name);
    }

    fn answer(&mut self, request: usize, attempt: u64, name: &str) {
        let place = ["p0", "p1", "p2"].into_iter().position(|one| name.starts_with(one)).unwrap();
        let vendor = self.plan.vendors[place];
        let fails = is_within(vendor.is_down, self.now_ms) || self.random.fraction() < vendor.fails;
        if fails {
            return self.at(self.now_ms + FAILURE_MS, Event::Fail { request, attempt });
        }
        let factor = if is_within(vendor.is_slow, self.now_ms) { 10.0 } else { 1.0 };
        let first_token_ms = self.random.around(vendor.first_token_ms * factor) as u64;
        let answer_ms = first_token_ms + (5.0 * factor) as u64 * TOKENS;
        self.at(self.now_ms + first_token_ms, Event::FirstToken { request, attempt, answer_ms });
    }

    /// Tells what is not told yet. An instance that is gone tells nothing.
    fn observe(&mut self, request: usize, serving: Option<String>) {
        let running = &mut self.running[request];
        let it = &self.instances[running.instance];
        if it.generation != running.generation {
            return;
        }
        let observations = Observations {
            memos: vec![running.memo.clone()],
            attempts: std::mem::take(&mut running.ended),
            serving,
            unix_ms: self.now_ms,
        };
        now(it.replica.observe(&self.catalogue, &observations));
    }

    fn take(&mut self, request: usize, attempt: u64) -> Option<(String, u64)> {
        let under_way = &mut self.running[request].under_way;
        let place = under_way.iter().position(|(number, ..)| *number == attempt)?;
        let (_, name, began_ms) = under_way.remove(place);
        Some((name, began_ms))
    }

    fn failed(&mut self, request: usize, number: u64) {
        let Some((name, began_ms)) = self.take(request, number) else { return };
        let failure = AttemptFailure { kind: FaultKind::UpstreamFailed, retry_after_ms: None };
        let outcome = AttemptOutcome::Failed(failure);
        let ended = attempt(name, outcome, None, self.now_ms - began_ms);
        let running = &mut self.running[request];
        running.ended.push(ended);
        if running.under_way.is_empty() {
            self.begin(request, false);
        }
    }

    /// The first one wins, the others are cancelled: only the winner is paid for.
    fn first_token(&mut self, request: usize, number: u64, answer_ms: u64) {
        let Some((vendor, began_ms)) = self.take(request, number) else { return };
        let outcome = &mut self.outcomes[request];
        outcome.billed += 1;
        outcome.is_over = true;
        outcome.first_token_ms = Some(self.now_ms - outcome.arrived_ms);
        for (_, loser, began_ms) in std::mem::take(&mut self.running[request].under_way) {
            let ended = attempt(loser, AttemptOutcome::Cancelled, None, self.now_ms - began_ms);
            self.running[request].ended.push(ended);
        }
        if !self.running[request].ended.is_empty() {
            self.observe(request, Some(vendor.clone()));
        }
        let first_token_ms = self.now_ms - began_ms;
        self.at(began_ms + answer_ms, Event::End { request, vendor, first_token_ms, answer_ms });
    }

    fn hedge(&mut self, request: usize) {
        let running = &self.running[request];
        if self.outcomes[request].is_over || running.under_way.is_empty() {
            return;
        }
        let (has_another, is_hedged) = (!running.left.is_empty(), running.is_hedged);
        let running = &mut self.running[request];
        let tokens = &mut self.instances[running.instance].retries;
        if has_another && !is_hedged && running.budget.hedge(tokens) {
            running.is_hedged = true;
            self.begin(request, false);
        }
    }

    /// The requests that have arrived in this time.
    pub fn within(&self, from_ms: u64, until_ms: u64) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(move |one| is_within((from_ms, until_ms), one.arrived_ms))
    }

    pub fn error_share(&self, from_ms: u64, until_ms: u64) -> f64 {
        let all = self.within(from_ms, until_ms).count();
        let errors = self.within(from_ms, until_ms).filter(|one| one.first_token_ms.is_none());
        errors.count() as f64 / all as f64
    }

    /// The percentile of the time to the first token.
    pub fn percentile(&self, share: f64, from_ms: u64, until_ms: u64) -> u64 {
        let within = self.within(from_ms, until_ms);
        let mut times: Vec<_> = within.filter_map(|one| one.first_token_ms).collect();
        times.sort_unstable();
        times[(times.len() as f64 * share) as usize]
    }

    /// What holds of every plan.
    pub fn check(&self) {
        assert!(self.outcomes.len() > 5_000, "{}", self.outcomes.len());
        assert!(self.store.bytes() < 6_000, "{} bytes in a value", self.store.bytes());
        for outcome in &self.outcomes {
            assert!(outcome.is_over);
            let billed = u32::from(outcome.first_token_ms.is_some());
            assert_eq!(outcome.billed, billed, "an answer is paid for once, an error never");
            for (vendor, attempts) in &outcome.attempts {
                assert_eq!(*attempts, 1, "{vendor} got the same request again");
            }
        }
    }
}

fn attempt(
    deployment: String,
    outcome: AttemptOutcome,
    first_token_ms: Option<u32>,
    duration_ms: u64,
) -> ObservedAttempt {
    let duration_ms = duration_ms as u32;
    ObservedAttempt { deployment, outcome, first_token_ms, duration_ms, output_tokens: TOKENS }
}
