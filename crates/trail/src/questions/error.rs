//! Why a question has no answer.

use crate::ledger::LedgerError;

/// Why a question has no answer, with what can be asked instead.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    /// A parameter that is not there.
    #[error("there is no parameter `{given}`; there are {known}")]
    UnknownParameter {
        /// As it was given, shortened.
        given: String,
        /// What there is.
        known: String,
    },
    /// A value that its parameter does not take.
    #[error("`{parameter}` cannot be `{given}`; it is {known}")]
    WrongValue {
        /// The parameter.
        parameter: &'static str,
        /// As it was given, shortened.
        given: String,
        /// What it takes.
        known: String,
    },
    /// A parameter that may be there once.
    #[error("`{parameter}` is given twice")]
    Twice {
        /// The parameter.
        parameter: &'static str,
    },
    /// The range has no beginning or no end.
    #[error("`{parameter}` is missing: {what}")]
    OpenRange {
        /// The parameter.
        parameter: &'static str,
        /// Why it is needed, and how it is written.
        what: &'static str,
    },
    /// The range ends before it begins, or is too long.
    #[error("the range from `from` to `to` is {found}; it is {known}")]
    WrongRange {
        /// What was found.
        found: String,
        /// What it may be.
        known: String,
    },
    /// The answer would be too long.
    #[error(
        "the answer has more than {most} rows: ask for a longer `bucket`, a shorter range, or fewer groups"
    )]
    TooManyRows {
        /// The most rows of an answer.
        most: usize,
    },
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

impl QuestionError {
    /// Whether the question is wrong, and not the ledger.
    pub fn is_of_the_caller(&self) -> bool {
        !matches!(self, QuestionError::Ledger(_))
    }
}
