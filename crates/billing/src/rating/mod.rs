//! From rows of the ledger to lines of an invoice.
//!
//! Rows are added one by one and not kept: what stays is a sum for each plan and model. Each line is calculated from sums and
//! rounded once, so that the same rows give the same lines in any order and in any split.

mod adjustment;
mod error;
mod fixed;
mod line;
mod rater;
mod unrated;
mod variable;

pub use adjustment::adjustments;
pub use error::RatingError;
pub use line::{Line, LineKind, LineUnit};
pub use rater::{Rated, Rater};
pub use unrated::Unrated;
