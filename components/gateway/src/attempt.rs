//! One deployment after the other, until one begins to answer.

use crate::answer::{Answer, Streamed};
use crate::exchange::Exchange;
use crate::head::Head;
use crate::headers::{self, Passed};
use crate::limits::{self, Reservation};
use crate::losses;
use crate::refusal::Refusal;
use crate::source::Source;
use crate::stages::limiter::Settlement;
use crate::stages::provider::{self, AnswerHead, Decoder, Encoded, Rewritten};
use crate::stages::{sandbox, upstream};
use postern_contract::transport::{Inbound, Outbound};
use postern_contract::types::{Caller, Dialect, Operation, RequestFacts, Span, Target, Transport};
use postern_dialect::needs::Needs;
use postern_dialect::{Wire, translate};
use postern_fault::{Fault, Kind};
use postern_policy::Gateway;

/// How much of an error's body is read to explain it: vendors' error objects are under 2 KiB.
const MAX_ERROR_BYTES: usize = 64 * 1024;

/// What `upstream` says of a deployment whose credential is not there.
const NOT_CONFIGURED: &str = "provider_not_configured";

/// What every attempt has in common.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub head: &'a Head,
    pub caller: &'a Caller,
    pub facts: &'a RequestFacts,
    pub needs: &'a Needs,
    pub texts: &'a [Span],
    pub body: &'a str,
    pub policy: &'a Gateway,
}

/// Try the targets in order. A retryable fault leads to the next one, and the last one's stands if all fail; a fault
/// that no deployment would mend ends it at once. So does a limit, unless it is one of that model.
pub async fn in_turn(
    call: &Call<'_>,
    targets: Vec<Target>,
    exchange: &mut Exchange,
) -> Result<Answer, Refusal> {
    let none = Fault::new(Kind::Unavailable, "no deployment serves this model");
    let mut last = Refusal::from(none);
    let mut tried = false;
    let mut targets = targets.into_iter().peekable();
    while let Some(target) = targets.next() {
        let mut admitted = match limits::admit(call, &target, exchange).await {
            Ok(admitted) => admitted,
            Err(refused) if refused.of_this_model || refused.fault.retryable => {
                last = refused.into();
                continue;
            }
            Err(refused) => return Err(refused.into()),
        };
        let fields = limits::fields(&mut admitted);
        let mut reservation = Reservation::of(&admitted);
        let capped = capped(call, &target, admitted.answer_cap_tokens);
        let call = capped.as_ref().map_or(*call, |(facts, body)| Call { facts, body, ..*call });
        match reservation.keep(answer(&call, target, exchange)).await {
            Ok(mut answer) => {
                answer.fields.extend(fields);
                return Ok(kept(answer, reservation, exchange).await);
            }
            Err(fault) if fault.retryable => {
                exchange.record.failed_attempt(&fault);
                let is_last = targets.peek().is_none();
                let ended = if is_last { Settlement::Failed } else { Settlement::Unused };
                reservation.settle(ended, exchange).await;
                let offered = !is_not_configured(&fault);
                if offered || !tried {
                    last = Refusal { fields, ..fault.into() };
                }
                tried |= offered;
            }
            Err(fault) => {
                reservation.settle(Settlement::Failed, exchange).await;
                return Err(Refusal { fields, ..fault.into() });
            }
        }
    }
    if is_not_configured(&last.fault) {
        last.fault = not_offered(last.fault);
    }
    Err(last)
}

/// The request with a cap on its answer, where the client named none.
fn capped(call: &Call<'_>, target: &Target, cap: Option<u64>) -> Option<(RequestFacts, String)> {
    let facts = call.facts;
    let cap = cap.filter(|_| facts.output_cap_tokens.is_none())?;
    let capped = translate::capped(&facts.clone().into(), call.body, cap, target.reasons)?;
    Some(((&capped.0).into(), capped.1))
}

/// The reservation goes on with a stream; of a whole answer all is known.
async fn kept(mut answer: Answer, mut reservation: Reservation, exchange: &mut Exchange) -> Answer {
    match &mut answer.streamed {
        Some(streamed) => streamed.reservation = reservation,
        None => {
            reservation.settle(answer.used.take().unwrap_or(Settlement::Failed), exchange).await;
        }
    }
    answer
}

async fn answer(call: &Call<'_>, target: Target, exchange: &mut Exchange) -> Result<Answer, Fault> {
    // Tokens are counted here where the vendor does not count them; for whoever asked one that does, too, if it failed.
    if call.facts.operation == Operation::CountTokens && target.dialect != Dialect::Anthropic {
        let count = || provider::count(&target, call.facts, call.body);
        return Ok(Answer::json(exchange.run("count", count)?));
    }
    exchange.record.attempt(&target.deployment);
    one(call, target, exchange).await
}

fn is_not_configured(fault: &Fault) -> bool {
    fault.code.as_deref() == Some(NOT_CONFIGURED)
}

/// A model whose providers have no credential here is not offered: it is in no list, and so it is not there.
fn not_offered(fault: Fault) -> Fault {
    let public = "this model is not offered here: none of its providers has a credential";
    let fault = Fault { private: fault.private, ..Fault::new(Kind::ModelNotFound, public) };
    Fault { param: Some("model".to_owned()), ..fault }
}

async fn one(call: &Call<'_>, target: Target, exchange: &mut Exchange) -> Result<Answer, Fault> {
    let encoded = exchange.run("encode", || provider::encode(&target, call.facts, call.body));
    let mut encoded = encoded.map_err(|fault| for_another(fault.into()))?;
    exchange.record.losses(&encoded.losses);
    let losses = std::mem::take(&mut encoded.losses);
    if !losses.is_empty() && (call.head.strict || call.policy.strict) {
        return Err(losses::refusal(&target.deployment, &losses));
    }
    let memo = std::mem::take(&mut encoded.memo);
    // The client's own bytes are answered with the vendor's own.
    let passes = matches!(encoded.body, Rewritten::Edits(_));
    let outbound = outbound(call, &target, encoded, exchange)?;
    let inbound = exchange.wait("upstream", send(target.transport, outbound)).await?;
    let passed = passed(call, exchange.client, passes);
    let silence_ms = target.deadlines.between_bytes_ms;
    let (status, fields) = (inbound.status, inbound.headers);
    let content_type = content_type(&fields);
    let mut source = Source::new(inbound.body, inbound.ending, silence_ms);
    if !(200..300).contains(&status) {
        let body = source.beginning(MAX_ERROR_BYTES).await;
        let fault = provider::explain(&target, status, &fields, &body).into();
        exchange.record.said_by_vendor(&fault);
        return Err(fault);
    }
    let content_type = source.unframe(content_type);
    let decoder = decoder(call, &target, &content_type, memo, exchange);
    let mut streamed = Streamed::new(source, decoder, call.policy.max_response_body_bytes);
    let body = beginning(&mut streamed, call, exchange).await;
    let body = body.inspect_err(|fault| exchange.record.said_by_vendor(fault))?;
    exchange.record.usage(streamed.usage, target.price.as_ref());
    streamed.price = target.price;
    let is_whole = !call.facts.stream;
    let used = is_whole.then(|| limits::used(streamed.usage, || streamed.so_far()));
    Ok(Answer {
        status,
        content_type: told_type(&content_type, passes, call.facts.stream),
        fields: fields.into_iter().filter(|(name, _)| passed.passes_to_client(name)).collect(),
        served_by: Some(target.deployment),
        losses,
        used,
        body,
        streamed: call.facts.stream.then_some(streamed),
    })
}

/// The whole answer, or the first event of a stream: the head waits for it, and until then another deployment may still
/// answer.
async fn beginning(
    streamed: &mut Streamed,
    call: &Call<'_>,
    exchange: &mut Exchange,
) -> Result<String, Fault> {
    if call.facts.stream {
        let first = exchange.wait("first_event", streamed.next()).await?;
        return Ok(first.unwrap_or_default());
    }
    let whole = streamed.whole(call.policy.max_response_body_bytes);
    let (body, held) = exchange.wait("answer", whole).await?;
    exchange.held.push(held);
    Ok(body)
}

fn decoder(
    call: &Call<'_>,
    target: &Target,
    content_type: &str,
    memo: String,
    exchange: &Exchange,
) -> Decoder {
    let head = AnswerHead {
        content_type: content_type.to_owned(),
        memo,
        request_id: exchange.request_id.clone(),
        unix_s: exchange.unix_s(),
    };
    Decoder::new(target, call.facts, &head)
}

/// What one vendor's dialect cannot say, another's may.
fn for_another(fault: Fault) -> Fault {
    Fault { retryable: fault.kind == Kind::InvalidRequest, ..fault }
}

fn outbound(
    call: &Call<'_>,
    target: &Target,
    encoded: Encoded,
    exchange: &Exchange,
) -> Result<Outbound, Fault> {
    // The client's own bytes go to a vendor of its own dialect, and with them the headers that speak to it.
    let passes = matches!(encoded.body, Rewritten::Edits(_));
    let body = match encoded.body {
        Rewritten::Whole(body) => body,
        Rewritten::Edits(edits) => {
            let edits: Vec<_> = edits.into_iter().map(Into::into).collect();
            postern_dialect::apply(call.body, &edits).map_err(|error| {
                Fault::new(Kind::Unavailable, "the request could not be rewritten for this model")
                    .with_private(error.to_string())
            })?
        }
    };
    let passed = passed(call, exchange.client, passes);
    let vendor = target.dialect.into();
    let mut headers = call.head.forwarded.clone();
    headers.retain(|(name, _)| passed.passes_to_vendor(name, vendor));
    // A client that names its version of the vendor's API means it.
    for (name, value) in encoded.headers.into_iter().chain(headers::of_the_gateway()) {
        if !headers.iter().any(|(named, _)| *named == name) {
            headers.push((name, value));
        }
    }
    headers.push(("traceparent".to_owned(), exchange.trace.parent.clone()));
    if let Some(state) = &exchange.trace.state {
        headers.push(("tracestate".to_owned(), state.clone()));
    }
    headers.push(("x-request-id".to_owned(), exchange.request_id.clone()));
    Ok(Outbound { target: target.clone(), path: encoded.path, headers, body })
}

/// Which headers pass: those of the dialect, if client and vendor speak the same one.
fn passed<'a>(call: &Call<'a>, client: Wire, same_dialect: bool) -> Passed<'a> {
    Passed { dialect: same_dialect.then_some(client), policy: &call.policy.headers }
}

async fn send(transport: Transport, outbound: Outbound) -> Result<Inbound, Fault> {
    let inbound = match transport {
        Transport::Upstream => upstream::send(outbound).await,
        Transport::Sandbox => sandbox::send(outbound).await,
    };
    Ok(inbound?)
}

/// The type of an answer as the client is told it: the vendor's own where its bytes pass, if it is one that they can have.
fn told_type(of_vendor: &str, passes: bool, is_stream: bool) -> String {
    /// As servers write them.
    const KNOWN: [&str; 4] = [
        "application/json",
        "application/json; charset=utf-8",
        "text/event-stream",
        "text/event-stream; charset=utf-8",
    ];
    let known = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(of_vendor.trim()));
    match (known, is_stream) {
        (Some(_), _) if passes => of_vendor.trim().to_owned(),
        (_, true) => "text/event-stream; charset=utf-8".to_owned(),
        (_, false) => "application/json".to_owned(),
    }
}

fn content_type(fields: &[(String, String)]) -> String {
    let named = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    named.map(|(_, value)| value.clone()).unwrap_or_default()
}
