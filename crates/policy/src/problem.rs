//! Problems of a policy, for its author.

use std::fmt;

/// One problem in one file, with what to write instead.
///
/// Printed as `consumers.toml:12: ...`. The message never contains a value that may be a credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's name, without its folder.
    pub file: String,
    /// The line, counted from 1; `None` if the problem concerns the whole file.
    pub line: Option<u32>,
    /// The problem, the offending value, and what to write instead, in lower case without a full stop.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "{}:{line}: {}", self.file, self.message),
            None => write!(formatter, "{}: {}", self.file, self.message),
        }
    }
}

/// All problems of the files that were read, by file and line; printed one per line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Whether there are no problems.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns what was read if there are no problems.
    pub(crate) fn or<T>(self, read: T) -> Result<T, Self> {
        if self.is_empty() { Ok(read) } else { Err(self) }
    }

    pub(crate) fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }

    pub(crate) fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self(vec![Problem { file: file.to_owned(), line: None, message: message.into() }])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                formatter.write_str("\n")?;
            }
            problem.fmt(formatter)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
