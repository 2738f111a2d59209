//! All limits of a request, reserved together or not at all.

use crate::estimate::Amounts;
use crate::limit_identity::are_counted_together;
use crate::limit_match::LimitMatch;
use crate::refusal::{Refusal, closed};
use crate::reservation::{Reservation, Unit};
use crate::status::LimitStatus;
use crate::subject::{Subject, is_model_specific};
use crate::window::Zone;
use postern_fault::Fault;
use postern_policy::{Limit, Plan, Plans};
use postern_store::{Counters, ReserveOutcome};

/// Each limit may turn out to be unreadable, and the clock may be corrected: once if it is wrong, and again for each second that the
/// counters of a busy machine take to answer, in which another host has seen a later time.
const MAX_EXTRA_ROUNDS: usize = 10;

/// The limits of a caller.
#[derive(Debug, Clone, Copy)]
pub struct Limits<'p> {
    for_all: &'p [Limit],
    plan: Option<&'p Plan>,
}

/// An admitted request.
#[derive(Debug, Clone)]
pub struct Admitted<'p> {
    /// The reservation of each limit.
    pub reservations: Vec<Reservation>,
    /// The status of each limit, with this request.
    pub statuses: Vec<(LimitMatch<'p>, LimitStatus)>,
    /// What could not be counted, and why, where policy admits the request nevertheless.
    pub uncounted: Option<String>,
    /// The moment of the statuses.
    pub now_ms: u64,
}

/// A rejected request.
#[derive(Debug, Clone)]
pub struct Rejected<'p> {
    /// The fault for the client.
    pub fault: Fault,
    /// The limit that rejected it, if a limit did.
    pub by: Option<Box<RejectedBy<'p>>>,
    /// The status of each limit, without this request.
    pub statuses: Vec<(LimitMatch<'p>, LimitStatus)>,
    /// The moment of the statuses.
    pub now_ms: u64,
}

/// A limit that rejected a request.
#[derive(Debug, Clone)]
pub struct RejectedBy<'p> {
    /// The limit.
    pub limit: &'p Limit,
    /// The limit and its subject, for people.
    pub description: String,
    /// Whether a retry soon may succeed.
    pub retry_helps: bool,
}

impl RejectedBy<'_> {
    /// Whether another model may be admitted.
    pub fn is_model_specific(&self) -> bool {
        self.limit.models.is_some() || self.limit.scopes.iter().any(is_model_specific)
    }
}

impl<'p> Limits<'p> {
    /// The limits of all callers, and those of the plan.
    ///
    /// # Errors
    ///
    /// The name of an unknown plan; a token may name any.
    pub fn of(plans: &'p Plans, plan: Option<&'p str>) -> Result<Self, &'p str> {
        let found = plans.plan(plan);
        match (plan, found) {
            (Some(name), None) => Err(name),
            (_, found) => Ok(Limits { for_all: plans.limits_for_all(), plan: found }),
        }
    }

    /// The plan's name.
    pub fn plan_name(&self) -> Option<&'p str> {
        self.plan.map(|plan| plan.name.as_str())
    }

    /// The plan's cap on an answer whose client names none.
    pub fn answer_tokens(&self) -> Option<u64> {
        self.plan.and_then(|plan| plan.answer_tokens)
    }

    /// The limits of a model, whether it was requested by its own name or by an alias. Without a model, those that
    /// apply to every model.
    pub fn for_model(&self, names: &[&str]) -> Vec<&'p Limit> {
        let of_plan = self.plan.map_or(&[][..], |plan| &plan.limits);
        let counts = |limit: &&Limit| match &limit.models {
            None => true,
            Some(models) => names.iter().any(|name| models.iter().any(|model| model.matches(name))),
        };
        // The narrow limits come first: those of the plan are for keys and teams.
        let all: Vec<_> = of_plan.iter().chain(self.for_all).filter(counts).collect();
        let tighter = |index: usize, limit: &Limit| {
            all.iter().enumerate().any(|(at, other)| {
                let is_tighter = (other.amount, at) < (limit.amount, index);
                at != index && is_tighter && are_counted_together(other, limit)
            })
        };
        // Limits that share a counter count once, by the smallest amount.
        let each = all.iter().enumerate().filter(|(index, limit)| !tighter(*index, limit));
        each.map(|(_, limit)| *limit).collect()
    }

    fn admits_without_store(&self) -> bool {
        self.plan.is_some_and(|plan| plan.admits_without_store)
    }

    /// Reserves `amounts` of all `limits`, or nothing.
    ///
    /// # Errors
    ///
    /// A limit rejects the request, or its counters cannot be reached or read and policy does not admit it uncounted.
    pub async fn reserve<C: Counters>(
        &self,
        counters: &C,
        mut limits: Vec<&'p Limit>,
        request: ReserveRequest<'p, '_>,
        clock_ms: u64,
    ) -> Result<Admitted<'p>, Rejected<'p>> {
        // Windows follow the latest time that any host has seen; the time to wait is by this host's clock, which must
        // get there.
        let mut now_ms = clock_ms;
        let mut uncounted = None;
        for _ in 0..limits.len().saturating_add(MAX_EXTRA_ROUNDS) {
            let matches: Vec<_> =
                limits.iter().map(|limit| request.matched(limit, now_ms)).collect();
            if let Some((limit, refusal)) =
                matches.iter().find_map(|matched| Some((matched.limit, matched.never_fits()?)))
            {
                return Err(rejected(limit, refusal, Vec::new(), clock_ms));
            }
            let gates: Vec<_> = matches.iter().map(LimitMatch::gate).collect();
            if gates.is_empty() {
                let (reservations, statuses) = (Vec::new(), Vec::new());
                return Ok(Admitted { reservations, statuses, uncounted, now_ms: clock_ms });
            }
            match counters.reserve(now_ms / 1_000, &gates).await {
                Ok(ReserveOutcome::Admitted(values)) => {
                    let reservations =
                        matches.iter().map(|matched| matched.reservation.clone()).collect();
                    let statuses = statuses(matches, &values, clock_ms);
                    return Ok(Admitted { reservations, statuses, uncounted, now_ms: clock_ms });
                }
                Ok(ReserveOutcome::Refused { gate, values }) => {
                    return Err(refused(matches, gate, &values, clock_ms));
                }
                Ok(ReserveOutcome::Behind { unix_s }) => {
                    now_ms = unix_s.saturating_mul(1_000);
                }
                Ok(ReserveOutcome::Broken { gate, counter }) => {
                    let why = format!("the counter `{}` holds no count", counter.name);
                    self.must_admit(
                        matches.get(gate).is_none_or(LimitMatch::is_money),
                        &why,
                        clock_ms,
                    )?;
                    limits.remove(gate.min(limits.len().saturating_sub(1)));
                    uncounted = Some(why);
                }
                Err(error) => {
                    let why = error.to_string();
                    self.must_admit(matches.iter().any(LimitMatch::is_money), &why, clock_ms)?;
                    limits.clear();
                    uncounted = Some(why);
                }
            }
        }
        Err(self.closed("the counters' clock does not settle", clock_ms))
    }

    fn must_admit(&self, is_money: bool, why: &str, now_ms: u64) -> Result<(), Rejected<'p>> {
        if self.admits_without_store() && !is_money {
            return Ok(());
        }
        Err(self.closed(why, now_ms))
    }

    fn closed(&self, why: &str, now_ms: u64) -> Rejected<'p> {
        Rejected { fault: closed(why), by: None, statuses: Vec::new(), now_ms }
    }
}

/// What to reserve, and for which subject.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct ReserveRequest<'p, 'a> {
    pub subject: Subject<'p>,
    pub amounts: &'a Amounts,
    pub zone: &'a Zone,
}

impl<'p> ReserveRequest<'p, '_> {
    fn matched(&self, limit: &'p Limit, now_ms: u64) -> LimitMatch<'p> {
        let amount = Unit::from(limit.unit).of(self.amounts);
        LimitMatch::new(limit, &self.subject, self.zone, now_ms).reserving(amount)
    }
}

fn statuses<'p>(
    matches: Vec<LimitMatch<'p>>,
    values: &[Vec<i64>],
    now_ms: u64,
) -> Vec<(LimitMatch<'p>, LimitStatus)> {
    let with_values = matches.into_iter().zip(values);
    with_values
        .map(|(matched, values)| {
            let status = matched.status(values, now_ms);
            (matched, status)
        })
        .collect()
}

/// Of all limits that reject the request, the client is told the one with the longest wait.
fn refused<'p>(
    matches: Vec<LimitMatch<'p>>,
    gate: usize,
    values: &[Vec<i64>],
    now_ms: u64,
) -> Rejected<'p> {
    let all = matches.iter().zip(values).enumerate();
    let exceeded =
        all.filter(|(index, (matched, values))| *index == gate || matched.is_exceeded(values));
    let longest = exceeded
        .map(|(_, (matched, values))| {
            (matched, matched.status(values, now_ms), matched.fits_in_ms(values, now_ms))
        })
        .max_by_key(|(_, _, wait_ms)| *wait_ms);
    let Some((matched, status, wait_ms)) = longest else {
        let fault = closed("the store refused by a limit that there is not");
        return Rejected { fault, by: None, statuses: Vec::new(), now_ms };
    };
    let (limit, refusal) = (matched.limit, matched.refusal(&status, wait_ms, now_ms));
    let statuses = statuses(matches, values, now_ms);
    rejected(limit, refusal, statuses, now_ms)
}

fn rejected<'p>(
    limit: &'p Limit,
    refusal: Refusal,
    statuses: Vec<(LimitMatch<'p>, LimitStatus)>,
    now_ms: u64,
) -> Rejected<'p> {
    let Refusal { fault, limit: description, retry_helps } = refusal;
    Rejected {
        fault,
        by: Some(Box::new(RejectedBy { limit, description, retry_helps })),
        statuses,
        now_ms,
    }
}
