//! The port of the store underneath.

use std::future::Future;

use crate::Error;
use crate::counters::is_in_range;

/// Why a call has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncrementError {
    /// The value under the key is not a counter, or would leave the range of one.
    ///
    /// `wasi:keyvalue` has no error of its own for this: an implementation of [`IncrementIo`] looks at the value
    /// ([`IncrementError::of`]).
    Broken,
    /// The store did not answer, or answered with an error.
    Unavailable(String),
}

impl IncrementError {
    /// Why an increment failed: because of the value that is found under the key afterwards, or because of the store.
    pub fn of(found: Option<&[u8]>, why: String) -> Self {
        match found.is_none_or(is_counter) {
            true => Self::Unavailable(why),
            false => Self::Broken,
        }
    }
}

/// Whether this is a counter, in one of the ways in which stores keep one: decimal digits (Redis), or eight bytes, the lowest
/// first (SQLite).
fn is_counter(value: &[u8]) -> bool {
    let digits = || {
        let text = std::str::from_utf8(value).ok()?;
        // Redis takes no other spelling: no plus, no leading zero.
        text.parse::<i64>().ok().filter(|number| number.to_string() == text)
    };
    let number = digits().or_else(|| value.try_into().ok().map(i64::from_le_bytes));
    number.is_some_and(is_in_range)
}

/// A key-value store with an atomic increment.
///
/// Stores keep counters in different formats (eight bytes, decimal digits), so the key of a counter is touched by
/// `increment` only; it is read with a delta of 0. Only a broken one is read with `get`. The calls of a store are
/// synchronous where those of `wasi:keyvalue` are.
pub trait IncrementIo {
    /// Adds to a counter, which is 0 if it does not exist, and returns the value after it.
    ///
    /// # Errors
    /// If the value is not a counter, or the store cannot be used.
    fn increment(&self, key: &str, delta: i64) -> Result<i64, IncrementError>;

    /// A value, if it exists.
    ///
    /// # Errors
    /// If the store cannot be used.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, IncrementError>;

    /// Writes a value.
    ///
    /// # Errors
    /// If the store cannot be used.
    fn set(&self, key: &str, value: &[u8]) -> Result<(), IncrementError>;

    /// Deletes a value, if it exists.
    ///
    /// # Errors
    /// If the store cannot be used.
    fn delete(&self, key: &str) -> Result<(), IncrementError>;

    /// The names of all keys with this prefix. There may be many others, which must not be kept in memory.
    ///
    /// # Errors
    /// If the store cannot be used.
    fn names(&self, beginning: &str) -> impl Future<Output = Result<Vec<String>, IncrementError>>;

    /// Lets other tasks run for `ms` milliseconds.
    fn pause(&self, ms: u64) -> impl Future<Output = ()>;
}

/// Only counters can be broken, so elsewhere the store has answered wrongly.
impl From<IncrementError> for Error {
    fn from(error: IncrementError) -> Self {
        match error {
            IncrementError::Broken => Self::Unavailable("a value is no counter".to_owned()),
            IncrementError::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

/// A time under a plain key, in seconds since 1970-01-01T00:00:00Z and decimal digits; none for any other value.
pub(super) fn get_unix_s(io: &impl IncrementIo, key: &str) -> Result<Option<u64>, Error> {
    let value = io.get(key)?;
    Ok(value.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.parse().ok()))
}

/// Writes the value of [`get_unix_s`].
pub(super) fn set_unix_s(io: &impl IncrementIo, key: &str, unix_s: u64) -> Result<(), Error> {
    Ok(io.set(key, unix_s.to_string().as_bytes())?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_is_no_counter_is_told_from_a_store_that_failed() {
        let why = || "words of a store".to_owned();
        let seven = 7_i64.to_le_bytes();
        for found in [None, Some(&b"0"[..]), Some(b"-12"), Some(b"12345678"), Some(&seven)] {
            let error = IncrementError::of(found, why());
            assert_eq!(error, IncrementError::Unavailable(why()), "{found:?}");
        }
        let (most, over) = (i64::MAX.to_le_bytes(), b"9223372036854775808");
        for found in
            [&b""[..], b"no counter", b"eight by", b"+1", b"007", b"1.0", &[0; 7], &most, over]
        {
            assert_eq!(IncrementError::of(Some(found), why()), IncrementError::Broken, "{found:?}");
        }
    }
}
