//! Shadow traffic: a sampled copy of a request goes to a candidate model, and its answer is read and thrown away.
//!
//! It runs when the answer that the client gets has ended, so that no one waits for it. The candidate gets what a vendor gets, which
//! is what the guardrail has left of the request. The router's filters and the authorization hold for it as if the caller had
//! named the candidate. It has no lease: what it costs is in a record of its own and counts on no limit.

use crate::attempt::one;
use crate::authorize;
use crate::call::Call;
use crate::exchange::{Exchange, Origin};
use crate::head::Head;
use crate::in_flight::InFlightPlace;
use crate::memory::MemoryPermit;
use crate::record::Event;
use crate::refusal::Refusal;
use crate::stages::Stages;
use crate::within::within;
use postern_dialect::Operation;
use postern_dialect::needs::{Needs, Use};
use postern_fault::{Fault, Kind};
use postern_types::router::{self, RoutingRequest};
use postern_types::{Caller, Prompt};
use std::future::Future;
use std::pin::Pin;

/// The longest time that a copy takes: most answers are complete within two minutes.
const MOST_MS: u64 = 300_000;

/// The copies that one instance has in flight: they must not take what requests need.
const MAX_SHADOWS: u64 = 4;

/// A copy that goes out when the client has its answer.
pub struct ShadowCopy<S: Stages> {
    stages: S,
    origin: Origin,
    model: String,
    head: Head,
    caller: Caller,
    prompt: Prompt,
    needs: Needs,
    body_bytes: usize,
    /// Its place among the copies of the instance, and its memory.
    _place: InFlightPlace,
    _permit: MemoryPermit,
}

/// Whether a request with these random bits is one of those that are copied. A client cannot choose them, as it can its request id.
fn is_sampled(random: u64, percent: u8) -> bool {
    random % 100 < u64::from(percent)
}

/// Whether another model may be asked the same without a trace at its vendor, and without the client's files.
fn may_be_copied(call: &Call<'_>) -> bool {
    let is_kept = call.needs.uses.contains(&Use::KeepState) || !call.needs.ids.is_empty();
    let is_text = matches!(
        call.facts.operation,
        Operation::Chat | Operation::Completions | Operation::Embeddings | Operation::Rerank
    );
    is_text && !is_kept && call.upload.is_none()
}

/// The copy of a request that was answered, if its route has a candidate and it is sampled.
pub fn of<S: Stages>(
    shadow: Option<router::Shadow>,
    call: &Call<'_>,
    exchange: &Exchange<S>,
) -> Option<ShadowCopy<S>> {
    let shadow = shadow?;
    if !may_be_copied(call) || !is_sampled(exchange.stages.random(), shadow.percent) {
        return None;
    }
    // An instance that is busy copies less.
    let place = InFlightPlace::take(&exchange.stages.in_flight().shadows, MAX_SHADOWS)?;
    let mut permit = exchange.stages.memory_permit();
    permit.grow_to(call.prompt.body.len()).ok()?;
    Some(ShadowCopy {
        stages: exchange.stages.clone(),
        origin: exchange.origin(),
        model: shadow.model,
        head: call.head.clone(),
        caller: call.caller.clone(),
        prompt: call.prompt.clone(),
        needs: call.needs.clone(),
        body_bytes: call.body_bytes,
        _place: place,
        _permit: permit,
    })
}

impl<S: Stages> ShadowCopy<S> {
    /// Asks the candidate, and writes a record.
    pub fn run(self) -> Pin<Box<dyn Future<Output = ()>>> {
        Box::pin(self.asked())
    }

    async fn asked(self) {
        let mut exchange = Exchange::of_shadow(self.stages.clone(), &self.origin);
        let asked = within(&self.stages, MOST_MS, self.ask(&mut exchange)).await;
        match asked {
            Some(Ok(())) => exchange.observe(Event::Completed),
            Some(Err(refusal)) => exchange.observe(Event::Failed(&refusal.fault)),
            None => {
                let public = format!("the candidate has not ended within {MOST_MS} ms");
                exchange.observe(Event::Failed(&Fault::new(Kind::UpstreamTimeout, public)));
            }
        }
        exchange.end().await;
    }

    async fn ask(&self, exchange: &mut Exchange<S>) -> Result<(), Refusal> {
        let policy = self.stages.policy()?;
        let call = Call {
            head: &self.head,
            caller: &self.caller,
            facts: &self.prompt.facts,
            needs: &self.needs,
            prompt: &self.prompt,
            body: &self.prompt.body,
            upload: None,
            body_bytes: self.body_bytes,
            policy,
            // No one gets the answer.
            guard: None,
            keeper: None,
            judging: None,
        };
        exchange.observe(Event::Authenticated(&self.caller));
        exchange.observe(Event::Read(call.facts, self.body_bytes));
        let request = RoutingRequest {
            caller: self.caller.clone(),
            facts: call.facts.clone(),
            signals: postern_route::signals(&self.prompt, self.stages.by_style(&self.model)?),
            headers: self.head.for_router.clone(),
            instead: Some(self.model.clone()),
            unix_ms: self.stages.unix_ms(),
            seed: self.stages.random(),
        };
        let routing = self.stages.choose(request).await?;
        exchange.observing.routed(routing.memo);
        exchange.observe(Event::Routed(&routing.decision));
        let targets = authorize::permitted(&call, routing.targets, exchange)?;
        let Some(target) = targets.into_iter().next() else { return Ok(()) };
        let answered = one::once(&call, &target, false, exchange).await;
        let answer = answered.map_err(|failed| failed.fault)?;
        exchange.observe(Event::Answered(answer.status));
        let Some(mut streamed) = answer.streamed else { return Ok(()) };
        let mut left = usize::try_from(policy.max_response_body_bytes).unwrap_or(usize::MAX);
        let ended = loop {
            match streamed.next().await {
                Ok(Some(part)) if part.len() <= left => left = left.saturating_sub(part.len()),
                // Too long, and not waited for.
                Ok(_) => break Ok(()),
                Err(fault) => break Err(fault),
            }
        };
        exchange.observe(Event::Used(streamed.usage, streamed.price.as_ref()));
        streamed.rest().await;
        Ok(ended?)
    }
}

#[cfg(test)]
mod tests {
    use super::is_sampled;

    #[test]
    fn the_share_of_the_copies_is_right() {
        for percent in [1, 5, 50, 100] {
            let sampled = (0..10_000).filter(|random| is_sampled(*random, percent)).count();
            assert_eq!(sampled, usize::from(percent) * 100, "{percent}");
        }
    }
}
