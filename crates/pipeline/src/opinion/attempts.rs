//! The attempts to have a question answered, one deployment after the other.

use super::{Asker, request, word};
use crate::asked::{Asked, Unanswered};
use crate::attempt::deadline::Timer;
use crate::headers;
use crate::lease::{self, Lease};
use crate::left::LeftLeases;
use crate::source::Source;
use crate::stages::{Decoder as _, Outbound, OutboundBody, Stages};
use crate::within::within;
use postern_fault::{CLIENT_LEFT, Fault, Kind};
use postern_types::auth::{Action, AuthorizationRequest, Decision};
use postern_types::guardrail::Question;
use postern_types::limiter::{AdmissionRequest, LimitSettlement, Outcome};
use postern_types::provider::{
    AnswerHead, Decoded, Encoded, Place, Rewritten, SegmentRole, TextKind,
};
use postern_types::router::{Observations, RoutingRequest};
use postern_types::{Caller, Prompt, Target, Usage};
use std::cell::Cell;
use std::future::Future;

/// The most of a model's answer that is read: a word, and thoughts.
const MAX_ANSWER_BYTES: u64 = 256 * 1024;

/// The most of an error's body that is read to explain it.
const MAX_ERROR_BYTES: usize = 16 * 1024;

/// Why one deployment gave no opinion, and whether another may.
struct Tried {
    why: Unanswered,
    retryable: bool,
}

/// What a model has said.
struct Said {
    text: String,
    usage: Option<Usage>,
    so_far: Usage,
}

impl<S: Stages> Asker<S> {
    /// The opinion of the first deployment that has one.
    pub(super) async fn opinion(
        &self,
        question: &Question,
        began_ns: u64,
        asked: &mut Asked,
    ) -> Result<bool, Unanswered> {
        let mut last = Unanswered::NotServed;
        let targets = self.targets(question).await.map_err(|_| Unanswered::NotServed)?;
        let mut targets = targets.into_iter().peekable();
        while let Some(target) = targets.next() {
            let is_last = targets.peek().is_none();
            match self.at(&target, is_last, question, began_ns, asked).await {
                Ok(agrees) => return Ok(agrees),
                Err(Tried { why, retryable: true }) => last = why,
                Err(Tried { why, retryable: false }) => return Err(why),
            }
        }
        Err(last)
    }

    /// The deployments of the model that this caller's text may go to: within its regions, and not forbidden. The model itself is
    /// allowed by the rule that names it.
    async fn targets(&self, question: &Question) -> Result<Vec<Target>, Fault> {
        let prompt = request::of(question, false)?;
        let caller = &self.for_whom.caller;
        let allowed = Caller { models: vec![question.model.clone()], ..caller.clone() };
        let request = RoutingRequest {
            caller: allowed,
            facts: prompt.facts.clone(),
            signals: postern_route::signals(&prompt, self.stages.by_style(&question.model)?),
            headers: Vec::new(),
            instead: None,
            unix_ms: self.stages.unix_ms(),
            seed: self.stages.random(),
        };
        let routing = self.stages.choose(request).await?;
        // What a model of opinions takes is not what answers take: nothing is told of it but that it was asked.
        let (memos, unix_ms) = (vec![routing.memo], self.stages.unix_ms());
        let nothing = Observations { memos, attempts: Vec::new(), serving: None, unix_ms };
        self.stages.observe(nothing).await;
        let targets = routing.targets;
        let decisions = self.stages.authorize(&AuthorizationRequest {
            caller: caller.clone(),
            actions: vec![Action::Chat],
            resources: targets.iter().map(|target| target.deployment.clone()).collect(),
            client_ip: self.for_whom.client_ip.clone(),
            facts: Some(prompt.facts),
            body_bytes: prompt.body.len() as u64,
        })?;
        // A denial that no policy decided means only that none permits it.
        let is_forbidden =
            |decision: &Decision| decision.denied.is_some() && !decision.policies.is_empty();
        let targets = targets.into_iter().zip(decisions);
        Ok(targets.filter(|(_, one)| !is_forbidden(one)).map(|(target, _)| target).collect())
    }

    async fn at(
        &self,
        target: &Target,
        is_last: bool,
        question: &Question,
        began_ns: u64,
        asked: &mut Asked,
    ) -> Result<bool, Tried> {
        let too_late = Tried { why: Unanswered::TimedOut, retryable: false };
        if self.left_ms(question, began_ns).is_none() {
            return Err(too_late);
        }
        let prompt = request::of(question, target.api.reasons).map_err(Tried::from)?;
        let request = AdmissionRequest {
            caller: self.for_whom.caller.clone(),
            deployment: target.deployment.clone(),
            metering: target.metering,
            client_ip: self.for_whom.client_ip.clone(),
        };
        let admission = self.stages.admit(request, prompt.clone()).await.map_err(|rejection| {
            let retryable = rejection.model_scoped || rejection.fault.retryable;
            Tried { why: Unanswered::LimitReached, retryable }
        })?;
        let mut open =
            Open { lease: Some(Lease::of(&admission, self.stages.clone())), left: &self.left };
        let Some(left_ms) = self.left_ms(question, began_ns) else {
            open.settle(Outcome::Unused).await;
            return Err(too_late);
        };
        asked.deployment = Some(target.deployment.clone());
        let has_answered = Cell::new(false);
        let answer = open.keep(self.answer(target, &prompt, &has_answered));
        let answered = within(&self.stages, left_ms, answer).await;
        let failed = |is_last| lease::failed(has_answered.get(), is_last);
        let (outcome, opinion) = match answered {
            None => (failed(true), Err(too_late)),
            Some(Err(fault)) => {
                // The model was at work when the client left.
                has_answered.set(has_answered.get() || fault.code.as_deref() == Some(CLIENT_LEFT));
                (failed(is_last || !fault.retryable), Err(Tried::from(fault)))
            }
            Some(Ok(said)) => {
                asked.usage = Some(said.usage.unwrap_or(said.so_far));
                let price = target.metering.price;
                asked.cost_nano_usd =
                    asked.usage.zip(price).map(|(usage, price)| price.cost_nano_usd(&usage));
                let unclear = Tried { why: Unanswered::Unclear, retryable: false };
                let opinion = word::read(&said.text).ok_or(unclear);
                (lease::answered(said.usage, || said.so_far), opinion)
            }
        };
        asked.settlements.extend(open.settle(outcome).await);
        opinion
    }

    async fn answer(
        &self,
        target: &Target,
        prompt: &Prompt,
        has_answered: &Cell<bool>,
    ) -> Result<Said, Fault> {
        let stages = &self.stages;
        let encoded = stages.encode(&target.api, &prompt.facts, &prompt.body);
        let mut encoded = encoded.map_err(|fault| Fault { retryable: true, ..fault.into() })?;
        let memo = std::mem::take(&mut encoded.memo);
        // The question has a time of its own, which is shorter.
        let now_ns = stages.now_ns();
        let timer = Timer::new(target.endpoint.deadlines, now_ns, now_ns, false);
        let inbound = stages.send(self.outbound(target, prompt, encoded)?).await?;
        let mut source = Source::new(stages.clone(), inbound.body, timer);
        if !(200..300).contains(&inbound.status) {
            let body = source.beginning(MAX_ERROR_BYTES).await;
            let dialect = target.api.dialect;
            return Err(stages.explain(dialect, inbound.status, &inbound.headers, &body).into());
        }
        has_answered.set(true);
        let content_type = source.unframe(headers::content_type(&inbound.headers));
        let head = AnswerHead {
            content_type,
            memo,
            request_id: self.for_whom.request_id.clone(),
            unix_s: stages.unix_ms() / 1_000,
            segments: true,
        };
        let decoder = stages.decoder(&target.api, &prompt.facts, &head);
        let (body, _permit) = source.whole(MAX_ANSWER_BYTES).await?;
        let mut decoded = decoder.push(&body)?;
        let mut text = text(&decoded);
        let mut usage = decoded.usage;
        if !decoded.done {
            decoded = decoder.finish()?;
            text.push_str(&self::text(&decoded));
            usage = decoded.usage.or(usage);
        }
        Ok(Said { text, usage, so_far: decoder.so_far() })
    }

    fn outbound(
        &self,
        target: &Target,
        prompt: &Prompt,
        encoded: Encoded,
    ) -> Result<Outbound, Fault> {
        let text = match encoded.body {
            Rewritten::Whole(body) => body,
            Rewritten::Edits(edits) => {
                postern_dialect::apply(&prompt.body, &edits).map_err(|_| unsayable())?
            }
        };
        let mut headers = encoded.headers;
        for (name, value) in headers::of_the_gateway() {
            if !headers.iter().any(|(named, _)| *named == name) {
                headers.push((name, value));
            }
        }
        headers.extend(self.for_whom.headers.iter().cloned());
        Ok(Outbound {
            endpoint: target.endpoint.clone(),
            model: target.api.model.clone(),
            max_output_tokens: target.api.max_output_tokens,
            path: encoded.path,
            headers,
            body: OutboundBody::Text(text),
        })
    }
}

impl From<Fault> for Tried {
    fn from(fault: Fault) -> Self {
        Tried { why: Unanswered::Failed(fault.kind), retryable: fault.retryable }
    }
}

/// A lease that is kept for later if the answer is not waited for any more.
struct Open<'a, S: Stages> {
    lease: Option<Lease<S>>,
    left: &'a LeftLeases<S>,
}

impl<S: Stages> Open<'_, S> {
    async fn keep<T>(&mut self, work: impl Future<Output = T>) -> T {
        match &mut self.lease {
            Some(lease) => lease.keep(work).await,
            None => work.await,
        }
    }

    /// What it was settled to; what cannot be settled lapses.
    async fn settle(mut self, outcome: Outcome) -> Vec<LimitSettlement> {
        match self.lease.take() {
            Some(lease) => lease.end(outcome).await.map(|it| it.limits).unwrap_or_default(),
            None => Vec::new(),
        }
    }
}

impl<S: Stages> Drop for Open<'_, S> {
    fn drop(&mut self) {
        if let Some(lease) = self.lease.take() {
            self.left.push(lease.leave());
        }
    }
}

/// The text of the first choice.
fn text(decoded: &Decoded) -> String {
    let is_text = |at: &Place| at.kind == TextKind::Text && at.choice == 0;
    let said = decoded.segments.iter().filter(|one| one.role == SegmentRole::Piece);
    said.filter(|one| is_text(&one.at)).filter_map(|one| one.text(&decoded.output)).collect()
}

fn unsayable() -> Fault {
    Fault::new(Kind::Unavailable, "the question could not be rewritten for this model")
}
