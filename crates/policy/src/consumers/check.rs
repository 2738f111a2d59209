//! From `consumers.toml` as written to [`Consumers`].

use std::sync::Arc;

use toml::Spanned;

use super::{Consumer, ConsumerKey, Consumers, narrower, written};
use crate::grants::{self, Holder, Other, Said};
use crate::reading::{Key, Label, Report, Seen, Table, name};

/// Names and hashes that must be unique in the file.
#[derive(Default)]
struct Taken<'t> {
    names: Seen<'t>,
    ids: Seen<'t>,
    hashes: Seen<'t>,
}

/// Reads the file and notes its problems in the report; invalid entries are left out of the result.
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
        team: checked(grants::TEAM, &written.team),
        tenant: checked(grants::TENANT, &written.tenant),
        plan: checked(grants::PLAN, &written.plan),
        roles: grants::roles(report, label, &written.roles),
        models: grants::models(report, label, &written.models, said).unwrap_or_default(),
        regions: grants::regions(report, label, &written.regions, said),
        data_class: grants::data_class(report, label, &written.data_class),
        issuers: grants::issuers(report, label, &written.issuers, said),
        ip_ranges: grants::ip_ranges(report, label, grants::IP_RANGES, &written.ip_ranges),
    };
    if consumer.plan.is_some() || written.plan.is_none() {
        let span = written.plan.as_ref().map_or(written.span.clone(), Spanned::span);
        said.push(Said::new(label, span, holder(&consumer, consumer.plan.clone())));
    }
    let consumer = Arc::new(consumer);
    for key in &written.keys {
        if let Some(key) = checked_key(report, key, taken, &consumer, said) {
            consumers.by_sha256.insert(key.sha256.clone(), Arc::new(key));
        }
    }
    consumers.by_name.insert(consumer.name.clone(), consumer);
}

/// A consumer with this plan, its own or a key's; `None` means the default plan.
fn holder(consumer: &Consumer, plan: Option<String>) -> Other {
    Other::Plan(Holder {
        plan,
        has_team: consumer.team.is_some(),
        has_tenant: consumer.tenant.is_some(),
        issuers: consumer.issuers.clone(),
    })
}

fn checked_key<'t>(
    report: &mut Report<'_>,
    written: &written::ConsumerKey<'t>,
    taken: &mut Taken<'t>,
    consumer: &Arc<Consumer>,
    said: &mut Vec<Said>,
) -> Option<ConsumerKey> {
    let label = written.label;
    if let Some(id) = &written.id {
        taken.ids.note(report, label, id, "a key of this id", "rename or remove");
    }
    let mut checked = |key, value: &Option<Spanned<&str>>| {
        value.as_ref().and_then(|value| name(report, label, key, value))
    };
    let id = checked(written::ID, &written.id);
    let plan = checked(grants::PLAN, &written.plan);
    let hash = written.sha256.as_ref();
    let sha256 = hash.and_then(|hash| checked_hash(report, label, written::SHA256, hash));
    if let (Some(hash), Some(_)) = (hash, &sha256) {
        taken.hashes.note(report, label, hash, "a key of this hash", "remove");
    }
    narrower::check(report, written, consumer);
    if let (Some(value), Some(plan)) = (&written.plan, &plan) {
        said.push(Said::new(label, value.span(), holder(consumer, Some(plan.clone()))));
    }
    Some(ConsumerKey {
        consumer: Arc::clone(consumer),
        expires_at_unix_s: written.expires_at.as_ref().map(|time| time.get_ref().unix_s),
        models: grants::models(report, label, &written.models, said),
        regions: grants::regions(report, label, &written.regions, said),
        ip_ranges: grants::ip_ranges(report, label, grants::IP_RANGES, &written.ip_ranges),
        plan,
        id: id?,
        sha256: sha256?,
    })
}

/// The SHA-256 of an empty text, which the command for making a hash prints if its variable is not set.
const OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A SHA-256 in hexadecimal. An invalid value may be the key itself, so it is never repeated.
fn checked_hash(
    report: &mut Report<'_>,
    label: Label<'_>,
    key: Key,
    value: &Spanned<&str>,
) -> Option<String> {
    let text = *value.get_ref();
    let is_hex = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if text.len() == 64 && is_hex && text != OF_NOTHING {
        return Some(text.to_owned());
    }
    let wrong = if text == OF_NOTHING {
        "is the hash of nothing: $KEY was empty when it was made".to_owned()
    } else if text.starts_with("pk_") {
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
