//! `gateway.toml`.

use postern_contract::policies::{self, Policies};
use postern_fault::Fault;
use postern_policy::{GATEWAY_FILE, Gateway};

static GATEWAY: Policies<Gateway> = Policies::new();

/// The gateway's own policy.
///
/// # Errors
///
/// `unavailable` if the file exists but cannot be read or is invalid: without policies nothing is served.
pub fn gateway() -> Result<&'static Gateway, Fault> {
    GATEWAY.get(|| {
        let text = policies::optional(GATEWAY_FILE)?;
        Gateway::from_toml(text.as_deref()).map_err(|problems| problems.to_string())
    })
}
