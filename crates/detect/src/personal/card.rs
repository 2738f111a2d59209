//! Payment cards: the issuer's range, its lengths and Luhn's check digit (ISO/IEC 7812-1; the networks' published ranges).
//!
//! One number in ten has a correct check digit by chance, so a number beside a word for an order, an invoice or a parcel is not
//! reported.

use super::check::{is_uniform, luhn, part};
use super::cue::Kind;
use super::row::Row;
use crate::detector::Detector::PaymentCard;

const SIXTEEN: &[&str] = &["dddd_dddd_dddd_dddd"];
const LONG: &[&str] = &["dddd_dddd_dddd_dddd", "d{17,19}", "dddd dddd dddd dddd ddd"];

const fn card(
    form: &'static str,
    shapes: &'static [&'static str],
    check: fn(&[u8]) -> bool,
) -> Row {
    Row::beside(PaymentCard, form, shapes, check, &[Kind::Card]).alone(92).at_most(99)
}

/// One row per issuer.
pub const ROWS: &[Row] = &[
    card(
        "visa",
        &["dddd_dddd_dddd_dddd", "4dddddddddddd", "dddd dddd dddd dddd ddd", "d{19,19}"],
        |code| is_issued(code) && code.starts_with(b"4"),
    ),
    card("mastercard", SIXTEEN, |code| {
        is_issued(code) && matches!(part(code, 0, 4), 5100..=5599 | 2221..=2720)
    }),
    card("amex", &["dddd_dddddd_ddddd"], |code| {
        is_issued(code) && matches!(part(code, 0, 2), 34 | 37)
    }),
    card("discover", LONG, |code| {
        is_issued(code)
            && (matches!(part(code, 0, 4), 6011 | 6440..=6599)
                || matches!(part(code, 0, 6), 622_126..=622_925))
    }),
    card("diners", &["dddd_dddddd_dddd", "dddd_dddd_dddd_dddd"], |code| {
        is_issued(code)
            && matches!(part(code, 0, 4), 3000..=3059 | 3095 | 3600..=3699 | 3800..=3999)
    }),
    card("jcb", LONG, |code| is_issued(code) && matches!(part(code, 0, 4), 3528..=3589)),
    card("unionpay", LONG, |code| is_issued(code) && part(code, 0, 2) == 62),
    card("mir", LONG, |code| is_issued(code) && matches!(part(code, 0, 4), 2200..=2204)),
    card("rupay", SIXTEEN, |code| {
        is_issued(code) && (matches!(part(code, 0, 2), 60 | 81 | 82) || part(code, 0, 3) == 508)
    }),
    card(
        "maestro",
        &["d{12,19}", "dddd dddd dddd", "dddd dddd dddd dddd", "dddd dddd dddd dddd ddd"],
        |code| {
            let is_maestro =
                matches!(part(code, 0, 4), 5018 | 5020 | 5038 | 5893 | 6304 | 6759 | 6761..=6763);
            is_issued(code) && is_maestro
        },
    ),
    // A number without an issuer's range beside a word for a card, as in test data.
    Row::beside(
        PaymentCard,
        "other",
        &["dddd_dddd_dddd_dddd", "d{12,19}"],
        is_issued,
        &[Kind::Card],
    )
    .at_most(85),
];

fn is_issued(code: &[u8]) -> bool {
    luhn(code) && !is_uniform(code)
}
