//! Why an invoice is refused.

use crate::exact::Overflow;

/// Why an invoice, a credit or a credit note is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvoiceError {
    /// There is nothing on it.
    #[error("the invoice {id:?} has no lines; there is nothing to issue")]
    NoLines {
        /// The draft's id.
        id: String,
    },
    /// Two lines have one key in one period.
    #[error("the line {key:?} is there twice; merge the rows of the period before they are rated")]
    TwiceALine {
        /// The key.
        key: String,
    },
    /// Some rows have no line.
    #[error("not all usage is rated: {unrated}; add what is missing, or allow it")]
    Unrated {
        /// What is missing.
        unrated: String,
    },
    /// The state does not allow it.
    #[error("invoice {number} is {state}; {remedy}")]
    State {
        /// Its number.
        number: String,
        /// The state's word.
        state: &'static str,
        /// What to do instead.
        remedy: &'static str,
    },
    /// The draft is another issuer's.
    #[error(
        "the draft is issued by {given:?}, and the numbers are those of {issuer:?}; use the issuer's own"
    )]
    OtherIssuer {
        /// The draft's issuer.
        given: String,
        /// The issuer of the series.
        issuer: String,
    },
    /// A prefix that cannot be in a number.
    #[error("the prefix {prefix:?} is not possible; write 1 to 16 letters, digits and `-`")]
    Prefix {
        /// The prefix.
        prefix: String,
    },
    /// A credit note names a line that is not there.
    #[error("invoice {number} has no line {key:?} to credit; name a line with an amount over 0")]
    NoSuchLine {
        /// The invoice's number.
        number: String,
        /// The key.
        key: String,
    },
    /// More is credited than was charged.
    #[error(
        "{amount} USD of the line {key:?} exceed the {left} USD that are left to credit; write at most that, over 0"
    )]
    TooMuch {
        /// The line.
        key: String,
        /// What was asked for, in US dollars.
        amount: String,
        /// What is left, in US dollars.
        left: String,
    },
    /// A rate that cannot be.
    #[error("a tax of {ppm} parts per million is not possible; write 0 to 1000000")]
    TaxRate {
        /// The rate.
        ppm: u32,
    },
    /// A credit that says more is left than was granted, or less than nothing.
    #[error("of credit {id:?} {left} USD are left of {granted} USD; it is broken")]
    BrokenCredit {
        /// The credit's id.
        id: String,
        /// What is left, in US dollars.
        left: String,
        /// What was granted, in US dollars.
        granted: String,
    },
    /// A stored document is not what it was.
    #[error("the document is no invoice: {reason}")]
    Unreadable {
        /// Why, without its text.
        reason: String,
    },
    /// An amount is too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}
