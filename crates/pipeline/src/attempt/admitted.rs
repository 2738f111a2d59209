//! An attempt that the limiter has admitted: a target, and what is reserved for it.

use crate::answer::Answer;
use crate::attempt::caps;
use crate::attempt::failed::Failed;
use crate::attempt::one;
use crate::call::Call;
use crate::exchange::Exchange;
use crate::lease::{self, Lease};
use crate::refusal::Refusal;
use crate::stages::Stages;
use postern_dialect::translate;
use postern_fault::{Fault, Kind};
use postern_types::limiter::Outcome;
use postern_types::{RequestFacts, Target};

/// It may be sent.
pub struct Admitted<S: Stages> {
    /// Where to.
    pub target: Target,
    /// The status of the caller's limits, for the client.
    pub fields: Vec<(String, String)>,
    lease: Lease<S>,
    /// The request with the cap on its answer that is reserved, if the client named none.
    capped: Option<(RequestFacts, String)>,
}

/// It may not be sent.
pub struct Rejected {
    /// Why.
    pub refusal: Refusal,
    /// No other target may be, either.
    pub is_final: bool,
}

impl<S: Stages> Admitted<S> {
    /// Asks the limiter, which reserves the most that this target may use.
    pub async fn ask(
        call: &Call<'_>,
        target: Target,
        exchange: &mut Exchange<S>,
    ) -> Result<Self, Rejected> {
        let mut admission = lease::admit(call, &target, exchange).await.map_err(|rejection| {
            let is_final = !rejection.model_scoped && !rejection.fault.retryable;
            Rejected { refusal: rejection.into(), is_final }
        })?;
        let mut fields = lease::fields(&mut admission);
        let target = caps::within(target, &admission);
        fields.extend(caps::added(call, &target, &admission, exchange));
        let lease = Lease::of(&admission, exchange.stages.clone());
        match capped(call, &target, admission.answer_cap_tokens) {
            Ok(capped) => Ok(Admitted { target, fields, lease, capped }),
            Err(fault) => {
                lease.settle(Outcome::Unused, exchange).await;
                Err(Rejected { refusal: Refusal { fields, ..fault.into() }, is_final: true })
            }
        }
    }

    /// Sends it, and waits until the answer begins. Meanwhile what is reserved is kept.
    pub async fn answer(
        &mut self,
        call: &Call<'_>,
        holds: bool,
        exchange: &mut Exchange<S>,
    ) -> Result<Answer<S>, Failed> {
        let Admitted { target, lease, capped, .. } = self;
        let call = capped.as_ref().map_or(*call, |(facts, body)| Call { facts, body, ..*call });
        // Boxed: the largest future of a request, of which a hedged one has two.
        lease.keep(Box::pin(one::once(&call, target, holds, exchange))).await
    }

    /// The lease goes on with a stream; a buffered answer's usage is known.
    pub async fn with(self, mut answer: Answer<S>, exchange: &mut Exchange<S>) -> Answer<S> {
        answer.fields.extend(self.fields);
        match &mut answer.streamed {
            Some(streamed) => streamed.lease = Some(self.lease),
            None => {
                let outcome = answer.outcome.take().unwrap_or(Outcome::Failed);
                self.lease.settle(outcome, exchange).await;
            }
        }
        answer
    }

    /// It has no answer for the client.
    pub async fn settle(
        self,
        outcome: Outcome,
        exchange: &mut Exchange<S>,
    ) -> Vec<(String, String)> {
        self.lease.settle(outcome, exchange).await;
        self.fields
    }
}

/// The request with a cap on its answer, if the client named none. The reserved cap is sent, or none is.
fn capped(
    call: &Call<'_>,
    target: &Target,
    cap: Option<u64>,
) -> Result<Option<(RequestFacts, String)>, Fault> {
    let facts = call.facts;
    let Some(cap) = cap.filter(|_| facts.output_cap_tokens.is_none()) else { return Ok(None) };
    let capped = translate::capped(facts, call.body, cap, target.api.reasons);
    let unsaid =
        || Fault::new(Kind::Unavailable, "the cap that is reserved cannot be said to this model");
    capped.map(Some).ok_or_else(unsaid)
}
