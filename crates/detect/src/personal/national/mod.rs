//! National, tax, social security and health insurance numbers, by country.
//!
//! A number with a strong check (two check digits, or a format that nothing else has) is found by itself. A number with a single
//! check digit over bare digits needs a word near it, because one in ten random numbers passes the check.

mod africa_asia;
mod america;
mod europe;
mod north;

use super::row::Row;

/// The rows of all countries.
pub const TABLES: [&[Row]; 4] = [africa_asia::ROWS, america::ROWS, europe::ROWS, north::ROWS];
