//! What is asked of the store underneath.

use std::future::Future;

use crate::Error;

/// Why a call was not answered with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IncrementError {
    /// The value under the key is no counter, or would leave the range of one.
    ///
    /// `wasi:keyvalue` has no error of its own for this: whoever implements [`IncrementIo`] tells it from the message, or
    /// by looking at the value.
    Broken,
    /// The store did not answer, or answered with an error.
    Unavailable(String),
}

/// A key-value store with an atomic increment.
///
/// Stores keep counters in different ways (eight bytes, decimal digits), so the key of a counter is touched by `increment`
/// only; it is read with a delta of 0. Only a broken one is looked at with `get`. The calls of a store are synchronous where
/// those of `wasi:keyvalue` are.
pub trait IncrementIo {
    /// Adds to a counter, which is 0 when it is not there; the value after it.
    ///
    /// # Errors
    /// When the value is no counter, or the store cannot be used.
    fn increment(&self, key: &str, delta: i64) -> Result<i64, IncrementError>;

    /// A value, if there is one.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, IncrementError>;

    /// Writes a value.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn set(&self, key: &str, value: &[u8]) -> Result<(), IncrementError>;

    /// Deletes a value, if there is one.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn delete(&self, key: &str) -> Result<(), IncrementError>;

    /// The names of all keys that begin so. There may be many others: they are not to be held.
    ///
    /// # Errors
    /// When the store cannot be used.
    fn names(&self, beginning: &str) -> impl Future<Output = Result<Vec<String>, IncrementError>>;

    /// Lets others run for so many milliseconds.
    fn pause(&self, ms: u64) -> impl Future<Output = ()>;
}

/// Outside of counters there is nothing to be broken, so there it is the store that answers wrongly.
impl From<IncrementError> for Error {
    fn from(error: IncrementError) -> Self {
        match error {
            IncrementError::Broken => Self::Unavailable("a value is no counter".to_owned()),
            IncrementError::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

/// A time under a plain key, in seconds since 1970-01-01T00:00:00Z and decimal digits; nothing for what is none.
pub(super) fn get_unix_s(io: &impl IncrementIo, key: &str) -> Result<Option<u64>, Error> {
    let value = io.get(key)?;
    Ok(value.and_then(|bytes| std::str::from_utf8(&bytes).ok()?.parse().ok()))
}

/// Writes what [`get_unix_s`] reads.
pub(super) fn set_unix_s(io: &impl IncrementIo, key: &str, unix_s: u64) -> Result<(), Error> {
    Ok(io.set(key, unix_s.to_string().as_bytes())?)
}
