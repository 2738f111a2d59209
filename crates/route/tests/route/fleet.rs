//! A simulated fleet: three vendors, several instances of the gateway that come and go, and one store that they share.

use crate::random::Random;
use crate::world::{Asked, asked, catalogue, model, provider};
use postern_policy::Catalogue;
use postern_route::resilience::{
    Admit, AttemptBudget, AttemptPolicy, BreakerPolicy, Ended, FailedAttempt, Hedge, HedgePolicy,
    Next, RetryTokens, View,
};
use postern_route::{Allowed, Request, decide};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// An instance keeps what it has read for this long.
const KEEP_MS: u64 = 1_000;
/// How often an instance ends and a cold one takes its place.
const LIFE_MS: u64 = 7_000;
/// How long a vendor that fails takes to say so: less than an answer.
const FAILURE_MS: u64 = 40;
const DEADLINE_MS: u64 = 20_000;
const TOKENS: u64 = 100;

/// A vendor: `p0`, `p1`, `p2`.
#[derive(Clone, Copy)]
struct Vendor {
    first_token_ms: f64,
    /// Its share of failures when nothing is wrong.
    fails: f64,
    /// From when until when it fails always.
    is_down: (u64, u64),
    /// From when until when it takes ten times as long.
    is_slow: (u64, u64),
}

const HEALTHY: Vendor =
    Vendor { first_token_ms: 300.0, fails: 0.002, is_down: (0, 0), is_slow: (0, 0) };

/// What is simulated.
struct Plan {
    strategy: &'static str,
    vendors: [Vendor; 3],
    instances: usize,
    hedges: bool,
    /// From when until when the store cannot be reached.
    store_down: (u64, u64),
    end_ms: u64,
    seed: u64,
}

impl Plan {
    fn new(strategy: &'static str, seed: u64) -> Self {
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
struct Outcome {
    arrived_ms: u64,
    /// The time to the first token; `None`: an error.
    first_token_ms: Option<u64>,
    /// Answers that were paid for by the caller.
    billed: u32,
    /// The attempts at each vendor.
    attempts: BTreeMap<String, u32>,
    is_over: bool,
}

/// An attempt that was begun.
struct Attempt {
    at_ms: u64,
    vendor: String,
    is_probe: bool,
}

struct Instance {
    view: View,
    retries: RetryTokens,
    hedge: Hedge,
    reads: u32,
    born_ms: u64,
    generation: u32,
}

struct Running {
    instance: usize,
    generation: u32,
    budget: AttemptBudget,
    left: Vec<String>,
    /// The attempts under way: number, vendor, beginning.
    under_way: Vec<(u64, String, u64)>,
    is_hedged: bool,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Arrive,
    Fail { request: usize, attempt: u64 },
    FirstToken { request: usize, attempt: u64, answer_ms: u64 },
    Hedge { request: usize },
    End { instance: usize, generation: u32, vendor: String, first_token_ms: u64, answer_ms: u64 },
}

struct Fleet<'p> {
    plan: &'p Plan,
    catalogue: Catalogue,
    asked: Asked,
    random: Random,
    breaker: BreakerPolicy,
    shared: Vec<u8>,
    instances: Vec<Instance>,
    running: Vec<Running>,
    outcomes: Vec<Outcome>,
    begun: Vec<Attempt>,
    events: BinaryHeap<Reverse<(u64, u64, Event)>>,
    numbers: u64,
    now_ms: u64,
    max_reads: u32,
}

fn is_within((from, until): (u64, u64), at: u64) -> bool {
    (from..until).contains(&at)
}

fn cold(born_ms: u64, generation: u32) -> Instance {
    Instance {
        view: View::default(),
        retries: RetryTokens::new(20, 50),
        hedge: Hedge::new(HedgePolicy::default()),
        reads: 0,
        born_ms,
        generation,
    }
}

/// Runs a plan to its end.
fn run(plan: &Plan) -> Fleet<'_> {
    let models = ["p0", "p1", "p2"].map(|name| provider(name, ""));
    let models = [models.concat(), model("m", "", &["p0", "p1", "p2"])];
    let routes =
        format!("[[route]]\nalias = \"r\"\nstrategy = {:?}\nmodels = [\"m\"]\n", plan.strategy);
    let mut fleet = Fleet {
        plan,
        catalogue: catalogue(&models, &routes),
        asked: asked(),
        random: Random(plan.seed),
        breaker: BreakerPolicy::default(),
        shared: Vec::new(),
        // Their ends are spread over a life.
        instances: (0..plan.instances).map(|_| cold(0, 0)).collect(),
        running: Vec::new(),
        outcomes: Vec::new(),
        begun: Vec::new(),
        events: BinaryHeap::new(),
        numbers: 0,
        now_ms: 0,
        max_reads: 0,
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
            Event::End { instance, generation, vendor, first_token_ms, answer_ms } => {
                let ended = Ended::Answered { first_token_ms, answer_ms, tokens: TOKENS };
                self.end(instance, generation, &vendor, &ended);
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
        if age_ms > LIFE_MS + instance as u64 * 1_000 {
            let generation = self.instances[instance].generation + 1;
            self.instances[instance] = cold(self.now_ms, generation);
        }
        self.sync(instance);
        let left = self.decide(instance);
        let request = self.running.len();
        self.instances[instance].retries.earn();
        self.running.push(Running {
            instance,
            generation: self.instances[instance].generation,
            budget: AttemptBudget::new(AttemptPolicy::default(), self.now_ms + 60_000),
            left,
            under_way: Vec::new(),
            is_hedged: false,
        });
        self.outcomes.push(Outcome { arrived_ms: self.now_ms, ..Outcome::default() });
        let first = self.running[request].left.first().cloned().unwrap();
        self.begin(request);
        if self.plan.hedges {
            let it = &mut self.instances[instance];
            let latency = it.view.known().latency_of(&first).cloned();
            let wait_ms = it.hedge.wait_ms(latency.as_ref());
            self.at(self.now_ms + wait_ms, Event::Hedge { request });
        }
    }

    /// Reads the store at most once a request, and not while what was read is young. One write in twenty is lost.
    fn sync(&mut self, instance: usize) {
        let it = &mut self.instances[instance];
        it.reads = 0;
        if !it.view.is_due(self.now_ms, KEEP_MS) {
            return;
        }
        it.reads += 1;
        self.max_reads = self.max_reads.max(it.reads);
        self.exchange(instance);
    }

    fn exchange(&mut self, instance: usize) {
        let it = &mut self.instances[instance];
        if is_within(self.plan.store_down, self.now_ms) {
            it.view.unread(self.now_ms);
            return;
        }
        if let Some(news) = it.view.sync(&self.shared, self.now_ms)
            && self.random.fraction() > 0.05
        {
            self.shared = news;
        }
    }

    fn decide(&mut self, instance: usize) -> Vec<String> {
        self.asked.signals.conversation = Some(self.random.next());
        self.asked.caller.consumer = format!("app-{}", self.random.next() % 1_000);
        let allowed = Allowed::of(&self.asked.caller);
        let request = Request {
            name: "r",
            allowed: &allowed,
            facts: &self.asked.facts,
            signals: &self.asked.signals,
            headers: &[],
            observed: self.instances[instance].view.known(),
            unix_ms: self.now_ms,
            seed: self.random.next(),
        };
        let decision = decide(&self.catalogue, &request).unwrap();
        decision.choices().map(|choice| choice.deployment.name.clone()).collect()
    }

    /// Begins the next attempt that a breaker admits; without one the request has failed.
    fn begin(&mut self, request: usize) {
        let now_ms = self.now_ms;
        while !self.running[request].left.is_empty() {
            let name = self.running[request].left.remove(0);
            let it = &mut self.instances[self.running[request].instance];
            let admit = it.view.begin(&name, now_ms, &self.breaker);
            if let Admit::Refused { .. } = admit {
                continue;
            }
            let is_probe = admit == Admit::Probe;
            self.share(self.running[request].instance);
            self.begun.push(Attempt { at_ms: now_ms, vendor: name.clone(), is_probe });
            *self.outcomes[request].attempts.entry(name.clone()).or_default() += 1;
            self.numbers += 1;
            let attempt = self.numbers;
            self.running[request].under_way.push((attempt, name.clone(), now_ms));
            self.answer(request, attempt, &name);
            return;
        }
        if self.running[request].under_way.is_empty() {
            self.outcomes[request].is_over = true;
        }
    }

    fn answer(&mut self, request: usize, attempt: u64, name: &str) {
        let place: usize = name[1..2].parse().unwrap();
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

    /// An instance that is gone observes nothing.
    fn end(&mut self, instance: usize, generation: u32, vendor: &str, ended: &Ended) {
        let it = &mut self.instances[instance];
        if it.generation == generation {
            it.view.end(vendor, ended, self.now_ms, &self.breaker);
            self.share(instance);
        }
    }

    /// After the answer, what has become of a breaker is shared at once.
    fn share(&mut self, instance: usize) {
        if self.instances[instance].view.take_change() {
            self.exchange(instance);
        }
    }

    fn take(&mut self, request: usize, attempt: u64) -> Option<(String, u64)> {
        let under_way = &mut self.running[request].under_way;
        let place = under_way.iter().position(|(number, ..)| *number == attempt)?;
        let (_, name, began_ms) = under_way.remove(place);
        Some((name, began_ms))
    }

    fn failed(&mut self, request: usize, attempt: u64) {
        let Some((name, _)) = self.take(request, attempt) else { return };
        let (instance, generation) =
            (self.running[request].instance, self.running[request].generation);
        self.end(instance, generation, &name, &Ended::Failed { deadline_ms: DEADLINE_MS });
        if !self.running[request].under_way.is_empty() {
            return;
        }
        let has_another = !self.running[request].left.is_empty();
        let failed = FailedAttempt { is_safe: true, retry_after_ms: None, has_another };
        let random = self.random.next();
        let retries = &mut self.instances[instance].retries;
        match self.running[request].budget.next(failed, self.now_ms, random, retries) {
            Next::Another => self.begin(request),
            Next::Again { .. } | Next::GiveUp(_) => self.outcomes[request].is_over = true,
        }
    }

    /// The first one wins, the others are cancelled: only the winner is paid for.
    fn first_token(&mut self, request: usize, attempt: u64, answer_ms: u64) {
        let Some((vendor, began_ms)) = self.take(request, attempt) else { return };
        let outcome = &mut self.outcomes[request];
        outcome.billed += 1;
        outcome.is_over = true;
        outcome.first_token_ms = Some(self.now_ms - outcome.arrived_ms);
        let (instance, generation) =
            (self.running[request].instance, self.running[request].generation);
        for (_, loser, began_ms) in std::mem::take(&mut self.running[request].under_way) {
            let late = Ended::Late { after_ms: self.now_ms - began_ms };
            self.end(instance, generation, &loser, &late);
        }
        let first_token_ms = self.now_ms - began_ms;
        let end = Event::End { instance, generation, vendor, first_token_ms, answer_ms };
        self.at(began_ms + answer_ms, end);
    }

    fn hedge(&mut self, request: usize) {
        let running = &self.running[request];
        if self.outcomes[request].is_over || running.under_way.is_empty() {
            return;
        }
        let (has_another, is_hedged) = (!running.left.is_empty(), running.is_hedged);
        // Whether it is hedged or not, it is known to be slow.
        let (_, name, began_ms) = running.under_way[0].clone();
        let (instance, waited_ms) = (running.instance, self.now_ms - began_ms);
        if self.instances[instance].generation == running.generation {
            self.instances[instance].view.waits(&name, waited_ms, self.now_ms);
        }
        let running = &self.running[request];
        let hedge = &mut self.instances[running.instance].hedge;
        if hedge.begin(true, has_another, is_hedged) {
            self.running[request].is_hedged = true;
            self.begin(request);
        }
    }

    /// The requests that have arrived in this time.
    fn within(&self, from_ms: u64, until_ms: u64) -> impl Iterator<Item = &Outcome> {
        self.outcomes.iter().filter(move |one| is_within((from_ms, until_ms), one.arrived_ms))
    }

    fn error_share(&self, from_ms: u64, until_ms: u64) -> f64 {
        let all = self.within(from_ms, until_ms).count();
        let errors = self.within(from_ms, until_ms).filter(|one| one.first_token_ms.is_none());
        errors.count() as f64 / all as f64
    }

    /// The percentile of the time to the first token.
    fn percentile(&self, share: f64, from_ms: u64, until_ms: u64) -> u64 {
        let within = self.within(from_ms, until_ms);
        let mut times: Vec<_> = within.filter_map(|one| one.first_token_ms).collect();
        times.sort_unstable();
        times[(times.len() as f64 * share) as usize]
    }

    /// What holds of every plan.
    fn check(&self) {
        assert!(self.outcomes.len() > 5_000, "{}", self.outcomes.len());
        assert!(self.max_reads <= 1, "one read a request");
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

const STRATEGIES: [&str; 6] =
    ["ordered", "weighted", "cheapest", "fastest", "least_loaded", "sticky"];

#[test]
fn a_vendor_that_fails_is_left_alone_but_for_probes() {
    for (seed, strategy) in STRATEGIES.into_iter().enumerate() {
        let instances: &[usize] = if strategy == "ordered" { &[1, 4, 12] } else { &[4] };
        for instances in instances.iter().copied() {
            let mut plan = Plan::new(strategy, seed as u64 + 10);
            plan.instances = instances;
            plan.vendors[0].is_down = (10_000, 70_000);
            let fleet = run(&plan);
            fleet.check();
            let what = format!("{strategy}, {instances} instances");
            let errors = fleet.error_share(12_000, 70_000);
            assert!(errors <= 0.001, "{what}: {errors}");
            let during = || {
                let of_broken = fleet.begun.iter().filter(|one| one.vendor == "p0/m");
                of_broken.filter(|one| is_within((12_000, 70_000), one.at_ms))
            };
            // Fast routing leaves it before the breaker has counted enough.
            let unprobed = during().filter(|one| !one.is_probe).count();
            let most = if strategy == "fastest" { 10 } else { 0 };
            assert!(unprobed <= most, "{what}: {unprobed} requests that were no probes");
            // Open for 5, 10, 20 and 40 s: three probes, and some by instances that a lost write has not told.
            let probes = during().count() - unprobed;
            assert!(probes <= 3 + instances, "{what}: {probes} probes");
        }
    }
}

#[test]
fn a_vendor_that_is_back_gets_its_requests_again() {
    let mut returns = Vec::new();
    for seed in 50..56 {
        let mut plan = Plan::new("ordered", seed);
        plan.vendors[0].is_down = (10_000, 30_000);
        let fleet = run(&plan);
        fleet.check();
        let passes = |one: &&Attempt| one.vendor == "p0/m" && !one.is_probe && one.at_ms > 30_000;
        returns.push(fleet.begun.iter().find(passes).map_or(u64::MAX, |one| one.at_ms));
    }
    // The probes are at about 15, 25 and 45 s; one whose instance ends with it is repeated 30 s later.
    let soon = returns.iter().filter(|at| (45_000..48_000).contains(*at)).count();
    assert!(soon >= 4, "{returns:?}");
    assert!(returns.iter().all(|at| *at < 80_000), "{returns:?}");
}

#[test]
fn without_the_store_each_instance_finds_out_by_itself() {
    let mut plan = Plan::new("ordered", 4);
    plan.vendors[0].is_down = (10_000, 70_000);
    plan.store_down = (0, 90_000);
    let fleet = run(&plan);
    fleet.check();
    let errors = fleet.error_share(12_000, 70_000);
    assert!(errors <= 0.001, "{errors}");
    // Each instance lives for about 9 s and has to see five failures.
    let during = fleet.begun.iter().filter(|one| one.vendor == "p0/m");
    let during = during.filter(|one| is_within((12_000, 70_000), one.at_ms)).count();
    assert!(during < 400, "{during}");
}

#[test]
fn fastest_leaves_a_slow_vendor() {
    for seed in 20..22 {
        let plan = Plan::new("fastest", seed);
        let healthy = run(&plan);
        healthy.check();
        let usual = healthy.percentile(0.99, 0, 90_000);
        for slow in 0..3 {
            let mut plan = Plan::new("fastest", seed);
            plan.vendors[slow].is_slow = (0, 90_000);
            let fleet = run(&plan);
            fleet.check();
            let with_slow = fleet.percentile(0.99, 2_000, 90_000);
            assert!(
                with_slow as f64 <= 1.3 * usual as f64,
                "seed {seed}, p{slow}: {with_slow} ms, {usual} ms without"
            );
        }
    }
}

#[test]
fn hedging_covers_the_time_until_a_slow_vendor_is_known() {
    for (slow, seed) in [(0, 30), (1, 31), (2, 32)] {
        let mut plan = Plan::new("fastest", seed);
        plan.hedges = true;
        let usual = run(&plan).percentile(0.99, 0, 90_000);
        plan.vendors[slow].is_slow = (30_000, 90_000);
        let fleet = run(&plan);
        fleet.check();
        let with_slow = fleet.percentile(0.99, 30_000, 90_000);
        assert!(with_slow as f64 <= 1.3 * usual as f64, "p{slow}: {with_slow} ms, {usual} ms");
        let hedged = fleet.outcomes.iter().filter(|one| one.attempts.len() > 1).count();
        assert!(hedged * 100 <= fleet.outcomes.len() * 11, "{hedged} of {}", fleet.outcomes.len());
    }
}

#[test]
fn a_canary_of_5_percent_gets_5_percent_of_the_traffic() {
    let models = [provider("p", ""), model("stable", "", &["p"]), model("canary", "", &["p"])];
    let routes = "[[route]]\nalias = \"r\"\nstrategy = \"weighted\"\nsame_for = \"conversation\"\n[[route.target]]\nmodel = \"stable\"\nweight = 95\n[[route.target]]\nmodel = \"canary\"\nweight = 5\n";
    let catalogue = catalogue(&models, routes);
    for seed in 40..43 {
        let (mut asked, mut random) = (asked(), Random(seed));
        let mut canaries = 0;
        for _ in 0..20_000 {
            asked.signals.conversation = Some(random.next());
            canaries += u32::from(asked.order(&catalogue, "r")[0] == "p/canary");
        }
        assert!((900..=1_100).contains(&canaries), "seed {seed}: {canaries} of 20000");
    }
}
