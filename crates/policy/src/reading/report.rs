//! Collects the problems of one file.

use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;

use toml::Spanned;
use toml::de::DeTable;

use crate::problem::{Problem, Problems};

/// The largest policy file that a stage reads: 10,000 consumers with a key each take about 2.5 MB. The limit keeps a wrong mount
/// from filling an instance's memory.
pub const MAX_STAGE_FILE_BYTES: usize = 4 * 1024 * 1024;
/// The largest that is compiled for stages: 200,000 consumers with a key each.
const MAX_COMPILED_FILE_BYTES: usize = 64 * 1024 * 1024;
const MAX_FILE_BYTES: usize = match cfg!(target_family = "wasm") {
    true => MAX_STAGE_FILE_BYTES,
    false => MAX_COMPILED_FILE_BYTES,
};

/// The subject of a message, printed before it: `consumer "ci"`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Label<'t> {
    /// Its kind: `consumer`, `[request]`; empty at the top of a file.
    pub(crate) what: &'static str,
    /// Its name, if it has one.
    pub(crate) name: Option<&'t str>,
}

impl fmt::Display for Label<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            _ if self.what.is_empty() => Ok(()),
            Some(name) => write!(formatter, "{} {}: ", self.what, super::shown(name)),
            None => write!(formatter, "{}: ", self.what),
        }
    }
}

/// The problems of one file so far.
pub(crate) struct Report<'s> {
    file: &'s str,
    text: &'s str,
    problems: Vec<(usize, Problem)>,
    /// The end of each line, computed when the first line number is needed.
    line_ends: OnceCell<Vec<usize>>,
}

impl<'s> Report<'s> {
    pub(crate) fn new(file: &'s str, text: &'s str) -> Self {
        Self { file, text, problems: Vec::new(), line_ends: OnceCell::new() }
    }

    /// Parses the file, or reports all its syntax errors; the parser itself limits the nesting of tables.
    pub(crate) fn parse(&mut self) -> Option<Spanned<DeTable<'s>>> {
        if self.text.len() > MAX_FILE_BYTES {
            let bytes = self.text.len();
            self.push(
                0..0,
                format!(
                    "the file has {bytes} bytes; shorten it to at most {MAX_FILE_BYTES}, or where it is read by a stage, compile it (`postern compile`)"
                ),
            );
            return None;
        }
        let (document, errors) = DeTable::parse_recoverable(self.text);
        for error in &errors {
            let span = error.span().unwrap_or(0..0);
            self.push(span, format!("not TOML: {}", error.message()));
        }
        errors.is_empty().then_some(document)
    }

    /// Notes a problem of the labelled thing, at a place of the file.
    pub(crate) fn problem(
        &mut self,
        label: Label<'_>,
        span: Range<usize>,
        message: impl fmt::Display,
    ) {
        self.push(span, format!("{label}{message}"));
    }

    fn push(&mut self, span: Range<usize>, message: String) {
        let line = Some(self.line_of(&span));
        let file = self.file.to_owned();
        let problem = Problem { file, line, message };
        self.problems.push((span.start, problem));
    }

    /// How many problems there are so far.
    pub(crate) fn count(&self) -> usize {
        self.problems.len()
    }

    /// Whether there are no problems so far. If there are, an entry may seem absent because of one.
    pub(crate) fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }

    /// The line, counted from 1, on which a span begins.
    pub(crate) fn line_of(&self, span: &Range<usize>) -> u32 {
        let ends = self.line_ends.get_or_init(|| {
            let bytes = self.text.bytes().enumerate();
            bytes.filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect()
        });
        let newlines = ends.partition_point(|end| *end < span.start);
        u32::try_from(newlines).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// All problems, in the order of their places.
    pub(crate) fn into_problems(mut self) -> Problems {
        self.problems.sort_by_key(|(offset, _)| *offset);
        Problems(self.problems.into_iter().map(|(_, problem)| problem).collect())
    }
}
