//! Bank accounts: IBANs (ISO 13616: the country's length and two check digits of MOD 97-10), and national numbers beside a word.

use super::check::{mod_97, weighted};
use super::cue::Kind;
use super::found::Found;
use super::row::{Row, any};
use super::view::View;
use crate::detector::Detector::BankAccount;

/// Numbers that need a word near them.
pub const ROWS: &[Row] = &[
    // American Bankers Association: the routing number's check digit.
    Row::beside(BankAccount, "us_routing", &["ddddddddd"], aba, &[Kind::Routing]),
    Row::beside(BankAccount, "uk_sort_code", &["dd-dd-dd", "dd dd dd"], any, &[Kind::SortCode]),
    Row::beside(BankAccount, "au_bsb", &["ddd-ddd"], any, &[Kind::SortCode]),
    Row::beside(BankAccount, "de_bank_code", &["ddd ddd dd", "dddddddd"], any, &[Kind::SortCode]),
    // Reserve Bank of India: IFSC, whose fifth character is 0.
    Row::beside(BankAccount, "in_ifsc", &["uuuu0wwwwww"], any, &[Kind::Bank, Kind::SortCode])
        .alone(78),
    // ISO 9362.
    Row::beside(
        BankAccount,
        "bic",
        &["uuuuuuww", "uuuuuuwwuuu", "uuuuuuwwwww"],
        any,
        &[Kind::SortCode],
    )
    .at_most(85),
    Row::beside(BankAccount, "es_ccc", &["dddd_dddd_dd_dddddddddd"], any, &[Kind::Bank])
        .at_most(90),
    Row::beside(BankAccount, "fr_rib", &["ddddd ddddd wwwwwwwwwww dd"], any, &[Kind::Bank])
        .at_most(90),
    Row::beside(
        BankAccount,
        "account",
        &[
            "d{6,18}",
            "dddd_dddd_dddd",
            "dddd_dddd_dddd_dddd",
            "d{2,6}-d{5,10}",
            "d{2,5}-d{3,7}-d{1,7}",
        ],
        any,
        &[Kind::Bank],
    )
    .at_most(88),
];

fn aba(code: &[u8]) -> bool {
    weighted(code, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10) && !code.starts_with(b"000")
}

/// The lengths of IBANs, from SWIFT's registry, release 99.
const LENGTHS: &str = "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 \
    FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 \
    LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 \
    SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

fn length(country: &str) -> Option<usize> {
    let row = LENGTHS.split_ascii_whitespace().find_map(|row| row.strip_prefix(country))?;
    row.parse().ok()
}

/// Appends every IBAN.
pub fn find_ibans(view: &View<'_>, found: &mut Vec<Found>) {
    for word in view.words {
        let is_headed = view.byte(word.start).is_ascii_alphabetic()
            && view.byte(word.start + 1).is_ascii_alphabetic()
            && view.byte(word.start + 2).is_ascii_digit()
            && view.byte(word.start + 3).is_ascii_digit();
        if is_headed && view.is_start(word.start) {
            found.extend(iban(view, word.start));
        }
    }
}

fn iban(view: &View<'_>, start: usize) -> Option<Found> {
    let country = view.part(start..start + 2).to_ascii_uppercase();
    let length = length(&country)?;
    let mut code = Vec::with_capacity(length);
    let mut end = start;
    while code.len() < length {
        match view.byte(end) {
            byte if byte.is_ascii_alphanumeric() => code.push(byte.to_ascii_uppercase()),
            b' ' | b'-' if view.byte(end + 1).is_ascii_alphanumeric() => {}
            _ => return None,
        }
        end += 1;
    }
    let (head, body) = code.split_at_checked(4)?;
    let is_right = view.is_end(end) && mod_97(body.iter().chain(head).copied()) == 1;
    is_right.then(|| Found::new(BankAccount, "iban", start..end, 98))
}
