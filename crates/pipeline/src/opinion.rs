//! Second opinions: a model says whether a finding of the guardrail is what it seems.
//!
//! The model is reached like any other: by the router and the provider, at the caller's cost and within its limits and regions. It
//! is named by the operator's policy, so the caller needs no right to it; what authorization forbids stays forbidden. The guardrail
//! is not asked about questions. What the model says is read for one word, and goes nowhere.

use crate::asked::{Asked, Unanswered};
use crate::exchange::Exchange;
use crate::found::Direction;
use crate::head::Head;
use crate::lease::Lease;
use crate::left::LeftLeases;
use crate::stages::Stages;
use futures::future::join_all;
use postern_fault::{Fault, Kind};
use postern_types::guardrail::{Opinion, Question, Verdict};
use postern_types::limiter::Outcome;
use postern_types::{Caller, Field, Prompt};
use std::rc::Rc;

mod attempts;
mod request;
mod word;

const NS_PER_MS: u64 = 1_000_000;
const NS_PER_US: u64 = 1_000;

/// Asks models on behalf of one request.
pub struct Asker<S: Stages> {
    stages: S,
    for_whom: Rc<ForWhom>,
    /// The leases of questions whose answer is not waited for any more.
    left: LeftLeases<S>,
    asked: Vec<Asked>,
}

/// The request on whose behalf questions are asked.
struct ForWhom {
    caller: Caller,
    client_ip: Option<String>,
    request_id: String,
    /// The trace context, and the id of the request.
    headers: Vec<Field>,
}

impl<S: Stages> Asker<S> {
    /// Asks on behalf of this caller.
    pub fn new(head: &Head, caller: &Caller, exchange: &Exchange<S>) -> Self {
        let mut headers = vec![("traceparent".to_owned(), exchange.trace.parent.clone())];
        let state = exchange.trace.state.clone();
        headers.extend(state.map(|state| ("tracestate".to_owned(), state)));
        headers.push(("x-request-id".to_owned(), exchange.request_id.clone()));
        Asker {
            stages: exchange.stages.clone(),
            for_whom: Rc::new(ForWhom {
                caller: caller.clone(),
                client_ip: head.client_ip.clone(),
                request_id: exchange.request_id.clone(),
                headers,
            }),
            left: exchange.questions_left.clone(),
            asked: Vec::new(),
        }
    }

    /// Asks all questions at once, and waits for the opinions.
    pub async fn ask(&mut self, questions: &[Question]) -> Vec<Opinion> {
        let this = &*self;
        let asked = join_all(questions.iter().map(|question| this.one(question))).await;
        let opinion = |(question, asked): (&Question, &Asked)| Opinion {
            id: question.id.clone(),
            agrees: asked.opinion.ok(),
        };
        let opinions = questions.iter().zip(&asked).map(opinion).collect();
        self.asked.extend(asked);
        opinions
    }

    /// What became of the questions since this was last called.
    pub fn take_asked(&mut self) -> Vec<Asked> {
        std::mem::take(&mut self.asked)
    }

    async fn one(&self, question: &Question) -> Asked {
        let began_ns = self.stages.now_ns();
        let mut asked = Asked {
            rule: question.rule.clone(),
            model: question.model.clone(),
            deployment: None,
            opinion: Err(Unanswered::NotServed),
            duration_us: 0,
            usage: None,
            cost_nano_usd: None,
            settlements: Vec::new(),
        };
        asked.opinion = self.opinion(question, began_ns, &mut asked).await;
        asked.duration_us = self.stages.now_ns().saturating_sub(began_ns) / NS_PER_US;
        asked
    }

    /// The milliseconds that are left to answer a question; none if its time is over.
    fn left_ms(&self, question: &Question, began_ns: u64) -> Option<u64> {
        let taken_ms = self.stages.now_ns().saturating_sub(began_ns) / NS_PER_MS;
        u64::from(question.timeout_ms).checked_sub(taken_ms).filter(|left| *left > 0)
    }
}

/// Settles what was left open because the answer is not waited for any more: the vendor has worked, for an unknown amount.
pub async fn settle_left<S: Stages>(exchange: &mut Exchange<S>) {
    for lease in exchange.questions_left.take() {
        let lease = Lease::left(lease, exchange.stages.clone());
        lease.settle(Outcome::Reserved(true), exchange).await;
    }
}

/// A request about which there are questions.
pub struct Asking<'a> {
    pub head: &'a Head,
    pub caller: &'a Caller,
    pub prompt: &'a Prompt,
    /// The originals of its conversation's last turn.
    pub known: Option<&'a str>,
}

/// Asks the questions about a request, and returns the guardrail's final verdict.
///
/// # Errors
///
/// The guardrail cannot decide.
pub async fn verdict<S: Stages>(
    asking: &Asking<'_>,
    questions: &[Question],
    exchange: &mut Exchange<S>,
) -> Result<Verdict, Fault> {
    let Asking { head, caller, prompt, known } = *asking;
    let mut asker = Asker::new(head, caller, exchange);
    let opinions = exchange.wait("opinion", asker.ask(questions)).await;
    exchange.asked(&asker.take_asked(), Direction::Request);
    let decide = |stages: &S| stages.check_request(caller, prompt, known, &opinions);
    let verdict = exchange.run("guardrail", decide)?;
    match verdict.questions.is_empty() {
        true => Ok(verdict),
        false => Err(undecided()),
    }
}

/// A guardrail that goes on asking.
pub fn undecided() -> Fault {
    Fault::new(Kind::Unavailable, "the gateway could not decide whether this content may pass")
        .with_private("the guardrail asks for opinions again and again")
}
