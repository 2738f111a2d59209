//! May this request be sent? Reserves the most that it may use.

use crate::{context, counters, policy, subject, thinking};
use postern_contract::types::limiter::{Admission, AdmissionRequest, Rejection};
use postern_contract::types::{Dialect, Metering, Operation, Price, Prompt, RequestFacts};
use postern_fault::{Fault, Kind};
use postern_meter::{
    Admitted, Amounts, AnswerCap, HeaderNames, Lease, Limits, RENEW_AFTER_MS, Rejected,
    ReserveRequest, headers,
};
use postern_policy::{Limit, LimitUnit};
use postern_tokenizer::prompt::{Tokens, count};
use std::cell::OnceCell;

/// The reservation for a request, and the response headers for its client.
pub async fn admit(
    request: &AdmissionRequest,
    prompt: &Prompt,
    now_ms: u64,
) -> Result<Admission, Rejection> {
    let plans = policy::plans().map_err(fails)?;
    let limits = policy::limits(plans, &request.caller).map_err(fails)?;
    let deployment = &request.deployment;
    let counted = limits.for_model(&[&deployment.model, subject::asked_for(deployment)]);
    let needs_cap = counted.iter().any(|limit| counts_answers(limit, &request.metering));
    let (facts, metering) = (&prompt.facts, &request.metering);
    let counts = OnceCell::new();
    let tokens = || *counts.get_or_init(|| count(prompt, &metering.counting));
    let room_tokens = context::check(metering, prompt, tokens).map_err(fails)?;
    let cap = answer_cap(facts, metering, room_tokens, &limits);
    let fitting = |cap| context::fitting(cap, metering, tokens);
    let cap = if needs_cap { cap.map(fitting) } else { cap };
    let price = metering.price.as_ref();
    let amounts = amounts(facts, metering, cap, &counted, tokens);
    let address = subject::address(plans, request.client_ip.as_deref());
    let subject = subject::of(&request.caller, address.as_deref(), Some(deployment));
    let reserve_request = ReserveRequest { subject, amounts: &amounts, zone: policy::zone(plans) };
    match limits.reserve(counters::counters(), counted, reserve_request, now_ms).await {
        Ok(reserved) => {
            let answer_cap = cap.filter(|cap| cap.is_sent && needs_cap).map(|cap| cap.tokens);
            let admission = admitted(names(facts), reserved, &amounts, price, answer_cap);
            Ok(Admission { room_tokens, ..admission })
        }
        Err(rejected) => Err(refused(names(facts), rejected)),
    }
}

/// The cap on an answer; none for operations without one.
fn answer_cap(
    facts: &RequestFacts,
    metering: &Metering,
    room: Option<u64>,
    limits: &Limits<'_>,
) -> Option<AnswerCap> {
    match facts.operation {
        Operation::Chat | Operation::Completions => {
            let plan = limits.answer_tokens();
            let own = clients_cap(facts, metering);
            let own = own.map(|cap| room.filter(|_| cap > 0).map_or(cap, |room| cap.min(room)));
            Some(AnswerCap::of(own, plan, metering.max_output_tokens, metering.context_tokens))
        }
        Operation::Embeddings | Operation::CountTokens | Operation::Rerank => None,
        // Nothing caps it but what is asked for.
        Operation::Transcribe
        | Operation::Translate
        | Operation::Speak
        | Operation::GenerateImages
        | Operation::EditImages
        | Operation::VaryImages => {
            let tokens = facts.expected_answer_tokens;
            tokens.map(|tokens| AnswerCap { tokens, is_sent: false })
        }
    }
}

/// The client's own cap, as it is sent to the vendor.
fn clients_cap(facts: &RequestFacts, metering: &Metering) -> Option<u64> {
    let cap = facts.output_cap_tokens?;
    // In the vendor's own dialect, a cap that is too small is the client's error.
    let is_raised = cap > 0 && facts.client != Dialect::Responses;
    Some(if is_raised { cap.max(metering.least_cap_tokens) } else { cap })
}

/// The most that it may use. Tokens are counted only if a limit counts them; a count of tokens uses none.
fn amounts(
    facts: &RequestFacts,
    metering: &Metering,
    cap: Option<AnswerCap>,
    limits: &[&Limit],
    tokens: impl FnOnce() -> Tokens,
) -> Amounts {
    let is_free = facts.operation == Operation::CountTokens;
    if is_free || !limits.iter().any(|limit| counts_tokens(limit)) {
        return Amounts::default();
    }
    let Tokens { input: input_tokens, predicted, .. } = tokens();
    let answers = u64::from(facts.answers.max(1));
    let output_tokens = cap.map_or(0, |cap| {
        thinking::with_cap(cap.tokens, facts, metering)
            .saturating_add(predicted)
            .saturating_mul(answers)
    });
    let price = metering.price.as_ref();
    Amounts::at_most(input_tokens, output_tokens, price, facts.audio > 0)
}

fn counts_tokens(limit: &Limit) -> bool {
    !matches!(limit.unit, LimitUnit::Requests | LimitUnit::ConcurrentRequests)
}

/// Whether a limit must know how long an answer may be.
fn counts_answers(limit: &Limit, metering: &Metering) -> bool {
    match limit.unit {
        LimitUnit::Requests | LimitUnit::ConcurrentRequests | LimitUnit::InputTokens => false,
        LimitUnit::Tokens | LimitUnit::OutputTokens => true,
        // Answers that cost nothing need no bound.
        LimitUnit::Usd => metering.price.as_ref().is_some_and(|price| {
            price.output_pico_usd_per_token > 0 || price.audio_output_pico_usd_per_token > 0
        }),
    }
}

fn admitted(
    names: HeaderNames,
    reserved: Admitted<'_>,
    amounts: &Amounts,
    price: Option<&Price>,
    answer_cap_tokens: Option<u64>,
) -> Admission {
    let Admitted { reservations, statuses, uncounted, now_ms } = reserved;
    let warnings =
        statuses.iter().filter_map(|(matched, status)| matched.warning(status)).collect();
    let lease = Lease::new(reservations, amounts.input_tokens, price);
    let renew_after_ms = lease.must_be_renewed().then_some(RENEW_AFTER_MS);
    Admission {
        lease: lease.to_text(),
        headers: headers(names, &statuses, now_ms),
        answer_cap_tokens,
        room_tokens: None,
        warnings,
        reserved_tokens: amounts.tokens(),
        reserved_nano_usd: amounts.nano_usd,
        uncounted,
        renew_after_ms: renew_after_ms.and_then(|ms| u32::try_from(ms).ok()),
    }
}

fn refused(names: HeaderNames, rejected: Rejected<'_>) -> Rejection {
    let Rejected { fault, by, statuses, now_ms } = rejected;
    let mut headers = headers(names, &statuses, now_ms);
    // OpenAI's and Anthropic's SDKs retry by themselves unless they are told not to.
    if by.as_ref().is_some_and(|by| !by.retry_helps) && fault.kind == Kind::RateLimited {
        headers.push(("x-should-retry".to_owned(), "false".to_owned()));
    }
    Rejection {
        fault: fault.into(),
        headers,
        limit: by.as_ref().map(|by| by.description.clone()),
        downgrade_to: by.as_ref().and_then(|by| by.limit.downgrade_to.clone()),
        model_scoped: by.as_ref().is_some_and(|by| by.is_model_specific()),
    }
}

/// No limit refused: the request, its caller's plan or the gateway itself is at fault.
fn fails(fault: Fault) -> Rejection {
    Rejection {
        fault: fault.into(),
        headers: Vec::new(),
        limit: None,
        downgrade_to: None,
        model_scoped: false,
    }
}

fn names(facts: &RequestFacts) -> HeaderNames {
    match facts.client {
        Dialect::Anthropic => HeaderNames::Anthropic,
        _ => HeaderNames::OpenAi,
    }
}
