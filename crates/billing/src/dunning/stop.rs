//! When use stops.

use super::policy::{Action, Decision};
use crate::money::NanoUsd;
use crate::price::PlanPrice;
use crate::subscription::Status;

/// Why nothing is admitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The subscription has not begun, or is over.
    NotSubscribed,
    /// An invoice was not paid for too long.
    NotPaid,
    /// The prepaid credits are used up.
    NoCredit,
    /// The budget is used up, and the policy stops there.
    OverBudget,
}

/// Whether use stops, and why: the subscription's status, dunning of its oldest open invoice, and what is left of prepaid credits
/// and of a budget that stops, after what was used in this period.
pub fn stop(
    status: Status,
    dunning: Option<&Decision<'_>>,
    price: &PlanPrice,
    credit_left_usd: NanoUsd,
    budget_left_usd: Option<NanoUsd>,
) -> Option<Stop> {
    if !status.is_running() {
        return Some(Stop::NotSubscribed);
    }
    if dunning.is_some_and(|decision| decision.in_force == Some(&Action::Stop)) {
        return Some(Stop::NotPaid);
    }
    // A trial is free.
    if price.prepaid_only && status != Status::Trial && !credit_left_usd.is_positive() {
        return Some(Stop::NoCredit);
    }
    budget_left_usd.filter(|left| !left.is_positive()).map(|_| Stop::OverBudget)
}
