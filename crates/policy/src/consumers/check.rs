//! From `consumers.toml` as written to [`Consumers`].

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;

use super::{Consumer, ConsumerKey, Consumers, ModelPattern, written};
use crate::reading::{Key, Label, Report, Seen, Table, at_least_one, name, shown};

/// A pattern and where the file says it, for checking it against the catalogue.
pub(crate) struct Said {
    pub(crate) consumer: String,
    pub(crate) pattern: ModelPattern,
    pub(crate) span: Range<usize>,
}

/// Names and hashes that must be unique in the file.
#[derive(Default)]
struct Taken<'t> {
    names: Seen<'t>,
    ids: Seen<'t>,
    hashes: Seen<'t>,
}

/// Reads the file, noting its problems in the report; what is wrong is left out of the answer.
pub(crate) fn read(report: &mut Report<'_>) -> (Consumers, Vec<Said>) {
    let mut consumers = Consumers::default();
    let mut said = Vec::new();
    let Some(document) = report.parse() else {
        return (consumers, said);
    };
    let root = Table::root(&document);
    let top = root.label;
    let written = written::Consumer::all(report, root);
    if written.is_empty() && report.is_clean() {
        let message = "no consumer is declared, so nobody could call; write a [[consumer]]";
        report.problem(top, 0..0, message);
    }
    let mut taken = Taken::default();
    for consumer in &written {
        add(report, consumer, &mut taken, &mut consumers, &mut said);
    }
    (consumers, said)
}

fn add<'t>(
    report: &mut Report<'_>,
    written: &written::Consumer<'t>,
    taken: &mut Taken<'t>,
    consumers: &mut Consumers,
    said: &mut Vec<Said>,
) {
    let label = written.label;
    if let Some(name) = &written.name {
        taken.names.note(report, label, name, "a consumer of this name", "rename or remove");
    }
    let mut checked = |key, value: &Option<Spanned<&str>>| {
        value.as_ref().and_then(|value| name(report, label, key, value))
    };
    let consumer = Consumer {
        name: checked(written::NAME, &written.name).unwrap_or_default(),
        team: checked(written::TEAM, &written.team),
        tenant: checked(written::TENANT, &written.tenant),
        plan: checked(written::PLAN, &written.plan),
        roles: roles(report, written),
        models: models(report, written, said),
    };
    let consumer = Arc::new(consumer);
    for key in &written.keys {
        if let Some(key) = checked_key(report, key, taken, &consumer) {
            consumers.by_sha256.insert(key.sha256.clone(), key);
        }
    }
    consumers.by_name.insert(consumer.name.clone(), consumer);
}

fn roles(report: &mut Report<'_>, written: &written::Consumer<'_>) -> Vec<String> {
    let mut seen = Seen::default();
    let mut roles = Vec::new();
    for role in written.roles.iter().flat_map(Spanned::get_ref) {
        seen.note(
            report,
            written.label,
            role,
            &format!("the role {}", shown(role.get_ref())),
            "remove",
        );
        roles.extend(name(report, written.label, written::ROLES, role));
    }
    roles
}

fn models(
    report: &mut Report<'_>,
    written: &written::Consumer<'_>,
    said: &mut Vec<Said>,
) -> Vec<ModelPattern> {
    let Some(models) = &written.models else {
        return Vec::new();
    };
    at_least_one(report, written.label, written::MODELS, models);
    let mut patterns = Vec::new();
    for model in models.get_ref() {
        let text = *model.get_ref();
        let Some(pattern) = ModelPattern::parse(text) else {
            let message = format!(
                "`models` has {}; write a name of models.toml or routes.toml, or the beginning of names with one `*` behind it, for example \"gpt-*\"",
                shown(text)
            );
            report.problem(written.label, model.span(), message);
            continue;
        };
        said.push(Said {
            consumer: written.name.as_ref().map_or("", |name| name.get_ref()).to_owned(),
            pattern: pattern.clone(),
            span: model.span(),
        });
        patterns.push(pattern);
    }
    patterns
}

fn checked_key<'t>(
    report: &mut Report<'_>,
    written: &written::ConsumerKey<'t>,
    taken: &mut Taken<'t>,
    consumer: &Arc<Consumer>,
) -> Option<ConsumerKey> {
    let id = written.id.as_ref();
    if let Some(id) = id {
        taken.ids.note(report, written.label, id, "a key of this id", "rename or remove");
    }
    let id = id.and_then(|id| name(report, written.label, written::ID, id));
    let hash = written.sha256.as_ref()?;
    let sha256 = checked_hash(report, written.label, written::SHA256, hash)?;
    taken.hashes.note(report, written.label, hash, "a key of this hash", "remove");
    Some(ConsumerKey { id: id?, sha256, consumer: Arc::clone(consumer) })
}

/// A SHA-256 in hexadecimal. What is none may be the key itself, so it is never repeated.
fn checked_hash(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<&str>,
) -> Option<String> {
    let text = *value.get_ref();
    let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() == 64 && is_hex {
        return Some(text.to_owned());
    }
    let wrong = if text.starts_with("pk_") {
        "is a key, where its hash belongs (not shown; a key that was in a file is no longer secret, so issue another)"
            .to_owned()
    } else if is_hex {
        format!("has {} hexadecimal digits, not 64", text.len())
    } else {
        "has characters that are not lower-case hexadecimal digits (not shown, it may be a key)"
            .to_owned()
    };
    let message =
        format!("`{}` {wrong}; write what `printf %s \"$KEY\" | sha256sum` prints", key.name);
    report.problem(label, value.span(), message);
    None
}
