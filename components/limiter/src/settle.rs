//! What was used, in the place of what was reserved.

use crate::counters;
use postern_contract::limiter::exports::postern::limiter::stage::Settlement;
use postern_contract::types::Usage;
use postern_fault::Fault;
use postern_meter::{Amounts, Settlement as Settled, Ticket, closed};
use postern_policy::Tokens;
use postern_store::{Change, Counters as _};

/// Settle.
pub async fn settle(ticket: &str, settlement: Settlement, now_ms: u64) -> Result<(), Fault> {
    let ticket = read(ticket)?;
    let settled = match settlement {
        Settlement::Unused => Settled::Unused,
        Settlement::Failed => Settled::Used(Amounts::default()),
        Settlement::Used(usage) => Settled::Used(used(&ticket, usage)),
        Settlement::CutShort(usage) => {
            let input_tokens = match usage.input_tokens {
                0 => ticket.input_tokens,
                said => said,
            };
            Settled::Used(used(&ticket, Usage { input_tokens, ..usage }))
        }
    };
    change(&ticket.settle(settled, now_ms)).await
}

/// Renew.
pub async fn renew(ticket: &str, now_ms: u64) -> Result<String, Fault> {
    let (renewed, changes) = read(ticket)?.renew(now_ms);
    change(&changes).await?;
    Ok(renewed.to_text())
}

fn read(ticket: &str) -> Result<Ticket, Fault> {
    Ticket::from_text(ticket).ok_or_else(|| closed("the ticket is not what admit gave"))
}

async fn change(changes: &[Change]) -> Result<(), Fault> {
    if changes.is_empty() {
        return Ok(());
    }
    let broken = counters::counters().change(changes).await;
    let broken = broken.map_err(|error| closed(&error.to_string()))?;
    match broken.first() {
        None => Ok(()),
        Some(counter) => Err(closed(&format!("the counter `{}` holds no count", counter.name))),
    }
}

fn used(ticket: &Ticket, usage: Usage) -> Amounts {
    let tokens = Tokens {
        input: usage.input_tokens,
        cached_input: usage.cached_input_tokens,
        cache_write: usage.cache_write_tokens,
        output: usage.output_tokens,
        audio_input: usage.audio_input_tokens,
        audio_output: usage.audio_output_tokens,
    };
    Amounts::used(&tokens, ticket.price().as_ref())
}
