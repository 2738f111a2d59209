//! What an event does, by status.

use super::event::{Change, Event, When};
use super::refusal::Refusal;
use super::state::{Status, Subscription};

/// The most seats.
const MAX_SEATS: u32 = 1_000_000;

impl Subscription {
    /// The state after these events; none if there are none.
    ///
    /// # Errors
    ///
    /// The first event that does not apply.
    pub fn replay<'e>(
        events: impl IntoIterator<Item = &'e Event>,
    ) -> Result<Option<Self>, Refusal> {
        events.into_iter().try_fold(None, |state: Option<Self>, event| match state {
            Some(state) => state.after(event).map(Some),
            None => Self::begin(event).map(Some),
        })
    }

    /// The state after the first event.
    ///
    /// # Errors
    ///
    /// It is no request, or has no possible number of seats or moment.
    pub fn begin(event: &Event) -> Result<Self, Refusal> {
        match &event.change {
            Change::Request(terms) => {
                seats(terms.seats)?;
                // The calendar ends in the year 9999.
                if !(0..=253_402_207_200).contains(&event.at_s) {
                    return Err(Refusal::Moment { at_s: event.at_s });
                }
                Ok(Self::requested(terms, event.at_s))
            }
            other => Err(Refusal::NotRequested { event: other.as_str() }),
        }
    }

    /// The state after another event.
    ///
    /// # Errors
    ///
    /// It does not apply; then the state stays as it was.
    pub fn after(&self, event: &Event) -> Result<Self, Refusal> {
        let at_s = event.at_s;
        if at_s < self.known_s {
            return Err(Refusal::OutOfOrder { at_s, last_s: self.known_s });
        }
        let mut next = self.clone();
        next.advance(at_s);
        next.apply(&event.change, at_s)?;
        Ok(next)
    }

    fn apply(&mut self, change: &Change, at_s: i64) -> Result<(), Refusal> {
        match (self.status, change) {
            (Status::Requested, Change::Approve) => self.status = Status::Approved,
            (Status::Requested, Change::Refuse)
            | (Status::Requested | Status::Approved, Change::Cancel | Change::End) => {
                self.end(at_s)
            }
            (Status::Approved, Change::Start) => self.start(at_s)?,
            (Status::Active | Status::PastDue, Change::PaymentFailed) => {
                (self.status, self.is_past_due) = (Status::PastDue, true);
            }
            (Status::Active | Status::PastDue, Change::Paid) => {
                (self.status, self.is_past_due) = (Status::Active, false);
            }
            (Status::Cancelled | Status::Ended, Change::PaymentFailed) => self.is_past_due = true,
            (Status::Cancelled | Status::Ended, Change::Paid) => self.is_past_due = false,
            (Status::Trial | Status::Active, Change::ChangePlan { plan, when })
            | (Status::PastDue, Change::ChangePlan { plan, when: when @ When::PeriodEnd }) => {
                self.change_plan(plan, *when, at_s)?;
            }
            (Status::Requested | Status::Approved, Change::SetSeats { seats: to }) => {
                self.seats = seats(*to)?;
            }
            (
                Status::Trial | Status::Active | Status::Cancelled,
                Change::SetSeats { seats: to },
            ) => {
                self.seats = seats(*to)?;
                self.note(at_s, self.is_in_trial());
            }
            (Status::Trial | Status::Active | Status::PastDue, Change::Cancel) => {
                self.cancel(at_s)?;
            }
            (Status::Cancelled, Change::Resume) => self.resume(),
            (Status::Trial | Status::Active | Status::PastDue | Status::Cancelled, Change::End) => {
                self.end(at_s)
            }
            (status, change) => {
                let remedy = remedy(status, change);
                return Err(Refusal::Status { status, event: change.as_str(), remedy });
            }
        }
        Ok(())
    }

    fn start(&mut self, at_s: i64) -> Result<(), Refusal> {
        let beyond = Refusal::Moment { at_s };
        let anchor_s = self.zone.days_after(at_s, self.trial_days).ok_or(beyond)?;
        let is_trial = self.trial_days > 0;
        self.anchor_s = Some(anchor_s);
        self.status = if is_trial { Status::Trial } else { Status::Active };
        self.note(at_s, is_trial);
        Ok(())
    }

    fn change_plan(&mut self, plan: &str, when: When, at_s: i64) -> Result<(), Refusal> {
        if plan == self.plan && self.next_plan.is_none() {
            return Err(Refusal::SamePlan { plan: plan.to_owned() });
        }
        self.next_plan = None;
        if when == When::PeriodEnd && plan != self.plan {
            self.next_plan = Some((self.end_of_period(at_s)?, plan.to_owned()));
        } else if plan != self.plan {
            plan.clone_into(&mut self.plan);
            self.note(at_s, self.is_in_trial());
        }
        Ok(())
    }

    fn cancel(&mut self, at_s: i64) -> Result<(), Refusal> {
        self.ends_s = Some(self.end_of_period(at_s)?);
        self.status = Status::Cancelled;
        self.next_plan = None;
        Ok(())
    }

    fn resume(&mut self) {
        self.ends_s = None;
        self.status = if self.is_in_trial() { Status::Trial } else { self.running() };
    }

    /// When the period of a moment ends; the trial counts as one.
    fn end_of_period(&self, at_s: i64) -> Result<i64, Refusal> {
        let of_trial = self.anchor_s.filter(|_| self.is_in_trial());
        let of_period = || self.period(at_s).map(|period| period.end_s);
        of_trial.or_else(of_period).ok_or(Refusal::Moment { at_s })
    }
}

fn seats(seats: u32) -> Result<u32, Refusal> {
    if (1..=MAX_SEATS).contains(&seats) { Ok(seats) } else { Err(Refusal::Seats { seats }) }
}

fn remedy(status: Status, change: &Change) -> &'static str {
    match (status, change) {
        (_, Change::Request(_)) => "ask for another subscription",
        (Status::Ended, _) => "it is over: ask for another subscription",
        (Status::Requested, _) => "an administrator approves or refuses it first",
        (Status::Approved, Change::Approve | Change::Refuse) => "it is approved: start or end it",
        (Status::Approved, _) => "start it first",
        (Status::PastDue, Change::ChangePlan { .. } | Change::SetSeats { .. }) => {
            "pay what is due first, or change the plan at the end of the period"
        }
        (Status::Cancelled, Change::ChangePlan { .. }) => "resume it first",
        (_, Change::Approve | Change::Refuse | Change::Start) => "it runs: cancel or end it",
        (_, Change::Resume) => "it is not cancelled",
        (_, Change::Cancel) => "it ends with its period already: end it to end it now",
        _ => "nothing is due in a trial",
    }
}
