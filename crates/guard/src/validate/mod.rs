//! What an answer must satisfy: `[[validation]]`.
//!
//! The request says what the answer has to look like ([`Form`]), the policy what is checked of it ([`Validations`]), and
//! [`Judge`] keeps what leaves for the client and judges it when it is complete.

mod cites;
mod form;
mod judge;
mod language;
mod said;
mod text;

#[cfg(test)]
mod tests;

pub use form::Form;
pub use judge::{Judge, Seen};

use crate::rules::is_of;
use crate::tally::Tally;
use postern_fault::{Fault, Kind};
use postern_policy::{Correction, Guardrails, Streams, Validation};
use postern_types::guardrail::{Action, Judging};
use postern_types::{Caller, Operation, Prompt};
use regex_automata::meta::Regex;

/// All rules about complete answers.
pub struct Validations(Vec<Compiled>);

/// A rule with its patterns.
pub struct Compiled {
    pub rule: Validation,
    pub must_match: Vec<Regex>,
    pub must_not_match: Vec<Regex>,
}

/// How the answer to a request is judged.
pub struct Demand {
    pub form: Form,
    pub judging: Judging,
}

impl Validations {
    pub fn new(policy: &Guardrails) -> Self {
        // The policy check refuses patterns that cannot be compiled.
        let all = |patterns: &[String]| {
            patterns.iter().filter_map(|pattern| Regex::new(pattern).ok()).collect()
        };
        let compiled = |rule: &Validation| Compiled {
            must_match: all(&rule.must_match),
            must_not_match: all(&rule.must_not_match),
            rule: rule.clone(),
        };
        Validations(policy.validations.iter().map(compiled).collect())
    }

    /// The rules that apply to this caller when it asks for this model.
    pub fn of(&self, caller: &Caller, model: &str) -> Vec<&Compiled> {
        let concerns = |compiled: &&Compiled| {
            let models = compiled.rule.models.as_ref();
            models.is_none_or(|models| models.iter().any(|pattern| pattern.matches(model)))
                && is_of(&compiled.rule.callers, caller)
        };
        self.0.iter().filter(concerns).collect()
    }

    /// What the answer to a request has to satisfy; `None` if nothing.
    ///
    /// # Errors
    ///
    /// A schema of the request cannot be checked, and a rule does not let that pass.
    pub fn demand(
        &self,
        caller: &Caller,
        prompt: &Prompt,
        tally: &mut Tally,
    ) -> Result<Option<Demand>, Fault> {
        let facts = &prompt.facts;
        if !matches!(facts.operation, Operation::Chat | Operation::Completions) {
            return Ok(None);
        }
        let rules = self.of(caller, &facts.model);
        if rules.is_empty() {
            return Ok(None);
        }
        let wants = |check: fn(&Validation) -> bool| rules.iter().any(|one| check(&one.rule));
        let (form, unchecked) =
            Form::read(prompt, wants(|rule| rule.json_schema), wants(|rule| rule.tool_arguments));
        for problem in unchecked {
            for rule in rules.iter().map(|one| &one.rule).filter(|rule| problem.is_of(rule)) {
                if rule.action != Correction::Flag && !rule.fails_open {
                    return Err(refusal(rule, &problem));
                }
                tally.add(problem.check, "unchecked", &rule.name, Action::Flag, None);
            }
        }
        let applying = || rules.iter().map(|one| &one.rule).filter(|rule| form.concerns(rule));
        if applying().next().is_none() {
            return Ok(None);
        }
        let hold = facts.stream && applying().any(|rule| rule.streams == Streams::Buffered);
        let repairs = applying().any(|rule| rule.action == Correction::Repair);
        let repair = repairs && (hold || !facts.stream) && form.is_repairable();
        let judging = Judging { hold, repair };
        Ok(Some(Demand { form: Form { is_held: hold, ..form }, judging }))
    }
}

/// A schema of a request that cannot be checked.
pub struct Unchecked {
    pub check: &'static str,
    /// What has it: `the JSON schema of the answer`.
    pub what: String,
    pub why: String,
    /// The field of the request.
    pub param: &'static str,
}

impl Unchecked {
    fn is_of(&self, rule: &Validation) -> bool {
        match self.check {
            form::JSON_SCHEMA => rule.json_schema,
            _ => rule.tool_arguments,
        }
    }
}

fn refusal(rule: &Validation, problem: &Unchecked) -> Fault {
    let Unchecked { what, why, check, param } = problem;
    let public = format!(
        "{what} cannot be checked, and a guardrail of this gateway checks answers by it: {why}"
    );
    Fault::new(Kind::InvalidRequest, public)
        .with_param(*param)
        .with_private(format!("guardrail validation {}: {check}", rule.name))
}
