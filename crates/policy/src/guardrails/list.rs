//! From a list as written to a [`TermList`].

use std::collections::BTreeMap;

use toml::Spanned;

use super::written::{self, LIST_NAME, PATTERNS, TERMS};
use super::{TermList, pattern};
use crate::grants::Texts;
use crate::reading::{Key, Label, Report, Seen, at_least_one, name, shown};

/// Every instance of the stage holds all lists in memory, so their number is bounded.
const MAX_LISTS: usize = 100;
/// As many products, people or places as a person can review.
const MAX_TERMS: usize = 10_000;
/// Each pattern is searched for separately, so their number is bounded.
const MAX_PATTERNS: usize = 100;

/// The lists of all files so far.
#[derive(Default)]
pub(super) struct Lists<'t> {
    pub(super) right: Vec<TermList>,
    /// The place of each list, including invalid ones.
    pub(super) places: BTreeMap<&'t str, String>,
    count: usize,
    /// The compiled size of all patterns, in bytes.
    compiled_bytes: usize,
}

impl<'t> Lists<'t> {
    /// Adds a list of a file, and checks the length of its entries.
    pub(super) fn add(
        &mut self,
        report: &mut Report<'_>,
        file: &str,
        written: &written::List<'t>,
        max_bytes: usize,
    ) {
        let label = written.label;
        self.note(report, file, written);
        self.count += 1;
        if self.count == MAX_LISTS + 1 {
            let message = format!("there are more than {MAX_LISTS} lists; merge some of them");
            report.problem(label, written.span.clone(), message);
        }
        if !written.has_any {
            let message = format!(
                "it has neither `terms` nor `patterns`, so nothing would be found; write for example {}",
                TERMS.example
            );
            report.problem(label, written.span.clone(), message);
        }
        let terms = entries(report, label, (TERMS, MAX_TERMS), &written.terms, |term| {
            checked_term(term, max_bytes)
                .map_err(|wrong| format!("`terms` has {}, which {wrong}", shown(term)))
        });
        let patterns =
            entries(report, label, (PATTERNS, MAX_PATTERNS), &written.patterns, |text| {
                self.checked_pattern(text, max_bytes)
                    .map_err(|wrong| format!("`patterns` has {}, which {wrong}", shown(text)))
            });
        let name = written.name.as_ref().and_then(|value| name(report, label, LIST_NAME, value));
        self.right.extend(name.map(|name| TermList { name, terms, patterns }));
    }

    fn checked_pattern(&mut self, text: &str, max_bytes: usize) -> Result<(), String> {
        let bytes = pattern::check(text, max_bytes)?;
        let before = self.compiled_bytes;
        self.compiled_bytes = before.saturating_add(bytes);
        let most = pattern::MAX_COMPILED_BYTES_OF_ALL;
        // The problem is reported once, not again for every further pattern.
        if self.compiled_bytes <= most || before > most {
            return Ok(());
        }
        Err(format!(
            "together with all before it takes more than {} MiB of memory; write smaller repetitions, or terms in place of patterns",
            most / (1024 * 1024)
        ))
    }

    /// Notes the list's name, which must be unique among all files.
    fn note(&mut self, report: &mut Report<'_>, file: &str, written: &written::List<'t>) {
        let Some(name) = &written.name else { return };
        if let Some(first) = self.places.get(name.get_ref()) {
            let message = format!(
                "a list of this name is already on {first}; rename or remove one of the two"
            );
            report.problem(written.label, name.span(), message);
            return;
        }
        let place = format!("line {} of {file}", report.line_of(&name.span()));
        self.places.insert(name.get_ref(), place);
    }
}

/// The valid entries of a list, each once.
pub(super) fn entries<'t>(
    report: &mut Report<'_>,
    label: Label<'_>,
    (key, most): (Key, usize),
    list: &Texts<'t>,
    mut check: impl FnMut(&'t str) -> Result<(), String>,
) -> Vec<String> {
    let Some(list) = list else { return Vec::new() };
    at_least_one(report, label, key, list);
    let count = list.get_ref().len();
    if count > most {
        let message = format!(
            "`{}` has {count} entries; write at most {most}, and others in another list",
            key.name
        );
        report.problem(label, list.span(), message);
        return Vec::new();
    }
    let mut seen = Seen::default();
    let mut right = Vec::with_capacity(count);
    for entry in list.get_ref() {
        let text: &Spanned<&'t str> = entry;
        seen.note(report, label, text, &format!("the entry {}", shown(text.get_ref())), "remove");
        match check(text.get_ref()) {
            Ok(()) => right.push((*text.get_ref()).to_owned()),
            Err(message) => report.problem(label, text.span(), message),
        }
    }
    right
}

/// Checks a word or phrase.
fn checked_term(term: &str, max_bytes: usize) -> Result<(), String> {
    let wrong = match () {
        () if term.len() > max_bytes => format!(
            "has {} bytes, and at most {max_bytes} are looked at; write the part that tells it from others{}",
            term.len(),
            pattern::longer(term.len())
        ),
        () if !term.contains(char::is_alphanumeric) => {
            "has no letter and no digit; write a word, or one of `patterns`".to_owned()
        }
        () if term.chars().any(char::is_control) => {
            "has a line break or another control character; write the words with spaces between them"
                .to_owned()
        }
        () if term.trim() != term => {
            "begins or ends with white space; remove that, terms are found as whole words".to_owned()
        }
        () => return Ok(()),
    };
    Err(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_is_a_word_or_phrase() {
        for right in ["Acme", "Acme Corp.", "C++", "北京", "3M", "Ünïted Ärrows", &"x".repeat(256)]
        {
            assert_eq!(checked_term(right, 256), Ok(()), "{right}");
        }
        for (wrong, says) in [
            ("", "no letter"),
            (" ", "no letter"),
            ("...", "no letter"),
            ("Acme ", "white space"),
            ("\u{a0}Acme", "white space"),
            ("Ac\nme", "control"),
            ("Ac\u{0}me", "control"),
            (&"x".repeat(257), "257 bytes"),
        ] {
            let said = checked_term(wrong, 256).unwrap_err();
            assert!(said.contains(says), "{wrong:?}: {said}");
        }
    }
}
