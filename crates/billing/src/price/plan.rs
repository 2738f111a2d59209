//! The price of a plan.

use super::charge::Charge;
use crate::calendar::Billing;
use crate::money::NanoUsd;

/// What a plan costs, checked. All amounts are US dollars, the one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanPrice {
    /// The plan's name in `plans.toml`. A price that changes is a new plan (`team-2027`): invoices of the old one stay as they are.
    pub plan: String,
    /// Where billing periods begin.
    pub billing: Billing,
    /// Whether an administrator approves each subscription.
    pub needs_approval: bool,
    /// Free days at the beginning, counted by the calendar; 0 for none.
    pub trial_days: u32,
    /// The flat price of a month.
    pub month: NanoUsd,
    /// The price of seats; none if seats are not counted.
    pub seat: Option<SeatPrice>,
    /// Prices of usage, in order.
    pub charges: Vec<Charge>,
    /// Credits on sale.
    pub prepaid: Vec<Package>,
    /// Whether use stops when the prepaid credits are used up.
    pub prepaid_only: bool,
}

/// The price of seats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatPrice {
    /// For a seat and a month.
    pub month: NanoUsd,
    /// Seats that cost nothing.
    pub included: u32,
}

/// Prepaid credits on sale.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Package {
    /// What the credits pay for.
    pub credit: NanoUsd,
    /// What they cost, at most what they pay for.
    pub price: NanoUsd,
    /// Days until they expire; none if they do not.
    pub valid_days: Option<u32>,
}
