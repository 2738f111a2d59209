//! Checks of a token beyond its form.

use super::super::{class, placeholder, random};

/// The confidence of a token with correct check digits, in percent.
const PROVEN: u8 = 99;

/// The confidence of a token with a form that only its vendor has, in percent.
const FORMED: u8 = 95;

/// The confidence of a token with the form but wrong check digits, in percent: it may be mistyped or made up.
const MISTYPED: u8 = 70;

/// A check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Check {
    /// It is not a placeholder.
    Real,
    /// It also has a random mixture of letters and digits, because the form alone is too common.
    Random,
    /// The last six characters are the CRC-32 of those before them in base 62, without the prefix (GitHub, npm).
    Crc,
    /// The last six must be the CRC-32 of all characters before them, because another vendor's public keys look alike.
    OwnCrc,
    /// The first part is the base64 of a number (Discord's user id).
    NumberFirst,
}

impl Check {
    /// The confidence of a token in percent, or `None` if the check fails.
    pub fn confidence(self, token: &[u8], secret: &[u8]) -> Option<u8> {
        if placeholder::is_dummy(secret) {
            return None;
        }
        match self {
            Check::Real => Some(FORMED),
            Check::Random => random::is_generated(secret).then_some(FORMED),
            Check::Crc if crc_matches(secret) => Some(PROVEN),
            Check::Crc => Some(MISTYPED),
            Check::OwnCrc => crc_matches(token).then_some(PROVEN),
            Check::NumberFirst => {
                let first = secret.split(|byte| *byte == b'.').next()?;
                let number = super::super::base64::decoded(first)?;
                number.iter().all(u8::is_ascii_digit).then_some(PROVEN)
            }
        }
    }
}

fn crc_matches(text: &[u8]) -> bool {
    let Some((body, sum)) = text.len().checked_sub(6).and_then(|at| text.split_at_checked(at))
    else {
        return false;
    };
    base62(crc32(body)) == sum && sum.iter().all(|byte| class::alnum(*byte))
}

/// Six digits, the highest first.
pub fn base62(mut number: u32) -> [u8; 6] {
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = match (number % 62) as u8 {
            value @ 0..=9 => b'0' + value,
            value @ 10..=35 => b'A' + value - 10,
            value => b'a' + value - 36,
        };
        number /= 62;
    }
    digits
}

/// CRC-32 (IEEE 802.3), computed bit by bit: tokens are short, and a table would cost more than it saves.
pub fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}
