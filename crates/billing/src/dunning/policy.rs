//! Steps after the day on which an invoice was due.

use crate::invoice::{Invoice, InvoiceError};
use crate::money::NanoUsd;
use serde::{Deserialize, Serialize};

const DAY_S: i64 = 86_400;
/// The longest wait of a step: a year.
const MAX_DAYS: u32 = 365;

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Action {
    /// The customer is told.
    Notify,
    /// The limits of another plan hold.
    Restrict {
        /// The plan's name.
        plan: String,
    },
    /// Nothing is admitted.
    Stop,
}

impl Action {
    fn severity(&self) -> u8 {
        match self {
            Self::Notify => 0,
            Self::Restrict { .. } => 1,
            Self::Stop => 2,
        }
    }
}

/// A step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Days of 24 hours after the moment at which the invoice was due.
    pub after_days: u32,
    /// What it does.
    pub action: Action,
}

/// Steps in their order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Step>", into = "Vec<Step>")]
pub struct Policy(Vec<Step>);

/// Why steps are no policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DunningError {
    /// There are none.
    #[error("there are no steps; write at least one, such as a notice after 0 days")]
    Empty,
    /// A step is before the one before it.
    #[error(
        "step {number} is after {after_days} days, not later than the one before; write the steps in order"
    )]
    Order {
        /// Its number, counted from 1.
        number: usize,
        /// Its days.
        after_days: u32,
    },
    /// A step takes back what one before it did, or does it again.
    #[error(
        "step {number} is no harder than one before it; a notice comes before a restriction, and a stop is last"
    )]
    Softer {
        /// Its number, counted from 1.
        number: usize,
    },
    /// A step is too late.
    #[error("step {number} is after {after_days} days; write 0 to 365")]
    TooLate {
        /// Its number, counted from 1.
        number: usize,
        /// Its days.
        after_days: u32,
    },
}

/// What holds for an invoice at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<'p> {
    /// Whether it is past due.
    pub is_past_due: bool,
    /// What holds: the hardest step so far; none before the first restriction.
    pub in_force: Option<&'p Action>,
    /// The steps that have been reached, by number from 1. Of each the customer is told once: the caller keeps which it told.
    pub reached: usize,
    /// When the next step is reached, in seconds since 1970; none if there is none.
    pub next_s: Option<i64>,
}

impl Policy {
    /// Checks steps.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn new(steps: Vec<Step>) -> Result<Self, DunningError> {
        if steps.is_empty() {
            return Err(DunningError::Empty);
        }
        let mut before: Option<&Step> = None;
        for (step, number) in steps.iter().zip(1..) {
            let after_days = step.after_days;
            if after_days > MAX_DAYS {
                return Err(DunningError::TooLate { number, after_days });
            }
            if let Some(before) = before {
                let (old, new) = (before.action.severity(), step.action.severity());
                if after_days <= before.after_days {
                    return Err(DunningError::Order { number, after_days });
                }
                if new < old || before.action == step.action && new > 0 || old == 2 {
                    return Err(DunningError::Softer { number });
                }
            }
            before = Some(step);
        }
        Ok(Self(steps))
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// What holds for an invoice at a moment: nothing if nothing is open.
    ///
    /// # Errors
    ///
    /// Its amounts are too large.
    pub fn decide(&self, invoice: &Invoice, now_s: i64) -> Result<Decision<'_>, InvoiceError> {
        let is_open = invoice.open_usd()? > NanoUsd::ZERO;
        let at = |step: &Step| {
            invoice.due_s.saturating_add(i64::from(step.after_days).saturating_mul(DAY_S))
        };
        let is_reached = |step: &&Step| is_open && at(step) <= now_s;
        let reached = self.0.iter().take_while(is_reached).count();
        let hardest = self.0.iter().take(reached).next_back().map(|step| &step.action);
        Ok(Decision {
            is_past_due: is_open && invoice.due_s <= now_s,
            in_force: hardest.filter(|action| **action != Action::Notify),
            reached,
            next_s: self.0.get(reached).filter(|_| is_open).map(at),
        })
    }
}

impl TryFrom<Vec<Step>> for Policy {
    type Error = DunningError;

    fn try_from(steps: Vec<Step>) -> Result<Self, DunningError> {
        Self::new(steps)
    }
}

impl From<Policy> for Vec<Step> {
    fn from(policy: Policy) -> Vec<Step> {
        policy.0
    }
}
