//! A problem of the policies, for their author.

use std::fmt;

use crate::AUTHORIZATION_FILE;

/// A problem, with what to write instead. Printed as `authorization.cedar:12: ...`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, counted from 1; none for a problem of the whole file.
    pub line: Option<u32>,
    /// What is wrong, with which policy, and what to write instead: lower case, no full stop.
    pub message: String,
}

impl Problem {
    pub(crate) fn of_file(message: impl Into<String>) -> Self {
        Self { line: None, message: message.into() }
    }

    pub(crate) fn at(line: u32, message: impl Into<String>) -> Self {
        Self { line: Some(line), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{AUTHORIZATION_FILE}:{line}: {}", self.message),
            None => write!(formatter, "{AUTHORIZATION_FILE}: {}", self.message),
        }
    }
}
