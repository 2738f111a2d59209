//! Values of parameters and columns.

/// A value of a parameter or of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Absent.
    Null,
    /// All numbers of the ledger are integers: sums are exact.
    Integer(i64),
    /// UTF-8 without zero bytes.
    Text(String),
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Integer(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Into::into)
    }
}

/// The values of a row, in the order of the statement's columns.
pub type Row = Vec<Value>;
