//! Reading rows.

use super::error::LedgerError;
use super::value::Value;

/// The integer in a column.
///
/// # Errors
///
/// There is no such column, or it has something else: another program wrote it.
pub fn integer(row: &[Value], at: usize) -> Result<i64, LedgerError> {
    match row.get(at) {
        Some(Value::Integer(number)) => Ok(*number),
        other => Err(LedgerError::wrong_value(at, "an integer", other)),
    }
}

/// The text in a column.
///
/// # Errors
///
/// There is no such column, or it has something else: another program wrote it.
pub fn text(row: &[Value], at: usize) -> Result<&str, LedgerError> {
    match row.get(at) {
        Some(Value::Text(text)) => Ok(text),
        other => Err(LedgerError::wrong_value(at, "a text", other)),
    }
}
