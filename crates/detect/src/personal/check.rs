//! Check digits, over codes of ASCII letters and digits.

/// The digit at a place; 0 if there is none.
pub fn digit(code: &[u8], at: usize) -> u32 {
    code.get(at).map_or(0, |byte| u32::from(byte.wrapping_sub(b'0') % 10))
}

/// Digits as a number; at most 18 of them.
pub fn number(code: &[u8]) -> u64 {
    code.iter()
        .fold(0, |sum, byte| sum.wrapping_mul(10).wrapping_add(u64::from(byte.wrapping_sub(b'0'))))
}

/// A part of a code as a number.
pub fn part(code: &[u8], start: usize, length: usize) -> u64 {
    code.get(start..start + length).map_or(0, number)
}

/// The sum of the digits times their weights.
pub fn weighted(code: &[u8], weights: &[u32]) -> u32 {
    weights.iter().enumerate().map(|(at, weight)| digit(code, at) * weight).sum()
}

/// Whether all digits are the same.
pub fn is_uniform(code: &[u8]) -> bool {
    code.windows(2).all(|two| two.first() == two.last())
}

/// Luhn's formula (ISO/IEC 7812-1, annex B).
pub fn luhn(code: &[u8]) -> bool {
    let doubled = |digit: u32| if digit > 4 { 2 * digit - 9 } else { 2 * digit };
    let digits = code.iter().rev().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let sum: u32 = digits
        .enumerate()
        .map(|(at, digit)| if at % 2 == 1 { doubled(digit) } else { digit })
        .sum();
    sum.is_multiple_of(10)
}

/// The remainder of 97, letters being 10 to 35 (ISO/IEC 7064, MOD 97-10).
pub fn mod_97(code: impl Iterator<Item = u8>) -> u32 {
    code.fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        b'A'..=b'Z' => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
        _ => rest,
    })
}

/// ISO/IEC 7064, MOD 11,10, over all digits with the check digit last.
pub fn mod_11_10(code: &[u8]) -> bool {
    let Some((last, body)) = code.split_last() else { return false };
    let product = body.iter().fold(10, |product, byte| {
        let sum = (u32::from(byte.wrapping_sub(b'0')) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == u32::from(last.wrapping_sub(b'0'))
}

/// Verhoeff's formula, over the dihedral group D5.
pub fn verhoeff(code: &[u8]) -> bool {
    let mut sum = 0;
    for (at, byte) in code.iter().rev().enumerate() {
        let mut digit = u32::from(byte.wrapping_sub(b'0'));
        for _ in 0..at % 8 {
            digit = permuted(digit);
        }
        sum = dihedral(sum, digit);
    }
    sum == 0
}

fn permuted(digit: u32) -> u32 {
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4].get(digit as usize).copied().unwrap_or(0)
}

/// The product in D5: 0 to 4 are rotations, 5 to 9 reflections.
fn dihedral(a: u32, b: u32) -> u32 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - 5 + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// Whether it is a day of the calendar; 29 February counts as one.
pub fn is_date(month: u64, day: u64) -> bool {
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_examples_of_its_standards() {
        assert!(luhn(b"79927398713") && !luhn(b"79927398714"));
        assert!(verhoeff(b"2363") && verhoeff(b"758722") && !verhoeff(b"2364"));
        assert!(mod_11_10(b"07945") && mod_11_10(b"86095742719") && !mod_11_10(b"86095742718"));
        assert_eq!(mod_97(b"3214282912345698765432161182".iter().copied()), 1);
    }
}
