//! Citations in a text. What stands in code is none.

use postern_policy::CitationForm;
use regex_automata::meta::Regex;
use std::sync::LazyLock;

/// RFC 3986, as far as texts have it.
static URL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\bhttps?://[a-z0-9\[][^\s<>\x22]{2}").ok());

/// <https://spec.commonmark.org/0.31.2/#links>, inline.
static LINK: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|[^!\\])\[[^\[\]\n]{1,300}\]\([^()\s][^\n)]{0,2000}\)").ok());

/// `[1]`, `[2, 3]`, `[4-6]`, a footnote, and the marks of OpenAI's file search.
static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"\[\^?[0-9]{1,3}(?:\s?[,;–-]\s?\^?[0-9]{1,3}){0,20}\]|【[0-9]{1,3}[^】\n]{0,60}】")
        .ok()
});

/// Whether a text cites in this form.
pub fn has(text: &str, form: CitationForm) -> bool {
    let pattern = match form {
        CitationForm::Url => &URL,
        CitationForm::Link => &LINK,
        CitationForm::Number => &NUMBER,
    };
    let prose = without_code(text);
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(&prose))
}

/// The text without fenced blocks and code spans.
pub fn without_code(text: &str) -> String {
    let mut prose = String::with_capacity(text.len());
    let mut fence = None;
    for line in text.split_inclusive('\n') {
        let begun = line.trim_start();
        let mark = ["```", "~~~"].into_iter().find(|mark| begun.starts_with(mark));
        match (fence, mark) {
            (None, Some(mark)) => fence = Some(mark),
            (Some(open), Some(mark)) if open == mark => fence = None,
            (Some(_), _) => {}
            (None, None) => add_without_spans(line, &mut prose),
        }
    }
    prose
}

fn add_without_spans(line: &str, prose: &mut String) {
    // A backtick without its partner is a sign like any other.
    let mut parts = line.split('`');
    let last = (line.matches('`').count() / 2) * 2;
    for (at, part) in parts.by_ref().enumerate() {
        if at % 2 == 0 || at > last {
            prose.push_str(part);
        } else {
            prose.push(' ');
        }
    }
}
