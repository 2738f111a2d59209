//! `GET /v1/usage`: what a caller has used, reserved and left of each of its limits.

use crate::hold::{Layout, Met, Unit};
use crate::standing::sum;
use crate::words;
use postern_store::Counter;
use serde_json::{Value, json};

/// The counters that a report of these limits needs, in the order in which [`report`] takes their values.
pub fn counters(limits: &[Met<'_>]) -> Vec<Counter> {
    limits.iter().flat_map(of_limit).flatten().collect()
}

/// Those of its gate, and those that say what of it was used.
fn of_limit(met: &Met<'_>) -> [Vec<Counter>; 2] {
    let gate = met.gate();
    let all = std::iter::once(gate.counter).chain(gate.also).collect();
    [all, met.reported_besides()]
}

/// The report as JSON. A limit whose counters hold what is no count has no numbers.
pub fn report(
    limits: &[Met<'_>],
    values: &[Option<i64>],
    plan: Option<&str>,
    now_ms: u64,
) -> String {
    let mut values = values.iter().copied();
    let limits: Vec<Value> = limits
        .iter()
        .map(|met| {
            let [all, besides] = of_limit(met).map(|counters| {
                // All of its values are taken, also behind one that is no count.
                let values: Vec<_> = values.by_ref().take(counters.len()).collect();
                values.into_iter().collect::<Option<Vec<_>>>()
            });
            one(met, all.zip(besides), now_ms)
        })
        .collect();
    json!({ "object": "usage", "plan": plan, "unix_ms": now_ms, "limits": limits }).to_string()
}

fn one(met: &Met<'_>, values: Option<(Vec<i64>, Vec<i64>)>, now_ms: u64) -> Value {
    let limit = met.limit;
    let unit = Unit::from(limit.unit);
    let scopes: Vec<_> = limit.scopes.iter().map(ToString::to_string).collect();
    let mut row = json!({
        "scope": scopes,
        "for": met.whose(),
        "unit": limit.unit.word(),
        "per": limit.period.map(postern_policy::Period::word),
        "window": limit.period.map(|_| limit.window.word()),
        "models": limit.models.as_ref().map(|models| {
            models.iter().map(ToString::to_string).collect::<Vec<_>>()
        }),
        "amount": amount(unit, limit.amount),
    });
    let Some((all, besides)) = values else { return row };
    let standing = met.standing(&all, now_ms);
    let used = match met.hold.layout {
        Layout::Short => sum(besides.into_iter()),
        Layout::Count | Layout::Long | Layout::Lease => met.read(&all).used(),
    };
    let resets_at = limit
        .period
        .map(|_| ("resets_at", words::moment(now_ms.saturating_add(standing.resets_in_ms)).into()));
    let numbers = [
        ("used", amount(unit, used)),
        ("reserved", amount(unit, standing.taken.saturating_sub(used))),
        ("left", amount(unit, standing.left())),
    ];
    if let Value::Object(row) = &mut row {
        let numbers = numbers.into_iter().chain(resets_at);
        row.extend(numbers.map(|(name, value)| (name.to_owned(), value)));
    }
    row
}

/// Money as a decimal string of dollars, so that no digit is lost; all else as a number.
fn amount(unit: Unit, amount: u64) -> Value {
    match unit {
        Unit::NanoUsd => words::usd(amount).into(),
        _ => amount.into(),
    }
}
