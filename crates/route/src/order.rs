//! The strategies: in which order the deployments that may serve are tried.

use crate::decision::{BreakerState, Candidate, Filter, Score};
use crate::hash::{fraction, mixed, of};
use crate::observed::Observed;
use crate::request::Request;
use crate::signals::Complexity;
use postern_policy::{Destination, Named, Route, RouteTarget, Strategy};

/// The tokens of an answer whose client names no cap: about a page of text.
const ANSWER_TOKENS: u64 = 1_000;

/// One request in so many may be the one that finds out how fast a deployment is now that was not used lately.
const EXPLORE_STALE_IN: u64 = 200;

/// One in so many finds out how fast a deployment is of which nothing is known.
const EXPLORE_UNKNOWN_IN: u64 = 10;

/// The order, and what was needed for it.
pub(crate) struct Ordered {
    pub(crate) order: Vec<usize>,
    pub(crate) complexity: Option<Complexity>,
    pub(crate) is_unobserved: bool,
    pub(crate) are_all_open: bool,
}

/// Orders the candidates that no filter has removed, and writes down their scores.
pub(crate) fn order(
    named: Named<'_>,
    candidates: &mut [Candidate<'_>],
    request: &Request<'_>,
) -> Ordered {
    let mut orderer = Orderer {
        request,
        candidates,
        next: 0,
        complexity: None,
        is_unobserved: false,
        has_explored: false,
    };
    let order = match named {
        Named::Model(model) => orderer.deployments(model.deployments.len()),
        Named::Route(route) => orderer.route(route),
    };
    let (complexity, is_unobserved) = (orderer.complexity, orderer.is_unobserved);
    let order = each_once(order, candidates);
    let (order, are_all_open) = without_broken(order, candidates, request);
    Ordered { order, complexity, is_unobserved, are_all_open }
}

/// What is ordered as one: the places of its candidates, in their own order; never empty.
struct Unit {
    places: Vec<usize>,
    weight: u32,
    max_complexity: u8,
    score: Score,
}

struct Orderer<'o, 'c> {
    request: &'o Request<'o>,
    candidates: &'o mut [Candidate<'c>],
    /// The candidates are in the order of this walk: the place of the next one.
    next: usize,
    complexity: Option<Complexity>,
    is_unobserved: bool,
    has_explored: bool,
}

impl Orderer<'_, '_> {
    /// The next deployments of a model that may serve.
    fn deployments(&mut self, count: usize) -> Vec<usize> {
        let (from, until) = (self.next, self.next.saturating_add(count));
        self.next = until;
        let may_serve =
            |place: &usize| self.candidates.get(*place).is_some_and(|one| one.removed.is_none());
        (from..until).filter(may_serve).collect()
    }

    fn route(&mut self, route: &Route) -> Vec<usize> {
        let mut units = Vec::with_capacity(route.targets.len());
        for target in &route.targets {
            match &target.to {
                Destination::Route(inner) => {
                    let places = self.route(inner);
                    push(&mut units, target, places);
                }
                Destination::Model(model) => {
                    let places = self.deployments(model.deployments.len());
                    match apart(route.strategy) {
                        true => places.iter().for_each(|one| push(&mut units, target, vec![*one])),
                        false => push(&mut units, target, places),
                    }
                }
            }
        }
        self.by_strategy(route, &mut units);
        for unit in &units {
            for place in &unit.places {
                if let Some(candidate) = self.candidates.get_mut(*place) {
                    candidate.score = unit.score;
                }
            }
        }
        units.into_iter().flat_map(|unit| unit.places).collect()
    }

    fn by_strategy(&mut self, route: &Route, units: &mut [Unit]) {
        match route.strategy {
            Strategy::Ordered => {}
            Strategy::Weighted => self.weighted(route, units),
            Strategy::Sticky => {
                self.hashed(route, units);
                units.sort_by(|one, other| rank(one.score).total_cmp(&rank(other.score)));
            }
            Strategy::Cheapest => self.cheapest(units),
            Strategy::Fastest => self.fastest(units),
            Strategy::LeastLoaded => self.least_loaded(units),
            Strategy::Complexity => self.by_complexity(units),
        }
    }

    /// Rendezvous hashing: each unit draws a number from the hash of key and name, the lowest wins. With a change of weights
    /// or of targets, only those move that have to.
    fn hashed(&self, route: &Route, units: &mut [Unit]) {
        let key = mixed(self.request.key(route.same_for) ^ of([route.alias.as_bytes()]));
        for unit in units {
            let first = unit.places.first().and_then(|place| self.candidates.get(*place));
            let Some(first) = first else { continue };
            // A model's deployments are one unit by its name, or one by one by theirs.
            let name = match apart(route.strategy) {
                true => &first.choice.deployment.name,
                false => &first.choice.model.name,
            };
            let drawn = fraction(mixed(key ^ of([name.as_bytes()])));
            let place = match route.strategy {
                // Exponential of this rate: the lowest with a probability in proportion to the weight.
                Strategy::Weighted => -drawn.ln() / f64::from(unit.weight),
                _ => drawn,
            };
            unit.score = Score::Hash(place);
        }
    }

    /// The winner first; the others are its fallbacks, as written.
    fn weighted(&self, route: &Route, units: &mut [Unit]) {
        self.hashed(route, units);
        let winner = units
            .iter()
            .enumerate()
            .filter(|(_, unit)| unit.weight > 0)
            .min_by(|(_, one), (_, other)| rank(one.score).total_cmp(&rank(other.score)));
        if let Some((winner, _)) = winner
            && let Some(before) = units.get_mut(..=winner)
        {
            before.rotate_right(1);
        }
    }

    fn cheapest(&mut self, units: &mut [Unit]) {
        let Request { facts, signals, observed, unix_ms, .. } = *self.request;
        let prompt = u128::from(signals.prompt_tokens);
        let answer = u128::from(facts.output_cap_tokens.unwrap_or(ANSWER_TOKENS))
            * u128::from(facts.answers.max(1));
        for unit in units.iter_mut() {
            let Some(first) = unit.places.first().and_then(|place| self.candidates.get(*place))
            else {
                continue;
            };
            let deployment = first.choice.deployment;
            let served = |one| observed.has_served(one, &deployment.name, unix_ms);
            let is_cached = signals.conversation.is_some_and(served);
            let cost = deployment.price.map(|price| {
                let input = match is_cached {
                    true => price.cached_input_pico_usd_per_token,
                    false => price.input_pico_usd_per_token,
                };
                prompt * u128::from(input) + answer * u128::from(price.output_pico_usd_per_token)
            });
            unit.score = Score::Cost(cost, is_cached);
        }
        units.sort_by_key(|unit| match unit.score {
            Score::Cost(Some(cost), _) => cost,
            _ => u128::MAX,
        });
    }

    fn least_loaded(&mut self, units: &mut [Unit]) {
        if !self.is_observed(units) {
            return;
        }
        let now = self.request.unix_ms;
        for unit in units.iter_mut() {
            let load = self.state(unit).map_or(0, |(observed, name)| observed.load(name, now));
            unit.score = Score::Load(load);
        }
        units.sort_by_key(|unit| match unit.score {
            Score::Load(load) => load,
            _ => u32::MAX,
        });
    }

    /// By the expected time to the end of the answer. A deployment of which nothing is known comes after the others and
    /// before those that are slower than twice the best, unless this request explores it.
    fn fastest(&mut self, units: &mut [Unit]) {
        if !self.is_observed(units) {
            return;
        }
        let answer = self.request.facts.output_cap_tokens.unwrap_or(ANSWER_TOKENS);
        let now = self.request.unix_ms;
        for unit in units.iter_mut() {
            let ms = self.state(unit).and_then(|(observed, name)| {
                observed.latency(name, now).map(|latency| latency.answer_ms(answer))
            });
            unit.score = Score::Milliseconds(ms);
        }
        let known = units.iter().filter_map(|unit| match unit.score {
            Score::Milliseconds(ms) => ms,
            _ => None,
        });
        let unknown_ms = known.min().map_or(u64::MAX, |best| best.saturating_mul(2));
        units.sort_by_key(|unit| match unit.score {
            Score::Milliseconds(Some(ms)) => ms,
            _ => unknown_ms,
        });
        self.explore(units);
    }

    /// Puts one that was not used lately to the front, now and then. Not while another request is finding out.
    fn explore(&mut self, units: &mut [Unit]) {
        if self.has_explored {
            return;
        }
        let (now, seed) = (self.request.unix_ms, self.request.seed);
        let is_due = |place: usize, unit: &Unit| {
            let Some((observed, name)) = self.state(unit) else { return false };
            let draw = mixed(seed ^ place as u64);
            let one_in = match unit.score {
                Score::Milliseconds(None) => EXPLORE_UNKNOWN_IN,
                _ if observed.is_stale(name, now) => EXPLORE_STALE_IN,
                _ => return false,
            };
            draw.is_multiple_of(one_in)
                && observed.load(name, now) == 0
                && !observed.is_open(name, now)
        };
        let due = units.iter().enumerate().skip(1).find(|(place, unit)| is_due(*place, unit));
        let Some((due, _)) = due else { return };
        if let Some(front) = units.get_mut(..=due) {
            front.rotate_right(1);
        }
        if let Some(first) = units.first_mut() {
            first.score = Score::Explored;
            self.has_explored = true;
        }
    }

    /// From the lowest tier that takes the prompt upwards, then downwards.
    fn by_complexity(&mut self, units: &mut [Unit]) {
        let request = self.request;
        let complexity = self.complexity.get_or_insert_with(|| request.complexity()).score;
        for unit in units.iter_mut() {
            unit.score = Score::MaxComplexity(unit.max_complexity);
        }
        units.sort_by_key(|unit| {
            let most = unit.max_complexity;
            let is_below = most < complexity;
            (is_below, if is_below { u8::MAX - most } else { most })
        });
    }

    /// Whether anything is known of these; notes if not.
    fn is_observed(&mut self, units: &[Unit]) -> bool {
        let now = self.request.unix_ms;
        let knows = |(observed, name): (&Observed, &str)| observed.knows(name, now);
        let known = units.iter().any(|unit| self.state(unit).is_some_and(knows));
        self.is_unobserved |= !known && !units.is_empty();
        known
    }

    /// What is known of a unit: that of its first deployment.
    fn state(&self, unit: &Unit) -> Option<(&Observed, &str)> {
        let first = self.candidates.get(*unit.places.first()?)?;
        Some((self.request.observed, &first.choice.deployment.name))
    }
}

/// Whether a strategy orders the deployments of a model one by one.
fn apart(strategy: Strategy) -> bool {
    match strategy {
        Strategy::Ordered | Strategy::Weighted | Strategy::Complexity => false,
        Strategy::Cheapest | Strategy::Fastest | Strategy::LeastLoaded | Strategy::Sticky => true,
    }
}

fn push(units: &mut Vec<Unit>, target: &RouteTarget, places: Vec<usize>) {
    let (weight, max_complexity) = (target.weight, target.max_complexity);
    if !places.is_empty() {
        units.push(Unit { places, weight, max_complexity, score: Score::Written });
    }
}

fn rank(score: Score) -> f64 {
    match score {
        Score::Hash(place) => place,
        _ => f64::INFINITY,
    }
}

/// A deployment that several targets lead to is tried once.
fn each_once(order: Vec<usize>, candidates: &[Candidate<'_>]) -> Vec<usize> {
    let mut seen = std::collections::HashSet::with_capacity(order.len());
    let is_new = |place: &usize| {
        let candidate = candidates.get(*place);
        candidate.is_some_and(|one| seen.insert(std::ptr::from_ref(one.choice.deployment)))
    };
    order.into_iter().filter(is_new).collect()
}

/// Leaves those alone that have failed, as long as others are left. One that may be probed stays where it would be tried first,
/// and is the last resort otherwise. Where all have failed, they are tried in the order of the policy.
fn without_broken(
    mut order: Vec<usize>,
    candidates: &mut [Candidate<'_>],
    request: &Request<'_>,
) -> (Vec<usize>, bool) {
    if request.observed.is_empty() {
        return (order, false);
    }
    for place in &order {
        if let Some(candidate) = candidates.get_mut(*place) {
            candidate.breaker = state_of(&candidate.choice.deployment.name, request);
        }
    }
    let is = |place: &usize, state: BreakerState| {
        candidates.get(*place).is_some_and(|one| one.breaker == state)
    };
    if !order.iter().any(|place| is(place, BreakerState::Closed)) {
        order.sort_unstable();
        // A probe may find that it is back.
        order.sort_by_key(|place| !is(place, BreakerState::HalfOpen));
        let has_probe = order.first().is_some_and(|place| is(place, BreakerState::HalfOpen));
        return (order, !has_probe);
    }
    let first = order.first().copied();
    let mut half_open = Vec::new();
    order.retain(|place| {
        let Some(candidate) = candidates.get_mut(*place) else { return false };
        match candidate.breaker {
            BreakerState::Closed => true,
            BreakerState::HalfOpen if first == Some(*place) => true,
            BreakerState::HalfOpen => {
                half_open.push(*place);
                false
            }
            BreakerState::Open { probe_after_ms } => {
                candidate.removed = Some(Filter::Breaker { probe_after_ms });
                false
            }
        }
    });
    order.append(&mut half_open);
    (order, false)
}

fn state_of(name: &str, request: &Request<'_>) -> BreakerState {
    let breaker = request.observed.breaker(name);
    match (breaker.is_odd(), breaker.free_ms().saturating_sub(request.unix_ms)) {
        (false, _) => BreakerState::Closed,
        (true, 0) => BreakerState::HalfOpen,
        (true, probe_after_ms) => BreakerState::Open { probe_after_ms },
    }
}
