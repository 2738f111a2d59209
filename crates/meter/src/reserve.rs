//! All limits of a request, reserved together or not at all.

use crate::estimate::Amounts;
use crate::hold::{Hold, Met, Unit, are_counted_together};
use crate::refusal::{Refusal, closed};
use crate::standing::Standing;
use crate::subject::{Subject, is_of_the_model};
use crate::window::Zone;
use postern_fault::Fault;
use postern_policy::{Limit, Plan, Plans};
use postern_store::{Counters, Reservation};

/// The clock may be corrected once, and each limit may turn out to be unreadable.
const MAX_EXTRA_ROUNDS: usize = 2;

/// The limits that hold for a caller.
#[derive(Debug, Clone, Copy)]
pub struct Limits<'p> {
    for_all: &'p [Limit],
    plan: Option<&'p Plan>,
}

/// A request that is admitted.
#[derive(Debug, Clone)]
pub struct Reserved<'p> {
    /// What was reserved.
    pub holds: Vec<Hold>,
    /// How its limits stand with it.
    pub stand: Vec<(Met<'p>, Standing)>,
    /// What could not be counted, and why, where policy admits it nevertheless.
    pub uncounted: Option<String>,
    /// The moment from which it stands so.
    pub now_ms: u64,
}

/// A request that is not admitted.
#[derive(Debug, Clone)]
pub struct Denied<'p> {
    /// Why.
    pub fault: Fault,
    /// The limit that does not admit it, if it is one.
    pub by: Option<Box<DeniedBy<'p>>>,
    /// How its limits stand without it.
    pub stand: Vec<(Met<'p>, Standing)>,
    /// The moment from which it stands so.
    pub now_ms: u64,
}

/// A limit that does not admit.
#[derive(Debug, Clone)]
pub struct DeniedBy<'p> {
    /// The limit.
    pub limit: &'p Limit,
    /// In words.
    pub words: String,
    /// To try again soon helps.
    pub retry_helps: bool,
}

impl DeniedBy<'_> {
    /// Another model may be admitted.
    pub fn is_of_the_model(&self) -> bool {
        self.limit.models.is_some() || self.limit.scopes.iter().any(is_of_the_model)
    }
}

impl<'p> Limits<'p> {
    /// Those of everybody, and of the plan.
    ///
    /// # Errors
    ///
    /// The name of a plan that is none: a token may name any.
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

    /// The cap on an answer where the client names none.
    pub fn answer_tokens(&self) -> Option<u64> {
        self.plan.and_then(|plan| plan.answer_tokens)
    }

    /// Those that count for a model, be it asked for by its own name or an alias. With no model, those of every model.
    pub fn for_model(&self, names: &[&str]) -> Vec<&'p Limit> {
        let of_plan = self.plan.map_or(&[][..], |plan| &plan.limits);
        let counts = |limit: &&Limit| match &limit.models {
            None => true,
            Some(models) => names.iter().any(|name| models.iter().any(|model| model.matches(name))),
        };
        // The narrow ones first: the plan's are those of keys and teams.
        let all: Vec<_> = of_plan.iter().chain(self.for_all).filter(counts).collect();
        let tighter = |index: usize, limit: &Limit| {
            all.iter().enumerate().any(|(at, other)| {
                let is_tighter = (other.amount, at) < (limit.amount, index);
                at != index && is_tighter && are_counted_together(other, limit)
            })
        };
        // What is counted together is counted once, and the smaller amount is the one that can refuse.
        let each = all.iter().enumerate().filter(|(index, limit)| !tighter(*index, limit));
        each.map(|(_, limit)| *limit).collect()
    }

    fn admits_without_store(&self) -> bool {
        self.plan.is_some_and(|plan| plan.admits_without_store)
    }

    /// Reserve `amounts` of all `limits`, or nothing.
    ///
    /// # Errors
    ///
    /// The limit that does not admit it; or that its counters cannot be reached or read, where policy does not admit it so.
    pub async fn reserve<C: Counters>(
        &self,
        counters: &C,
        mut limits: Vec<&'p Limit>,
        asked: Asked<'p, '_>,
        clock_ms: u64,
    ) -> Result<Reserved<'p>, Denied<'p>> {
        // What counts is the latest time that anybody has seen; how long to wait is told by this clock, which must get there.
        let mut now_ms = clock_ms;
        let mut uncounted = None;
        for _ in 0..limits.len().saturating_add(MAX_EXTRA_ROUNDS) {
            let mets: Vec<_> = limits.iter().map(|limit| asked.met(limit, now_ms)).collect();
            if let Some((limit, refusal)) =
                mets.iter().find_map(|met| Some((met.limit, met.never_fits()?)))
            {
                return Err(denied(limit, refusal, Vec::new(), clock_ms));
            }
            let gates: Vec<_> = mets.iter().map(Met::gate).collect();
            if gates.is_empty() {
                let (holds, stand) = (Vec::new(), Vec::new());
                return Ok(Reserved { holds, stand, uncounted, now_ms: clock_ms });
            }
            match counters.reserve(now_ms / 1_000, &gates).await {
                Ok(Reservation::Admitted(values)) => {
                    let holds = mets.iter().map(|met| met.hold.clone()).collect();
                    let stand = standing(mets, &values, clock_ms);
                    return Ok(Reserved { holds, stand, uncounted, now_ms: clock_ms });
                }
                Ok(Reservation::Refused { gate, values }) => {
                    return Err(refused(mets, gate, &values, clock_ms));
                }
                Ok(Reservation::Behind { unix_s }) => {
                    now_ms = unix_s.saturating_mul(1_000);
                }
                Ok(Reservation::Broken { gate, counter }) => {
                    let why = format!("the counter `{}` holds no count", counter.name);
                    self.must_admit(mets.get(gate).is_none_or(Met::is_money), &why, clock_ms)?;
                    limits.remove(gate.min(limits.len().saturating_sub(1)));
                    uncounted = Some(why);
                }
                Err(error) => {
                    let why = error.to_string();
                    self.must_admit(mets.iter().any(Met::is_money), &why, clock_ms)?;
                    limits.clear();
                    uncounted = Some(why);
                }
            }
        }
        Err(self.closed("the counters' clock does not settle", clock_ms))
    }

    fn must_admit(&self, is_money: bool, why: &str, now_ms: u64) -> Result<(), Denied<'p>> {
        if self.admits_without_store() && !is_money {
            return Ok(());
        }
        Err(self.closed(why, now_ms))
    }

    fn closed(&self, why: &str, now_ms: u64) -> Denied<'p> {
        Denied { fault: closed(why), by: None, stand: Vec::new(), now_ms }
    }
}

/// Who asks, and for how much.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs)]
pub struct Asked<'p, 'a> {
    pub subject: Subject<'p>,
    pub amounts: &'a Amounts,
    pub zone: &'a Zone,
}

impl<'p> Asked<'p, '_> {
    fn met(&self, limit: &'p Limit, now_ms: u64) -> Met<'p> {
        let amount = Unit::from(limit.unit).of(self.amounts);
        Met::new(limit, &self.subject, self.zone, now_ms).reserving(amount)
    }
}

fn standing<'p>(mets: Vec<Met<'p>>, values: &[Vec<i64>], now_ms: u64) -> Vec<(Met<'p>, Standing)> {
    let with_values = mets.into_iter().zip(values);
    with_values
        .map(|(met, values)| {
            let standing = met.standing(values, now_ms);
            (met, standing)
        })
        .collect()
}

/// Of all limits that do not admit it, the one that it must wait for longest is the one that is told.
fn refused<'p>(mets: Vec<Met<'p>>, gate: usize, values: &[Vec<i64>], now_ms: u64) -> Denied<'p> {
    let all = mets.iter().zip(values).enumerate();
    let exceeded = all.filter(|(index, (met, values))| *index == gate || met.is_exceeded(values));
    let longest = exceeded
        .map(|(_, (met, values))| {
            (met, met.standing(values, now_ms), met.fits_in_ms(values, now_ms))
        })
        .max_by_key(|(_, _, wait_ms)| *wait_ms);
    let Some((met, stands, wait_ms)) = longest else {
        let fault = closed("the store refused by a limit that there is not");
        return Denied { fault, by: None, stand: Vec::new(), now_ms };
    };
    let (limit, refusal) = (met.limit, met.refusal(&stands, wait_ms, now_ms));
    let stand = standing(mets, values, now_ms);
    denied(limit, refusal, stand, now_ms)
}

fn denied<'p>(
    limit: &'p Limit,
    refusal: Refusal,
    stand: Vec<(Met<'p>, Standing)>,
    now_ms: u64,
) -> Denied<'p> {
    let Refusal { fault, limit: words, retry_helps } = refusal;
    Denied { fault, by: Some(Box::new(DeniedBy { limit, words, retry_helps })), stand, now_ms }
}
