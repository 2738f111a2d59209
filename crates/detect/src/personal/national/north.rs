//! Numbers of northern and eastern Europe.

use crate::detector::Detector::NationalId;
use crate::personal::check::{digit, is_date, luhn, number, part, weighted};
use crate::personal::cue::Kind;
use crate::personal::row::Row;

const NORDIC: &[Kind] = &[Kind::Nordic, Kind::Identity];
const GENERAL: &[Kind] = &[Kind::Identity, Kind::Tax, Kind::Social];

/// One row per form.
pub const ROWS: &[Row] = &[
    // CPR-kontoret: no check digit since 2007. Precedes Sweden's, whose coordination numbers may look alike.
    Row::beside(
        NationalId,
        "dk_cpr",
        &["dddddd-dddd", "dddddd dddd", "dddddddddd"],
        dk_cpr,
        NORDIC,
    ),
    // Skatteverket: personnummer, samordningsnummer.
    Row::beside(NationalId, "se_personal_number", &["dddddd-dddd", "dddddd+dddd"], se_ten, NORDIC)
        .alone(80),
    Row::beside(NationalId, "se_personal_number", &["dddddddd-dddd"], se_twelve, NORDIC).alone(90),
    Row::beside(NationalId, "se_personal_number", &["dddddddddd"], se_ten, NORDIC),
    Row::beside(NationalId, "se_personal_number", &["dddddddddddd"], se_twelve, NORDIC),
    // Digital and Population Data Services Agency: henkilötunnus.
    Row::beside(NationalId, "fi_personal_code", &["dddddd-dddw", "dddddd+dddw"], fi_code, NORDIC)
        .alone(93),
    Row::beside(NationalId, "fi_personal_code", &["ddddddadddw"], fi_letter, NORDIC).alone(93),
    // Skatteetaten: two check digits.
    Row::beside(NationalId, "no_birth_number", &["ddddddddddd", "dddddd ddddd"], no_number, NORDIC)
        .alone(72),
    Row::beside(NationalId, "ee_lt_personal_code", &["zdddddddddd"], ee_code, GENERAL),
    Row::beside(NationalId, "ro_cnp", &["zdddddddddddd"], ro_cnp, GENERAL).alone(70),
    Row::beside(NationalId, "bg_egn", &["dddddddddd"], bg_egn, GENERAL),
    Row::beside(NationalId, "ru_snils", &["ddd-ddd-ddd dd", "ddd-ddd-ddd-dd"], ru_snils, GENERAL)
        .alone(85),
    Row::beside(NationalId, "ru_inn", &["dddddddddddd"], ru_inn, GENERAL),
];

fn is_short_date(code: &[u8], month: usize, day: usize) -> bool {
    is_date(part(code, month, 2), part(code, day, 2))
}

fn se_ten(code: &[u8]) -> bool {
    // The day of a coordination number is increased by 60.
    is_date(part(code, 2, 2), part(code, 4, 2) % 60) && luhn(code)
}

fn se_twelve(code: &[u8]) -> bool {
    matches!(part(code, 0, 2), 18..=20) && code.get(2..).is_some_and(se_ten)
}

fn fi_code(code: &[u8]) -> bool {
    let rest = part(code, 0, 9) % 31;
    let check = b"0123456789ABCDEFHJKLMNPRSTUVWXY".get(rest as usize);
    is_short_date(code, 2, 0) && check == code.get(9)
}

fn fi_letter(code: &[u8]) -> bool {
    let is_century = code.get(6).is_some_and(|byte| b"ABCDEFYXWVU".contains(byte));
    let digits: Vec<u8> =
        code.iter().enumerate().filter(|(at, _)| *at != 6).map(|(_, byte)| *byte).collect();
    is_century && fi_code(&digits)
}

fn dk_cpr(code: &[u8]) -> bool {
    is_short_date(code, 2, 0)
}

fn no_number(code: &[u8]) -> bool {
    let first = weighted(code, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11;
    let second = weighted(code, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11;
    // The day of a D number is increased by 40.
    is_date(part(code, 2, 2), part(code, 0, 2) % 40) && first == 0 && second == 0
}

fn ee_code(code: &[u8]) -> bool {
    let first = weighted(code, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) % 11;
    let second = weighted(code, &[3, 4, 5, 6, 7, 8, 9, 1, 2, 3]) % 11;
    let check = if first < 10 { first } else { second % 10 };
    digit(code, 0) < 7 && is_short_date(code, 3, 5) && check == digit(code, 10)
}

fn ro_cnp(code: &[u8]) -> bool {
    let rest = weighted(code, &[2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9]) % 11;
    let is_county = matches!(part(code, 7, 2), 1..=52 | 70);
    is_county && is_short_date(code, 3, 5) && (if rest == 10 { 1 } else { rest }) == digit(code, 12)
}

fn bg_egn(code: &[u8]) -> bool {
    let sum = weighted(code, &[2, 4, 8, 5, 10, 9, 7, 3, 6]);
    is_date(part(code, 2, 2) % 20, part(code, 4, 2)) && sum % 11 % 10 == digit(code, 9)
}

fn ru_snils(code: &[u8]) -> bool {
    let sum = weighted(code, &[9, 8, 7, 6, 5, 4, 3, 2, 1]) % 101;
    u64::from(sum % 100) == part(code, 9, 2) && number(code) > 100_199_800
}

fn ru_inn(code: &[u8]) -> bool {
    let first = weighted(code, &[7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10;
    let second = weighted(code, &[3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8]) % 11 % 10;
    first == digit(code, 10) && second == digit(code, 11)
}
