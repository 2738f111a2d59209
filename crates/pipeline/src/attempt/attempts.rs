//! Tries one deployment after the other, and again, until one begins to answer.
//!
//! After the client's first byte there is no other one. Each attempt has a lease of its own, which is settled: only the one
//! that answers is paid for. Retries are bounded by the request ([`AttemptBudget`]) and by the instance ([`RetryTokens`]).

use crate::answer::Answer;
use crate::attempt::admitted::{Admitted, Rejected};
use crate::attempt::failed::{Failed, Reached};
use crate::attempt::failures::{ATTEMPTS, Failures};
use crate::attempt::hedge::{self, Raced, Tried};
use crate::call::Call;
use crate::exchange::Exchange;
use crate::lease;
use crate::refusal::Refusal;
use crate::stages::Stages;
use postern_fault::Kind;
use postern_policy::Attempts as Policy;
use postern_route::resilience::{AttemptBudget, AttemptPolicy, FailedAttempt, Next, RetryTokens};
use postern_types::Target;
use postern_types::router::Hedge;
use std::cell::Cell;
use std::collections::VecDeque;

const NS_PER_MS: u64 = 1_000_000;

/// Retries that may follow one another at once, in an instance that has had few requests so far.
const RETRY_BURST: u32 = 10;

thread_local! {
    /// Those of the instance, which has one thread, and the share that its policy allows.
    static RETRY_TOKENS: Cell<Option<(u32, RetryTokens)>> = const { Cell::new(None) };
}

/// The deployments that may serve a request, best first.
pub struct Targets {
    pub targets: Vec<Target>,
    /// When another one is asked beside one that is slow.
    pub hedge: Option<Hedge>,
}

/// Tries the targets until one begins to answer. A fault that is not retryable ends the request at once. So does a limit,
/// unless it is specific to that model. If all fail, the most useful of their faults is told.
pub async fn in_turn<S: Stages>(
    call: &Call<'_>,
    targets: Targets,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    let Targets { targets, hedge } = targets;
    with_tokens(&call.policy.attempts, RetryTokens::earn);
    let mut turns = Turns {
        call,
        left: targets.into(),
        hedge,
        budget: AttemptBudget::new(policy(&call.policy.attempts)),
        failures: Failures::default(),
        exchange,
    };
    let mut again = None;
    while let Some(target) = again.take().or_else(|| turns.left.pop_front()) {
        match turns.at(target).await {
            Turn::Answered(answer) => return Ok(turns.counted(*answer)),
            Turn::Ended(refusal) => return Err(turns.failures.ended_by(*refusal)),
            Turn::Another => {}
            Turn::Again(target) => again = Some(*target),
            Turn::GivenUp => break,
        }
    }
    Err(turns.failures.into_refusal())
}

/// The attempts of one request.
struct Turns<'a, S: Stages> {
    call: &'a Call<'a>,
    left: VecDeque<Target>,
    hedge: Option<Hedge>,
    budget: AttemptBudget,
    failures: Failures,
    exchange: &'a mut Exchange<S>,
}

/// What comes after an attempt.
enum Turn<S: Stages> {
    Answered(Box<Answer<S>>),
    Ended(Box<Refusal>),
    Another,
    Again(Box<Target>),
    GivenUp,
}

impl<S: Stages> Turns<'_, S> {
    async fn at(&mut self, target: Target) -> Turn<S> {
        let admitted = match Admitted::ask(self.call, target, self.exchange).await {
            Ok(admitted) => admitted,
            Err(Rejected { refusal, is_final: true }) => return Turn::Ended(refusal.into()),
            Err(Rejected { refusal, .. }) => {
                self.failures.add(refusal);
                return Turn::Another;
            }
        };
        let Raced { tried, rejected } = self.tried(admitted).await;
        rejected.into_iter().for_each(|refusal| self.failures.add(refusal));
        let mut turn = Turn::Another;
        let mut tried = tried.into_iter().peekable();
        while let Some(Tried { admitted, result }) = tried.next() {
            turn = match result {
                Ok(answer) => Turn::Answered(admitted.with(answer, self.exchange).await.into()),
                Err(failed) => self.after(admitted, failed, tried.peek().is_none()).await,
            };
        }
        turn
    }

    /// Asks the target, and another one beside it if the route says so.
    async fn tried(&mut self, mut admitted: Admitted<S>) -> Raced<S> {
        let is_last = self.left.is_empty() || !self.budget.has_more();
        let wait_ms = hedge::wait_ms(self.call, self.hedge, &admitted.target);
        if let Some(wait_ms) = wait_ms.filter(|_| !is_last) {
            let Turns { call, left, budget, exchange, .. } = self;
            let next = || {
                let may = with_tokens(&call.policy.attempts, |tokens| budget.hedge(tokens));
                if may { left.pop_front() } else { None }
            };
            return Box::pin(hedge::race(call, admitted, wait_ms, next, exchange)).await;
        }
        let result = admitted.answer(self.call, !is_last, self.exchange).await;
        Raced { tried: vec![Tried { admitted, result }], rejected: None }
    }

    /// What comes after a failed attempt. Its lease is settled; `is_last`: no other one runs.
    async fn after(&mut self, admitted: Admitted<S>, failed: Failed, is_last: bool) -> Turn<S> {
        if failed.reached != Reached::Unsent {
            self.failures.asked();
        }
        let next = match is_last {
            true => self.next(&admitted.target, &failed),
            false => Some(Next::Another),
        };
        let replaced = matches!(next, Some(Next::Another | Next::Again { .. }));
        let target = admitted.target.clone();
        let outcome = lease::failed(failed.answered, !replaced);
        let fields = admitted.settle(outcome, self.exchange).await;
        let is_time_over = failed.fault.kind == Kind::UpstreamTimeout;
        let refusal = Refusal { fields, ..failed.fault.into() };
        if next.is_none() && !is_time_over {
            return Turn::Ended(refusal.into());
        }
        self.failures.add(refusal);
        match next {
            Some(Next::Another) => Turn::Another,
            Some(Next::Again { wait_ms }) => {
                let stages = self.exchange.stages.clone();
                self.exchange.wait("backoff", stages.sleep(wait_ms)).await;
                Turn::Again(target.into())
            }
            Some(Next::GiveUp(_)) | None => Turn::GivenUp,
        }
    }

    /// None: this fault ends the request.
    fn next(&mut self, target: &Target, failed: &Failed) -> Option<Next> {
        if !failed.fault.retryable {
            return None;
        }
        let has_another = !self.left.is_empty();
        if failed.reached == Reached::Unsent && has_another {
            return Some(Next::Another);
        }
        let total_ns = u64::from(target.endpoint.deadlines.total_ms).saturating_mul(NS_PER_MS);
        let until_ns = self.exchange.started_ns.saturating_add(total_ns);
        let left_ms = until_ns.saturating_sub(self.exchange.stages.now_ns()) / NS_PER_MS;
        let random = self.exchange.stages.random();
        let failed = FailedAttempt {
            may_repeat: failed.may_repeat(self.call),
            retry_after_ms: failed.fault.retry_after_ms,
            has_another,
        };
        let budget = &mut self.budget;
        Some(with_tokens(&self.call.policy.attempts, |tokens| {
            budget.next(failed, left_ms, random, tokens)
        }))
    }

    /// The answer, with the number of attempts if there was more than one.
    fn counted(&self, mut answer: Answer<S>) -> Answer<S> {
        let failed = self.failures.attempts();
        if failed > 0 {
            answer.fields.push((ATTEMPTS.to_owned(), failed.saturating_add(1).to_string()));
        }
        answer
    }
}

fn policy(attempts: &Policy) -> AttemptPolicy {
    AttemptPolicy {
        max_attempts: attempts.max,
        repeats_before_next: attempts.repeats_before_next,
        backoff_ms: attempts.backoff_ms,
        max_backoff_ms: attempts.max_backoff_ms,
    }
}

fn with_tokens<T>(attempts: &Policy, take: impl FnOnce(&mut RetryTokens) -> T) -> T {
    let percent = attempts.extra_percent;
    // Where policy allows no share, there is no burst either.
    let burst = if percent == 0 { 0 } else { RETRY_BURST };
    let kept = RETRY_TOKENS.get().filter(|(of, _)| *of == percent);
    let mut tokens = kept.map_or(RetryTokens::new(percent, burst), |(_, tokens)| tokens);
    let taken = take(&mut tokens);
    RETRY_TOKENS.set(Some((percent, tokens)));
    taken
}
