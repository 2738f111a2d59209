//! Prices of plans: as written in TOML, then as used.

mod charge;
mod charge_check;
mod check;
mod models;
mod plan;
mod pricing;
mod rate;
mod shadow;

pub use crate::reading::{Problem, Problems};
pub(crate) use charge::slots;
pub use charge::{Charge, Unit};
pub use plan::{Package, PlanPrice, SeatPrice};
pub use pricing::{Part, Pricing, Tier};
pub use rate::Rate;
