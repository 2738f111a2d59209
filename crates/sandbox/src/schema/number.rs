//! Numbers within their bounds.

use super::Keywords;
use serde_json::{Number, Value};

/// Up to here every integer is exact as a 64-bit float.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// The number of multiples that are tried.
const MAX_TRIES: u32 = 1_000;

/// An integer: 1, or the next that is allowed.
pub(super) fn integer(keywords: &Keywords, variant: usize) -> Option<Value> {
    let bounds = Bounds::of(keywords)?;
    let integral = |number: f64| number.fract() == 0.0 && number.abs() <= MAX_EXACT;
    bounds.multiple(variant, integral).and_then(to_json)
}

/// A number: 1, or the next multiple that is allowed, or what lies in the middle.
pub(super) fn decimal(keywords: &Keywords, variant: usize) -> Option<Value> {
    let bounds = Bounds::of(keywords)?;
    let between = || if bounds.multiple_of.is_none() { bounds.between(variant) } else { None };
    bounds.multiple(variant, |_| true).or_else(between).and_then(to_json)
}

struct Bounds {
    minimum: f64,
    above: f64,
    maximum: f64,
    below: f64,
    multiple_of: Option<f64>,
}

impl Bounds {
    /// None: multiples of zero.
    fn of(keywords: &Keywords) -> Option<Self> {
        let number = |keyword| keywords.get(keyword).and_then(Value::as_f64);
        let multiple_of = number("multipleOf");
        if multiple_of.is_some_and(|step| step <= 0.0) {
            return None;
        }
        Some(Bounds {
            minimum: number("minimum").unwrap_or(f64::NEG_INFINITY),
            above: number("exclusiveMinimum").unwrap_or(f64::NEG_INFINITY),
            maximum: number("maximum").unwrap_or(f64::INFINITY),
            below: number("exclusiveMaximum").unwrap_or(f64::INFINITY),
            multiple_of,
        })
    }

    fn allow(&self, number: f64) -> bool {
        self.minimum <= number
            && self.above < number
            && number <= self.maximum
            && number < self.below
    }

    fn low(&self) -> f64 {
        self.minimum.max(self.above)
    }

    fn high(&self) -> f64 {
        self.maximum.min(self.below)
    }

    /// A multiple of the step (1 by default) that is allowed and `fits`: from 1 upwards, or else from the lower bound
    /// upwards, or else from the upper bound downwards.
    fn multiple(&self, variant: usize, fits: impl Fn(f64) -> bool) -> Option<f64> {
        let step = self.multiple_of.unwrap_or(1.0);
        let up_from = |start: f64| ((start / step).ceil(), 1.0);
        let starts = [
            up_from(self.low().max(1.0)),
            up_from(self.low()),
            ((self.high() / step).floor(), -1.0),
        ];
        let mut any = None;
        for (start, direction) in starts.into_iter().filter(|(start, _)| start.is_finite()) {
            let mut found = (0..MAX_TRIES)
                .map(|i| (i, (start + direction * f64::from(i)) * step))
                // The first may be on a bound, or beyond it by a rounding error.
                .take_while(|(i, number)| *i < 2 || self.allow(*number))
                .map(|(_, number)| number)
                .filter(|number| self.allow(*number) && fits(*number));
            any = any.or(found.clone().next());
            if let Some(number) = found.nth(variant) {
                return Some(number);
            }
        }
        any
    }

    /// A number strictly between two bounds.
    fn between(&self, variant: usize) -> Option<f64> {
        let part = 1.0 / (variant as f64 + 2.0);
        Some(self.low() + (self.high() - self.low()) * part).filter(|number| self.allow(*number))
    }
}

fn to_json(number: f64) -> Option<Value> {
    if number.fract() == 0.0 && number.abs() <= MAX_EXACT {
        return Some(Value::from(number as i64));
    }
    Number::from_f64(number).map(Value::Number)
}
