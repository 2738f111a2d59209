//! The state of a subscription.

use super::event::Terms;
use super::spell::Spell;
use crate::calendar::{Billing, Period, Zone};

/// Where a subscription is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It waits for an approval.
    Requested,
    /// It may begin.
    Approved,
    /// It runs, and nothing is charged.
    Trial,
    /// It runs.
    Active,
    /// It runs, and an invoice is past due: dunning decides what that means.
    PastDue,
    /// It runs until the end of its period.
    Cancelled,
    /// It is over.
    Ended,
}

impl Status {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::Approved,
        Self::Trial,
        Self::Active,
        Self::PastDue,
        Self::Cancelled,
        Self::Ended,
    ];

    /// The word in messages and documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Trial => "trial",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Cancelled => "cancelled",
            Self::Ended => "ended",
        }
    }

    /// Whether the plan may be used.
    pub fn is_running(self) -> bool {
        matches!(self, Self::Trial | Self::Active | Self::PastDue | Self::Cancelled)
    }
}

/// A subscription after some of its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub(super) status: Status,
    pub(super) plan: String,
    pub(super) seats: u32,
    pub(super) trial_days: u32,
    pub(super) billing: Billing,
    pub(super) zone: Zone,
    /// The moment up to which the state is known.
    pub(super) known_s: i64,
    pub(super) is_past_due: bool,
    /// When billing began or will begin.
    pub(super) anchor_s: Option<i64>,
    /// Another plan at a later moment.
    pub(super) next_plan: Option<(i64, String)>,
    /// When it ends or ended.
    pub(super) ends_s: Option<i64>,
    /// What was subscribed to, and since when.
    pub(super) history: Vec<Spell>,
}

impl Subscription {
    pub(super) fn requested(terms: &Terms, at_s: i64) -> Self {
        Self {
            status: if terms.needs_approval { Status::Requested } else { Status::Approved },
            plan: terms.plan.clone(),
            seats: terms.seats,
            trial_days: terms.trial_days,
            billing: terms.billing,
            zone: terms.zone.clone(),
            known_s: at_s,
            is_past_due: false,
            anchor_s: None,
            next_plan: None,
            ends_s: None,
            history: Vec::new(),
        }
    }

    /// Where it is.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The plan's name.
    pub fn plan(&self) -> &str {
        &self.plan
    }

    /// Seats.
    pub fn seats(&self) -> u32 {
        self.seats
    }

    /// The time zone of its periods.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether an invoice is past due, also while it is cancelled.
    pub fn is_past_due(&self) -> bool {
        self.is_past_due
    }

    /// When it ends or ended, in seconds since 1970; none while that is not known.
    pub fn ends_s(&self) -> Option<i64> {
        self.ends_s
    }

    /// When a trial ends and billing begins, in seconds since 1970; none before it has started.
    pub fn billed_from_s(&self) -> Option<i64> {
        self.anchor_s
    }

    /// The plan that begins later, and when, in seconds since 1970.
    pub fn next_plan(&self) -> Option<(i64, &str)> {
        self.next_plan.as_ref().map(|(at_s, plan)| (*at_s, plan.as_str()))
    }

    /// The billing period of a moment; none before billing began. The trial has none.
    pub fn period(&self, unix_s: i64) -> Option<Period> {
        self.zone.period(self.billing, self.anchor_s?, unix_s)
    }
}
