//! `consumers.toml`.

use postern_contract::policies::{self, Policies};
use postern_fault::Fault;
use postern_policy::{CONSUMERS_FILE, Consumers};

static CONSUMERS: Policies<Consumers> = Policies::new();

/// Consumers, and the keys kept in git.
///
/// # Errors
///
/// `unavailable` when the file cannot be read or is wrong.
pub fn consumers() -> Result<&'static Consumers, Fault> {
    CONSUMERS.get(|| {
        let text = policies::required(CONSUMERS_FILE)?;
        Consumers::from_toml(&text).map_err(|problems| problems.to_string())
    })
}
