//! What can be wrong with a ledger.

use super::store::StoreError;
use super::value::Value;

/// Why the ledger cannot be used, or did not do something.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// The store did not execute a statement.
    #[error("the ledger's store: {0}")]
    Store(#[from] StoreError),
    /// A newer program has migrated it.
    #[error(
        "the ledger has schema {found} (`{name}`), and this program knows up to {known}: update the program; a schema is never migrated down"
    )]
    Newer {
        /// Its version.
        found: i64,
        /// The name of its last migration.
        name: String,
        /// The version of this program.
        known: i64,
    },
    /// It was migrated with other statements than this program has.
    #[error(
        "migration {version} (`{name}`) of the ledger is not the one of this program: it was applied by another build"
    )]
    Altered {
        /// The number of the migration.
        version: i64,
        /// Its name in the ledger.
        name: String,
    },
    /// Its list of migrations has a gap.
    #[error(
        "migration {missing} of the ledger is missing, and later ones are there: restore `schema_version`"
    )]
    Gap {
        /// The first that is missing.
        missing: i64,
    },
    /// A row has a value of another type.
    #[error("column {column} of a row of the ledger has {found} and not {expected}")]
    WrongValue {
        /// Counted from 0.
        column: usize,
        /// What it should have.
        expected: &'static str,
        /// What it has; never the value.
        found: &'static str,
    },
}

impl LedgerError {
    pub(crate) fn wrong_value(
        column: usize,
        expected: &'static str,
        found: Option<&Value>,
    ) -> Self {
        let found = match found {
            None => "nothing",
            Some(Value::Null) => "null",
            Some(Value::Integer(_)) => "an integer",
            Some(Value::Text(_)) => "a text",
        };
        LedgerError::WrongValue { column, expected, found }
    }

    /// Whether the same may succeed later.
    pub fn is_retryable(&self) -> bool {
        matches!(self, LedgerError::Store(error) if error.retryable)
    }

    /// Whether the ledger has a schema that is not this program's.
    pub fn is_of_schema(&self) -> bool {
        match self {
            LedgerError::Newer { .. } | LedgerError::Altered { .. } | LedgerError::Gap { .. } => {
                true
            }
            LedgerError::Store(_) | LedgerError::WrongValue { .. } => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LedgerError, StoreError};

    #[test]
    fn a_store_that_is_not_there_is_not_a_foreign_schema() {
        let name = || "0001_requests".to_owned();
        let store = |retryable| StoreError { text: "access denied".to_owned(), retryable };
        for (error, expected) in [
            (LedgerError::Newer { found: 9, name: name(), known: 1 }, true),
            (LedgerError::Altered { version: 1, name: name() }, true),
            (LedgerError::Gap { missing: 1 }, true),
            (LedgerError::Store(store(true)), false),
            (LedgerError::Store(store(false)), false),
            (LedgerError::wrong_value(0, "a text", None), false),
        ] {
            assert_eq!(error.is_of_schema(), expected, "{error}");
        }
    }
}
