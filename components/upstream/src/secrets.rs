//! Variables: where vendors are, and what lets us in.

use postern_fault::{Fault, Kind};
use postern_policy::BaseUrl;
use spin_sdk::variables;

/// The URL of a vendor's path, with the base URL's variable put in.
///
/// # Errors
///
/// `unavailable` when the variable is missing or makes no URL; its value is not told.
pub async fn url(base_url: &str, default_base_path: &str, path: &str) -> Result<Url, Fault> {
    let base =
        BaseUrl::parse(base_url).map_err(|error| misconfigured(format!("base_url: {error}")))?;
    let value = match base.variable() {
        Some(name) => Some(read(name).await?),
        None => None,
    };
    let endpoint = base
        .endpoint(value.as_deref(), default_base_path)
        // What is wrong with the value could repeat it, and it may be a credential in the wrong place.
        .map_err(|_| {
            misconfigured(format!("`{base_url}` makes no URL with its variable's value"))
        })?;
    Ok(Url {
        https: endpoint.https,
        authority: endpoint.authority,
        path: format!("{}{path}", endpoint.base_path),
    })
}

/// A URL, as a request takes it.
pub struct Url {
    pub https: bool,
    pub authority: String,
    pub path: String,
}

/// The credential in the variable `name`.
///
/// # Errors
///
/// `unavailable` when it is missing or empty.
pub async fn credential(name: &str) -> Result<String, Fault> {
    let value = read(name).await?;
    if value.is_empty() {
        return Err(misconfigured(format!(
            "the variable `{name}` is empty: give it the provider's credential, for example with SPIN_VARIABLE_{}",
            name.to_ascii_uppercase()
        )));
    }
    Ok(value)
}

async fn read(name: &str) -> Result<String, Fault> {
    variables::get(name).await.map_err(|error| {
        misconfigured(format!(
            "the variable `{name}` cannot be read ({error}): is it in spin.toml?"
        ))
    })
}

fn misconfigured(private: String) -> Fault {
    let public = "this model's provider is not configured on the gateway";
    // Another deployment may be.
    Fault { retryable: true, ..Fault::new(Kind::Unavailable, public).with_private(private) }
}
