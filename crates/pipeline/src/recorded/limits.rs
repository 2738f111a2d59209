//! What was said of a request's limits.

use postern_types::limiter::LimitSettlement;
use postern_types::recorder::RecordedLimits;

/// The number of limits that are told apart; a plan has a handful.
const MAX_SETTLED: usize = 32;

/// What was said of a request's limits, by all attempts.
#[derive(Default, Clone)]
pub struct Limits {
    pub refused_by: Option<String>,
    pub downgraded_to: Option<String>,
    pub uncounted: bool,
    settlements: Vec<LimitSettlement>,
}

impl Limits {
    /// Adds what an attempt was settled to.
    pub fn settled(&mut self, settlements: &[LimitSettlement]) {
        for more in settlements {
            let is_full = self.settlements.len() >= MAX_SETTLED;
            let is_alike =
                |one: &&mut LimitSettlement| one.limit == more.limit && one.unit == more.unit;
            match self.settlements.iter_mut().find(is_alike) {
                Some(one) => {
                    one.reserved = one.reserved.saturating_add(more.reserved);
                    one.settled = one.settled.saturating_add(more.settled);
                }
                None if is_full => {}
                None => self.settlements.push(more.clone()),
            }
        }
    }

    /// Adds those of an attempt by itself.
    pub fn absorb(&mut self, attempt: Limits) {
        self.settled(&attempt.settlements);
        self.refused_by = attempt.refused_by.or(self.refused_by.take());
        self.downgraded_to = attempt.downgraded_to.or(self.downgraded_to.take());
        self.uncounted |= attempt.uncounted;
    }

    /// None: nothing was said.
    pub fn into_record(self) -> Option<RecordedLimits> {
        let Limits { refused_by, downgraded_to, uncounted, settlements } = self;
        let is_known = refused_by.is_some() || downgraded_to.is_some() || uncounted;
        (is_known || !settlements.is_empty()).then_some(RecordedLimits {
            settlements,
            refused_by,
            downgraded_to,
            uncounted,
        })
    }
}
