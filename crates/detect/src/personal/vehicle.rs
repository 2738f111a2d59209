//! Numbers of vehicles and devices with a check digit, and of health plans with a unique form.

use super::check::{digit, luhn};
use super::cue::Kind;
use super::row::{Row, any};
use crate::detector::Detector::{DeviceId, MedicalId, VehicleId};

/// One row per form.
pub const ROWS: &[Row] = &[
    // ISO 3779, with the check digit of 49 CFR 565.15; some European makers do not use it, so their numbers need a word.
    Row::beside(VehicleId, "vin", &["w{17,17}"], checked_vin, &[Kind::Vin]).alone(82).at_most(98),
    Row::beside(VehicleId, "vin", &["w{17,17}"], vin, &[Kind::Vin]).at_most(92),
    // 3GPP TS 23.003, 6.2: fifteen digits, the last of them by Luhn.
    Row::beside(
        DeviceId,
        "imei",
        &["d{15,15}", "dd-dddddd-dddddd-d", "dd dddddd dddddd d"],
        luhn,
        &[Kind::Imei],
    )
    .at_most(98),
    // Centers for Medicare & Medicaid Services: the Medicare Beneficiary Identifier.
    Row::beside(MedicalId, "us_mbi", &["zuwd-uwd-uudd"], any, &[Kind::Plan, Kind::AuMedicare])
        .alone(80),
    Row::beside(MedicalId, "us_mbi", &["zuwduwduudd"], any, &[Kind::Plan, Kind::AuMedicare]),
];

fn vin(code: &[u8]) -> bool {
    let is_part = |byte: &u8| !matches!(byte, b'I' | b'O' | b'Q');
    let letters = code.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    code.iter().all(is_part)
        && (2..=14).contains(&letters)
        && code.iter().rev().take(4).all(u8::is_ascii_digit)
}

fn checked_vin(code: &[u8]) -> bool {
    const VALUES: &[u8; 26] = b"12345678.12345.7.923456789";
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        _ => {
            VALUES.get(usize::from(byte.wrapping_sub(b'A'))).map_or(0, |value| digit(&[*value], 0))
        }
    };
    let sum: u32 = code.iter().zip(WEIGHTS).map(|(byte, weight)| value(byte) * weight).sum();
    let check = match sum % 11 {
        10 => b'X',
        rest => b'0' + rest as u8,
    };
    vin(code) && code.get(8) == Some(&check)
}
