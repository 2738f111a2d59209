//! Hedging: a second deployment is asked beside one that is slow to begin. The first answer is the client's; the other attempt is
//! cancelled (J. Dean, L. A. Barroso: The Tail at Scale, 2013).
//!
//! Both attempts have a lease. That of the cancelled one is settled as unused, whatever its vendor has done by then: the caller
//! gets one answer, and pays for one. What a vendor bills for a prompt whose answer is not read is the operator's, whose policy
//! asks for hedging; it is bounded by the share of extra attempts.

use crate::answer::Answer;
use crate::attempt::admitted::{Admitted, Rejected};
use crate::attempt::failed::Failed;
use crate::call::Call;
use crate::exchange::Exchange;
use crate::opinion;
use crate::record::Event;
use crate::refusal::Refusal;
use crate::stages::Stages;
use crate::within::within;
use futures::future::{Either, select};
use postern_dialect::needs::Use;
use postern_fault::CLIENT_LEFT;
use postern_types::Target;
use postern_types::limiter::Outcome;
use postern_types::router::Hedge;
use std::cell::Cell;
use std::future::Future;
use std::pin::{Pin, pin};

/// A shorter wait would ask two deployments nearly always.
const MIN_WAIT_MS: u32 = 50;

/// The wait before another deployment is asked beside this one; none if no other one may be. An object that the vendor keeps
/// would be there twice.
pub fn wait_ms(call: &Call<'_>, hedge: Option<Hedge>, target: &Target) -> Option<u64> {
    let hedge = hedge.filter(|_| !call.needs.uses.contains(&Use::KeepState))?;
    // How long a first token takes says nothing of a whole answer.
    let known = target.first_token_p95_ms.filter(|_| hedge.by_p95 && call.facts.stream);
    let wait_ms = known.map_or(hedge.after_ms, |p95| p95.max(MIN_WAIT_MS).min(hedge.after_ms));
    Some(wait_ms.into())
}

/// An attempt that has ended by itself.
pub struct Tried<S: Stages> {
    pub admitted: Admitted<S>,
    pub result: Result<Answer<S>, Failed>,
}

/// What became of one attempt, or of two.
pub struct Raced<S: Stages> {
    /// Those that ended by themselves, in this order; the last one may have answered.
    pub tried: Vec<Tried<S>>,
    /// The limiter did not admit the second one.
    pub rejected: Option<Refusal>,
}

/// One of the two attempts. It observes by itself until it is known which one answers.
struct Side<S: Stages> {
    exchange: Exchange<S>,
    admitted: Option<Admitted<S>>,
    rejected: Option<Refusal>,
    is_sent: bool,
}

/// None: it was not sent.
type Ended<S> = Option<Result<Answer<S>, Failed>>;

enum Which {
    First,
    Second,
}

/// Asks the first one, and if it has not begun to answer after `wait_ms`, beside it what `next` gives.
pub async fn race<S: Stages>(
    call: &Call<'_>,
    first: Admitted<S>,
    wait_ms: u64,
    next: impl FnOnce() -> Option<Target>,
    exchange: &mut Exchange<S>,
) -> Raced<S> {
    let stages = exchange.stages.clone();
    let mut one = Side::of(exchange, Some(first));
    let mut two = Side::of(exchange, None);
    let gate = Gate::default();
    let ended = {
        let mut first = pin!(one.answer(call));
        let target = match within(&stages, wait_ms, first.as_mut()).await {
            Some(ended) => Err(ended),
            None => next().ok_or(None),
        };
        match target {
            Ok(target) => both(first, pin!(two.admit_and_answer(call, target, &gate)), &gate).await,
            Err(None) => vec![(Which::First, first.await)],
            Err(ended) => vec![(Which::First, ended)],
        }
    };
    let (mut one, mut two) = (Some(one), Some(two));
    let mut raced = Raced { tried: Vec::new(), rejected: None };
    for (which, ended) in ended {
        // What was not sent has not ended.
        let Some(result) = ended else { continue };
        let side = match which {
            Which::First => one.take(),
            Which::Second => two.take(),
        };
        if let Some(side) = side {
            side.ended(result, &mut raced, exchange);
        }
    }
    for side in [one, two].into_iter().flatten() {
        side.cancelled(&mut raced, exchange).await;
    }
    opinion::settle_left(exchange).await;
    raced
}

/// Closed when no second answer is needed any more. The limiter is let finish, so that what it reserves can be given back.
#[derive(Default)]
struct Gate {
    is_admitting: Cell<bool>,
    is_closed: Cell<bool>,
}

/// Waits for the first answer. One that fails leaves it to the other one.
async fn both<S: Stages>(
    first: Pin<&mut impl Future<Output = Ended<S>>>,
    second: Pin<&mut impl Future<Output = Ended<S>>>,
    gate: &Gate,
) -> Vec<(Which, Ended<S>)> {
    let leaves_it = |ended: &Ended<S>| match ended {
        Some(Ok(_)) => false,
        Some(Err(failed)) => failed.fault.retryable,
        None => true,
    };
    let is_answer = |ended: &Ended<S>| matches!(ended, Some(Ok(_)));
    let has_left = |ended: &Ended<S>| {
        let code = |failed: &Failed| failed.fault.code.as_deref() == Some(CLIENT_LEFT);
        matches!(ended, Some(Err(failed)) if code(failed))
    };
    match select(first, second).await {
        Either::Left((ended, second)) if leaves_it(&ended) => {
            vec![(Which::First, ended), (Which::Second, second.await)]
        }
        Either::Left((ended, second)) => {
            gate.is_closed.set(true);
            if gate.is_admitting.get() {
                second.await;
            }
            vec![(Which::First, ended)]
        }
        // What another deployment refuses, the first one may answer: without a hedge it would.
        Either::Right((ended, first)) if !is_answer(&ended) && !has_left(&ended) => {
            vec![(Which::Second, ended), (Which::First, first.await)]
        }
        Either::Right((ended, _)) => vec![(Which::Second, ended)],
    }
}

impl<S: Stages> Side<S> {
    fn of(exchange: &Exchange<S>, admitted: Option<Admitted<S>>) -> Self {
        Side { exchange: exchange.fork(), admitted, rejected: None, is_sent: false }
    }

    /// What is no token is no answer: the other one may be faster.
    async fn answer(&mut self, call: &Call<'_>) -> Ended<S> {
        let admitted = self.admitted.as_mut()?;
        self.is_sent = true;
        Some(admitted.answer(call, true, &mut self.exchange).await)
    }

    async fn admit_and_answer(&mut self, call: &Call<'_>, target: Target, gate: &Gate) -> Ended<S> {
        gate.is_admitting.set(true);
        let admitted = Admitted::ask(call, target, &mut self.exchange).await;
        gate.is_admitting.set(false);
        match admitted {
            Ok(admitted) => self.admitted = Some(admitted),
            Err(Rejected { refusal, .. }) => self.rejected = Some(refusal),
        }
        if gate.is_closed.get() {
            return None;
        }
        self.answer(call).await
    }

    fn ended(
        self,
        result: Result<Answer<S>, Failed>,
        raced: &mut Raced<S>,
        exchange: &mut Exchange<S>,
    ) {
        exchange.merge(self.exchange, result.is_ok());
        raced.tried.extend(self.admitted.map(|admitted| Tried { admitted, result }));
    }

    /// It was left, or never sent.
    async fn cancelled(mut self, raced: &mut Raced<S>, exchange: &mut Exchange<S>) {
        if self.is_sent {
            self.exchange.observe(Event::AttemptCancelled);
        }
        exchange.merge(self.exchange, false);
        raced.rejected = self.rejected.or(raced.rejected.take());
        if let Some(admitted) = self.admitted {
            admitted.settle(Outcome::Unused, exchange).await;
        }
    }
}
