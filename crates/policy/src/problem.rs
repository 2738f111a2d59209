//! What is wrong with a policy, for the person who wrote it.

use std::fmt;

/// One thing wrong in one file, with what to write instead.
///
/// Printed as `consumers.toml:12: ...`. Values that may be credentials are never part of the message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file's name, without its folder.
    pub file: String,
    /// The line, counted from 1; none when the file as a whole is meant.
    pub line: Option<u32>,
    /// What is wrong, with which value, and what to write instead: lower case, no full stop.
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

/// All problems of the files that were read, by file and line; printed one a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Gives what was read when nothing is wrong with it.
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
