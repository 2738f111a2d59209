//! The base URL of a vendor; a part of it may be a variable.

use std::fmt;

use http::uri::Authority;
use serde::{Deserialize, Serialize};

use crate::base_path;
use crate::reading::{is_variable_name, shown};
use crate::url::Parts;

/// A provider's `base_url` as written, with its one variable found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseUrl {
    before: String,
    variable: Option<String>,
    after: String,
}

/// Where requests to a vendor go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Whether the scheme is `https`; otherwise it is `http`.
    pub https: bool,
    /// Host and port, as in `api.openai.com` or `127.0.0.1:8080`; never with a user or password.
    pub authority: String,
    /// The path before the dialect's paths, as in `/v1`; never ends with a slash.
    pub base_path: String,
}

impl Endpoint {
    /// The URL of one of the dialect's paths, which begins with a slash: `/chat/completions`.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        let scheme = if self.https { "https" } else { "http" };
        format!("{scheme}://{}{}{path}", self.authority, self.base_path)
    }
}

/// Why a base URL is invalid.
///
/// Never repeats a part that may be a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// More than one `{{ }}`.
    #[error(
        "it has more than one variable; write one variable for what changes, and the rest as it is"
    )]
    ManyVariables,
    /// A `{{` without its `}}`, or the reverse.
    #[error("its braces do not match; write {{{{ name }}}}")]
    Braces,
    /// The text between the braces is not the name of a variable.
    #[error(
        "what is between its braces is not the name of a variable; write lower-case letters, digits and single `_`"
    )]
    VariableName,
    /// Its variable has no value.
    #[error(
        "the variable {0:?} has no value; give it one, for example with --variable {0}=https://api.example.com"
    )]
    NoValue(String),
    /// A variable of a path has no value, or one that would leave its place in the path.
    #[error(
        "the variable {0:?} has no value that can stand in a path (not shown); give it letters, digits and `-` `.` `_` `~` `:` `@`, for example --variable {0}=my-project"
    )]
    PathValue(String),
    /// It does not begin with `http://` or `https://`.
    #[error(
        "it does not begin with https:// or http://; write for example https://api.example.com"
    )]
    Scheme,
    /// A user or password before the host.
    #[error(
        "it has a user or password before the host (not shown); remove it, and name the variable that holds the credential in `credential`"
    )]
    UserInfo,
    /// A query or fragment.
    #[error("it has a query or fragment (not shown); end it with the path")]
    Query,
    /// The host or port is invalid.
    #[error("{} is not a host with an optional port; write for example api.example.com or 127.0.0.1:8080", shown(.0))]
    Authority(String),
    /// The path cannot be used.
    #[error("{} is not a path to put others behind; write for example /v1, without empty or dotted parts", shown(.0))]
    Path(String),
}

/// Prints the URL as written, so that [`BaseUrl::parse`] reads it again.
impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.variable {
            Some(name) => write!(f, "{}{{{{ {name} }}}}{}", self.before, self.after),
            None => f.write_str(&self.before),
        }
    }
}

impl BaseUrl {
    /// Reads a base URL, and checks everything that does not depend on the variable's value.
    ///
    /// # Errors
    ///
    /// An [`EndpointError`] if no value of the variable could make it a usable URL.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let base_url = Self::split(text)?;
        // A value for the variable: the URL from the scheme on, or a part of the rest ("1" is a valid host and a valid port).
        let stand_in = if base_url.before.is_empty() { "https://1" } else { "1" };
        base_url.endpoint(base_url.variable().map(|_| stand_in), "")?;
        Ok(base_url)
    }

    fn split(text: &str) -> Result<Self, EndpointError> {
        let Some((before, rest)) = text.split_once("{{") else {
            if text.contains("}}") {
                return Err(EndpointError::Braces);
            }
            return Ok(Self { before: text.to_owned(), variable: None, after: String::new() });
        };
        let (name, after) = rest.split_once("}}").ok_or(EndpointError::Braces)?;
        if after.contains("{{") {
            return Err(EndpointError::ManyVariables);
        }
        if after.contains("}}") || before.contains("}}") {
            return Err(EndpointError::Braces);
        }
        if before.is_empty() && after.starts_with("://") {
            return Err(EndpointError::Scheme);
        }
        let name = name.trim();
        if !is_variable_name(name) {
            return Err(EndpointError::VariableName);
        }
        Ok(Self {
            before: before.to_owned(),
            variable: Some(name.to_owned()),
            after: after.to_owned(),
        })
    }

    /// The variable whose value [`BaseUrl::endpoint`] needs.
    #[must_use]
    pub fn variable(&self) -> Option<&str> {
        self.variable.as_deref()
    }

    /// Scheme, host and port as written, without the path, as `allowed_outbound_hosts` must name them.
    #[must_use]
    pub fn origin(&self) -> String {
        let whole = self.to_string();
        let host = whole.find("://").map_or(0, |scheme| scheme.saturating_add("://".len()));
        // No variable's name has a slash, so the first slash after the scheme begins the path.
        let (scheme, rest) = whole.split_at_checked(host).unwrap_or(("", &whole));
        format!("{scheme}{}", rest.split('/').next().unwrap_or(rest))
    }

    /// The endpoint with the variable's value filled in, and with the dialect's path if the URL has none.
    ///
    /// # Errors
    ///
    /// An [`EndpointError`] if the value is missing or does not make a usable URL.
    pub fn endpoint(
        &self,
        value: Option<&str>,
        default_base_path: &str,
    ) -> Result<Endpoint, EndpointError> {
        let value = match (&self.variable, value) {
            (None, _) => "",
            (Some(_), Some(value)) => value.trim_end_matches('/'),
            (Some(name), None) => return Err(EndpointError::NoValue(name.clone())),
        };
        endpoint_of(&format!("{}{value}{}", self.before, self.after), default_base_path)
    }
}

fn endpoint_of(url: &str, default_base_path: &str) -> Result<Endpoint, EndpointError> {
    let parts = Parts::of(url).ok_or(EndpointError::Scheme)?;
    let Parts { https, authority, rest: path } = parts;
    if authority.contains('@') {
        return Err(EndpointError::UserInfo);
    }
    if path.contains(['?', '#']) {
        return Err(EndpointError::Query);
    }
    Ok(Endpoint {
        https,
        authority: checked_authority(authority)?,
        base_path: checked_path(path, default_base_path)?,
    })
}

pub(crate) fn checked_authority(text: &str) -> Result<String, EndpointError> {
    let wrong = || EndpointError::Authority(text.to_owned());
    let authority: Authority = text.parse().map_err(|_| wrong())?;
    // `Authority` accepts any digits as a port, so the rest after the host must be empty or a port of 16 bits.
    let port = text.strip_prefix(authority.host()).ok_or_else(wrong)?;
    let port_is_right = port.is_empty() || authority.port_u16().is_some_and(|port| port > 0);
    if authority.host().is_empty() || !port_is_right {
        return Err(wrong());
    }
    Ok(text.to_ascii_lowercase())
}

fn checked_path(text: &str, default_base_path: &str) -> Result<String, EndpointError> {
    let path = base_path::checked(text)?;
    Ok(if path.is_empty() { default_base_path.to_owned() } else { path })
}
