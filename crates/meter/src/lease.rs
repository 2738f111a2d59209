//! The reservations of a request: renewed while it runs, settled once when it ends.

use crate::estimate::Amounts;
use crate::reservation::{LEASE_MS, Layout, Reservation, Unit};
use postern_store::Change;
use postern_types::Price;
use postern_types::limiter::LimitSettlement;
use serde::{Deserialize, Serialize};

/// How often a lease is renewed: three times before it could first lapse.
pub const RENEW_AFTER_MS: u64 = LEASE_MS / 3;

/// The reservations of a request. A lease travels as JSON, so the stage keeps no state between its calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    pub(crate) reservations: Vec<Reservation>,
    /// The counted tokens of the prompt, used if the vendor reports no usage.
    pub input_tokens: u64,
    /// The price of a token in 10^-12 US dollars: the fields of [`Price`], in order.
    price: Option<[u64; 6]>,
}

/// How a request is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// It used nothing and does not count.
    Unused,
    /// Its usage cannot be known: all that was reserved counts as used.
    Reserved {
        /// Whether it also counts as a request; no other attempt takes its place.
        counts: bool,
    },
    /// It counts, and used these amounts.
    Used(Amounts),
}

impl Lease {
    /// A lease on these reservations.
    pub fn new(reservations: Vec<Reservation>, input_tokens: u64, price: Option<&Price>) -> Self {
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
        Lease { reservations, input_tokens, price }
    }

    /// The price of its tokens.
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

    /// Whether nothing was reserved.
    pub fn is_empty(&self) -> bool {
        self.reservations.is_empty()
    }

    /// The lease as JSON; empty for an empty lease.
    pub fn to_text(&self) -> String {
        if self.is_empty() {
            return String::new();
        }
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads the text of [`Lease::to_text`]; `None` for any other text.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// Whether a part of it lapses unless it is renewed.
    pub fn must_be_renewed(&self) -> bool {
        self.reservations
            .iter()
            .any(|reservation| matches!(reservation.layout, Layout::Long | Layout::Lease))
    }

    /// The changes, in order, that replace reserved amounts by used ones.
    pub fn settle(&self, settlement: Settlement, now_ms: u64) -> Vec<Change> {
        self.reservations
            .iter()
            .flat_map(|reservation| settled(reservation, settlement, now_ms))
            .collect()
    }

    /// What each limit is settled to.
    pub fn settlements(&self, settlement: Settlement) -> Vec<LimitSettlement> {
        let of_limit = |reservation: &Reservation| LimitSettlement {
            limit: reservation.limit().to_owned(),
            unit: reservation.unit.as_str().to_owned(),
            reserved: reservation.amount,
            settled: used(reservation, settlement),
        };
        self.reservations.iter().map(of_limit).collect()
    }

    /// The renewed lease, and the changes, in order, that renew it.
    #[must_use]
    pub fn renew(mut self, now_ms: u64) -> (Self, Vec<Change>) {
        let minute = now_ms / LEASE_MS;
        let mut changes = Vec::new();
        for reservation in &mut self.reservations {
            // A calendar window that has ended admits no more requests.
            let has_ended = reservation.is_calendar
                && reservation.window.is_some_and(|(_, end_ms)| end_ms <= now_ms);
            let is_leased = matches!(reservation.layout, Layout::Long | Layout::Lease);
            if !is_leased || has_ended || reservation.minute >= minute {
                continue;
            }
            let by = signed(reservation.amount);
            changes.push(Change { counter: reservation.held(minute), by });
            if reservation.is_held(now_ms) {
                changes.push(Change {
                    counter: reservation.held(reservation.minute),
                    by: by.saturating_neg(),
                });
            }
            reservation.minute = minute;
        }
        (self, changes)
    }
}

fn used(reservation: &Reservation, settlement: Settlement) -> u64 {
    match settlement {
        Settlement::Unused => 0,
        Settlement::Reserved { counts: false } if reservation.unit == Unit::Requests => 0,
        Settlement::Reserved { .. } => reservation.amount,
        Settlement::Used(amounts) => reservation.unit.of(&amounts),
    }
}

fn settled(reservation: &Reservation, settlement: Settlement, now_ms: u64) -> Vec<Change> {
    let used = used(reservation, settlement);
    let difference = signed(used).saturating_sub(signed(reservation.amount));
    let changes = match reservation.layout {
        Layout::Count => vec![(reservation.total(), difference)],
        Layout::Short => {
            vec![(reservation.used(), signed(used)), (reservation.total(), difference)]
        }
        Layout::Long | Layout::Lease => {
            let released = if reservation.is_held(now_ms) {
                signed(reservation.amount).saturating_neg()
            } else {
                0
            };
            let used = if reservation.layout == Layout::Long { signed(used) } else { 0 };
            let used_in = reservation.window.map(|_| (reservation.used(), used));
            used_in.into_iter().chain([(reservation.held(reservation.minute), released)]).collect()
        }
    };
    // A counter that has expired is not written again.
    let is_kept = |counter: &postern_store::Counter| counter.keep_until_unix_s > now_ms / 1_000;
    changes
        .into_iter()
        .filter(|(counter, by)| *by != 0 && is_kept(counter))
        .map(|(counter, by)| Change { counter, by })
        .collect()
}

impl Unit {
    /// The word in records.
    fn as_str(self) -> &'static str {
        match self {
            Unit::Requests => "requests",
            Unit::Tokens => "tokens",
            Unit::InputTokens => "input_tokens",
            Unit::OutputTokens => "output_tokens",
            Unit::NanoUsd => "nano_usd",
            Unit::Concurrent => "concurrent_requests",
        }
    }

    /// What a request has used, in this unit.
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
