//! Why usage cannot be rated.

use crate::exact::Overflow;

/// Why usage cannot be rated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatingError {
    /// A plan has no price.
    #[error("the plan {plan:?} has no price; give that which it had in this period")]
    NoPrice {
        /// Its name.
        plan: String,
    },
    /// The period has no seconds.
    #[error("the period from {start_s} s to {end_s} s is empty; give a billing period")]
    EmptyPeriod {
        /// Its beginning, in seconds since 1970.
        start_s: i64,
        /// Its end.
        end_s: i64,
    },
    /// The parts of a split are of other periods, subscriptions or prices.
    #[error("the two parts are not of the same period, plans and seats; rate both with the same")]
    OtherPart,
    /// An amount is too large.
    #[error(transparent)]
    Overflow(#[from] Overflow),
}
