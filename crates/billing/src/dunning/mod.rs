//! What follows from invoices that are not paid, and from budgets that are used up: policy, as pure functions.

mod budget;
mod policy;
mod stop;

pub use budget::{Budget, BudgetNotice, BudgetThresholds};
pub use policy::{Action, Decision, DunningError, Policy, Step};
pub use stop::{Stop, stop};
