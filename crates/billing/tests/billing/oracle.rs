//! What rows cost, calculated another way: row by row, each unit at the price that it has at its place, in whole ten-thousandths of a
//! nano-dollar; bounds, proration and rounding by big rationals. It shares no code with the crate but rows and spans.

use crate::spec::{Form, Spec, SpecCharge, SpecUnit};
use num_bigint::BigInt;
use num_rational::BigRational;
use postern_billing::Period;
use postern_billing::subscription::Span;
use postern_billing::usage::UsageRow;
use std::collections::BTreeMap;

/// Ten-thousandths of a nano-dollar: pico-dollars are ten of them, and a hundredth of a percent of a nano-dollar is one.
const PARTS: i128 = 10_000;

pub struct Oracle<'s> {
    period: Period,
    spans: &'s [Span],
    specs: &'s [Spec],
    /// By line: units, and what they cost in [`PARTS`].
    lines: BTreeMap<String, (i128, i128)>,
    /// Units so far, by plan and charge.
    counts: BTreeMap<(usize, usize), i128>,
    /// Where all units of a tier list go with the last one.
    volume: BTreeMap<(usize, usize), String>,
    bounds: BTreeMap<(usize, usize), Vec<(i128, i128)>>,
}

impl<'s> Oracle<'s> {
    pub fn new(period: Period, spans: &'s [Span], specs: &'s [Spec]) -> Self {
        let (lines, counts, volume) = Default::default();
        let mut oracle =
            Self { period, spans, specs, lines, counts, volume, bounds: BTreeMap::new() };
        for (plan, spec) in specs.iter().enumerate() {
            for (at, charge) in spec.charges.iter().enumerate() {
                let bounds = oracle.bounds_of(spec, charge);
                oracle.bounds.insert((plan, at), bounds);
            }
        }
        oracle
    }

    /// The steps of a charge: up to which unit, and the price of a unit in [`PARTS`].
    fn bounds_of(&self, spec: &Spec, charge: &SpecCharge) -> Vec<(i128, i128)> {
        let share = BigRational::new(self.seconds(spec).into(), self.period.length_s().into());
        let scaled = |units: u64| rounded(&(BigRational::from(BigInt::from(units)) * &share));
        let per_unit = |price: u64| match charge.unit {
            SpecUnit::Tokens => i128::from(price) * PARTS / 1_000,
            SpecUnit::Requests => i128::from(price) * PARTS,
            SpecUnit::Cost => i128::from(price) + PARTS,
        };
        let tier = |(up_to, price): &(Option<u64>, u64)| {
            (up_to.map_or(i128::MAX, scaled), per_unit(*price))
        };
        match &charge.form {
            Form::Flat { included: 0, price } => vec![(i128::MAX, per_unit(*price))],
            Form::Flat { included, price } => {
                vec![(scaled(*included), 0), (i128::MAX, per_unit(*price))]
            }
            Form::Stop(included) => vec![(scaled(*included), 0), (i128::MAX, 0)],
            Form::ByKind(prices) => {
                prices.iter().map(|price| (i128::MAX, per_unit(price.unwrap_or(0)))).collect()
            }
            Form::Graduated(tiers) | Form::Volume(tiers) => tiers.iter().map(tier).collect(),
        }
    }

    /// Seconds of the period with a plan.
    fn seconds(&self, spec: &Spec) -> i64 {
        let of_plan = self.spans.iter().filter(|span| span.plan == spec.plan && !span.is_trial);
        of_plan.map(|span| span.period.end_s - span.period.start_s).sum()
    }

    pub fn add(&mut self, row: &UsageRow<'_>) {
        let is_in = |span: &&Span| {
            let ms = |unix_s: i64| u64::try_from(unix_s * 1_000).unwrap();
            (ms(span.period.start_s)..ms(span.period.end_s)).contains(&row.started_unix_ms)
        };
        let Some(span) = self.spans.iter().find(is_in).filter(|span| !span.is_trial) else {
            return;
        };
        let plan = self.specs.iter().position(|spec| spec.plan == span.plan).unwrap();
        let tokens = row.tokens;
        let plain = tokens.input - tokens.cached_input - tokens.cache_write;
        let kinds = [
            plain,
            tokens.cached_input,
            tokens.cache_write,
            tokens.output - tokens.reasoning,
            tokens.reasoning,
        ];
        for (kind, units) in kinds.into_iter().enumerate() {
            self.units(plan, SpecUnit::Tokens, Some(kind), row.model, units);
        }
        self.units(plan, SpecUnit::Requests, None, row.model, row.requests);
        self.units(plan, SpecUnit::Cost, None, row.model, row.cost_nano_usd.unwrap());
    }

    fn units(&mut self, plan: usize, unit: SpecUnit, kind: Option<usize>, model: &str, units: u64) {
        let spec = &self.specs[plan];
        let is_first = |charge: &SpecCharge| {
            charge.unit == unit && has_model(charge, model) && has_kind(charge, kind).is_some()
        };
        let Some(at) = spec.charges.iter().position(is_first).filter(|_| units > 0) else { return };
        let charge = &spec.charges[at];
        let bounds = &self.bounds[&(plan, at)];
        let name = format!("{}/charge/{}", spec.plan, at + 1);
        let mut open = i128::from(units);
        if let Form::ByKind(_) = charge.form {
            let kind = has_kind(charge, kind).unwrap();
            let word = crate::spec::KINDS[kind];
            let line = self.lines.entry(format!("{name}.{word}/{model}")).or_default();
            *line = (line.0 + open, line.1 + open * bounds[kind].1);
            return;
        }
        let count = self.counts.entry((plan, at)).or_default();
        while open > 0 {
            let tier = bounds.iter().position(|(up_to, _)| *count < *up_to).unwrap();
            let taken = open.min(bounds[tier].0 - *count);
            let key = match charge.form {
                Form::Flat { included: 0, .. } => format!("{name}/{model}"),
                Form::Flat { .. } | Form::Stop(_) if tier == 0 => format!("{name}/included"),
                Form::Flat { .. } | Form::Stop(_) => format!("{name}/tier-1"),
                _ => format!("{name}/tier-{}", tier + 1),
            };
            *count += taken;
            open -= taken;
            if let Form::Volume(_) = charge.form {
                // All units so far move to where the last one is.
                let before = self.volume.insert((plan, at), key.clone());
                before.map(|before| self.lines.remove(&before));
                self.lines.insert(key, (*count, *count * bounds[tier].1));
            } else {
                let line = self.lines.entry(key).or_default();
                *line = (line.0 + taken, line.1 + taken * bounds[tier].1);
            }
        }
    }

    /// Nano-dollars by line.
    pub fn amounts(&self) -> BTreeMap<String, i128> {
        let amount = |parts: i128| rounded(&BigRational::new(parts.into(), PARTS.into()));
        let mut amounts: BTreeMap<_, _> =
            self.lines.iter().map(|(key, (_, parts))| (key.clone(), amount(*parts))).collect();
        for spec in self.specs {
            let length = BigInt::from(self.period.length_s());
            let (mut month, mut seats) = (BigRational::from(BigInt::from(0)), BigInt::from(0));
            for span in self.spans.iter().filter(|span| span.plan == spec.plan && !span.is_trial) {
                let seconds = BigInt::from(span.period.end_s - span.period.start_s);
                month += BigRational::new(seconds.clone() * spec.month_nano, length.clone());
                seats += seconds * span.seats.saturating_sub(spec.included_seats);
            }
            if self.seconds(spec) > 0 {
                amounts.insert(format!("{}/month", spec.plan), rounded(&month));
            }
            if seats > BigInt::from(0) {
                let amount = BigRational::new(seats * spec.seat_nano, length);
                amounts.insert(format!("{}/seats", spec.plan), rounded(&amount));
            }
        }
        amounts
    }
}

fn has_model(charge: &SpecCharge, model: &str) -> bool {
    charge.models.iter().any(|pattern| match pattern.strip_suffix('*') {
        Some(beginning) => model.starts_with(beginning),
        None => *pattern == model,
    })
}

/// Whether a charge counts a kind, and as which: as itself, or as the kind whose price it has.
fn has_kind(charge: &SpecCharge, kind: Option<usize>) -> Option<usize> {
    let Some(kind) = kind else { return Some(0) };
    match (&charge.form, &charge.kinds) {
        (Form::ByKind(prices), _) => {
            let other = [0, 0, 0, 3, 3][kind];
            [kind, other].into_iter().find(|kind| prices[*kind].is_some())
        }
        (_, Some(kinds)) => kinds.contains(&kind).then_some(kind),
        (_, None) => Some(kind),
    }
}

/// Half to even.
pub fn rounded(exact: &BigRational) -> i128 {
    let below = exact.floor();
    let rest = exact - &below;
    let half = BigRational::new(1.into(), 2.into());
    let below: i128 = below.to_integer().try_into().unwrap();
    match rest.cmp(&half) {
        std::cmp::Ordering::Less => below,
        std::cmp::Ordering::Greater => below + 1,
        std::cmp::Ordering::Equal => below + below.rem_euclid(2),
    }
}
