//! National forms that have no trunk prefix, or that are recognisable without groups.
//!
//! The national numbering plans: NANPA (US, Canada), Anatel (Brazil), MIIT (China), DoT (India), CNMC (Spain), AGCOM (Italy),
//! Roskomnadzor (Russia), IFT (Mexico), ANACOM (Portugal), UKE (Poland), Ofcom (United Kingdom).

use crate::detector::Detector::Phone;
use crate::personal::check::part;
use crate::personal::cue::Kind;
use crate::personal::row::{Row, any};

const fn phone(form: &'static str, shapes: &'static [&'static str], alone: u8) -> Row {
    Row::beside(Phone, form, shapes, any, &[Kind::Phone]).alone(alone).at_most(97)
}

/// One row per form.
pub const ROWS: &[Row] = &[
    phone(
        "us_ca",
        &[
            "ndd) ndd-dddd",
            "ndd)ndd-dddd",
            "ndd) ndd dddd",
            "ndd-ndd-dddd",
            "ndd)-ndd-dddd",
            "ndd) ndd.dddd",
        ],
        85,
    ),
    phone(
        "us_ca",
        &[
            "ndd.ndd.dddd",
            "1-ndd-ndd-dddd",
            "1 (ndd) ndd-dddd",
            "1.ndd.ndd.dddd",
            "1 ndd-ndd-dddd",
            "ndd/ndd-dddd",
            "ndd ndd-dddd",
        ],
        82,
    ),
    phone("us_ca", &["ndd ndd dddd", "1 ndd ndd dddd"], 66),
    phone("br", &["zz) 9dddd-dddd", "zz) dddd-dddd", "zz)9dddd-dddd", "zz 9dddd-dddd"], 82),
    Row {
        check: is_chinese,
        ..phone("cn", &["1ddddddddd{2,2}", "1dd dddd dddd", "1dd-dddd-dddd"], 72)
    },
    Row { check: is_indian, ..phone("in", &["ddddd ddddd", "ddddd-ddddd"], 68) },
    phone("es", &["6dd dd dd dd", "7dd dd dd dd", "9dd dd dd dd", "9d ddd dd dd"], 70),
    phone("it", &["3dd ddddddd", "3dd ddd dddd", "3dd-ddddddd", "3dd/ddddddd"], 70),
    phone(
        "ru",
        &["8 (ddd) ddd-dd-dd", "8 ddd ddd-dd-dd", "8-ddd-ddd-dd-dd", "8(ddd)ddd-dd-dd"],
        85,
    ),
    phone("mx", &["dd) dddd dddd", "ddd) ddd dddd", "dd) dddd-dddd"], 80),
    phone("uk", &["07ddddddddd"], 66),
    phone("fr", &["06dddddddd", "07dddddddd"], 60),
    phone("au", &["1300 ddd ddd", "1800 ddd ddd"], 75),
    phone("nl", &["06dddddddd"], 60),
    phone("jp_kr", &["0d0-dddd-dddd", "0d0dddddddd"], 70),
];

fn is_chinese(code: &[u8]) -> bool {
    matches!(part(code, 0, 2), 13..=19)
}

fn is_indian(code: &[u8]) -> bool {
    matches!(part(code, 0, 1), 7..=9)
}
