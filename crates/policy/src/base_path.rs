//! The path before a dialect's paths; parts of it may be variables.

use std::fmt;

use http::uri::PathAndQuery;
use serde::{Deserialize, Serialize};

use crate::EndpointError;
use crate::reading::is_variable_name;

/// A provider's `base_path` as written, with its variables found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasePath {
    /// The text before each variable, and the variable's name.
    parts: Vec<(String, String)>,
    /// The text after the last variable.
    rest: String,
}

/// Prints the path as written, so that [`BasePath::parse`] reads it again.
impl fmt::Display for BasePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (before, variable) in &self.parts {
            write!(f, "{before}{{{{ {variable} }}}}")?;
        }
        f.write_str(&self.rest)
    }
}

impl BasePath {
    /// Reads a base path, and checks everything that does not depend on its variables' values.
    ///
    /// # Errors
    ///
    /// An [`EndpointError`] if no values of the variables could make it a usable path.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        let base_path = Self::split(text)?;
        base_path.filled(|_| Some("1".to_owned()))?;
        Ok(base_path)
    }

    fn split(text: &str) -> Result<Self, EndpointError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, opened)) = rest.split_once("{{") {
            let (name, after) = opened.split_once("}}").ok_or(EndpointError::Braces)?;
            if before.contains(['{', '}']) {
                return Err(EndpointError::Braces);
            }
            let name = name.trim();
            if !is_variable_name(name) {
                return Err(EndpointError::VariableName);
            }
            parts.push((before.to_owned(), name.to_owned()));
            rest = after;
        }
        if rest.contains(['{', '}']) {
            return Err(EndpointError::Braces);
        }
        Ok(Self { parts, rest: rest.to_owned() })
    }

    /// The variables whose values [`BasePath::filled`] needs, in their order in the path.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().map(|(_, variable)| variable.as_str())
    }

    /// The path with the variables' values filled in, without a trailing slash.
    ///
    /// # Errors
    ///
    /// An [`EndpointError`] if a value is missing or is not one segment of a path.
    pub fn filled(&self, value: impl Fn(&str) -> Option<String>) -> Result<String, EndpointError> {
        let mut path = String::new();
        for (before, variable) in &self.parts {
            let value = value(variable).filter(|value| is_segment(value));
            let value = value.ok_or_else(|| EndpointError::PathValue(variable.clone()))?;
            path.push_str(before);
            path.push_str(&value);
        }
        path.push_str(&self.rest);
        checked(&path)
    }
}

/// Whether a value needs no escaping in a path and stays within its segment (RFC 3986, 3.3).
fn is_segment(value: &str) -> bool {
    let right = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte);
    !matches!(value, "" | "." | "..") && value.bytes().all(right)
}

/// A path that other paths are appended to: empty, or with a leading and without a trailing slash.
pub(crate) fn checked(text: &str) -> Result<String, EndpointError> {
    if text.contains(['?', '#']) {
        return Err(EndpointError::Query);
    }
    let path = text.strip_suffix('/').unwrap_or(text);
    if path.is_empty() {
        return Ok(String::new());
    }
    let dotted = path.split('/').skip(1).any(|part| matches!(part, "" | "." | ".."));
    if dotted || !path.starts_with('/') || path.parse::<PathAndQuery>().is_err() {
        return Err(EndpointError::Path(text.to_owned()));
    }
    Ok(path.to_owned())
}
