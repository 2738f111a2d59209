//! `guardrails.toml` and packs as written.

use std::ops::Range;

use super::shared::{Callers, MESSAGE, Number, ON_ERROR, Text};
use super::validation::{NAME as VALIDATION_NAME, Written as Validation};
use crate::grants::{MODELS, Texts};
use crate::reading::{Key, Label, Report, Table};

pub(super) const PACKS: Key = Key::new("packs", r#"packs = ["gdpr"]"#);
const STREAM: Key = Key::new("stream", "[stream]");
pub(super) const HOLD_BACK_CHARACTERS: Key =
    Key::new("hold_back_characters", "hold_back_characters = 256");
pub(super) const HOLD_BACK_MS: Key = Key::new("hold_back_ms", "hold_back_ms = 1_000");
const LIST: Key = Key::new("list", "[[list]]");
const RULE: Key = Key::new("rule", "[[rule]]");
const VALIDATION: Key = Key::new("validation", "[[validation]]");
pub(super) const LIST_NAME: Key = Key::new("name", r#"name = "competitors""#);
pub(super) const TERMS: Key = Key::new("terms", r#"terms = ["Acme Corp"]"#);
pub(super) const PATTERNS: Key = Key::new("patterns", r"patterns = ['\bPRJ-[0-9]{4}\b']");
pub(super) const RULE_NAME: Key = Key::new("name", r#"name = "no-secrets""#);
pub(super) const DETECTORS: Key = Key::new("detectors", r#"detectors = ["email", "secrets"]"#);
pub(super) const DIRECTIONS: Key = Key::new("directions", r#"directions = ["request"]"#);
pub(super) const ROLES: Key = Key::new("roles", r#"roles = ["user"]"#);
pub(super) const MIN_CONFIDENCE: Key = Key::new("min_confidence", "min_confidence = 70");
pub(super) const ACTION: Key = Key::new("action", r#"action = "redact""#);
pub(super) const CITES: Key = Key::new("cites", r#"cites = ["GDPR Art. 5(1)(c)"]"#);

/// A whole file. Packs have neither `packs` nor `[stream]`.
pub(super) struct Written<'t> {
    pub(super) packs: Texts<'t>,
    pub(super) stream: Option<Stream<'t>>,
    pub(super) lists: Vec<List<'t>>,
    pub(super) rules: Vec<Rule<'t>>,
    pub(super) validations: Vec<Validation<'t>>,
}

/// `[stream]`.
pub(super) struct Stream<'t> {
    pub(super) label: Label<'t>,
    pub(super) hold_back_characters: Number,
    pub(super) hold_back_ms: Number,
}

/// `[[list]]`.
pub(super) struct List<'t> {
    pub(super) label: Label<'t>,
    pub(super) span: Range<usize>,
    pub(super) name: Text<'t>,
    pub(super) terms: Texts<'t>,
    pub(super) patterns: Texts<'t>,
    /// Whether one of the two keys is present, even with a wrong type.
    pub(super) has_any: bool,
}

/// `[[rule]]`.
pub(super) struct Rule<'t> {
    pub(super) label: Label<'t>,
    pub(super) span: Range<usize>,
    pub(super) name: Text<'t>,
    pub(super) detectors: Texts<'t>,
    pub(super) directions: Texts<'t>,
    pub(super) roles: Texts<'t>,
    pub(super) models: Texts<'t>,
    pub(super) callers: Callers<'t>,
    pub(super) min_confidence: Number,
    pub(super) action: Text<'t>,
    pub(super) message: Text<'t>,
    /// Whether the key is present, even with a wrong type.
    pub(super) has_message: bool,
    pub(super) cites: Texts<'t>,
    pub(super) on_error: Text<'t>,
}

impl<'t> Written<'t> {
    /// Reads `guardrails.toml`.
    pub(super) fn own(report: &mut Report<'_>, mut root: Table<'t>) -> Self {
        let packs = root.optional(report, PACKS);
        let stream = root.table(report, STREAM, "[stream]");
        let stream = stream.map(|table| Stream::read(report, table));
        Self { packs, stream, ..Self::pack(report, root) }
    }

    /// Reads a pack, or the remaining keys of `guardrails.toml`.
    pub(super) fn pack(report: &mut Report<'_>, mut root: Table<'t>) -> Self {
        let lists = root.tables(report, LIST, "list", Some(LIST_NAME));
        let rules = root.tables(report, RULE, "rule", Some(RULE_NAME));
        let validations = root.tables(report, VALIDATION, "validation", Some(VALIDATION_NAME));
        root.finish(report);
        let validations = validations.into_iter().map(|table| Validation::read(report, table));
        let validations = validations.collect();
        Self {
            validations,
            packs: None,
            stream: None,
            lists: lists.into_iter().map(|table| List::read(report, table)).collect(),
            rules: rules.into_iter().map(|table| Rule::read(report, table)).collect(),
        }
    }
}

impl<'t> Stream<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let stream = Self {
            label: table.label,
            hold_back_characters: table.optional(report, HOLD_BACK_CHARACTERS),
            hold_back_ms: table.optional(report, HOLD_BACK_MS),
        };
        table.finish(report);
        stream
    }
}

impl<'t> List<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let list = Self {
            label: table.label,
            span: table.span.clone(),
            has_any: table.has(TERMS) || table.has(PATTERNS),
            name: table.required(report, LIST_NAME),
            terms: table.optional(report, TERMS),
            patterns: table.optional(report, PATTERNS),
        };
        table.finish(report);
        list
    }
}

impl<'t> Rule<'t> {
    fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let rule = Self {
            label: table.label,
            span: table.span.clone(),
            has_message: table.has(MESSAGE),
            name: table.required(report, RULE_NAME),
            detectors: table.required(report, DETECTORS),
            directions: table.optional(report, DIRECTIONS),
            roles: table.optional(report, ROLES),
            models: table.optional(report, MODELS),
            callers: Callers::read(report, &mut table),
            min_confidence: table.optional(report, MIN_CONFIDENCE),
            action: table.required(report, ACTION),
            message: table.optional(report, MESSAGE),
            cites: table.optional(report, CITES),
            on_error: table.optional(report, ON_ERROR),
        };
        table.finish(report);
        rule
    }
}
