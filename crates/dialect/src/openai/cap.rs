//! Reads the cap on an answer under the dialect's own name.
//!
//! A cap is a whole number of at least 1: some servers take 0 or less for "no limit". A cap under another name, or at a deeper
//! level, is found by [`Unread`](super::unread::Unread).

use super::field;
use super::refusal::Refusal;
use crate::json::Scanner;

const ANY: (u64, u64) = (1, u64::MAX);

/// The value of the field `param`.
pub(crate) fn read(scanner: &mut Scanner<'_>, param: &str) -> Result<Option<u64>, Refusal> {
    field::whole_number(scanner, param, ANY)
}

/// The number of answers: `n` and `best_of`.
pub(crate) fn times(scanner: &mut Scanner<'_>, param: &str) -> Result<u32, Refusal> {
    let times = field::whole_number(scanner, param, (1, u32::MAX.into()))?;
    Ok(times.and_then(|times| u32::try_from(times).ok()).unwrap_or(1))
}
