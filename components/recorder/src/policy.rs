//! `recorder.toml`.

use postern_contract::policies::{self, Policies};
use postern_fault::Fault;
use postern_policy::{RECORDER_FILE, Recorder};

static RECORDER: Policies<Recorder> = Policies::new();

/// The recorder's policy.
///
/// # Errors
///
/// `unavailable` if the file exists but cannot be read or is invalid.
pub fn recorder() -> Result<&'static Recorder, Fault> {
    RECORDER.get(|| {
        let text = policies::optional(RECORDER_FILE)?;
        Recorder::from_toml(text.as_deref()).map_err(|problems| problems.to_string())
    })
}
