//! What was subscribed to, and when.

use super::spell::Spell;
use super::state::Subscription;
use crate::calendar::Period;

/// A time in which plan and seats stayed the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// When.
    pub period: Period,
    /// The plan's name.
    pub plan: String,
    /// Seats.
    pub seats: u32,
    /// Nothing in it is charged.
    pub is_trial: bool,
}

impl Subscription {
    /// Begins a spell with the plan and seats of now. One that was not a second long never was.
    pub(super) fn note(&mut self, start_s: i64, is_trial: bool) {
        self.history.retain(|spell| spell.start_s < start_s);
        let (plan, seats) = (self.plan.clone(), self.seats);
        self.history.push(Spell { start_s, plan, seats, is_trial });
    }

    /// What was subscribed to in a time, in order. A time that the state does not know yet is as it is planned now.
    pub fn spans(&self, period: Period) -> Vec<Span> {
        let mut planned = self.clone();
        planned.advance(period.end_s);
        let end_s = planned.ends_s.unwrap_or(i64::MAX);
        let ends = planned.history.iter().skip(1).map(|next| next.start_s).chain([end_s]);
        let spells = planned.history.iter().zip(ends);
        let span = |(spell, end_s): (&Spell, i64)| {
            let whole = Period { start_s: spell.start_s, end_s };
            Some(Span {
                period: whole.overlap(period)?,
                plan: spell.plan.clone(),
                seats: spell.seats,
                is_trial: spell.is_trial,
            })
        };
        spells.filter_map(span).collect()
    }
}
