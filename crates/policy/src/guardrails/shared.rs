//! Keys that rules and validations share, as written.

use toml::Spanned;

use crate::grants::Texts;
use crate::reading::{Key, Report, Table};

/// A few sentences: the message is part of an error or replaces an answer.
pub(super) const MAX_MESSAGE_CHARACTERS: usize = 1_000;

pub(super) const CONSUMERS: Key = Key::new("consumers", r#"consumers = ["search-team"]"#);
pub(super) const TEAMS: Key = Key::new("teams", r#"teams = ["search"]"#);
pub(super) const TENANTS: Key = Key::new("tenants", r#"tenants = ["acme"]"#);
pub(super) const CALLER_ROLES: Key = Key::new("caller_roles", r#"caller_roles = ["developer"]"#);
pub(super) const DATA_CLASSES: Key = Key::new("data_classes", r#"data_classes = ["restricted"]"#);
pub(super) const MESSAGE: Key =
    Key::new("message", r#"message = "I do not give medical advice; ask a doctor.""#);
pub(super) const ON_ERROR: Key = Key::new("on_error", r#"on_error = "refuse""#);

pub(super) type Text<'t> = Option<Spanned<&'t str>>;
pub(super) type Number = Option<Spanned<i128>>;

/// The callers that a table is about.
pub(super) struct Callers<'t> {
    pub(super) consumers: Texts<'t>,
    pub(super) teams: Texts<'t>,
    pub(super) tenants: Texts<'t>,
    pub(super) caller_roles: Texts<'t>,
    pub(super) data_classes: Texts<'t>,
}

impl<'t> Callers<'t> {
    pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'t>) -> Self {
        Self {
            consumers: table.optional(report, CONSUMERS),
            teams: table.optional(report, TEAMS),
            tenants: table.optional(report, TENANTS),
            caller_roles: table.optional(report, CALLER_ROLES),
            data_classes: table.optional(report, DATA_CLASSES),
        }
    }
}
