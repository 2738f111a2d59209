//! Helpers that the tests of this crate share.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::Guard;
use postern_detect::Scanner;
use postern_dialect::{Dialect, Operation, translate};
use postern_policy::{Action, Callers, Directions, Guardrails, Rule, RuleSet};
use postern_types::{Caller, Prompt};
use serde_json::Value;
use std::sync::LazyLock;

static SCANNER: LazyLock<Scanner> = LazyLock::new(Scanner::new);

pub fn guard(policy: Guardrails) -> Guard {
    Guard::new(&SCANNER, &policy)
}

pub fn policy(rules: Vec<Rule>) -> Guardrails {
    Guardrails { rule_sets: vec![RuleSet { pack: None, rules }], ..Guardrails::default() }
}

pub fn rule(name: &str, detectors: &[&str], action: Action) -> Rule {
    Rule {
        name: name.to_owned(),
        detectors: detectors.iter().map(|name| (*name).to_owned()).collect(),
        directions: Directions { request: true, answer: true },
        roles: None,
        models: None,
        callers: Callers::default(),
        min_confidence: 0,
        action,
        ask: None,
        message: None,
        disclaimer: None,
        cites: Vec::new(),
        fails_open: false,
    }
}

pub fn caller() -> Caller {
    crate::memo::OfCaller::of("app").into_caller()
}

pub fn ask(body: &Value) -> Prompt {
    let body = body.to_string();
    translate::read(client(), Operation::Chat, &body).unwrap().into_prompt(body)
}

pub fn segments_of(body: &str) -> usize {
    translate::read(client(), Operation::Chat, body)
        .unwrap()
        .into_prompt(body.to_owned())
        .segments
        .len()
}

fn client() -> Dialect {
    Dialect::OpenAi
}
