//! Amounts and times as text, for people and for headers.

use crate::reservation::Unit;
use jiff::Timestamp;
use postern_policy::{Limit, Window};

const NANO_USD_PER_USD: u64 = 1_000_000_000;

/// `600 requests per minute`, `$500 per month`, `8 concurrent requests`.
pub fn limit(limit: &Limit) -> String {
    let amount = amount(limit.unit.into(), limit.amount);
    let Some(period) = limit.period else { return amount };
    let rolling = if limit.window == Window::Rolling { " (rolling)" } else { "" };
    format!("{amount} per {}{rolling}", period.as_str())
}

/// `600 requests`, `1 token`, `$0.25`.
pub fn amount(unit: Unit, amount: u64) -> String {
    if unit == Unit::NanoUsd {
        return format!("${}", usd(amount));
    }
    let noun = match unit {
        Unit::Requests => "request",
        Unit::Tokens | Unit::NanoUsd => "token",
        Unit::InputTokens => "input token",
        Unit::OutputTokens => "output token",
        Unit::Concurrent => "concurrent request",
    };
    format!("{amount} {noun}{}", if amount == 1 { "" } else { "s" })
}

/// Nano-dollars as dollars, to the last digit that is not zero.
pub fn usd(nano_usd: u64) -> String {
    let (dollars, rest) = (nano_usd / NANO_USD_PER_USD, nano_usd % NANO_USD_PER_USD);
    let decimals = format!("{rest:09}");
    let decimals = decimals.trim_end_matches('0');
    if decimals.is_empty() { dollars.to_string() } else { format!("{dollars}.{decimals:0<2}") }
}

/// A duration as OpenAI's headers have it: `120ms`, `8.64s`, `6m0s`, `1h2m3s`
/// (<https://platform.openai.com/docs/guides/rate-limits>).
pub fn duration(ms: u64) -> String {
    let (hours, minutes) = (ms / 3_600_000, ms / 60_000 % 60);
    if ms < 1_000 {
        return format!("{ms}ms");
    }
    let decimals = format!("{:03}", ms % 1_000);
    let decimals = decimals.trim_end_matches('0');
    let point = if decimals.is_empty() { "" } else { "." };
    let seconds = format!("{}{point}{decimals}s", ms / 1_000 % 60);
    match (hours, minutes) {
        (0, 0) => seconds,
        (0, _) => format!("{minutes}m{seconds}"),
        _ => format!("{hours}h{minutes}m{seconds}"),
    }
}

/// A moment as RFC 3339, rounded up to a whole second.
pub fn moment(unix_ms: u64) -> String {
    let second = i64::try_from(unix_ms.div_ceil(1_000)).unwrap_or(i64::MAX);
    Timestamp::from_second(second).map(|time| time.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_durations_as_openai_does() {
        let durations = [0, 120, 1_000, 8_640, 60_000, 360_000, 3_723_000, 86_400_000];
        let texts = ["0ms", "120ms", "1s", "8.64s", "1m0s", "6m0s", "1h2m3s", "24h0m0s"];
        assert_eq!(durations.map(duration), texts.map(str::to_owned));
    }

    #[test]
    fn writes_money_to_the_last_digit() {
        assert_eq!(usd(500_000_000_000), "500");
        assert_eq!(usd(1_500_000_000), "1.50");
        assert_eq!(usd(1), "0.000000001");
        assert_eq!(usd(1_470_000_001), "1.470000001");
    }

    #[test]
    fn writes_a_moment_no_earlier_than_it_is() {
        assert_eq!(moment(1_700_000_000_000), "2023-11-14T22:13:20Z");
        assert_eq!(moment(1_700_000_000_001), "2023-11-14T22:13:21Z");
    }

    #[test]
    fn counts_one_as_one() {
        assert_eq!(amount(Unit::Requests, 1), "1 request");
        assert_eq!(amount(Unit::InputTokens, 2), "2 input tokens");
        assert_eq!(amount(Unit::NanoUsd, 250_000_000), "$0.25");
    }
}
