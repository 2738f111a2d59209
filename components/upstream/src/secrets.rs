//! The variables of vendors' addresses and credentials.

use postern_credential::mask::Secrets;
use postern_fault::{Fault, Kind};
use postern_policy::{BasePath, BaseUrl};
use spin_sdk::variables;
use std::sync::{Mutex, PoisonError};

/// The secrets that this instance has sent or signed with: no others can come back to it.
static SENT: Mutex<Secrets> = Mutex::new(Secrets::new());

/// The URL of a vendor's path, with the values of variables.
///
/// # Errors
///
/// `unavailable` if a variable is missing or makes an invalid URL; the fault does not repeat its value.
pub async fn url(base_url: &str, default_base_path: &str, path: &str) -> Result<Url, Fault> {
    let base =
        BaseUrl::parse(base_url).map_err(|error| misconfigured(format!("base_url: {error}")))?;
    let value = match base.variable() {
        Some(name) => Some(read(name).await?),
        None => None,
    };
    let default_base_path = filled(default_base_path).await?;
    let endpoint = base
        .endpoint(value.as_deref(), &default_base_path)
        // The parser's error could repeat the value, which may be a misplaced credential.
        .map_err(|_| {
            misconfigured(format!("`{base_url}` makes no URL with its variable's value"))
        })?;
    Ok(Url {
        https: endpoint.https,
        authority: endpoint.authority,
        path: format!("{}{path}", endpoint.base_path),
    })
}

/// A path with the values of its variables: `/v1/projects/{{ vertex_project }}`.
async fn filled(text: &str) -> Result<String, Fault> {
    let wrong = |error| misconfigured(format!("the base path `{text}`: {error}"));
    let path = BasePath::parse(text).map_err(wrong)?;
    let mut values = Vec::new();
    for name in path.variables() {
        values.push((name.to_owned(), present(name).await?));
    }
    let value = |name: &str| {
        let found = values.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    path.filled(value).map_err(wrong)
}

/// A URL in the parts that a request takes.
#[derive(Debug, Clone)]
pub struct Url {
    pub https: bool,
    pub authority: String,
    pub path: String,
}

impl Url {
    /// The URL as one text.
    pub fn whole(&self) -> String {
        let scheme = if self.https { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority, self.path)
    }
}

/// The value of the variable `name`.
///
/// # Errors
///
/// `unavailable` if it is missing or empty.
pub async fn present(name: &str) -> Result<String, Fault> {
    let value = read(name).await?;
    if value.is_empty() {
        let private = format!(
            "the variable `{name}` is empty: give it a value, for example with SPIN_VARIABLE_{}",
            name.to_ascii_uppercase()
        );
        return Err(misconfigured(private));
    }
    Ok(value)
}

/// The value of a variable that holds a secret: from now on it is masked in answers.
///
/// # Errors
///
/// As [`present`].
pub async fn secret(name: &str) -> Result<String, Fault> {
    let value = present(name).await?;
    keep([value.as_str()]);
    Ok(value)
}

/// The secret of a variable that may be empty.
pub async fn optional_secret(name: Option<&str>) -> Result<Option<String>, Fault> {
    let Some(name) = name else { return Ok(None) };
    let value = Some(read(name).await?).filter(|value| !value.is_empty());
    keep(value.as_deref());
    Ok(value)
}

/// Adds secrets.
pub fn keep<'s>(secrets: impl IntoIterator<Item = &'s str>) {
    let mut sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
    secrets.into_iter().for_each(|secret| sent.add(secret));
}

/// A foreign text with our secrets masked.
pub fn masked(text: &str) -> String {
    let sent = SENT.lock().unwrap_or_else(PoisonError::into_inner);
    sent.masked(text).into_owned()
}

/// The value of a variable, which may be empty.
///
/// # Errors
///
/// `unavailable` if it is missing.
pub async fn read(name: &str) -> Result<String, Fault> {
    variables::get(name).await.map_err(|error| {
        misconfigured(format!(
            "the variable `{name}` cannot be read ({error}): is it in spin.toml?"
        ))
    })
}

/// Another deployment may be configured.
pub fn misconfigured(private: impl Into<String>) -> Fault {
    let public = "this model's provider is not configured on the gateway";
    let fault = Fault::new(Kind::NotConfigured, public).with_code("provider_not_configured");
    Fault { retryable: true, ..fault.with_private(private) }
}
