//! How a stage gets at its policies: mounted read-only by `spin.toml`, read once an instance.

use postern_fault::{Fault, Kind};
use std::io::ErrorKind;
use std::sync::OnceLock;

/// Where `spin.toml` mounts the policies.
const DIRECTORY: &str = "/policies";

/// What a stage has made of its policies, or why it could not.
pub struct Policies<T>(OnceLock<Result<T, String>>);

impl<T> Policies<T> {
    /// Not read yet.
    #[allow(clippy::new_without_default)] // It lives in a static.
    pub const fn new() -> Self {
        Policies(OnceLock::new())
    }

    /// What `load` made of them when they were first asked for.
    ///
    /// # Errors
    ///
    /// `unavailable` when a file cannot be read or is wrong: without its policies a stage does not serve.
    pub fn get(&self, load: impl FnOnce() -> Result<T, String>) -> Result<&T, Fault> {
        self.0.get_or_init(load).as_ref().map_err(|problems| {
            Fault::new(Kind::Unavailable, "the gateway's policies cannot be read")
                .with_private(problems.clone())
        })
    }
}

/// The text of a policy file.
///
/// # Errors
///
/// Which file, and why it cannot be read.
pub fn required(file: &str) -> Result<String, String> {
    optional(file)?.ok_or_else(|| format!("{DIRECTORY}/{file} is missing"))
}

/// The text of a policy file that need not be there.
///
/// # Errors
///
/// Which file, and why it cannot be read.
pub fn optional(file: &str) -> Result<Option<String>, String> {
    let path = format!("{DIRECTORY}/{file}");
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(format!("{path}: {error}")),
    }
}
