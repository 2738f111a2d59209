//! What happens by time alone.

use super::state::{Status, Subscription};

impl Subscription {
    /// The state at a later moment without an event; an earlier one changes nothing.
    pub fn advance(&mut self, now_s: i64) {
        while let Some(at_s) = self.next_moment().filter(|at_s| *at_s <= now_s) {
            // The end comes first: what would begin at that moment does not.
            if self.ends_s == Some(at_s) {
                self.end(at_s);
            } else if self.is_in_trial() && self.anchor_s == Some(at_s) {
                if self.status == Status::Trial {
                    self.status = self.running();
                }
                self.note(at_s, false);
            } else if let Some((_, plan)) = self.next_plan.take() {
                self.plan = plan;
                self.note(at_s, self.is_in_trial());
            }
        }
        self.known_s = self.known_s.max(now_s);
    }

    /// The next moment at which something happens; none if nothing will.
    fn next_moment(&self) -> Option<i64> {
        if !self.status.is_running() {
            return None;
        }
        let trial = self.anchor_s.filter(|_| self.is_in_trial());
        let plan = self.next_plan.as_ref().map(|(at_s, _)| *at_s);
        [self.ends_s, trial, plan].into_iter().flatten().min()
    }

    /// Whether the trial still runs, also while cancelled.
    pub(super) fn is_in_trial(&self) -> bool {
        self.status.is_running() && self.history.last().is_some_and(|spell| spell.is_trial)
    }

    /// The status of one that runs beyond its trial, and is not cancelled.
    pub(super) fn running(&self) -> Status {
        if self.is_past_due { Status::PastDue } else { Status::Active }
    }

    pub(super) fn end(&mut self, at_s: i64) {
        self.status = Status::Ended;
        self.ends_s = Some(at_s);
        self.next_plan = None;
    }
}
