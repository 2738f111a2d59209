//! Limits how often the issuer is asked about inactive tokens, by the client's address and in all.
//!
//! A question is counted before it is sent, and given back if the token is active. So callers with active tokens are
//! not limited, and guesses are.

use postern_contract::key_value::KeyValue;
use postern_identity::Refused;
use postern_meter::counted_address;
use postern_policy::{Issuer, IssuerKeys};
use postern_store::increments::Increments;
use postern_store::{Change, Counter, Counters as _, Gate, ReserveOutcome};
use spin_sdk::wasip3::spawn;
use std::net::IpAddr;

const WINDOW_S: u64 = 60;
/// The smallest network of one customer (RFC 6177, 2).
const IPV6_PREFIX_BITS: u8 = 64;

static COUNTERS: Increments<KeyValue> = Increments::new(KeyValue);

/// Counts a question to the issuer for a client at this address.
///
/// # Errors
///
/// [`Refused::TooManyGuesses`], and [`Refused::Unavailable`] if the counters cannot be used.
pub async fn count(issuer: &Issuer, address: Option<IpAddr>, unix_s: u64) -> Result<(), Refused> {
    let IssuerKeys::Introspection { guesses, .. } = &issuer.keys else { return Ok(()) };
    let [of_address, in_all] = counters(issuer, address, unix_s);
    let gates = [gate(of_address, guesses.per_minute_by_address), gate(in_all, guesses.per_minute)];
    let reserved = COUNTERS.reserve(unix_s, &gates).await;
    if COUNTERS.may_have_to_sweep(unix_s) {
        spawn(async move { drop(COUNTERS.sweep(unix_s).await) });
    }
    let retry_after_s = WINDOW_S.saturating_sub(unix_s % WINDOW_S);
    match reserved.map_err(|error| Refused::Unavailable(error.to_string()))? {
        ReserveOutcome::Admitted(_) => Ok(()),
        ReserveOutcome::Refused { gate, .. } => {
            Err(Refused::TooManyGuesses { of_address: gate == 0, retry_after_s })
        }
        ReserveOutcome::Broken { .. } | ReserveOutcome::Behind { .. } => {
            Err(Refused::Unavailable("guesses of tokens cannot be counted".to_owned()))
        }
    }
}

/// Gives a question back: the token was active, or the answer is unknown.
pub async fn give_back(issuer: &Issuer, address: Option<IpAddr>, unix_s: u64) {
    let back = counters(issuer, address, unix_s).map(|counter| Change { counter, by: -1 });
    // A question that is not given back expires within a minute.
    let _ = COUNTERS.change(&back).await;
}

fn gate(counter: Counter, at_most: u64) -> Gate {
    Gate { counter, add: 1, also: Vec::new(), at_most }
}

fn counters(issuer: &Issuer, address: Option<IpAddr>, unix_s: u64) -> [Counter; 2] {
    let window = unix_s / WINDOW_S;
    let keep_until_unix_s = window.saturating_add(2).saturating_mul(WINDOW_S);
    let address = address.map(|ip| counted_address(&ip.to_string(), IPV6_PREFIX_BITS));
    let address = postern_keys::sha256_hex(&address.unwrap_or_default());
    let counter = |name: String| Counter { name, keep_until_unix_s };
    [
        counter(format!("guesses/{}/{window}/{address}", issuer.name)),
        counter(format!("guesses/{}/{window}", issuer.name)),
    ]
}
