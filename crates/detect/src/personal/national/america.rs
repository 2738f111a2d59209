//! Numbers of the Americas.

use crate::detector::Detector::NationalId;
use crate::personal::check::{digit, is_date, is_uniform, luhn, part, weighted};
use crate::personal::cue::Kind;
use crate::personal::row::{Row, any};

const SSN: &[Kind] = &[Kind::UsSsn, Kind::Social];
const TAX: &[Kind] = &[Kind::Tax, Kind::UsSsn, Kind::Identity];

/// One row per form.
pub const ROWS: &[Row] = &[
    // Social Security Administration, POMS RM 10201.030.
    Row::beside(NationalId, "us_ssn", &["ddd-dd-dddd"], us_ssn, SSN).alone(85),
    Row::beside(NationalId, "us_ssn", &["ddd dd dddd", "ddd.dd.dddd"], us_ssn, SSN).alone(55),
    Row::beside(NationalId, "us_ssn", &["ddddddddd"], us_ssn, SSN),
    // Internal Revenue Manual 3.21.263.
    Row::beside(NationalId, "us_itin", &["9dd-dd-dddd", "9dd dd dddd"], us_itin, TAX).alone(80),
    Row::beside(NationalId, "us_itin", &["9dddddddd"], us_itin, TAX),
    Row::beside(NationalId, "us_ein", &["dd-ddddddd"], any, &[Kind::Tax]).at_most(80),
    // Service Canada: a Luhn number that does not begin with 8; a leading 0 marks fictitious ones.
    Row::beside(NationalId, "ca_sin", &["ddd_ddd_ddd"], ca_sin, &[Kind::CaSin, Kind::Social]),
    // RENAPO, Instructivo normativo para la asignación de la CURP.
    Row::beside(NationalId, "mx_curp", &["aaaaddddddaaaaaawd"], mx_curp, &[Kind::MxCurp]).alone(95),
    Row::beside(NationalId, "mx_rfc", &["aaaaddddddwww"], mx_rfc, &[Kind::Tax, Kind::MxCurp]),
    // Receita Federal.
    Row::beside(NationalId, "br_cpf", &["ddd.ddd.ddd-dd"], br_cpf, &[Kind::BrCpf]).alone(95),
    Row::beside(NationalId, "br_cpf", &["ddddddddddd", "ddddddddd-dd"], br_cpf, &[Kind::BrCpf]),
    Row::beside(NationalId, "br_cnpj", &["dd.ddd.ddd/dddd-dd"], br_cnpj, &[Kind::BrCnpj]).alone(95),
    Row::beside(NationalId, "br_cnpj", &["d{14,14}"], br_cnpj, &[Kind::BrCnpj]),
    // AFIP: CUIT and CUIL.
    Row::beside(NationalId, "ar_cuil", &["dd-dddddddd-d"], ar_cuil, TAX).alone(80),
    // Servicio de Registro Civil.
    Row::beside(NationalId, "cl_rut", &["d{1,2}.ddd.ddd-w"], cl_rut, TAX).alone(85),
    Row::beside(NationalId, "cl_rut", &["d{7,8}-w"], cl_rut, TAX),
];

fn us_ssn(code: &[u8]) -> bool {
    let area = part(code, 0, 3);
    let is_issued =
        area != 0 && area != 666 && area < 900 && part(code, 3, 2) != 0 && part(code, 5, 4) != 0;
    is_issued && !is_uniform(code) && code != b"123456789" && code != b"078051120"
}

fn us_itin(code: &[u8]) -> bool {
    matches!(part(code, 3, 2), 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

fn ca_sin(code: &[u8]) -> bool {
    luhn(code) && digit(code, 0) != 8
}

fn mx_rfc(code: &[u8]) -> bool {
    is_date(part(code, 6, 2), part(code, 8, 2))
}

fn mx_curp(code: &[u8]) -> bool {
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        // Ñ is between N and O.
        b'A'..=b'N' => u32::from(byte - b'A') + 10,
        _ => u32::from(byte.wrapping_sub(b'A')) + 11,
    };
    let sum: u32 =
        code.iter().take(17).enumerate().map(|(at, byte)| value(byte) * (18 - at as u32)).sum();
    let is_sex = matches!(code.get(10), Some(b'H' | b'M' | b'X'));
    is_sex && mx_rfc(code) && (10 - sum % 10) % 10 == digit(code, 17)
}

/// Both check digits of Brazilian numbers: ten times the sum modulo 11, where 10 becomes 0.
fn brazilian(code: &[u8], first: &[u32], second: &[u32]) -> bool {
    let check = |weights: &[u32]| match weighted(code, weights) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    !is_uniform(code)
        && check(first) == digit(code, first.len())
        && check(second) == digit(code, second.len())
}

fn br_cpf(code: &[u8]) -> bool {
    brazilian(code, &[10, 9, 8, 7, 6, 5, 4, 3, 2], &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
}

fn br_cnpj(code: &[u8]) -> bool {
    brazilian(code, &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2], &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
}

fn ar_cuil(code: &[u8]) -> bool {
    let check = 11 - weighted(code, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    matches!(part(code, 0, 2), 20 | 23 | 24 | 27 | 30 | 33 | 34) && check % 11 == digit(code, 10)
}

fn cl_rut(code: &[u8]) -> bool {
    let Some((last, body)) = code.split_last() else { return false };
    let weights = [2, 3, 4, 5, 6, 7, 2, 3];
    let digits = body.iter().rev().map(|byte| u32::from(byte.wrapping_sub(b'0')));
    let sum: u32 = digits.zip(weights).map(|(digit, weight)| digit * weight).sum();
    let check = match 11 - sum % 11 {
        11 => b'0',
        10 => b'K',
        check => b'0' + check as u8,
    };
    *last == check
}
