//! Equality of JSON values, as schemas have it: 1 and 1.0 are equal, and the order of members does not matter.

use serde_json::Value;

/// A text that is the same for equal values only.
pub fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 => {
                out.push_str(&format!("{float:.0}"));
            }
            _ => out.push_str(&number.to_string()),
        },
        Value::Array(items) => {
            out.push('[');
            for item in items {
                canonical(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, value) in members {
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                canonical(value, out);
                out.push(',');
            }
            out.push('}');
        }
        other => out.push_str(&other.to_string()),
    }
}

pub fn text_of(value: &Value) -> String {
    let mut text = String::new();
    canonical(value, &mut text);
    text
}

/// Whether a number is a whole multiple. Decimal fractions have no exact binary form, so the quotient may be off by its rounding.
pub fn is_multiple(number: f64, of: f64) -> bool {
    let quotient = number / of;
    let distance = (quotient - quotient.round()).abs();
    quotient.is_finite() && distance <= quotient.abs().max(1.0) * 1e-12
}

/// About how many steps a look at the whole value takes.
pub fn size(value: &Value) -> u64 {
    match value {
        Value::String(text) => 1 + text.len() as u64 / 16,
        Value::Array(items) => items.iter().map(size).fold(1, u64::saturating_add),
        Value::Object(members) => members.values().map(size).fold(1, u64::saturating_add),
        _ => 1,
    }
}
