//! Big-endian base 62 of a fixed width, left-padded with `0`.
//!
//! Letters and digits only: a double click selects a whole key, and no shell, URL or header needs it quoted.

/// The digits in order of their value.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Whether a byte is one of the 62 digits.
pub(crate) fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// Writes a big-endian number in exactly `WIDTH` digits.
///
/// The number must fit: `WIDTH >= bits / log2(62)`. A larger number would lose its highest digits.
pub(crate) fn encode<const WIDTH: usize>(number: &[u8]) -> String {
    let mut rest = number.to_vec();
    let mut digits = [b'0'; WIDTH];
    for digit in digits.iter_mut().rev() {
        let value = divide_by_62(&mut rest);
        *digit = DIGITS.get(usize::from(value)).copied().unwrap_or(b'0');
    }
    digits.iter().copied().map(char::from).collect()
}

/// Divides a big-endian number in place and returns the remainder (0..=61).
fn divide_by_62(number: &mut [u8]) -> u8 {
    let mut remainder = 0_u16;
    for byte in number {
        let dividend = (remainder << 8) | u16::from(*byte);
        // `dividend` is below 62 * 256, so the quotient is a byte and the remainder below 62.
        *byte = (dividend / 62) as u8;
        remainder = dividend % 62;
    }
    remainder as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pads_small_numbers_on_the_left() {
        assert_eq!(encode::<6>(&0_u32.to_be_bytes()), "000000");
        assert_eq!(encode::<6>(&61_u32.to_be_bytes()), "00000z");
        assert_eq!(encode::<6>(&62_u32.to_be_bytes()), "000010");
    }

    #[test]
    fn the_widths_in_use_hold_the_largest_numbers() {
        // 62^6 > 2^32 and 62^43 > 2^256: the first digit of neither overflows.
        assert_eq!(encode::<6>(&u32::MAX.to_be_bytes()), "4gfFC3");
        let largest = encode::<43>(&[0xff; 32]);
        assert_eq!(encode::<44>(&[0xff; 32]), format!("0{largest}"));
    }
}
