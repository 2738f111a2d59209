//! The parameters of a question, as they are written.

use super::error::QuestionError;
use crate::name::Name;

/// Names and values, decoded, in their order.
#[derive(Debug, Clone, Copy)]
pub struct Parameters<'p>(pub &'p [(String, String)]);

/// A foreign text for an error: one line, bounded.
pub(super) fn shown(text: &str) -> String {
    Name::from_policy(text).as_str().to_owned()
}

/// `a`, `b` and `c`.
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => "none".to_owned(),
    }
}

impl<'p> Parameters<'p> {
    /// Refuses parameters that are not in the list.
    pub(crate) fn only(self, known: &[&str]) -> Result<(), QuestionError> {
        let is_unknown = |(name, _): &&(String, String)| !known.contains(&name.as_str());
        match self.0.iter().find(is_unknown) {
            Some((given, _)) => {
                Err(QuestionError::UnknownParameter { given: shown(given), known: listed(known) })
            }
            None => Ok(()),
        }
    }

    /// The value of a parameter that may be there once.
    pub(crate) fn one(self, parameter: &'static str) -> Result<Option<&'p str>, QuestionError> {
        let mut values = self.all(parameter);
        let first = values.next();
        if values.next().is_some() {
            return Err(QuestionError::Twice { parameter });
        }
        Ok(first)
    }

    /// All values of a parameter that may be there several times.
    pub(crate) fn all(self, parameter: &str) -> impl Iterator<Item = &'p str> {
        let pairs = self.0.iter().filter(move |(name, _)| name == parameter);
        pairs.map(|(_, value)| value.as_str())
    }

    /// The value of a parameter that takes one of these words.
    pub(crate) fn word<T: Copy>(
        self,
        parameter: &'static str,
        words: &[(&str, T)],
    ) -> Result<Option<T>, QuestionError> {
        let Some(given) = self.one(parameter)? else { return Ok(None) };
        match words.iter().find(|(word, _)| *word == given) {
            Some((_, value)) => Ok(Some(*value)),
            None => {
                let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
                let known = format!("one of {}", listed(&known));
                Err(QuestionError::WrongValue { parameter, given: shown(given), known })
            }
        }
    }
}
