//! Tries one deployment after the other, until one begins to answer.

use crate::answer::{Answer, Reading, Streamed};
use crate::call::Call;
use crate::exchange::Exchange;
use crate::found::Direction;
use crate::guard::Guarded;
use crate::headers::{self, HeaderFilter};
use crate::ids::Binder;
use crate::lease::{self, Lease};
use crate::record::Event;
use crate::redact;
use crate::refusal::Refusal;
use crate::said::Said;
use crate::sound::Sound;
use crate::source::Source;
use crate::stages::{Outbound, OutboundBody, Stages};
use crate::told_type;
use crate::{betas, losses};
use postern_dialect::{media, translate};
use postern_fault::{CLIENT_LEFT, Fault, Kind};
use postern_types::guardrail::Judgement;
use postern_types::limiter::Outcome;
use postern_types::provider::{AnswerHead, Encoded, Loss, Rewritten};
use postern_types::{Dialect, Operation, RequestFacts, Target};

/// The most of an error's body that is read to explain it: vendors' error objects are under 2 KiB.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// Tries the targets in order. A retryable fault leads to the next one, and the last one's fault stands if all fail;
/// another fault ends the request at once. So does a limit, unless it is specific to that model.
pub async fn in_turn<S: Stages>(
    call: &Call<'_>,
    targets: Vec<Target>,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Refusal> {
    let none = Fault::new(Kind::Unavailable, "no deployment serves this model");
    let mut last = Refusal::from(none);
    let mut tried = false;
    let mut targets = targets.into_iter().peekable();
    while let Some(target) = targets.next() {
        let mut admission = match lease::admit(call, &target, exchange).await {
            Ok(admission) => admission,
            Err(rejection) if rejection.model_scoped || rejection.fault.retryable => {
                last = rejection.into();
                continue;
            }
            Err(rejection) => return Err(rejection.into()),
        };
        let fields = lease::fields(&mut admission);
        let mut lease = Lease::of(&admission, exchange.stages.clone());
        let capped = match capped(call, &target, admission.answer_cap_tokens) {
            Ok(capped) => capped,
            Err(fault) => {
                lease.settle(Outcome::Unused, exchange).await;
                return Err(Refusal { fields, ..fault.into() });
            }
        };
        let call = capped.as_ref().map_or(*call, |(facts, body)| Call { facts, body, ..*call });
        match lease.keep(answer(&call, target, exchange)).await {
            Ok(mut answer) => {
                answer.fields.extend(fields);
                return Ok(kept(answer, lease, exchange).await);
            }
            Err(Failed { fault, answered }) if fault.retryable => {
                exchange.observe(Event::AttemptFailed(&fault));
                let is_last = targets.peek().is_none();
                lease.settle(lease::failed(answered, is_last), exchange).await;
                let offered = !is_not_configured(&fault);
                if offered || !tried {
                    last = Refusal { fields, ..fault.into() };
                }
                tried |= offered;
            }
            Err(Failed { fault, answered }) => {
                lease.settle(lease::failed(answered, true), exchange).await;
                return Err(Refusal { fields, ..fault.into() });
            }
        }
    }
    if is_not_configured(&last.fault) {
        last.fault = not_offered(last.fault);
    }
    Err(last)
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

/// Why an attempt failed.
struct Failed {
    fault: Fault,
    /// The vendor has answered with success, and its answer cannot be read: it has worked, for an unknown amount.
    answered: bool,
}

impl From<Fault> for Failed {
    fn from(fault: Fault) -> Self {
        // The vendor was at work when its client left.
        let answered = fault.code.as_deref() == Some(CLIENT_LEFT);
        Failed { fault, answered }
    }
}

impl Failed {
    /// A fault after a success status. The vendor does not bill errors that it reports itself.
    fn to_answer(fault: Fault) -> Self {
        let answered =
            matches!(fault.kind, Kind::UpstreamInvalid | Kind::UpstreamTimeout | Kind::Unavailable);
        Failed { fault, answered }
    }
}

/// The lease goes on with a stream; a buffered answer's usage is known.
async fn kept<S: Stages>(
    mut answer: Answer<S>,
    lease: Lease<S>,
    exchange: &mut Exchange<S>,
) -> Answer<S> {
    match &mut answer.streamed {
        Some(streamed) => streamed.lease = Some(lease),
        None => {
            lease.settle(answer.outcome.take().unwrap_or(Outcome::Failed), exchange).await;
        }
    }
    answer
}

async fn answer<S: Stages>(
    call: &Call<'_>,
    target: Target,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Failed> {
    // Tokens are counted here for a vendor that does not count them, and if the count of one that does has failed.
    if call.facts.operation == Operation::CountTokens && target.api.dialect != Dialect::Anthropic {
        let count = |stages: &S| stages.count(&target.api, call.facts, call.body);
        return Ok(Answer::json(exchange.run("count", count).map_err(Fault::from)?));
    }
    exchange.observe(Event::Attempted(&target.deployment));
    one(call, target, exchange).await
}

fn is_not_configured(fault: &Fault) -> bool {
    fault.kind == Kind::NotConfigured
}

/// A model whose providers have no credential here is in no list and does not exist for clients.
fn not_offered(fault: Fault) -> Fault {
    let public = "this model is not offered here: none of its providers has a credential";
    let fault = Fault { private: fault.private, ..Fault::new(Kind::ModelNotFound, public) };
    Fault { param: Some("model".to_owned()), ..fault }
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
        true => Err(losses::refusal(&target.deployment.name, &losses).into()),
        false => Ok(losses),
    }
}

async fn one<S: Stages>(
    call: &Call<'_>,
    target: Target,
    exchange: &mut Exchange<S>,
) -> Result<Answer<S>, Failed> {
    let encoded =
        exchange.run("encode", |stages| stages.encode(&target.api, call.facts, call.body));
    let mut encoded = encoded.map_err(|fault| for_another(fault.into()))?;
    let passes = matches!(encoded.body, Rewritten::Edits(_));
    let losses = lost(call, &target, &mut encoded, exchange)?;
    let memo = std::mem::take(&mut encoded.memo);
    // The vendor's bytes pass if the client's did.
    let outbound = outbound(call, &target, encoded, exchange)?;
    let stages = exchange.stages.clone();
    let inbound = exchange.wait("upstream", stages.send(outbound)).await.map_err(Fault::from)?;
    let passed = passed(call, exchange.client, passes);
    let silence_ms = target.endpoint.deadlines.between_bytes_ms;
    let (status, fields) = (inbound.status, inbound.headers);
    let content_type = headers::content_type(&fields);
    let mut source = Source::new(stages.clone(), inbound.body, silence_ms);
    if !(200..300).contains(&status) {
        let body = source.beginning(MAX_ERROR_BYTES).await;
        let fault: Fault = stages.explain(target.api.dialect, status, &fields, &body).into();
        exchange.observe(Event::SaidByVendor(&fault));
        return Err(fault.into());
    }
    let content_type = source.unframe(content_type);
    let is_sound = media::is_answered_in_bytes(call.facts);
    let reading = match is_sound {
        true => Reading::Sound(Sound::of(&content_type).map_err(Failed::to_answer)?),
        false => Reading::Texts(decoder(call, &target, &content_type, memo, exchange)),
    };
    let mut streamed = Streamed::new(stages, source, reading, call.policy.max_response_body_bytes);
    streamed.binder = Binder::of(call, &target);
    streamed.keeping = call.keeper.map(|keeper| keeper.begin(call.facts.stream));
    streamed.guard = call.guard.map(|memo| Guarded::of(memo, call, exchange));
    let body = beginning(&mut streamed, call, exchange).await;
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
        served_by: Some(target.deployment.name),
        losses,
        streamed: outcome.is_none().then_some(streamed),
        outcome,
        judgement: judgement.flatten(),
        body,
    })
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
    exchange: &mut Exchange<S>,
) -> Result<Vec<u8>, Fault> {
    if is_held(call, streamed) {
        let held = streamed.held(call.policy.max_response_body_bytes);
        let (body, permit) = exchange.wait("answer", held).await?;
        exchange.memory.push(permit);
        return Ok(body);
    }
    if call.facts.stream || streamed.is_sound() {
        let first = exchange.wait("first_event", streamed.next()).await?;
        exchange.first_token();
        return Ok(first.unwrap_or_default());
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
