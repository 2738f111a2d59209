//! What was reserved, on its way through the request: renewed while it lives, settled once when it ends.

use crate::estimate::Amounts;
use crate::hold::{Hold, LEASE_MS, Layout, Unit};
use postern_store::Change;
use postern_types::Price;
use serde::{Deserialize, Serialize};

/// How often a lease is renewed: three times before the first moment at which it could lapse.
pub const RENEW_AFTER_MS: u64 = LEASE_MS / 3;

/// A reservation. It travels as JSON, so that the stage keeps nothing between its calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub(crate) holds: Vec<Hold>,
    /// What the prompt was counted at, for an answer whose vendor says nothing of it.
    pub input_tokens: u64,
    /// What a token costs in 10^-12 US dollars: the fields of [`Price`] in their order.
    price: Option<[u64; 6]>,
}

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// It used nothing and does not count.
    Unused,
    /// What it used cannot be known: all that was reserved.
    Reserved {
        /// As a request, too: no other attempt takes its place.
        counts: bool,
    },
    /// It counts, and used that.
    Used(Amounts),
}

impl Ticket {
    /// Of limits that have admitted.
    pub fn new(holds: Vec<Hold>, input_tokens: u64, price: Option<&Price>) -> Self {
        let price = price.map(|price| {
            [
                price.input_pico_usd_per_token,
                price.cached_input_pico_usd_per_token,
                price.cache_write_pico_usd_per_token,
                price.output_pico_usd_per_token,
                price.audio_input_pico_usd_per_token,
                price.audio_output_pico_usd_per_token,
            ]
        });
        Ticket { holds, input_tokens, price }
    }

    /// What its tokens cost.
    pub fn price(&self) -> Option<Price> {
        let [input, cached, written, output, audio_input, audio_output] = self.price?;
        Some(Price {
            input_pico_usd_per_token: input,
            cached_input_pico_usd_per_token: cached,
            cache_write_pico_usd_per_token: written,
            output_pico_usd_per_token: output,
            audio_input_pico_usd_per_token: audio_input,
            audio_output_pico_usd_per_token: audio_output,
        })
    }

    /// Nothing was reserved.
    pub fn is_empty(&self) -> bool {
        self.holds.is_empty()
    }

    /// As text; empty for an empty one.
    pub fn to_text(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        serde_json::to_string(self).unwrap_or_default()
    }

    /// From [`Ticket::to_text`]; nothing for any other text.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Some of it lapses if it is not renewed.
    pub fn must_be_renewed(&self) -> bool {
        self.holds.iter().any(|hold| matches!(hold.layout, Layout::Long | Layout::Lease))
    }

    /// What must be changed so that used stands in the place of reserved; in this order.
    pub fn settle(&self, settlement: Settlement, now_ms: u64) -> Vec<Change> {
        self.holds.iter().flat_map(|hold| settled(hold, settlement, now_ms)).collect()
    }

    /// What must be changed so that it holds from now on; in this order. And the ticket that holds then.
    #[must_use]
    pub fn renew(mut self, now_ms: u64) -> (Self, Vec<Change>) {
        let minute = now_ms / LEASE_MS;
        let mut changes = Vec::new();
        for hold in &mut self.holds {
            // A window of the calendar that has ended admits nobody any more.
            let has_ended =
                hold.is_calendar && hold.window.is_some_and(|(_, end_ms)| end_ms <= now_ms);
            let is_leased = matches!(hold.layout, Layout::Long | Layout::Lease);
            if !is_leased || has_ended || hold.minute >= minute {
                continue;
            }
            let by = signed(hold.amount);
            changes.push(Change { counter: hold.held(minute), by });
            if hold.is_held(now_ms) {
                changes.push(Change { counter: hold.held(hold.minute), by: by.saturating_neg() });
            }
            hold.minute = minute;
        }
        (self, changes)
    }
}

fn settled(hold: &Hold, settlement: Settlement, now_ms: u64) -> Vec<Change> {
    let used = match settlement {
        Settlement::Unused => 0,
        Settlement::Reserved { counts: false } if hold.unit == Unit::Requests => 0,
        Settlement::Reserved { .. } => hold.amount,
        Settlement::Used(amounts) => hold.unit.of(&amounts),
    };
    let difference = signed(used).saturating_sub(signed(hold.amount));
    let changes = match hold.layout {
        Layout::Count => vec![(hold.total(), difference)],
        Layout::Short => vec![(hold.used(), signed(used)), (hold.total(), difference)],
        Layout::Long | Layout::Lease => {
            let released =
                if hold.is_held(now_ms) { signed(hold.amount).saturating_neg() } else { 0 };
            let used = if hold.layout == Layout::Long { signed(used) } else { 0 };
            let used_in = hold.window.map(|_| (hold.used(), used));
            used_in.into_iter().chain([(hold.held(hold.minute), released)]).collect()
        }
    };
    // What is no longer kept is not begun anew.
    let is_kept = |counter: &postern_store::Counter| counter.keep_until_unix_s > now_ms / 1_000;
    changes
        .into_iter()
        .filter(|(counter, by)| *by != 0 && is_kept(counter))
        .map(|(counter, by)| Change { counter, by })
        .collect()
}

impl Unit {
    /// How much of this unit a request has used.
    pub fn of(self, amounts: &Amounts) -> u64 {
        match self {
            Unit::Requests => 1,
            Unit::Tokens => amounts.tokens(),
            Unit::InputTokens => amounts.input_tokens,
            Unit::OutputTokens => amounts.output_tokens,
            Unit::NanoUsd => amounts.nano_usd,
            Unit::Concurrent => 1,
        }
    }
}

fn signed(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}
