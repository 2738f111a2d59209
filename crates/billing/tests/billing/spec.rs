//! Plans that are made up, with their TOML. The oracle reads these, never the checked type.

use crate::fixtures::Random;
use std::fmt::Write as _;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpecUnit {
    Tokens,
    Requests,
    Cost,
}

/// Prices are whole numbers: pico-dollars per token, nano-dollars per request, hundredths of a percent of markup.
#[derive(Debug, Clone)]
pub enum Form {
    Flat { included: u64, price: u64 },
    ByKind([Option<u64>; 5]),
    Graduated(Vec<(Option<u64>, u64)>),
    Volume(Vec<(Option<u64>, u64)>),
    Stop(u64),
}

#[derive(Debug, Clone)]
pub struct SpecCharge {
    pub unit: SpecUnit,
    pub models: Vec<&'static str>,
    pub kinds: Option<Vec<usize>>,
    pub form: Form,
}

#[derive(Debug, Clone)]
pub struct Spec {
    pub plan: String,
    pub month_nano: u64,
    pub seat_nano: u64,
    pub included_seats: u32,
    pub charges: Vec<SpecCharge>,
}

pub const KINDS: [&str; 5] = ["input", "cached_input", "cache_write", "output", "reasoning"];
pub const MODELS: [&str; 4] = ["gpt-4o", "gpt-4o-mini", "claude-haiku", "llama"];
/// From narrow to wide: a charge with a later one is never shadowed by one with an earlier one.
const PATTERNS: [&str; 4] = ["gpt-4o", "gpt-*", "claude-*", "*"];

impl Spec {
    pub fn random(plan: &str, random: &mut Random) -> Self {
        let mut charges = Vec::new();
        for unit in [SpecUnit::Tokens, SpecUnit::Requests, SpecUnit::Cost] {
            for pattern in PATTERNS {
                if random.one_in(2) {
                    charges.push(SpecCharge::random(unit, pattern, random));
                }
            }
        }
        Self {
            plan: plan.to_owned(),
            month_nano: random.below(500_000_000_000) + 1,
            seat_nano: random.below(50_000_000_000) + 1,
            included_seats: u32::try_from(random.below(4)).unwrap(),
            charges,
        }
    }

    pub fn toml(&self) -> String {
        let mut text = format!(
            "plan = {:?}\nusd_per_month = {}\nusd_per_seat_per_month = {}\n",
            self.plan,
            decimal(self.month_nano, 9),
            decimal(self.seat_nano, 9)
        );
        if self.included_seats > 0 {
            writeln!(text, "included_seats = {}", self.included_seats).unwrap();
        }
        self.charges.iter().for_each(|charge| charge.write(&mut text));
        text
    }
}

impl SpecCharge {
    fn random(unit: SpecUnit, pattern: &'static str, random: &mut Random) -> Self {
        let price = |random: &mut Random| random.below(20_000_001);
        let bound = |random: &mut Random| random.below(200_000) + 1;
        let form = match random.below(if unit == SpecUnit::Tokens { 6 } else { 5 }) {
            0 => Form::Flat { included: 0, price: price(random) },
            1 => Form::Flat { included: bound(random), price: price(random) },
            2 => Form::Stop(bound(random)),
            5 => Form::ByKind([(); 5].map(|()| random.one_in(2).then(|| price(random)))),
            of => {
                let first = bound(random);
                let second = first + bound(random);
                let mut tier = |up_to| (up_to, price(random));
                let tiers = vec![tier(Some(first)), tier(Some(second)), tier(None)];
                if of == 3 { Form::Graduated(tiers) } else { Form::Volume(tiers) }
            }
        };
        let form = match form {
            // A charge has a price.
            Form::ByKind(prices) if prices.iter().all(Option::is_none) => {
                Form::ByKind([Some(7); 5])
            }
            Form::Flat { included, price } if unit == SpecUnit::Cost => {
                Form::Flat { included, price: price % 1_000_001 }
            }
            Form::Graduated(tiers) if unit == SpecUnit::Cost => Form::Graduated(bounded(tiers)),
            Form::Volume(tiers) if unit == SpecUnit::Cost => Form::Volume(bounded(tiers)),
            form => form,
        };
        let may_name_kinds = unit == SpecUnit::Tokens && !matches!(form, Form::ByKind(_));
        let kinds = (may_name_kinds && random.one_in(3)).then(|| vec![0, 3]);
        Self { unit, models: vec![pattern], kinds, form }
    }

    fn write(&self, text: &mut String) {
        let (unit, key, decimals) = match self.unit {
            SpecUnit::Tokens => ("tokens", "usd_per_million_tokens", 6),
            SpecUnit::Requests => ("requests", "usd_per_request", 9),
            SpecUnit::Cost => ("cost", "markup_percent", 2),
        };
        // Volumes of cost are US dollars.
        let units = |count: u64| decimal(count, if self.unit == SpecUnit::Cost { 9 } else { 0 });
        writeln!(text, "[[charge]]\nunit = {unit:?}\nmodels = {:?}", self.models).unwrap();
        if let Some(kinds) = &self.kinds {
            let kinds: Vec<_> = kinds.iter().map(|kind| KINDS[*kind]).collect();
            writeln!(text, "kinds = {kinds:?}").unwrap();
        }
        match &self.form {
            Form::Flat { included, price } => {
                if *included > 0 {
                    writeln!(text, "included = {}", units(*included)).unwrap();
                }
                writeln!(text, "{key} = {}", decimal(*price, decimals)).unwrap();
            }
            Form::Stop(included) => {
                writeln!(text, "included = {}\noverage = \"stop\"", units(*included)).unwrap();
            }
            Form::ByKind(prices) => {
                for (kind, price) in KINDS.iter().zip(prices) {
                    if let Some(price) = price {
                        writeln!(text, "{kind}_{key} = {}", decimal(*price, decimals)).unwrap();
                    }
                }
            }
            Form::Graduated(tiers) | Form::Volume(tiers) => {
                let is_graduated = matches!(self.form, Form::Graduated(_));
                let mode = if is_graduated { "graduated" } else { "volume" };
                writeln!(text, "tier_mode = {mode:?}").unwrap();
                let tier = |(up_to, price): &(Option<u64>, u64)| {
                    let up_to = up_to.map(|up_to| format!("up_to = {}, ", units(up_to)));
                    format!(
                        "{{ {}{key} = {} }}",
                        up_to.unwrap_or_default(),
                        decimal(*price, decimals)
                    )
                };
                let tiers: Vec<_> = tiers.iter().map(tier).collect();
                writeln!(text, "tiers = [{}]", tiers.join(", ")).unwrap();
            }
        }
    }
}

/// A markup is at most a hundredfold.
fn bounded(tiers: Vec<(Option<u64>, u64)>) -> Vec<(Option<u64>, u64)> {
    tiers.into_iter().map(|(up_to, price)| (up_to, price % 1_000_001)).collect()
}

fn decimal(number: u64, decimals: usize) -> String {
    let digits = format!("{number:0>width$}", width = decimals + 1);
    let (whole, fraction) = digits.split_at(digits.len() - decimals);
    if decimals == 0 { whole.to_owned() } else { format!("{whole}.{fraction}") }
}
