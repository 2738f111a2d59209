//! Sums rows by plan and model, and makes lines of the sums.

use super::error::RatingError;
use super::fixed::{Fixed, fixed_lines};
use super::line::Line;
use super::unrated::Unrated;
use super::variable::{usage_lines, used_up};
use crate::calendar::Period;
use crate::price::PlanPrice;
use crate::subscription::Span;
use crate::usage::{UsageRow, UsageSums};
use std::collections::BTreeMap;

/// Rates one billing period of one subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rater<'p> {
    period: Period,
    spans: Vec<Placed>,
    plans: Vec<PlanSums<'p>>,
    rows_outside: u64,
    trial_requests: u64,
}

/// A span, in milliseconds as rows have them, and the plan in it; none in a trial.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Placed {
    start_ms: i128,
    end_ms: i128,
    plan: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct PlanSums<'p> {
    price: &'p PlanPrice,
    fixed: Fixed,
    sums: UsageSums,
}

/// The lines of a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rated {
    /// The period.
    pub period: Period,
    /// The lines: by plan, in the order in which they were subscribed to; flat price, seats, then charges in their order.
    pub lines: Vec<Line>,
    /// What is in no line.
    pub unrated: Unrated,
    /// Requests in a trial, which cost nothing.
    pub trial_requests: u64,
}

impl<'p> Rater<'p> {
    /// Rates a billing period with what was subscribed to in it, at these prices by plan.
    ///
    /// # Errors
    ///
    /// The period is empty, or a plan has no price.
    pub fn new(
        period: Period,
        spans: &[Span],
        prices: &'p BTreeMap<String, PlanPrice>,
    ) -> Result<Self, RatingError> {
        let Period { start_s, end_s } = period;
        if period.length_s() == 0 {
            return Err(RatingError::EmptyPeriod { start_s, end_s });
        }
        let (mut placed, mut plans) = (Vec::new(), Vec::<PlanSums<'p>>::new());
        for span in spans {
            let Some(part) = span.period.overlap(period) else { continue };
            let no_price = || RatingError::NoPrice { plan: span.plan.clone() };
            let price = prices.get(&span.plan).ok_or_else(no_price)?;
            let plan = if span.is_trial { None } else { Some(place(&mut plans, price)) };
            if let Some(sums) = plan.and_then(|plan| plans.get_mut(plan)) {
                sums.fixed.add(price, span.seats, part.length_s());
            }
            let ms = |unix_s: i64| i128::from(unix_s) * 1_000;
            placed.push(Placed { start_ms: ms(part.start_s), end_ms: ms(part.end_s), plan });
        }
        placed.sort_by_key(|span| span.start_ms);
        Ok(Self { period, spans: placed, plans, rows_outside: 0, trial_requests: 0 })
    }

    /// Adds a row: at the plan that was subscribed to when its request began.
    pub fn add(&mut self, row: &UsageRow<'_>) {
        let at_ms = i128::from(row.started_unix_ms);
        let after = self.spans.partition_point(|span| span.start_ms <= at_ms);
        let span = after.checked_sub(1).and_then(|at| self.spans.get(at));
        match span.filter(|span| at_ms < span.end_ms) {
            None => self.rows_outside = self.rows_outside.saturating_add(1),
            Some(Placed { plan: None, .. }) => {
                self.trial_requests = self.trial_requests.saturating_add(row.requests);
            }
            Some(Placed { plan: Some(plan), .. }) => {
                if let Some(plan) = self.plans.get_mut(*plan) {
                    plan.sums.add(row);
                }
            }
        }
    }

    /// Adds what another one summed of other rows.
    ///
    /// # Errors
    ///
    /// It is of another period, subscription or price.
    pub fn merge(&mut self, other: &Self) -> Result<(), RatingError> {
        let same_plan = |(one, other): (&PlanSums<'_>, &PlanSums<'_>)| {
            one.price == other.price && one.fixed == other.fixed
        };
        let is_same = self.period == other.period
            && self.spans == other.spans
            && self.plans.iter().zip(&other.plans).all(same_plan);
        if !is_same {
            return Err(RatingError::OtherPart);
        }
        for (plan, other) in self.plans.iter_mut().zip(&other.plans) {
            plan.sums.merge(&other.sums);
        }
        self.rows_outside = self.rows_outside.saturating_add(other.rows_outside);
        self.trial_requests = self.trial_requests.saturating_add(other.trial_requests);
        Ok(())
    }

    /// The charges whose included units are used up where there are no others (`overage = "stop"`), by plan and id: what the rows
    /// so far leave to admit is nothing of these.
    ///
    /// # Errors
    ///
    /// A number is too large.
    pub fn used_up(&self) -> Result<Vec<(&'p str, &'p str)>, RatingError> {
        let mut all = Vec::new();
        for PlanSums { price, fixed, sums } in &self.plans {
            let ids = used_up(price, sums, fixed.billed_s, self.period)?;
            all.extend(ids.into_iter().map(|id| (price.plan.as_str(), id)));
        }
        Ok(all)
    }

    /// The lines of the rows so far.
    ///
    /// # Errors
    ///
    /// An amount is too large.
    pub fn rate(&self) -> Result<Rated, RatingError> {
        let mut unrated = Unrated { rows_outside: self.rows_outside, ..Unrated::default() };
        let mut lines = Vec::new();
        for plan in &self.plans {
            lines.extend(fixed_lines(plan.price, &plan.fixed, self.period)?);
            let billed_s = plan.fixed.billed_s;
            let usage = usage_lines(plan.price, &plan.sums, billed_s, self.period, &mut unrated)?;
            lines.extend(usage);
        }
        let trial_requests = self.trial_requests;
        Ok(Rated { period: self.period, lines, unrated, trial_requests })
    }
}

/// The place of a plan among those of the period.
fn place<'p>(plans: &mut Vec<PlanSums<'p>>, price: &'p PlanPrice) -> usize {
    let known = plans.iter().position(|known| known.price.plan == price.plan);
    known.unwrap_or_else(|| {
        plans.push(PlanSums { price, fixed: Fixed::default(), sums: UsageSums::default() });
        plans.len() - 1
    })
}
