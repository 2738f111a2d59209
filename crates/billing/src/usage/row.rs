//! Rows to rate, from the records of the ledger.

use super::tokens::Tokens;
use postern_trail::Record;
use postern_trail::record::{AttemptRecord, TokenCounts};

/// Usage of one model at one moment: a request's, an attempt's, or a sum of the ledger's roll-ups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UsageRow<'r> {
    /// When the request began, in milliseconds since 1970. It decides the billing period and the plan.
    pub started_unix_ms: u64,
    /// The model's name in the catalogue; empty if none answered.
    pub model: &'r str,
    /// Requests that were answered.
    pub requests: u64,
    /// Tokens.
    pub tokens: Tokens,
    /// What the vendors charge, in nano-dollars; none if a price is not known.
    pub cost_nano_usd: Option<u64>,
}

impl UsageRow<'_> {
    /// Whether there is nothing in it to charge.
    pub fn is_empty(&self) -> bool {
        self.requests == 0
            && self.tokens == Tokens::default()
            && self.cost_nano_usd.unwrap_or(0) == 0
    }
}

/// The rows of a record: tokens and cost at the model of the attempt that used them, as in the ledger's roll-ups, and the request at
/// the model that answered. A request that was refused, or failed through the gateway or a vendor, is none; its tokens and cost,
/// if it has any, are there. A copy of a request for a candidate (shadow traffic) is the operator's, and has no rows.
pub fn rows(record: &Record) -> Vec<UsageRow<'_>> {
    if record.shadow_of.is_some() {
        return Vec::new();
    }
    let served = record.served_by();
    let is_hit = record.cache.is_some_and(|cache| cache.is_hit());
    // A cached answer has no attempt: its model is the one that was asked for.
    let requested = record.requested_model.as_ref().filter(|_| is_hit);
    let model = served.map(|attempt| &attempt.model).or(requested);
    let is_answered = (served.is_some() || is_hit) && !record.is_error() && !record.is_refusal();
    let (mut rows, tokens, cost_nano_usd) = by_attempt(record);
    rows.push(UsageRow {
        started_unix_ms: record.started_unix_ms,
        model: model.map_or("", |model| model.as_str()),
        requests: u64::from(is_answered),
        tokens,
        cost_nano_usd,
    });
    let is_charge = |row: &UsageRow<'_>| !row.is_empty();
    rows.retain(is_charge);
    rows
}

/// Rows of the attempts that have usage of their own, and what the whole has beyond them; no rows if they have more than the
/// whole, which is what counts.
fn by_attempt(record: &Record) -> (Vec<UsageRow<'_>>, Tokens, Option<u64>) {
    let whole =
        (tokens(record.tokens.unwrap_or_default()), cost(record.tokens, record.cost_nano_usd));
    let used = |attempt: &&AttemptRecord| attempt.tokens.is_some();
    let (mut rows, mut rest) = (Vec::new(), whole);
    for attempt in record.attempts.iter().filter(used) {
        let row = UsageRow {
            started_unix_ms: record.started_unix_ms,
            model: attempt.model.as_str(),
            requests: 0,
            tokens: tokens(attempt.tokens.unwrap_or_default()),
            cost_nano_usd: attempt.cost_nano_usd,
        };
        match less(rest, &row) {
            Some(less) => rest = less,
            None => return (Vec::new(), whole.0, whole.1),
        }
        rows.push(row);
    }
    (rows, rest.0, rest.1)
}

/// What is left without a row; none if the row has more.
fn less(
    (tokens, cost): (Tokens, Option<u64>),
    row: &UsageRow<'_>,
) -> Option<(Tokens, Option<u64>)> {
    let left = Tokens {
        input: tokens.input.checked_sub(row.tokens.input)?,
        cached_input: tokens.cached_input.checked_sub(row.tokens.cached_input)?,
        cache_write: tokens.cache_write.checked_sub(row.tokens.cache_write)?,
        output: tokens.output.checked_sub(row.tokens.output)?,
        reasoning: tokens.reasoning.checked_sub(row.tokens.reasoning)?,
    };
    let cost = match (cost, row.cost_nano_usd) {
        (Some(cost), Some(of_row)) => Some(cost.checked_sub(of_row)?),
        // A sum with an unknown part is unknown; the part that is not is of no unknown price.
        (None, _) if left == Tokens::default() => Some(0),
        (cost, _) => cost,
    };
    Some((left, cost))
}

/// Of a request without tokens there is no price to be unknown.
fn cost(tokens: Option<TokenCounts>, cost_nano_usd: Option<u64>) -> Option<u64> {
    if tokens.is_none() { Some(cost_nano_usd.unwrap_or(0)) } else { cost_nano_usd }
}

fn tokens(counts: TokenCounts) -> Tokens {
    Tokens {
        input: counts.input,
        cached_input: counts.cached_input,
        cache_write: counts.cache_write,
        output: counts.output,
        reasoning: counts.reasoning,
    }
}
