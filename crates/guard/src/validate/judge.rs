//! The judgement on an answer.

use super::form::{Form, JSON_SCHEMA, TOOL_ARGUMENTS};
use super::said::{Choice, Lengths, Said};
use super::{Compiled, text};
use crate::schema::{Checked, Schema};
use postern_policy::{Correction, Streams, Validation};
use postern_types::guardrail::{Judgement, Piece, Stop, Violation};
use postern_types::provider::{Place, TextKind};
use serde_json::Value;

/// How much was seen of an answer up to a point.
pub struct Seen(Lengths);

/// Judges one answer.
pub struct Judge<'g> {
    rules: Vec<&'g Compiled>,
    form: Form,
    /// The schema of the answer.
    schema: Option<Schema>,
    said: Said,
}

impl<'g> Judge<'g> {
    /// Judges by those of `rules` that say something of such an answer.
    pub fn new(rules: Vec<&'g Compiled>, form: Form) -> Self {
        let rules = rules.into_iter().filter(|one| form.concerns(&one.rule)).collect();
        // It was read with the request.
        let schema = form.schema.as_ref().and_then(|text| Schema::read(text).ok());
        Judge { rules, form, schema, said: Said::default() }
    }

    /// Takes more of what leaves.
    pub fn see(&mut self, at: Place, text: &str) {
        self.said.add(at, text);
    }

    /// What was seen so far.
    pub fn seen(&self) -> Seen {
        Seen(self.said.lengths())
    }

    /// Forgets what was seen since then.
    pub fn return_to(&mut self, seen: &Seen) {
        self.said.shorten(&seen.0);
    }

    /// Whether a stream ends here: a text of it is complete that does not satisfy a rule. `after`: what follows in this part.
    pub fn stop(&self, at: Place, after: &[Piece]) -> Option<Stop> {
        if !self.form.is_stream || self.form.is_held {
            return None;
        }
        let violations = match at.kind {
            TextKind::ToolArguments => self.of_call(at),
            // Only where this is the end of the answer: another text of it may follow.
            TextKind::Text
                if self.form.is_one_text
                    && self.form.choices <= 1
                    && after.iter().all(|piece| piece.ended) =>
            {
                self.violations()
            }
            _ => Vec::new(),
        };
        let Violation { rule, check, message, .. } =
            violations.into_iter().find(|violation| violation.blocks)?;
        Some(Stop { piece: 0, rule, detector: check, message, said: false })
    }

    /// Judges the complete answer.
    pub fn finish(&self) -> Judgement {
        let violations = self.violations();
        let repairs = |violation: &Violation| {
            let is_of = |one: &&&Compiled| one.rule.name == violation.rule;
            self.rules.iter().find(is_of).is_some_and(|one| one.rule.action == Correction::Repair)
        };
        let is_stream = self.form.is_stream && !self.form.is_held;
        let may = !is_stream && self.form.is_repairable() && violations.iter().any(repairs);
        let repair = may.then(|| instruction(&violations));
        Judgement { violations, repair }
    }

    fn violations(&self) -> Vec<Violation> {
        let mut all = Vec::new();
        let choices = self.said.choices();
        for compiled in &self.rules {
            let mut wrong = Vec::new();
            if self.said.is_too_long() {
                if !compiled.rule.fails_open {
                    wrong.push(("size", "the answer is too long to be checked".to_owned()));
                }
            } else {
                for choice in &choices {
                    wrong.extend(self.wrong(compiled, choice));
                }
            }
            for (check, what) in wrong {
                let violation = self.violation(&compiled.rule, check, &what);
                if !all.contains(&violation) {
                    all.push(violation);
                }
            }
        }
        all
    }

    /// What is wrong with a choice.
    fn wrong(&self, compiled: &Compiled, choice: &Choice<'_>) -> Vec<text::Wrong> {
        let rule = &compiled.rule;
        let is_silent = choice.refuses || !choice.calls.is_empty();
        let mut wrong = text::check(compiled, &choice.text, is_silent);
        // Before a call a model says in words what it is going to do.
        if rule.json_schema
            && !is_silent
            && let Some(schema) = &self.schema
        {
            let what = not_of(schema, &choice.text, "the answer", rule);
            wrong.extend(what.map(|what| (JSON_SCHEMA, what)));
        }
        if rule.tool_arguments {
            let calls = choice.calls.iter();
            wrong.extend(
                calls.filter_map(|(name, arguments)| self.wrong_call(rule, name, arguments)),
            );
        }
        wrong
    }

    fn of_call(&self, at: Place) -> Vec<Violation> {
        let Some((name, arguments)) = self.said.call(at) else { return Vec::new() };
        let rules = self.rules.iter().map(|one| &one.rule).filter(|rule| rule.tool_arguments);
        rules
            .filter_map(|rule| {
                let (check, what) = self.wrong_call(rule, name, arguments)?;
                Some(self.violation(rule, check, &what))
            })
            .collect()
    }

    fn wrong_call(&self, rule: &Validation, name: &str, arguments: &str) -> Option<text::Wrong> {
        let (name, schema) = self.form.tools.iter().find(|(known, _)| known == name)?;
        let schema = Schema::read(schema).ok()?;
        // A tool without parameters is called with nothing by some models.
        let arguments = if arguments.trim().is_empty() { "{}" } else { arguments };
        let name = postern_fault::shown(name);
        let subject = format!("the arguments of the tool {name:?}");
        Some((TOOL_ARGUMENTS, not_of(&schema, arguments, &subject, rule)?))
    }

    fn violation(&self, rule: &Validation, check: &str, what: &str) -> Violation {
        let message = match &rule.message {
            Some(message) => format!("{message} ({what})"),
            None => what.to_owned(),
        };
        let is_stream = self.form.is_stream && !self.form.is_held;
        let blocks = match is_stream {
            true => rule.streams == Streams::Cut && rule.blocks(),
            false => rule.blocks(),
        };
        Violation { rule: rule.name.clone(), check: check.to_owned(), message, blocks }
    }
}

/// What is wrong with a text that is to be JSON of a schema.
fn not_of(schema: &Schema, text: &str, subject: &str, rule: &Validation) -> Option<String> {
    let Ok(value) = serde_json::from_str::<Value>(text) else {
        return Some(format!("{subject} must be JSON, and not nested too deeply"));
    };
    match schema.check(&value) {
        Checked::Valid => None,
        Checked::TooCostly if rule.fails_open => None,
        Checked::TooCostly => {
            Some(format!("to check {subject} by the JSON schema takes more work than is allowed"))
        }
        Checked::Invalid(mismatches) => {
            let all = mismatches.iter().map(|one| format!("{}: {}", one.path, one.message));
            let all: Vec<String> = all.collect();
            Some(format!("{subject} must match the JSON schema: {}", all.join("; ")))
        }
    }
}

/// What the model is told.
fn instruction(violations: &[Violation]) -> String {
    let all: Vec<String> = violations.iter().map(|one| format!("- {}", one.message)).collect();
    format!(
        "Your last answer cannot be used:\n{}\nAnswer the request again. Write only the complete, corrected answer, without an apology or a remark.",
        all.join("\n")
    )
}
