//! Numbers of Asia, Oceania and Africa.

use crate::detector::Detector::NationalId;
use crate::personal::check::{digit, is_date, is_uniform, luhn, part, verhoeff, weighted};
use crate::personal::cue::Kind;
use crate::personal::row::Row;

const GENERAL: &[Kind] = &[Kind::Identity, Kind::Tax, Kind::Social];

/// One row per form.
pub const ROWS: &[Row] = &[
    // UIDAI: twelve digits with Verhoeff's check digit; the first is neither 0 nor 1.
    Row::beside(
        NationalId,
        "in_aadhaar",
        &["nddd dddd dddd", "nddd-dddd-dddd"],
        aadhaar,
        &[Kind::InAadhaar],
    )
    .alone(75),
    Row::beside(NationalId, "in_aadhaar", &["nddddddddddd"], aadhaar, &[Kind::InAadhaar]),
    // Income Tax Department: the fourth letter is the kind of holder.
    Row::beside(NationalId, "in_pan", &["uuuuuddddu"], pan, &[Kind::InPan, Kind::Tax]).alone(80),
    Row::beside(NationalId, "in_pan", &["aaaaadddda"], pan, &[Kind::InPan, Kind::Tax]),
    // GB 11643-1999.
    Row::beside(
        NationalId,
        "cn_resident_id",
        &["zdddddddddddddddd_w"],
        cn_identity,
        &[Kind::CnIdentity],
    )
    .alone(95),
    // Ministry of Internal Affairs, ordinance 85 of 2014.
    Row::beside(NationalId, "jp_my_number", &["dddd_dddd_dddd"], my_number, &[Kind::JpMyNumber]),
    // Numbers since October 2020 have no check digit.
    Row::beside(NationalId, "kr_resident", &["dddddd-ddddddd"], kr_resident, &[Kind::KrResident])
        .alone(75),
    Row::beside(NationalId, "kr_resident", &["ddddddddddddd"], kr_resident, &[Kind::KrResident]),
    // Australian Taxation Office; Services Australia.
    Row::beside(NationalId, "au_tfn", &["ddd_ddd_ddd"], au_tfn, &[Kind::AuTax, Kind::Tax]),
    Row::beside(
        NationalId,
        "au_medicare",
        &["ndddddddd{1,2}", "nddd ddddd d", "nddd-ddddd-d"],
        au_medicare,
        &[Kind::AuMedicare],
    ),
    Row::beside(NationalId, "nz_ird", &["d{2,3}-ddd-ddd", "d{8,9}"], nz_ird, &[Kind::Tax])
        .at_most(85),
    Row::beside(NationalId, "sg_nric", &["uddddddda"], sg_nric, GENERAL).alone(80),
    Row::beside(NationalId, "hk_identity", &["udddddd(w)"], hk_identity, GENERAL).alone(85),
    Row::beside(
        NationalId,
        "tw_identity",
        &["uddddddddd"],
        tw_identity,
        &[Kind::CnIdentity, Kind::Identity],
    ),
    Row::beside(NationalId, "tr_identity", &["zdddddddddd"], tr_identity, GENERAL).alone(60),
    Row::beside(NationalId, "il_identity", &["ddddddddd"], luhn, &[Kind::Identity]).at_most(80),
    Row::beside(
        NationalId,
        "za_identity",
        &["ddddddddddddd", "dddddd dddd ddd"],
        za_identity,
        GENERAL,
    )
    .alone(60),
];

fn aadhaar(code: &[u8]) -> bool {
    verhoeff(code) && !is_uniform(code)
}

fn pan(code: &[u8]) -> bool {
    code.get(3).is_some_and(|kind| b"PCHABGJLFTE".contains(kind)) && part(code, 5, 4) != 0
}

fn cn_identity(code: &[u8]) -> bool {
    let sum = weighted(code, &[7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]);
    let is_born =
        matches!(part(code, 6, 4), 1900..=2099) && is_date(part(code, 10, 2), part(code, 12, 2));
    is_born && b"10X98765432".get((sum % 11) as usize) == code.get(17)
}

fn my_number(code: &[u8]) -> bool {
    let rest = weighted(code, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    (if rest < 2 { 0 } else { 11 - rest }) == digit(code, 11)
}

fn kr_resident(code: &[u8]) -> bool {
    is_date(part(code, 2, 2), part(code, 4, 2)) && matches!(digit(code, 6), 1..=8)
}

fn au_tfn(code: &[u8]) -> bool {
    weighted(code, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11) && !is_uniform(code)
}

fn au_medicare(code: &[u8]) -> bool {
    matches!(digit(code, 0), 2..=6)
        && weighted(code, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == digit(code, 8)
}

fn nz_ird(code: &[u8]) -> bool {
    let padded: Vec<u8> = std::iter::repeat_n(b'0', 9usize.saturating_sub(code.len()))
        .chain(code.iter().copied())
        .collect();
    let check = |weights: &[u32]| match weighted(&padded, weights) % 11 {
        0 => 0,
        rest => 11 - rest,
    };
    let first = check(&[3, 2, 7, 6, 5, 4, 3, 2]);
    let last = if first == 10 { check(&[7, 4, 3, 2, 5, 2, 7, 6]) } else { first };
    last == digit(&padded, 8) && part(&padded, 0, 9) > 10_000_000
}

fn sg_nric(code: &[u8]) -> bool {
    let Some((series, last)) = code.first().zip(code.get(8)) else { return false };
    let Some(digits) = code.get(1..8) else { return false };
    let sum = weighted(digits, &[2, 7, 6, 5, 4, 3, 2]) as usize;
    let (letters, offset) = match series {
        b'S' => (b"JZIHGFEDCBA", 0),
        b'T' => (b"JZIHGFEDCBA", 4),
        b'F' => (b"XWUTRQPNMLK", 0),
        b'G' => (b"XWUTRQPNMLK", 4),
        _ => return false,
    };
    letters.get((sum + offset) % 11) == Some(last)
}

fn hk_identity(code: &[u8]) -> bool {
    let Some((letter, digits)) = code.split_first() else { return false };
    let sum = 9 * 36
        + u32::from(letter.wrapping_sub(b'A') + 10) * 8
        + weighted(digits, &[7, 6, 5, 4, 3, 2]);
    let check = match (11 - sum % 11) % 11 {
        10 => b'A',
        digit => b'0' + digit as u8,
    };
    code.last() == Some(&check)
}

fn tw_identity(code: &[u8]) -> bool {
    // The values of the places of registration, A to Z.
    const PLACES: [u32; 26] = [
        10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32,
        30, 31, 33,
    ];
    let Some((letter, digits)) = code.split_first() else { return false };
    let Some(place) = PLACES.get(usize::from(letter.wrapping_sub(b'A'))) else { return false };
    let sum = place / 10 + place % 10 * 9 + weighted(digits, &[8, 7, 6, 5, 4, 3, 2, 1, 1]);
    matches!(digit(digits, 0), 1 | 2 | 8 | 9) && sum.is_multiple_of(10)
}

fn tr_identity(code: &[u8]) -> bool {
    let odd: u32 = [0, 2, 4, 6, 8].iter().map(|at| digit(code, *at)).sum();
    let even: u32 = [1, 3, 5, 7].iter().map(|at| digit(code, *at)).sum();
    let tenth = (odd * 7 + 90 - even) % 10;
    tenth == digit(code, 9) && (odd + even + tenth) % 10 == digit(code, 10)
}

fn za_identity(code: &[u8]) -> bool {
    is_date(part(code, 2, 2), part(code, 4, 2)) && digit(code, 10) < 2 && luhn(code)
}
