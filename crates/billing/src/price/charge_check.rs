//! One `[[charge]]`, from TOML to [`Charge`]s.

use super::charge::{Charge, Unit};
use super::models::models;
use super::pricing::{Pricing, Tier};
use super::rate::Rate;
use crate::reading::{Fields, Report, shown};
use crate::usage::TokenKind;
use std::ops::RangeInclusive;

/// Digits after the point of US dollars per million tokens: the sixth is a pico-dollar per token.
const PER_MILLION_DECIMALS: usize = 6;
/// The highest price of a million tokens: 10,000 US dollars, as in the catalogue.
const PER_MILLION: RangeInclusive<u64> = 0..=10_000_000_000;
/// The highest price of a request: 10,000 US dollars, in nano-dollars.
const PER_REQUEST: RangeInclusive<u64> = 0..=10_000_000_000_000;
/// The highest markup, in hundredths of a percent: a hundredfold.
const MARKUP: RangeInclusive<u64> = 0..=1_000_000;
/// Units that are counted exactly, as in limits.
const UNITS: RangeInclusive<u64> = 1..=9_000_000_000_000_000;

const UNIT_WORDS: &[(&str, Unit)] =
    &[("tokens", Unit::Tokens), ("requests", Unit::Requests), ("cost", Unit::Cost)];
const MODES: &[(&str, bool)] = &[("graduated", true), ("volume", false)];
const OVERAGES: &[(&str, bool)] = &[("charge", false), ("stop", true)];

/// The price that all kinds have, by unit.
const PRICES: [(Unit, &str); 3] = [
    (Unit::Tokens, "usd_per_million_tokens"),
    (Unit::Requests, "usd_per_request"),
    (Unit::Cost, "markup_percent"),
];
/// The price of each kind of tokens.
const KIND_PRICES: [(TokenKind, &str); 5] = [
    (TokenKind::Input, "input_usd_per_million_tokens"),
    (TokenKind::CachedInput, "cached_input_usd_per_million_tokens"),
    (TokenKind::CacheWrite, "cache_write_usd_per_million_tokens"),
    (TokenKind::Output, "output_usd_per_million_tokens"),
    (TokenKind::Reasoning, "reasoning_usd_per_million_tokens"),
];

/// What a charge says besides its unit and models.
struct Written<'t> {
    kinds: Option<Vec<TokenKind>>,
    rate: Option<Rate>,
    by_kind: Vec<(TokenKind, Rate)>,
    included: Option<u64>,
    tiers: Vec<Fields<'t>>,
    is_graduated: Option<bool>,
    stops: Option<bool>,
}

/// The charges of a table: one, or one for each price of a kind; none with a problem.
pub(super) fn charges(
    report: &mut Report<'_>,
    fields: &mut Fields<'_>,
    number: u32,
) -> Vec<Charge> {
    let models = models(report, fields);
    let unit = fields.word(report, "unit", UNIT_WORDS);
    if !fields.has("unit") {
        let message = "`unit` is missing; write \"tokens\", \"requests\" or \"cost\"";
        fields.problem(report, "unit", message);
    }
    let Some(unit) = unit else {
        // Its keys are not judged without it.
        every_key(fields);
        return Vec::new();
    };
    let written = read(report, fields, unit);
    let before = report.count();
    combination(report, fields, unit, &written);
    if report.count() > before {
        return Vec::new();
    }
    let of = |id: String, kinds: Vec<TokenKind>, pricing: Pricing| {
        let models = models.clone();
        Charge { id, unit, models, kinds, pricing }
    };
    if !written.by_kind.is_empty() {
        let one = |(kind, rate): &(TokenKind, Rate)| {
            let pricing = Pricing::Flat { included: 0, rate: *rate };
            of(format!("{number}.{}", kind.as_str()), with_fallbacks(*kind, &written), pricing)
        };
        return written.by_kind.iter().map(one).collect();
    }
    let all = if unit == Unit::Tokens { TokenKind::ALL.to_vec() } else { Vec::new() };
    let kinds = written.kinds.clone().unwrap_or(all);
    pricing(report, fields, unit, written)
        .map(|pricing| of(number.to_string(), kinds, pricing))
        .into_iter()
        .collect()
}

/// A kind, and those that have no price of their own and count as this one.
fn with_fallbacks(kind: TokenKind, written: &Written<'_>) -> Vec<TokenKind> {
    let has = |kind: TokenKind| written.by_kind.iter().any(|(priced, _)| *priced == kind);
    let counts =
        |other: &TokenKind| *other == kind || other.fallback() == Some(kind) && !has(*other);
    TokenKind::ALL.into_iter().filter(counts).collect()
}

fn every_key(fields: &mut Fields<'_>) {
    let others = ["kinds", "included", "tiers", "tier_mode", "overage"];
    let prices = PRICES.into_iter().map(|(_, key)| key);
    let kinds = KIND_PRICES.into_iter().map(|(_, key)| key);
    others.into_iter().chain(prices).chain(kinds).for_each(|key| fields.know(key));
}

fn read<'t>(report: &mut Report<'_>, fields: &mut Fields<'t>, unit: Unit) -> Written<'t> {
    let mut by_kind = Vec::new();
    for (kind, key) in KIND_PRICES {
        if wrong_unit(report, fields, unit, Unit::Tokens, key) {
            continue;
        }
        let price = fields.decimal(report, key, PER_MILLION_DECIMALS, PER_MILLION);
        by_kind.extend(price.map(|price| (kind, Rate::pico_usd_per_token(price))));
    }
    Written {
        kinds: kinds(report, fields, unit),
        rate: rate(report, fields, unit),
        by_kind,
        included: included(report, fields, unit),
        tiers: fields.tables(report, "tiers", "tier"),
        is_graduated: fields.word(report, "tier_mode", MODES),
        stops: fields.word(report, "overage", OVERAGES),
    }
}

/// Reports a key that another unit has, and returns whether it is there.
fn wrong_unit(
    report: &mut Report<'_>,
    fields: &mut Fields<'_>,
    unit: Unit,
    of: Unit,
    key: &'static str,
) -> bool {
    fields.know(key);
    let is_wrong = unit != of && fields.has(key);
    if is_wrong {
        let word =
            |unit| UNIT_WORDS.iter().find(|(_, of)| *of == unit).map_or("", |(word, _)| word);
        let message = format!(
            "`{key}` is of the unit {:?}, and this is {:?}; take it out, or write a charge of that unit",
            word(of),
            word(unit)
        );
        fields.problem(report, key, &message);
    }
    is_wrong
}

/// The one price of a unit, in a charge or a tier.
fn rate(report: &mut Report<'_>, fields: &mut Fields<'_>, unit: Unit) -> Option<Rate> {
    for (of, key) in PRICES {
        wrong_unit(report, fields, unit, of, key);
    }
    match unit {
        Unit::Tokens => fields
            .decimal(report, "usd_per_million_tokens", PER_MILLION_DECIMALS, PER_MILLION)
            .map(Rate::pico_usd_per_token),
        Unit::Requests => fields
            .decimal(report, "usd_per_request", 9, PER_REQUEST)
            .map(Rate::nano_usd_per_request),
        Unit::Cost => fields.decimal(report, "markup_percent", 2, MARKUP).map(Rate::of_cost),
    }
}

fn kinds(report: &mut Report<'_>, fields: &mut Fields<'_>, unit: Unit) -> Option<Vec<TokenKind>> {
    if wrong_unit(report, fields, unit, Unit::Tokens, "kinds") {
        return None;
    }
    let mut kinds = Vec::new();
    for text in fields.texts(report, "kinds")? {
        let kind = TokenKind::ALL.into_iter().find(|kind| kind.as_str() == text);
        match kind {
            Some(kind) if !kinds.contains(&kind) => kinds.push(kind),
            Some(_) => {
                fields.problem(report, "kinds", &format!("`kinds` has {text:?} twice; remove one"));
            }
            None => {
                let known = TokenKind::ALL.map(TokenKind::as_str).join(", ");
                let message = format!("`kinds` has {}; the kinds are {known}", shown(text));
                fields.problem(report, "kinds", &message);
            }
        }
    }
    Some(kinds)
}

/// Units, or for cost US dollars.
fn included(report: &mut Report<'_>, fields: &mut Fields<'_>, unit: Unit) -> Option<u64> {
    let decimals = if unit == Unit::Cost { 9 } else { 0 };
    fields.decimal(report, "included", decimals, UNITS)
}

/// Exactly one form of price, and nothing that has no meaning with it.
fn combination(report: &mut Report<'_>, fields: &Fields<'_>, unit: Unit, written: &Written<'_>) {
    let (_, price) = PRICES.into_iter().find(|(of, _)| *of == unit).unwrap_or((unit, ""));
    let by_kind = KIND_PRICES.iter().map(|(_, key)| *key);
    let by_kind = by_kind.filter(|_| unit == Unit::Tokens).find(|key| fields.has(key));
    one_form(report, fields, price, by_kind, written.stops == Some(true));
    let has = |key: &str| fields.has(key);
    for (is_wrong, key, message) in [
        (
            written.stops == Some(true) && !has("included"),
            "overage",
            "`overage = \"stop\"` needs `included`, which is when it stops",
        ),
        (
            written.stops == Some(false) && !has("included"),
            "overage",
            "`overage = \"charge\"` needs `included`; take it out: every unit is charged",
        ),
        (
            has("included") && has("tiers"),
            "included",
            "`included` and `tiers` are not both possible; write a first tier with the price 0",
        ),
        (
            has("included") && by_kind.is_some(),
            "included",
            "`included` needs one price for all kinds; write a charge for each of the `kinds`",
        ),
        (
            has("kinds") && by_kind.is_some(),
            "kinds",
            "`kinds` and prices of kinds are not both possible; take `kinds` out",
        ),
        (
            has("tier_mode") && !has("tiers"),
            "tier_mode",
            "`tier_mode` needs `tiers`; take it out, or write them",
        ),
        (has("tiers") && !has("tier_mode"), "tiers", TIER_MODE),
    ] {
        if is_wrong {
            fields.problem(report, key, message);
        }
    }
}

const TIER_MODE: &str = "`tiers` need `tier_mode`; write \"graduated\" (each unit at its tier's price) or \"volume\" (all \
                         at the last one's)";

/// Reports none, and more than one, of the forms of a price.
fn one_form(
    report: &mut Report<'_>,
    fields: &Fields<'_>,
    price: &'static str,
    by_kind: Option<&'static str>,
    stops: bool,
) {
    let forms = [Some(price), by_kind, Some("tiers")].into_iter().flatten();
    let forms: Vec<_> = forms.filter(|key| fields.has(key)).collect();
    let (key, message) = match forms.as_slice() {
        [] if !stops => (price, format!("the charge has no price; write `{price}`, or `tiers`")),
        [one, .., other] => (*other, format!("`{one}` and `{other}` are two prices; keep one")),
        [one] if stops => (
            "overage",
            format!(
                "`overage = \"stop\"` leaves nothing to pay; take `{one}` out, or write \"charge\""
            ),
        ),
        _ => return,
    };
    fields.problem(report, key, &message);
}

fn pricing(
    report: &mut Report<'_>,
    fields: &Fields<'_>,
    unit: Unit,
    written: Written<'_>,
) -> Option<Pricing> {
    if fields.has("tiers") {
        let tiers = tiers(report, fields, unit, written.tiers)?;
        return Some(match written.is_graduated? {
            true => Pricing::Graduated(tiers),
            false => Pricing::Volume(tiers),
        });
    }
    let included = if fields.has("included") { written.included? } else { 0 };
    match written.stops {
        Some(true) => Some(Pricing::Stop { included }),
        _ => Some(Pricing::Flat { included, rate: written.rate? }),
    }
}

fn tiers(
    report: &mut Report<'_>,
    fields: &Fields<'_>,
    unit: Unit,
    tables: Vec<Fields<'_>>,
) -> Option<Vec<Tier>> {
    let before = report.count();
    let last = tables.len();
    if last < 2 {
        let message =
            "`tiers` has one tier or none; write at least two, or one price without `tiers`";
        fields.problem(report, "tiers", message);
    }
    let decimals = if unit == Unit::Cost { 9 } else { 0 };
    let (mut tiers, mut below) = (Vec::with_capacity(last), 0);
    for (mut table, number) in tables.into_iter().zip(1..) {
        let up_to = table.decimal(report, "up_to", decimals, UNITS);
        let rate = rate(report, &mut table, unit);
        let wrong = match (table.has("up_to"), number == last) {
            (false, false) => Some("only the last tier has no `up_to`; write its last unit"),
            (true, true) => Some("the last tier has no end; take `up_to` out"),
            (true, false) if up_to.is_some_and(|up_to| up_to <= below) => {
                Some("`up_to` is not above that of the tier before; write the tiers in order")
            }
            _ => None,
        };
        if let Some(message) = wrong {
            table.problem(report, "up_to", message);
        }
        if rate.is_none() && report.count() == before {
            table.problem(report, "up_to", "the tier has no price; write it, or 0");
        }
        below = up_to.unwrap_or(below);
        table.finish(report);
        tiers.extend(rate.map(|rate| Tier { up_to, rate }));
    }
    (report.count() == before).then_some(tiers)
}
