//! May this request be sent? Reserves what it may use.

use crate::{counters, policy, prompt, subject};
use postern_contract::limiter::exports::postern::limiter::stage::{Admitted, Refused, Wish};
use postern_contract::types::{self, Dialect, Operation};
use postern_fault::{Fault, Kind};
use postern_meter::{
    Amounts, AnswerCap, Asked, Denied, Limits, Names, RENEW_AFTER_MS, Reserved, Ticket, headers,
};
use postern_policy::{Limit, LimitUnit, Price};
use postern_tokenizer::prompt::Tokens;

/// What is reserved for a request, and what its client is told.
pub async fn admit(wish: &Wish, body: &str, now_ms: u64) -> Result<Admitted, Refused> {
    let plans = policy::plans().map_err(fails)?;
    let limits = policy::limits(plans, &wish.caller).map_err(fails)?;
    let cap = answer_cap(wish, &limits).map_err(fails)?;
    let target = &wish.target;
    let counted = limits.for_model(&[&target.model, subject::asked_for(target)]);
    let price = target.price.as_ref().map(price);
    let amounts = amounts(wish, body, cap, price.as_ref(), &counted);
    let address = subject::address(plans, wish.client_ip.as_deref());
    let subject = subject::of(&wish.caller, address.as_deref(), Some(target));
    let asked = Asked { subject, amounts: &amounts, zone: policy::zone(plans) };
    let needs_cap = counted.iter().any(|limit| counts_tokens(limit));
    match limits.reserve(counters::counters(), counted, asked, now_ms).await {
        Ok(reserved) => {
            let answer_cap = cap.filter(|cap| cap.is_sent && needs_cap).map(|cap| cap.tokens);
            Ok(admitted(wish, reserved, &amounts, price.as_ref(), answer_cap))
        }
        Err(denied) => Err(refused(wish, denied)),
    }
}

/// The cap on an answer, where there is an answer.
fn answer_cap(wish: &Wish, limits: &Limits<'_>) -> Result<Option<AnswerCap>, Fault> {
    let facts = &wish.facts;
    match facts.operation {
        Operation::Chat | Operation::Completions => {
            let (plan, model) = (limits.answer_tokens(), wish.target.max_output_tokens);
            AnswerCap::of(facts.output_cap_tokens, plan, model).map(Some)
        }
        Operation::Embeddings | Operation::CountTokens | Operation::Rerank => Ok(None),
    }
}

/// The most that it may use. Its tokens are counted only if a limit is about them; to have tokens counted uses none.
fn amounts(
    wish: &Wish,
    body: &str,
    cap: Option<AnswerCap>,
    price: Option<&Price>,
    limits: &[&Limit],
) -> Amounts {
    let is_free = wish.facts.operation == Operation::CountTokens;
    if is_free || !limits.iter().any(|limit| counts_tokens(limit)) {
        return Amounts::default();
    }
    let Tokens { input: input_tokens, predicted } = prompt::tokens(wish, body);
    let answers = u64::from(wish.facts.answers.max(1));
    let output_tokens =
        cap.map_or(0, |cap| cap.tokens.saturating_add(predicted).saturating_mul(answers));
    Amounts::at_most(input_tokens, output_tokens, price, wish.facts.audio > 0)
}

fn counts_tokens(limit: &Limit) -> bool {
    !matches!(limit.unit, LimitUnit::Requests | LimitUnit::ConcurrentRequests)
}

fn admitted(
    wish: &Wish,
    reserved: Reserved<'_>,
    amounts: &Amounts,
    price: Option<&Price>,
    answer_cap_tokens: Option<u64>,
) -> Admitted {
    let Reserved { holds, stand, uncounted, now_ms } = reserved;
    let warnings = stand.iter().filter_map(|(met, standing)| met.warning(standing)).collect();
    let ticket = Ticket::new(holds, amounts.input_tokens, price);
    let renew_after_ms = ticket.must_be_renewed().then_some(RENEW_AFTER_MS);
    Admitted {
        ticket: ticket.to_text(),
        headers: headers(names(wish), &stand, now_ms),
        answer_cap_tokens,
        warnings,
        reserved_tokens: amounts.tokens(),
        reserved_nano_usd: amounts.nano_usd,
        uncounted,
        renew_after_ms: renew_after_ms.and_then(|ms| u32::try_from(ms).ok()),
    }
}

fn refused(wish: &Wish, denied: Denied<'_>) -> Refused {
    let Denied { fault, by, stand, now_ms } = denied;
    let mut headers = headers(names(wish), &stand, now_ms);
    // OpenAI's and Anthropic's SDKs try again by themselves unless they are told not to.
    if by.as_ref().is_some_and(|by| !by.retry_helps) && fault.kind == Kind::RateLimited {
        headers.push(("x-should-retry".to_owned(), "false".to_owned()));
    }
    Refused {
        fault: fault.into(),
        headers,
        limit: by.as_ref().map(|by| by.words.clone()),
        downgrade_to: by.as_ref().and_then(|by| by.limit.downgrade_to.clone()),
        of_this_model: by.as_ref().is_some_and(|by| by.is_of_the_model()),
    }
}

/// No limit speaks: the request, its caller's plan or the gateway itself is at fault.
fn fails(fault: Fault) -> Refused {
    Refused {
        fault: fault.into(),
        headers: Vec::new(),
        limit: None,
        downgrade_to: None,
        of_this_model: false,
    }
}

fn names(wish: &Wish) -> Names {
    match wish.facts.dialect {
        Dialect::Anthropic => Names::Anthropic,
        _ => Names::OpenAi,
    }
}

/// The catalogue's prices.
fn price(price: &types::Price) -> Price {
    Price {
        input_pico_usd_per_token: price.input_pico_usd,
        cached_input_pico_usd_per_token: price.cached_input_pico_usd,
        cache_write_pico_usd_per_token: price.cache_write_pico_usd,
        output_pico_usd_per_token: price.output_pico_usd,
        audio_input_pico_usd_per_token: price.audio_input_pico_usd,
        audio_output_pico_usd_per_token: price.audio_output_pico_usd,
    }
}
