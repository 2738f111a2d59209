//! The port to SQL.

use super::sql::SqlDialect;
use super::value::{Row, Value};
use std::future::Future;

/// Why a statement was not executed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct StoreError {
    /// The store's words.
    pub text: String,
    /// The same group may succeed later: the store is away, or another transaction was faster.
    pub retryable: bool,
}

/// One connection: statements that follow each other are of one session, so that `BEGIN` holds for those after it.
pub trait Store {
    /// The dialect that it speaks.
    fn dialect(&self) -> SqlDialect;

    /// Executes a statement that returns no rows.
    fn execute(
        &mut self,
        statement: &str,
        values: &[Value],
    ) -> impl Future<Output = Result<(), StoreError>>;

    /// Executes a statement that returns rows.
    fn query(
        &mut self,
        statement: &str,
        values: &[Value],
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>>;
}
