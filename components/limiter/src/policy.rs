//! `plans.toml`.

use postern_contract::policies::{self, Policies};
use postern_contract::types::Caller;
use postern_fault::{Fault, Kind, shown};
use postern_meter::{Limits, Zone};
use postern_policy::{PLANS_FILE, Plans};
use std::sync::OnceLock;

static PLANS: Policies<Plans> = Policies::new();
static ZONE: OnceLock<Zone> = OnceLock::new();

/// The plans, and the limits of all callers.
///
/// # Errors
///
/// `unavailable` if the file exists but cannot be read or is invalid.
pub fn plans() -> Result<&'static Plans, Fault> {
    PLANS.get(|| {
        let text = policies::optional(PLANS_FILE)?;
        Plans::from_toml(text.as_deref()).map_err(|problems| problems.to_string())
    })
}

/// The time zone of days and months.
pub fn zone(plans: &Plans) -> &'static Zone {
    ZONE.get_or_init(|| Zone::named(plans.time_zone()))
}

/// The limits of a caller.
///
/// # Errors
///
/// `forbidden` for an unknown plan: an issuer's claims are not checked in advance.
pub fn limits<'p>(plans: &'p Plans, caller: &'p Caller) -> Result<Limits<'p>, Fault> {
    Limits::of(plans, caller.plan.as_deref()).map_err(|plan| {
        let public = format!("your plan `{}` is not known here; ask for one that is", shown(plan));
        Fault::new(Kind::Forbidden, public).with_code("unknown_plan")
    })
}
