//! One attempt at one deployment: the request is encoded and sent, and its answer is read until it begins.

use crate::answer::{Answer, Reading, Streamed};
use crate::attempt::deadline::Timer;
use crate::attempt::early::{self, Early};
use crate::attempt::failed::Failed;
use crate::call::Call;
use crate::exchange::Exchange;
use crate::found::Direction;
use crate::guard::Guarded;
use crate::headers::{self, HeaderFilter};
use crate::ids::Binder;
use crate::lease;
use crate::record::Event;
use crate::redact;
use crate::said::Said;
use crate::sound::Sound;
use crate::source::Source;
use crate::stages::{Inbound, Outbound, OutboundBody, Stages};
use crate::told_type;
use crate::{betas, losses};
use postern_dialect::media;
use postern_fault::{Fault, Kind};
use postern_types::guardrail::Judgement;
use postern_types::limiter::Outcome;
use postern_types::provider::{AnswerHead, Encoded, Loss, Rewritten};
use postern_types::{Dialect, Operation, Target};

/// The most of an error's body that is read to explain it: vendors' error objects are under 2 KiB.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// One attempt at one deployment, until it begins to answer. `holds`: another one may answer, until the model has generated
/// something.
pub async fn once<S: Stages>(
    call: &Call<'_>,
    target: &Target,
    holds: bool,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Failed> {
    // Tokens are counted here for a vendor that does not count them, and if the count of one that does has failed.
    if call.facts.operation == Operation::CountTokens && target.api.dialect != Dialect::Anthropic {
        let count = |stages: &S| stages.count(&target.api, call.facts, call.body);
        let counted = exchange.run("count", count).map_err(|fault| Failed::unsent(fault.into()));
        return Ok(Answer::json(counted?));
    }
    let early = exchange.early.clone();
    if early.as_ref().is_some_and(Early::is_gone) {
        return Err(Failed::unsent(early::left()));
    }
    exchange.observe(Event::Attempted(&target.deployment));
    let answered = early::until_left(early, one(call, target, holds, exchange)).await;
    exchange.observe(match &answered {
        Ok(_) => Event::AttemptAnswered,
        Err(failed) => Event::AttemptFailed(&failed.fault),
    });
    answered
}

/// What the vendor does not get, unless the request is strict.
fn lost<S: Stages>(
    call: &Call<'_>,
    target: &Target,
    encoded: &mut Encoded,
    exchange: &mut Exchange<S>,
) -> Result<Vec<Loss>, Failed> {
    let mut losses = std::mem::take(&mut encoded.losses);
    // Only where the client's bytes pass, its headers do.
    if matches!(encoded.body, Rewritten::Edits(_)) {
        losses.extend(betas::refused(&call.head.forwarded, &target.api));
    }
    exchange.observe(Event::Lost(&losses));
    match !losses.is_empty() && (call.head.strict || call.policy.strict) {
        true => Err(Failed::unsent(losses::refusal(&target.deployment.name, &losses))),
        false => Ok(losses),
    }
}

async fn one<S: Stages>(
    call: &Call<'_>,
    target: &Target,
    holds: bool,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Failed> {
    let encoded =
        exchange.run("encode", |stages| stages.encode(&target.api, call.facts, call.body));
    let mut encoded = encoded.map_err(|fault| Failed::unsent(for_another(fault.into())))?;
    let passes = matches!(encoded.body, Rewritten::Edits(_));
    let losses = lost(call, target, &mut encoded, exchange)?;
    let memo = std::mem::take(&mut encoded.memo);
    // The vendor's bytes pass if the client's did.
    let outbound = outbound(call, target, encoded, exchange).map_err(Failed::unsent)?;
    let stages = exchange.stages.clone();
    let deadlines = target.endpoint.deadlines;
    let timer = Timer::new(deadlines, exchange.started_ns, stages.now_ns(), call.facts.stream);
    let inbound = sent(outbound, &timer, exchange).await?;
    let passed = passed(call, exchange.client, passes);
    let (status, fields) = (inbound.status, inbound.headers);
    exchange.observe(Event::VendorAnswered(status));
    let mut source = Source::new(stages.clone(), inbound.body, timer);
    if !(200..300).contains(&status) {
        let body = source.beginning(MAX_ERROR_BYTES).await;
        let fault: Fault = stages.explain(target.api.dialect, status, &fields, &body).into();
        exchange.observe(Event::SaidByVendor(&fault));
        return Err(Failed::refused(fault, status));
    }
    let content_type = source.unframe(headers::content_type(&fields));
    let is_sound = media::is_answered_in_bytes(call.facts);
    let reading = match is_sound {
        true => Reading::Sound(Sound::of(&content_type).map_err(Failed::to_answer)?),
        false => Reading::Texts(decoder(call, target, &content_type, memo, exchange)),
    };
    let mut streamed = Streamed::new(stages, source, reading, call.policy.max_response_body_bytes);
    streamed.binder = Binder::of(call, target);
    streamed.keeping = call.keeper.map(|keeper| keeper.begin(call.facts.stream));
    streamed.guard = call.guard.map(|memo| Guarded::of(memo, call, exchange));
    let body = beginning(&mut streamed, call, holds, exchange).await;
    exchange.asked(&streamed.take_asked(), Direction::Answer);
    let body = body.inspect_err(|fault| exchange.observe(Event::SaidByVendor(fault)));
    let body = body.map_err(|fault| broken(fault, call, &mut streamed, exchange))?;
    streamed.price = target.metering.price;
    exchange.observe(Event::Used(streamed.usage, streamed.price.as_ref()));
    exchange.observe(Event::Unbound(streamed.unbound.take()));
    let ending = ending(call, &mut streamed);
    exchange.found(streamed.take_findings(), Direction::Answer);
    let (outcome, judgement) = ending.unzip();
    Ok(Answer {
        status,
        content_type: told_type::of(&content_type, passes, call.facts),
        fields: fields.into_iter().filter(|(name, _)| passed.passes_to_client(name)).collect(),
        served_by: Some(target.deployment.name.clone()),
        losses,
        streamed: outcome.is_none().then_some(streamed),
        outcome,
        judgement: judgement.flatten(),
        body,
    })
}

/// The head of the vendor's answer, with any status.
async fn sent<S: Stages>(
    outbound: Outbound,
    timer: &Timer,
    exchange: &mut Exchange<S>,
) -> Result<Inbound<S::Body>, Failed> {
    let stages = exchange.stages.clone();
    let sent = timer.bound(&stages, stages.send(outbound));
    let sent = exchange.wait("upstream", sent).await.map_err(Failed::late)?;
    sent.map_err(|fault| Failed::unanswered(fault.into()))
}

/// What is known of an answer that breaks off before its head has left.
fn broken<S: Stages>(
    fault: Fault,
    call: &Call<'_>,
    streamed: &mut Streamed<S>,
    exchange: &mut Exchange<S>,
) -> Failed {
    exchange.found(streamed.take_findings(), Direction::Answer);
    // A stream that is held back may have been generated in part.
    let has_said = is_held(call, streamed) && streamed.so_far().output_tokens > 0;
    let failed = Failed::to_answer(fault);
    Failed { answered: failed.answered || has_said, ..failed }
}

/// The complete answer, or the first event of a stream: the head waits for it, and until then another deployment may
/// answer.
async fn beginning<S: Stages>(
    streamed: &mut Streamed<S>,
    call: &Call<'_>,
    holds: bool,
    exchange: &mut Exchange<S>,
) -> Result<Vec<u8>, Fault> {
    if is_held(call, streamed) {
        let held = streamed.held(call.policy.max_response_body_bytes);
        let (body, permit) = exchange.wait("answer", held).await?;
        exchange.memory.push(permit);
        return Ok(body);
    }
    if call.facts.stream || streamed.is_sound() {
        let first = exchange.wait("first_event", streamed.first(holds)).await?;
        exchange.first_token();
        return Ok(first);
    }
    let whole = streamed.whole(call.policy.max_response_body_bytes);
    let (body, permit) = exchange.wait("answer", whole).await?;
    exchange.memory.push(permit);
    // These answers are not decoded, so a quoted secret would not be noticed.
    Ok(match call.facts.operation {
        Operation::CountTokens
        | Operation::Rerank
        | Operation::Transcribe
        | Operation::Translate => redact::text(&exchange.stages, body).await.into_bytes(),
        Operation::Chat
        | Operation::Completions
        | Operation::Embeddings
        | Operation::Speak
        | Operation::GenerateImages
        | Operation::EditImages
        | Operation::VaryImages => body.into_bytes(),
    })
}

/// The outcome of an answer that is complete before its head has left, and its judgement; none if more of it is to come.
fn ending<S: Stages>(
    call: &Call<'_>,
    streamed: &mut Streamed<S>,
) -> Option<(Outcome, Option<(Judgement, Said)>)> {
    let is_buffered = !call.facts.stream && !streamed.is_sound();
    // A short stream that is refused may have ended with its first event.
    if !is_buffered && !is_held(call, streamed) && streamed.refused().is_none() {
        return None;
    }
    let outcome = match streamed.is_stopped() && !is_buffered {
        true => streamed.cut_short(),
        false => lease::answered(streamed.usage, || streamed.so_far()),
    };
    Some((outcome, streamed.take_judgement()))
}

/// Whether nothing of a stream leaves before it is judged.
fn is_held<S: Stages>(call: &Call<'_>, streamed: &Streamed<S>) -> bool {
    let holds = call.judging.is_some_and(|judging| judging.hold);
    holds && call.facts.stream && !streamed.is_sound()
}

fn decoder<S: Stages>(
    call: &Call<'_>,
    target: &Target,
    content_type: &str,
    memo: String,
    exchange: &Exchange<S>,
) -> S::Decoder {
    let head = AnswerHead {
        content_type: content_type.to_owned(),
        memo,
        request_id: exchange.request_id.clone(),
        unix_s: exchange.unix_s(),
        segments: call.guard.is_some(),
    };
    exchange.stages.decoder(&target.api, call.facts, &head)
}

/// The fault of one vendor's dialect; another's may carry the request.
fn for_another(fault: Fault) -> Fault {
    Fault { retryable: fault.kind == Kind::InvalidRequest, ..fault }
}

fn outbound<S: Stages>(
    call: &Call<'_>,
    target: &Target,
    encoded: Encoded,
    exchange: &Exchange<S>,
) -> Result<Outbound, Fault> {
    // If the client's own bytes go to a vendor of its dialect, so do the headers of that dialect.
    let passes = matches!(encoded.body, Rewritten::Edits(_));
    let text = match encoded.body {
        Rewritten::Whole(body) => body,
        Rewritten::Edits(edits) => postern_dialect::apply(call.body, &edits).map_err(|error| {
            Fault::new(Kind::Unavailable, "the request could not be rewritten for this model")
                .with_private(error.to_string())
        })?,
    };
    let mut of_vendor = encoded.headers;
    let body = match call.upload {
        None => OutboundBody::Text(text),
        Some(upload) => {
            of_vendor.retain(|(name, _)| name != "content-type");
            of_vendor.push(("content-type".to_owned(), upload.content_type().to_owned()));
            OutboundBody::Form(upload.rewritten(&text)?)
        }
    };
    let passed = passed(call, exchange.client, passes);
    let vendor = target.api.dialect;
    let mut headers = call.head.forwarded.clone();
    headers.retain(|(name, _)| passed.passes_to_vendor(name, vendor));
    betas::leave_out(&mut headers, &target.api);
    // A client that names its version of the vendor's API means it.
    for (name, value) in of_vendor.into_iter().chain(headers::of_the_gateway()) {
        if !headers.iter().any(|(named, _)| *named == name) {
            headers.push((name, value));
        }
    }
    headers.push(("traceparent".to_owned(), exchange.trace.parent.clone()));
    if let Some(state) = &exchange.trace.state {
        headers.push(("tracestate".to_owned(), state.clone()));
    }
    headers.push(("x-request-id".to_owned(), exchange.request_id.clone()));
    Ok(Outbound {
        endpoint: target.endpoint.clone(),
        model: target.api.model.clone(),
        max_output_tokens: target.api.max_output_tokens,
        path: encoded.path,
        headers,
        body,
    })
}

/// The headers that pass: those of the dialect, if client and vendor share it.
fn passed<'a>(call: &Call<'a>, client: Dialect, same_dialect: bool) -> HeaderFilter<'a> {
    HeaderFilter { dialect: same_dialect.then_some(client), policy: &call.policy.headers }
}
