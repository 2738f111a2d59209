//! `[[validation]]` as written.

use std::ops::Range;

use toml::Spanned;

use super::super::shared::{Callers, MESSAGE, Number, ON_ERROR, Text};
use crate::grants::{MODELS, Texts};
use crate::reading::{Key, Label, Report, Table};

pub(in super::super) const NAME: Key = Key::new("name", r#"name = "structured-output""#);
pub(super) const ACTION: Key = Key::new("action", r#"action = "block""#);
pub(super) const JSON_SCHEMA: Key = Key::new("json_schema", "json_schema = true");
const TOOL_ARGUMENTS: Key = Key::new("tool_arguments", "tool_arguments = true");
pub(super) const MUST_MATCH: Key = Key::new("must_match", r"must_match = ['\bPRJ-[0-9]{4}\b']");
pub(super) const MUST_NOT_MATCH: Key =
    Key::new("must_not_match", r"must_not_match = ['(?i)as an ai']");
pub(super) const MIN_CHARACTERS: Key = Key::new("min_characters", "min_characters = 20");
pub(super) const MAX_CHARACTERS: Key = Key::new("max_characters", "max_characters = 2_000");
pub(super) const LANGUAGES: Key = Key::new("languages", r#"languages = ["en", "de"]"#);
pub(super) const MUST_CITE: Key = Key::new("must_cite", r#"must_cite = ["url", "number"]"#);
pub(super) const MUST_NOT_CITE: Key = Key::new("must_not_cite", r#"must_not_cite = ["url"]"#);
pub(super) const WHEN_UNREPAIRED: Key = Key::new("when_unrepaired", r#"when_unrepaired = "flag""#);
pub(super) const STREAMS: Key = Key::new("streams", r#"streams = "hold""#);

/// `[[validation]]`.
pub(in super::super) struct Written<'t> {
    pub(super) label: Label<'t>,
    pub(super) span: Range<usize>,
    pub(super) name: Text<'t>,
    pub(super) models: Texts<'t>,
    pub(super) callers: Callers<'t>,
    pub(super) json_schema: Option<Spanned<bool>>,
    pub(super) tool_arguments: Option<Spanned<bool>>,
    pub(super) must_match: Texts<'t>,
    pub(super) must_not_match: Texts<'t>,
    pub(super) min_characters: Number,
    pub(super) max_characters: Number,
    pub(super) languages: Texts<'t>,
    pub(super) must_cite: Texts<'t>,
    pub(super) must_not_cite: Texts<'t>,
    pub(super) action: Text<'t>,
    pub(super) when_unrepaired: Text<'t>,
    pub(super) streams: Text<'t>,
    /// Whether the key is present, even with a wrong type.
    pub(super) has_streams: bool,
    pub(super) message: Text<'t>,
    pub(super) on_error: Text<'t>,
    /// Whether a check is present, even with a wrong type.
    pub(super) has_check: bool,
}

const CHECKS: [Key; 9] = [
    JSON_SCHEMA,
    TOOL_ARGUMENTS,
    MUST_MATCH,
    MUST_NOT_MATCH,
    MIN_CHARACTERS,
    MAX_CHARACTERS,
    LANGUAGES,
    MUST_CITE,
    MUST_NOT_CITE,
];

impl<'t> Written<'t> {
    pub(in super::super) fn read(report: &mut Report<'_>, mut table: Table<'t>) -> Self {
        let written = Self {
            label: table.label,
            span: table.span.clone(),
            has_check: CHECKS.into_iter().any(|key| table.has(key)),
            has_streams: table.has(STREAMS),
            name: table.required(report, NAME),
            models: table.optional(report, MODELS),
            callers: Callers::read(report, &mut table),
            json_schema: table.optional(report, JSON_SCHEMA),
            tool_arguments: table.optional(report, TOOL_ARGUMENTS),
            must_match: table.optional(report, MUST_MATCH),
            must_not_match: table.optional(report, MUST_NOT_MATCH),
            min_characters: table.optional(report, MIN_CHARACTERS),
            max_characters: table.optional(report, MAX_CHARACTERS),
            languages: table.optional(report, LANGUAGES),
            must_cite: table.optional(report, MUST_CITE),
            must_not_cite: table.optional(report, MUST_NOT_CITE),
            action: table.required(report, ACTION),
            when_unrepaired: table.optional(report, WHEN_UNREPAIRED),
            streams: table.optional(report, STREAMS),
            message: table.optional(report, MESSAGE),
            on_error: table.optional(report, ON_ERROR),
        };
        table.finish(report);
        written
    }
}
