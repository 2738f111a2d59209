//! The one rule of rounding.

/// An amount that exceeds what can be calculated exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount exceeds 10^18 US dollars; check the prices and quantities")]
pub struct Overflow;

/// The quotient, rounded once: to the nearest whole number, and from the middle to the even one (IEEE 754, 4.3.1,
/// `roundTiesToEven`).
///
/// # Errors
///
/// The denominator is not positive.
pub fn half_even(numerator: i128, denominator: i128) -> Result<i128, Overflow> {
    if denominator <= 0 {
        return Err(Overflow);
    }
    let below = numerator.div_euclid(denominator);
    let rest = numerator.rem_euclid(denominator);
    // `rest` is below the denominator: nothing here can overflow.
    let is_up = match rest.cmp(&(denominator - rest)) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => below.rem_euclid(2) == 1,
    };
    Ok(below + i128::from(is_up))
}

/// `amount * numerator / denominator`, rounded once.
///
/// # Errors
///
/// The product exceeds 127 bits, or the denominator is not positive.
pub(crate) fn share(amount: i128, numerator: i128, denominator: i128) -> Result<i128, Overflow> {
    half_even(amount.checked_mul(numerator).ok_or(Overflow)?, denominator)
}

#[cfg(test)]
mod tests {
    use super::{Overflow, half_even, share};

    #[test]
    fn the_middle_is_rounded_to_the_even_number() {
        for (numerator, denominator, rounded) in [
            (0, 1, 0),
            (1, 2, 0),
            (3, 2, 2),
            (5, 2, 2),
            (-1, 2, 0),
            (-3, 2, -2),
            (-5, 2, -2),
            (7, 3, 2),
            (8, 3, 3),
            (-7, 3, -2),
            (-8, 3, -3),
            (i128::MAX, 1, i128::MAX),
            (i128::MIN, 1, i128::MIN),
            (1, i128::MAX, 0),
        ] {
            assert_eq!(half_even(numerator, denominator), Ok(rounded), "{numerator}/{denominator}");
        }
    }

    #[test]
    fn what_cannot_be_calculated_is_an_error() {
        assert_eq!(half_even(1, 0), Err(Overflow));
        assert_eq!(half_even(1, -2), Err(Overflow));
        assert_eq!(share(i128::MAX, 2, 1), Err(Overflow));
    }
}
