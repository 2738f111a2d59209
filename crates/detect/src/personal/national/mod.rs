//! National, tax, social security and health insurance numbers, by country.
//!
//! Where the check is strong (two check digits, or a format that nothing else has) a number counts by itself; where it is a single digit over bare
//! digits, a word must be near: of eleven digits one in ten passes by chance.

mod africa_asia;
mod america;
mod europe;
mod north;

use super::row::Row;

/// The rows of all countries.
pub const TABLES: [&[Row]; 4] = [africa_asia::ROWS, america::ROWS, europe::ROWS, north::ROWS];
