//! What happens to a subscription.

use crate::calendar::{Billing, Zone};
use crate::price::PlanPrice;
use serde::{Deserialize, Serialize};

/// An event and its moment. The events of a subscription are kept in their order, and are its truth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When it happened, in seconds since 1970; not before the event before it.
    pub at_s: i64,
    /// What happened.
    pub change: Change,
}

/// What a request for a subscription agrees to. It is in the event, so that a later price changes no earlier state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The plan's name.
    pub plan: String,
    /// Seats, at least 1.
    pub seats: u32,
    /// Whether an administrator approves it.
    pub needs_approval: bool,
    /// Free days at the beginning; 0 for none.
    pub trial_days: u32,
    /// Where billing periods begin.
    pub billing: Billing,
    /// The organisation's time zone. It stays that of this subscription.
    pub zone: Zone,
}

impl Terms {
    /// The terms of a plan's price.
    pub fn of(price: &PlanPrice, seats: u32, zone: Zone) -> Self {
        Self {
            plan: price.plan.clone(),
            seats,
            needs_approval: price.needs_approval,
            trial_days: price.trial_days,
            billing: price.billing,
            zone,
        }
    }
}

/// When another plan begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// At once: what an upgrade is for. Both plans are prorated to the second.
    Now,
    /// When the billing period ends: the rule for a downgrade, so that nothing is given back.
    PeriodEnd,
}

impl When {
    /// At once if the new plan's flat prices are higher for these seats, else when the period ends.
    pub fn of_change(from: &PlanPrice, to: &PlanPrice, seats: u32) -> Self {
        let month = |price: &PlanPrice| {
            let seat = price.seat.map_or(0, |seat| {
                let paid = i128::from(seats.saturating_sub(seat.included));
                // Below 10^15 nano-dollars times 2^32.
                seat.month.nano_usd() * paid
            });
            price.month.nano_usd() + seat
        };
        if month(to) > month(from) { Self::Now } else { Self::PeriodEnd }
    }
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It is asked for; always the first event, and only that. Without the need of an approval it is approved.
    Request(Terms),
    /// An administrator approves it.
    Approve,
    /// An administrator refuses it.
    Refuse,
    /// It begins, with its trial if it has one.
    Start,
    /// An invoice is past due.
    PaymentFailed,
    /// All invoices are paid.
    Paid,
    /// Another plan.
    ChangePlan {
        /// Its name.
        plan: String,
        /// When it begins.
        when: When,
    },
    /// Another number of seats, at once; prorated to the second.
    SetSeats {
        /// Seats, at least 1.
        seats: u32,
    },
    /// It ends with the billing period; before it has begun, or in a trial, with that.
    Cancel,
    /// The cancellation is taken back.
    Resume,
    /// It ends at once. What was used until then is billed.
    End,
}

impl Change {
    /// The word in messages.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::Approve => "approve",
            Self::Refuse => "refuse",
            Self::Start => "start",
            Self::PaymentFailed => "payment_failed",
            Self::Paid => "paid",
            Self::ChangePlan { .. } => "change_plan",
            Self::SetSeats { .. } => "set_seats",
            Self::Cancel => "cancel",
            Self::Resume => "resume",
            Self::End => "end",
        }
    }
}
