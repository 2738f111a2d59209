//! Checks of a text: its patterns, its size, its language, its citations.

use super::{Compiled, cites, language};
use postern_policy::{CitationForm, LANGUAGES};

/// A check that a text does not satisfy: the key of the rule, and what is wrong.
pub type Wrong = (&'static str, String);

/// What is wrong with a text. `is_silent`: the answer has another form than text, and may have none.
pub fn check(compiled: &Compiled, text: &str, is_silent: bool) -> Vec<Wrong> {
    let rule = &compiled.rule;
    let mut wrong: Vec<Wrong> = Vec::new();
    if is_silent && text.trim().is_empty() {
        return wrong;
    }
    if rule.min_characters.or(rule.max_characters).is_some() {
        let count = text.chars().count() as u64;
        if let Some(least) = rule.min_characters.filter(|least| count < *least) {
            wrong.push((
                "min_characters",
                format!("the answer has {count} characters, and at least {least} are required"),
            ));
        }
        if let Some(most) = rule.max_characters.filter(|most| count > *most) {
            wrong.push((
                "max_characters",
                format!("the answer has {count} characters, and at most {most} are allowed"),
            ));
        }
    }
    if !compiled.must_match.iter().all(|pattern| pattern.is_match(text)) {
        wrong.push(("must_match", "the answer lacks something that it must have".to_owned()));
    }
    if compiled.must_not_match.iter().any(|pattern| pattern.is_match(text)) {
        wrong.push(("must_not_match", "the answer has something that it must not have".to_owned()));
    }
    if let Some(languages) = &rule.languages
        && language::of(text).is_some_and(|language| !languages.contains(language))
    {
        let names = LANGUAGES.iter().filter(|(_, code)| languages.contains(code));
        let names: Vec<&str> = names.map(|(name, _)| *name).collect();
        let names = names.join(", ");
        wrong.push(("languages", format!("the answer must be in one of these languages: {names}")));
    }
    wrong.extend(citations(compiled, text));
    wrong
}

fn citations(compiled: &Compiled, text: &str) -> Vec<Wrong> {
    let rule = &compiled.rule;
    let mut wrong = Vec::new();
    if let Some(forms) = &rule.must_cite
        && !forms.iter().any(|form| cites::has(text, *form))
    {
        let forms: Vec<&str> = forms.iter().map(|form| said(*form)).collect();
        let forms = forms.join(" or ");
        wrong.push(("must_cite", format!("the answer must cite its sources, by {forms}")));
    }
    if let Some(form) = rule.must_not_cite.iter().find(|form| cites::has(text, **form)) {
        let form = said(*form);
        wrong.push(("must_not_cite", format!("the answer must not cite by {form}")));
    }
    wrong
}

fn said(form: CitationForm) -> &'static str {
    match form {
        CitationForm::Url => "a URL",
        CitationForm::Link => "a Markdown link",
        CitationForm::Number => "a number in brackets",
    }
}
