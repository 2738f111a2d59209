//! Decimal numbers without rounding.

/// The number times 10 to the power of `decimals`.
///
/// # Errors
///
/// What to write instead.
pub(super) fn scaled(written: &str, decimals: usize) -> Result<u64, String> {
    let text = written.strip_prefix('+').unwrap_or(written).replace('_', "");
    if text.starts_with('-') {
        return Err("write 0 or more".to_owned());
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if !are_digits(whole) || !are_digits(fraction) {
        return Err("write a plain decimal number such as 0.15".to_owned());
    }
    match fraction.len() {
        length if length <= decimals => {}
        _ if decimals == 0 => return Err("write a whole number".to_owned()),
        _ => return Err(format!("write at most {decimals} digits after the point")),
    }
    // Only digits are left: it does not fit.
    Ok(format!("{whole}{fraction:0<decimals$}").parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn every_digit_is_kept() {
        for (written, scale) in [("1.25", 125), ("+1_000.500", 100_050), ("3", 300), ("0", 0)] {
            assert_eq!(scaled(written, 2), Ok(scale));
        }
        assert_eq!(scaled(&"9".repeat(40), 2), Ok(u64::MAX));
        for wrong in ["1.255", "-1", "1e3", "inf", "nan"] {
            assert!(scaled(wrong, 2).is_err(), "{wrong}");
        }
    }
}
