//! Numbers of western, southern and central Europe.

use crate::detector::Detector::NationalId;
use crate::personal::check::{digit, is_date, is_uniform, mod_11_10, number, part, weighted};
use crate::personal::cue::Kind;
use crate::personal::row::Row;

const DE: &[Kind] = &[Kind::DeTax, Kind::Tax];
const ES: &[Kind] = &[Kind::EsDni, Kind::Identity, Kind::Tax];
const BE: &[Kind] = &[Kind::BeNational, Kind::Identity, Kind::Social];

/// One row per form.
pub const ROWS: &[Row] = &[
    // HMRC, NIM39110.
    Row::beside(
        NationalId,
        "uk_nino",
        &["uudddddda", "uu dd dd dd a", "uu-dd-dd-dd-a"],
        uk_nino,
        &[Kind::UkNino],
    )
    .alone(90),
    // NHS data dictionary: NHS number.
    Row::beside(NationalId, "uk_nhs", &["ddd_ddd_dddd"], uk_nhs, &[Kind::UkNhs]).at_most(98),
    Row::beside(
        NationalId,
        "uk_utr",
        &["dddddddddd", "ddddd ddddd"],
        uk_utr,
        &[Kind::UkUtr, Kind::Tax],
    ),
    // Bundeszentralamt für Steuern: §139b AO.
    Row::beside(
        NationalId,
        "de_tax_id",
        &["zdddddddddd", "zd ddd ddd ddd", "zd_ddd_ddd_ddd", "zddd dddd ddd"],
        de_tax_id,
        DE,
    ),
    // Deutsche Rentenversicherung: VKVV §2.
    Row::beside(
        NationalId,
        "de_social",
        &["dd_dddddd_a_ddd", "dd dddddd addd"],
        de_social,
        &[Kind::DeSocial, Kind::Social],
    )
    .alone(75),
    Row::beside(
        NationalId,
        "de_health",
        &["uddddddddd"],
        de_health,
        &[Kind::DeSocial, Kind::Plan, Kind::Medical],
    ),
    // INSEE, NIR: 13 digits and a key of two.
    Row::beside(
        NationalId,
        "fr_nir",
        &["d_dd_dd_dd_ddd_ddd_dd", "d dd dd dw ddd ddd dd", "ddddddwdddddddd"],
        fr_nir,
        &[Kind::FrNir, Kind::Social],
    )
    .alone(92),
    // Real Decreto 1553/2005; Orden INT/2058/2008.
    Row::beside(NationalId, "es_dni", &["dddddddd_a", "dd.ddd.ddd-a", "dd.ddd.ddd a"], es_dni, ES)
        .alone(85),
    Row::beside(NationalId, "es_nie", &["a_ddddddd_a"], es_nie, ES).alone(90),
    // Decreto ministeriale 23 dicembre 1976.
    Row::beside(
        NationalId,
        "it_fiscal_code",
        &["aaaaaawwawwawwwa", "aaa aaa wwaww awwwa"],
        it_fiscal,
        &[Kind::ItFiscal, Kind::Tax],
    )
    .alone(96),
    // Rijksdienst voor Identiteitsgegevens: the test of eleven.
    Row::beside(NationalId, "nl_bsn", &["ddd_ddd_ddd", "dddd_dd_ddd"], nl_bsn, &[Kind::NlBsn]),
    // Ustawa o ewidencji ludności, art. 15.
    Row::beside(
        NationalId,
        "pl_pesel",
        &["ddddddddddd"],
        pl_pesel,
        &[Kind::PlPesel, Kind::Identity],
    ),
    Row::beside(
        NationalId,
        "pl_nip",
        &["ddd-ddd-dd-dd", "ddd-dd-dd-ddd"],
        pl_nip,
        &[Kind::PlNip, Kind::Tax],
    )
    .alone(80),
    Row::beside(NationalId, "pl_nip", &["dddddddddd"], pl_nip, &[Kind::PlNip, Kind::Tax]),
    Row::beside(NationalId, "be_national", &["dd.dd.dd-ddd.dd"], be_national, BE).alone(95),
    Row::beside(NationalId, "be_national", &["ddddddddddd", "dd dd dd ddd dd"], be_national, BE),
    Row::beside(NationalId, "pt_nif", &["ddd_ddd_ddd"], pt_nif, &[Kind::PtNif]),
    // Bundesamt für Sozialversicherungen: EAN-13 with the country 756.
    Row::beside(NationalId, "ch_ahv", &["756_dddd_dddd_dd"], ch_ahv, &[Kind::ChAhv]).alone(92),
    Row::beside(
        NationalId,
        "at_social",
        &["dddd_dddddd", "dddd dd dd dd"],
        at_social,
        &[Kind::AtSocial, Kind::Social],
    ),
    // Department of Social Protection: PPS number.
    Row::beside(
        NationalId,
        "ie_pps",
        &["ddddddda", "dddddddaa"],
        ie_pps,
        &[Kind::Identity, Kind::Tax, Kind::Social],
    ),
    Row::beside(NationalId, "cz_birth_number", &["dddddd/dddd"], cz_birth, &[Kind::Identity])
        .alone(75),
    Row::beside(NationalId, "hr_oib", &["ddddddddddd"], mod_11_10, &[Kind::Identity, Kind::Tax])
        .at_most(85),
];

fn uk_nino(code: &[u8]) -> bool {
    let (Some([first, second, ..]), Some(last)) = (code.first_chunk::<2>(), code.last()) else {
        return false;
    };
    let prefix = [*first, *second];
    let is_refused = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"].contains(&&prefix);
    !b"DFIQUV".contains(first)
        && !b"DFIQUVO".contains(second)
        && !is_refused
        && (b'A'..=b'D').contains(last)
}

fn uk_nhs(code: &[u8]) -> bool {
    let check = 11 - weighted(code, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    check != 10 && check % 11 == digit(code, 9)
}

fn uk_utr(code: &[u8]) -> bool {
    let rest = weighted(code, &[0, 6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
    b"21987654321".get(rest as usize) == code.first()
}

fn de_tax_id(code: &[u8]) -> bool {
    let mut counts = [0u8; 10];
    for at in 0..10 {
        if let Some(count) = counts.get_mut(digit(code, at) as usize) {
            *count += 1;
        }
    }
    let doubles = counts.iter().filter(|count| **count == 2).count();
    let triples = counts.iter().filter(|count| **count == 3).count();
    let is_mixed = counts.iter().all(|count| *count <= 3) && doubles + triples == 1;
    is_mixed && mod_11_10(code)
}

/// Replaces a letter by two digits: A is 01.
fn with_letter(code: &[u8]) -> Vec<u8> {
    let spell = |byte: &u8| match byte {
        b'A'..=b'Z' => vec![b'0' + (byte - b'A' + 1) / 10, b'0' + (byte - b'A' + 1) % 10],
        digit => vec![*digit],
    };
    code.iter().flat_map(spell).collect()
}

fn cross_sum(code: &[u8], weights: &[u32]) -> u32 {
    let products = weights.iter().enumerate().map(|(at, weight)| digit(code, at) * weight);
    products.map(|product| product / 10 + product % 10).sum()
}

fn de_social(code: &[u8]) -> bool {
    let sum = cross_sum(&with_letter(code), &[2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1]);
    // Supplementary numbers add 50 to the day.
    let day = part(code, 2, 2);
    is_date(part(code, 4, 2), if day > 50 { day - 50 } else { day }) && sum % 10 == digit(code, 11)
}

fn de_health(code: &[u8]) -> bool {
    cross_sum(&with_letter(code), &[1, 2, 1, 2, 1, 2, 1, 2, 1, 2]) % 10 == digit(code, 9)
}

fn fr_nir(code: &[u8]) -> bool {
    let Some((body, key)) = code.split_at_checked(13) else { return false };
    // Corsica's departments 2A and 2B count as 19 and 18.
    let mut body = body.to_vec();
    if let Some([tens @ b'2', ones @ (b'A' | b'B')]) = body.get_mut(5..7) {
        (*tens, *ones) = (b'1', if *ones == b'A' { b'9' } else { b'8' });
    }
    let month = part(&body, 3, 2);
    let is_month = matches!(month, 1..=12 | 20 | 30..=42 | 50..=99);
    let is_number = body.iter().all(u8::is_ascii_digit) && matches!(digit(&body, 0), 1..=4 | 7 | 8);
    is_number && is_month && 97 - number(&body) % 97 == number(key)
}

fn control_letter(number: u64) -> Option<&'static u8> {
    b"TRWAGMYFPDXBNJZSQVHLCKE".get((number % 23) as usize)
}

fn es_dni(code: &[u8]) -> bool {
    control_letter(part(code, 0, 8)) == code.get(8)
}

fn es_nie(code: &[u8]) -> bool {
    let series = match code.first() {
        Some(b'X') => 0,
        Some(b'Y') => 1,
        Some(b'Z') => 2,
        _ => return false,
    };
    control_letter(series * 10_000_000 + part(code, 1, 7)) == code.get(8)
}

fn it_fiscal(code: &[u8]) -> bool {
    // The values of a letter or digit at an odd place.
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => usize::from(byte - b'0'),
        _ => usize::from(byte.wrapping_sub(b'A')),
    };
    let sum: u32 = code
        .iter()
        .take(15)
        .enumerate()
        .map(|(at, byte)| match at % 2 {
            0 => ODD.get(value(byte)).copied().unwrap_or(0),
            _ => value(byte) as u32,
        })
        .sum();
    let is_month = code.get(8).is_some_and(|byte| b"ABCDEHLMPRST".contains(byte));
    is_month && code.get(15).is_some_and(|last| u32::from(last.wrapping_sub(b'A')) == sum % 26)
}

fn nl_bsn(code: &[u8]) -> bool {
    let sum = weighted(code, &[9, 8, 7, 6, 5, 4, 3, 2]) as i32 - digit(code, 8) as i32;
    sum % 11 == 0 && !is_uniform(code)
}

fn pl_pesel(code: &[u8]) -> bool {
    let sum = weighted(code, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    // The century is added to the month.
    is_date(part(code, 2, 2) % 20, part(code, 4, 2)) && (10 - sum % 10) % 10 == digit(code, 10)
}

fn pl_nip(code: &[u8]) -> bool {
    weighted(code, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == digit(code, 9) && !is_uniform(code)
}

fn be_national(code: &[u8]) -> bool {
    let (birth, key) = (part(code, 0, 9), part(code, 9, 2));
    // A bis number adds 20 or 40 to the month; for births since 2000 the check has a leading 2.
    is_date(part(code, 2, 2) % 20, part(code, 4, 2))
        && (97 - birth % 97 == key || 97 - (2_000_000_000 + birth) % 97 == key)
}

fn pt_nif(code: &[u8]) -> bool {
    let check = match weighted(code, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11 {
        0 | 1 => 0,
        rest => 11 - rest,
    };
    check == digit(code, 8) && !matches!(digit(code, 0), 0 | 4) && !is_uniform(code)
}

fn ch_ahv(code: &[u8]) -> bool {
    let sum = weighted(code, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3]);
    (10 - sum % 10) % 10 == digit(code, 12)
}

fn at_social(code: &[u8]) -> bool {
    let sum = weighted(code, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]);
    is_date(part(code, 6, 2), part(code, 4, 2)) && sum % 11 == digit(code, 3)
}

fn ie_pps(code: &[u8]) -> bool {
    let second = code.get(8).map_or(0, |byte| u32::from(byte.wrapping_sub(b'A')) + 1);
    let rest =
        (weighted(code, &[8, 7, 6, 5, 4, 3, 2]) + if second == 23 { 0 } else { second * 9 }) % 23;
    b"WABCDEFGHIJKLMNOPQRSTUV".get(rest as usize) == code.get(7)
}

fn cz_birth(code: &[u8]) -> bool {
    // A woman's month is increased by 50; another 20 are added when a day's numbers run out.
    is_date(part(code, 2, 2) % 50 % 20, part(code, 4, 2)) && number(code).is_multiple_of(11)
}
