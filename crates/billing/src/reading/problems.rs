//! The problems of a text.

use std::fmt;
use std::ops::Range;

/// One problem: where it is, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, and the remedy.
    pub message: String,
}

/// All problems of a text, in the order of their lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Problem { line, message }) in self.0.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            write!(formatter, "{end}line {line}: {message}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// The problems so far.
pub(crate) struct Report<'t> {
    text: &'t str,
    problems: Vec<(usize, String)>,
}

impl<'t> Report<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, problems: Vec::new() }
    }

    /// Notes a problem of a place in the text.
    pub(crate) fn problem(&mut self, span: &Range<usize>, message: String) {
        self.problems.push((span.start, message));
    }

    /// How many there are.
    pub(crate) fn count(&self) -> usize {
        self.problems.len()
    }

    /// None if there are no problems.
    pub(crate) fn into_problems(mut self) -> Option<Problems> {
        self.problems.sort_by_key(|(place, _)| *place);
        let bytes = self.text.as_bytes();
        let line = |place: usize| bytes.iter().take(place).filter(|byte| **byte == b'\n').count();
        let problem = |(place, message)| Problem { line: line(place) + 1, message };
        let problems: Vec<_> = self.problems.into_iter().map(problem).collect();
        (!problems.is_empty()).then_some(Problems(problems))
    }
}
