//! The models of a charge.

use crate::reading::{Fields, Report, shown};
use postern_policy::ModelPattern;

/// The patterns of `models`; without the key, all models.
pub(super) fn models(report: &mut Report<'_>, fields: &mut Fields<'_>) -> Vec<ModelPattern> {
    let all = || vec![ModelPattern::Prefix(String::new())];
    let Some(written) = fields.texts(report, "models") else { return all() };
    let mut patterns = Vec::with_capacity(written.len());
    for text in written {
        match ModelPattern::parse(text) {
            None => {
                let message = format!(
                    "`models` has {}; write a model's name, or its beginning and `*`",
                    shown(text)
                );
                fields.problem(report, "models", &message);
            }
            Some(pattern) if patterns.contains(&pattern) => {
                let message = format!("`models` has {} twice; remove one", shown(text));
                fields.problem(report, "models", &message);
            }
            Some(pattern) => patterns.push(pattern),
        }
    }
    patterns
}

/// Whether one pattern matches every name that another matches.
pub(super) fn covers(wide: &ModelPattern, narrow: &ModelPattern) -> bool {
    match (wide, narrow) {
        (wide, ModelPattern::Exact(name)) => wide.matches(name),
        (ModelPattern::Prefix(wide), ModelPattern::Prefix(narrow)) => narrow.starts_with(wide),
        (ModelPattern::Exact(_), ModelPattern::Prefix(_)) => false,
    }
}
