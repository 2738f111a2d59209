//! Decimal numbers without rounding.

use super::Decimal;

/// Why a decimal cannot be kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DecimalError {
    /// It has a minus sign.
    Negative,
    /// It is not a row of digits with at most one point: `1e3`, `inf`.
    NotPlain,
    /// It has more digits after the point than are kept.
    TooFine,
}

impl Decimal<'_> {
    /// The number times 10 to the power of `decimals`; a number that exceeds 64 bits becomes `u64::MAX`.
    ///
    /// # Errors
    ///
    /// Why the result would not be exact.
    pub(crate) fn scaled(self, decimals: usize) -> Result<u64, DecimalError> {
        let text = self.0.strip_prefix('+').unwrap_or(self.0).replace('_', "");
        if text.starts_with('-') {
            return Err(DecimalError::Negative);
        }
        let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
        let fraction = fraction.trim_end_matches('0');
        let are_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !are_digits(whole) || !are_digits(fraction) {
            return Err(DecimalError::NotPlain);
        }
        if fraction.len() > decimals {
            return Err(DecimalError::TooFine);
        }
        // Only digits are left, so parsing fails only if the number does not fit.
        Ok(format!("{whole}{fraction:0<decimals$}").parse().unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_digit_and_rounds_none() {
        let scaled = |text: &str| Decimal(text).scaled(2);
        assert_eq!(scaled("1.25"), Ok(125));
        assert_eq!(scaled("+1_000.500"), Ok(100_050));
        assert_eq!(scaled("3"), Ok(300));
        assert_eq!(scaled(&"9".repeat(40)), Ok(u64::MAX));
        assert_eq!(scaled("1.255"), Err(DecimalError::TooFine));
        assert_eq!(scaled("-0.0"), Err(DecimalError::Negative));
        for wrong in ["1e3", "inf", "nan", "1.5e-1"] {
            assert_eq!(scaled(wrong), Err(DecimalError::NotPlain), "{wrong}");
        }
        assert_eq!(Decimal("7").scaled(0), Ok(7));
    }
}
