//! `recorder.toml`.

use postern_contract::policies::{self, Policies};
use postern_fault::Fault;
use postern_policy::{RECORDER_FILE, Recorder};
use std::io;

static RECORDER: Policies<Recorder> = Policies::new();
static DIGEST: Policies<String> = Policies::new();

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

/// The digest of all policies, which a record names.
///
/// # Errors
///
/// `unavailable` if a file exists but cannot be read.
pub fn digest() -> Result<&'static str, Fault> {
    let read = |name: &str| policies::optional(name).map_err(io::Error::other);
    let digest = DIGEST.get(|| postern_policy::digest(read).map_err(|error| error.to_string()));
    digest.map(String::as_str)
}
