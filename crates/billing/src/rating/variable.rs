//! Prices that usage makes.

use super::error::RatingError;
use super::line::{Line, LineKind, LineUnit};
use super::unrated::Unrated;
use crate::calendar::Period;
use crate::exact::Overflow;
use crate::price::{Charge, Part, PlanPrice, Unit};
use crate::usage::{ModelSums, UsageSums};
use std::collections::BTreeMap;

/// Units by charge, and by model where every unit has one price.
type Quantities<'s> = BTreeMap<(usize, Option<&'s str>), u128>;

/// The lines of a plan's charges. What has no price goes to `unrated`.
pub(super) fn usage_lines(
    price: &PlanPrice,
    sums: &UsageSums,
    billed_s: i64,
    period: Period,
    unrated: &mut Unrated,
) -> Result<Vec<Line>, RatingError> {
    let quantities = quantities(price, sums, unrated);
    let mut lines = Vec::new();
    for ((at, model), quantity) in quantities {
        let Some(charge) = price.charges.get(at) else { continue };
        for part in charge.pricing.parts(quantity, billed_s, period.length_s())? {
            lines.push(line(&price.plan, charge, model, &part, period)?);
        }
    }
    Ok(lines)
}

/// The units of each charge.
fn quantities<'s>(price: &PlanPrice, sums: &'s UsageSums, unrated: &mut Unrated) -> Quantities<'s> {
    let mut quantities = Quantities::new();
    for (model, sums) in sums.models() {
        for unit in [Unit::Tokens, Unit::Requests, Unit::Cost] {
            let without_price = assign(price, unit, model, sums, &mut quantities);
            if unit == Unit::Tokens && without_price > 0 && needs_price(price, model) {
                let key = (price.plan.clone(), model.to_owned());
                unrated.tokens_without_price.insert(key, without_price);
            }
        }
        if sums.rows_without_cost > 0 && is_on_cost(price, model) {
            let key = (price.plan.clone(), model.to_owned());
            unrated.rows_without_cost.insert(key, sums.rows_without_cost);
        }
    }
    quantities
}

/// The ids of the charges whose included units are used up, and that have no others.
pub(super) fn used_up<'p>(
    price: &'p PlanPrice,
    sums: &UsageSums,
    billed_s: i64,
    period: Period,
) -> Result<Vec<&'p str>, RatingError> {
    let quantities = quantities(price, sums, &mut Unrated::default());
    let mut used_up = Vec::new();
    for (charge, at) in price.charges.iter().zip(0..) {
        let used = quantities.get(&(at, None)).copied().unwrap_or(0);
        let stops_at = charge.pricing.stops_at(billed_s, period.length_s())?;
        if stops_at.is_some_and(|most| i128::try_from(used).is_ok_and(|used| used >= most)) {
            used_up.push(charge.id.as_str());
        }
    }
    Ok(used_up)
}

/// Gives the units of a model to the first charges that match, and returns how many none has.
fn assign<'s>(
    price: &PlanPrice,
    unit: Unit,
    model: &'s str,
    sums: &ModelSums,
    quantities: &mut Quantities<'s>,
) -> u128 {
    let mut without_price = 0_u128;
    for (kind, quantity) in crate::price::slots(unit, sums) {
        if quantity == 0 {
            continue;
        }
        let is_first =
            |charge: &Charge| charge.unit == unit && charge.counts(kind) && charge.matches(model);
        match price.charges.iter().position(is_first) {
            None => without_price = without_price.saturating_add(quantity),
            Some(at) => {
                let is_linear = price.charges.get(at).is_some_and(|one| one.pricing.is_linear());
                let sum = quantities.entry((at, Some(model).filter(|_| is_linear))).or_default();
                *sum = sum.saturating_add(quantity);
            }
        }
    }
    without_price
}

fn is_on_cost(price: &PlanPrice, model: &str) -> bool {
    price.charges.iter().any(|charge| charge.unit == Unit::Cost && charge.matches(model))
}

/// Tokens need a price if any tokens of the plan have one, and those of this model are not charged by their cost.
fn needs_price(price: &PlanPrice, model: &str) -> bool {
    let has_some = price.charges.iter().any(|charge| charge.unit != Unit::Requests);
    has_some && !is_on_cost(price, model)
}

fn line(
    plan: &str,
    charge: &Charge,
    model: Option<&str>,
    part: &Part,
    period: Period,
) -> Result<Line, RatingError> {
    let (id, what) = (&charge.id, charge.what());
    let (key, description) = match (model, part.tier) {
        (Some(model), _) => {
            (format!("{plan}/charge/{id}/{model}"), format!("{plan}: {model}, {what}"))
        }
        (None, 0) => (format!("{plan}/charge/{id}/included"), format!("{plan}: {what}, included")),
        (None, tier) => (
            format!("{plan}/charge/{id}/tier-{tier}"),
            match charge.pricing.is_tiered() {
                true => format!("{plan}: {what}, tier {tier}"),
                false => format!("{plan}: {what}"),
            },
        ),
    };
    Ok(Line {
        key,
        kind: LineKind::Usage,
        description,
        quantity: i64::try_from(part.quantity).map_err(|_| Overflow)?,
        unit: match charge.unit {
            Unit::Tokens => LineUnit::Tokens,
            Unit::Requests => LineUnit::Requests,
            Unit::Cost => LineUnit::NanoUsd,
        },
        price: charge.price(part),
        period,
        amount_usd: part.rate.amount(part.quantity)?,
    })
}
