//! `GET /v1/usage`: what a caller has used, reserved and left of each limit.

use crate::display;
use crate::limit_match::LimitMatch;
use crate::reservation::{Layout, Unit};
use crate::status::sum;
use postern_store::Counter;
use serde_json::{Value, json};

/// The counters that a report of these limits needs, in the order that [`report`] takes their values.
pub fn counters(limits: &[LimitMatch<'_>]) -> Vec<Counter> {
    limits.iter().flat_map(of_limit).flatten().collect()
}

/// The counters of the gate, and those of what was used.
fn of_limit(matched: &LimitMatch<'_>) -> [Vec<Counter>; 2] {
    let gate = matched.gate();
    let all = std::iter::once(gate.counter).chain(gate.also).collect();
    [all, matched.reported_besides()]
}

/// The report as JSON. A limit with a counter that cannot be read has no numbers.
pub fn report(
    limits: &[LimitMatch<'_>],
    values: &[Option<i64>],
    plan: Option<&str>,
    now_ms: u64,
) -> String {
    let mut values = values.iter().copied();
    let limits: Vec<Value> = limits
        .iter()
        .map(|matched| {
            let [all, besides] = of_limit(matched).map(|counters| {
                // All values are consumed, including those after an unreadable one.
                let values: Vec<_> = values.by_ref().take(counters.len()).collect();
                values.into_iter().collect::<Option<Vec<_>>>()
            });
            one(matched, all.zip(besides), now_ms)
        })
        .collect();
    json!({ "object": "usage", "plan": plan, "unix_ms": now_ms, "limits": limits }).to_string()
}

fn one(matched: &LimitMatch<'_>, values: Option<(Vec<i64>, Vec<i64>)>, now_ms: u64) -> Value {
    let limit = matched.limit;
    let unit = Unit::from(limit.unit);
    let scopes: Vec<_> = limit.scopes.iter().map(ToString::to_string).collect();
    let mut row = json!({
        "scope": scopes,
        "for": matched.whose(),
        "unit": limit.unit.as_str(),
        "per": limit.period.map(postern_policy::Period::as_str),
        "window": limit.period.map(|_| limit.window.as_str()),
        "models": limit.models.as_ref().map(|models| {
            models.iter().map(ToString::to_string).collect::<Vec<_>>()
        }),
        "amount": amount(unit, limit.amount),
    });
    let Some((all, besides)) = values else { return row };
    let status = matched.status(&all, now_ms);
    let used = match matched.reservation.layout {
        Layout::Short => sum(besides.into_iter()),
        Layout::Count | Layout::Long | Layout::Lease => matched.read(&all).used(),
    };
    let resets_at = limit
        .period
        .map(|_| ("resets_at", display::moment(now_ms.saturating_add(status.resets_in_ms)).into()));
    let numbers = [
        ("used", amount(unit, used)),
        ("reserved", amount(unit, status.taken.saturating_sub(used))),
        ("left", amount(unit, status.left())),
    ];
    if let Value::Object(row) = &mut row {
        let numbers = numbers.into_iter().chain(resets_at);
        row.extend(numbers.map(|(name, value)| (name.to_owned(), value)));
    }
    row
}

/// Money as a decimal string of dollars, so that no digit is lost; other units as a number.
fn amount(unit: Unit, amount: u64) -> Value {
    match unit {
        Unit::NanoUsd => display::usd(amount).into(),
        _ => amount.into(),
    }
}
