//! The keys of `[request]` about ids: which callers may use objects of the shared account with a vendor.

use std::ops::RangeInclusive;

use toml::Spanned;

use crate::reading::{Key, Report, Seen, Table, at_least_one, one_of, shown, whole_number};

const FOREIGN_IDS: Key = Key::new("foreign_ids", r#"foreign_ids = "tenant""#);
const IDS_TTL_S: Key = Key::new("ids_ttl_s", "ids_ttl_s = 2_592_000");
const SHARED_IDS: Key = Key::new("shared_ids", r#"shared_ids = ["file-abc123", "vs_*"]"#);

/// Up to a year, longer than any vendor keeps an answer by default.
const TTL_SECONDS: RangeInclusive<u64> = 1..=31_536_000;

/// 30 days, as long as OpenAI keeps a response
/// (<https://platform.openai.com/docs/guides/conversation-state>).
const DEFAULT_TTL_S: u64 = 30 * 86_400;

/// Ids have 20 to 100 characters, object names in buckets up to 1,024.
const MAX_ID_BYTES: usize = 1_100;

/// Which callers may use an id that was issued to one of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ForeignIds {
    /// All callers of one tenant may use it.
    #[default]
    Tenant,
    /// Only the caller that received it may use it.
    Caller,
    /// Ids are not checked.
    Allow,
}

impl ForeignIds {
    const WORDS: &[(&'static str, Self)] =
        &[("tenant", Self::Tenant), ("caller", Self::Caller), ("allow", Self::Allow)];
}

/// Which callers may use which ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ids {
    /// How ids are treated whose recorded owner is not the caller.
    pub foreign: ForeignIds,
    /// How long the owner of an id is remembered, in seconds.
    pub ttl_s: u64,
    /// Ids, and prefixes of ids with a final `*`, that every caller may use.
    shared: Vec<String>,
}

impl Default for Ids {
    fn default() -> Self {
        Self { foreign: ForeignIds::default(), ttl_s: DEFAULT_TTL_S, shared: Vec::new() }
    }
}

impl Ids {
    /// Whether every caller may use it.
    #[must_use]
    pub fn is_shared(&self, id: &str) -> bool {
        self.shared.iter().any(|each| match each.strip_suffix('*') {
            Some(beginning) => id.starts_with(beginning),
            None => id == each,
        })
    }
}

pub(super) fn read(report: &mut Report<'_>, table: &mut Table<'_>) -> Ids {
    let default = Ids::default();
    let foreign = table.optional(report, FOREIGN_IDS);
    let foreign = foreign
        .and_then(|written| one_of(report, table.label, FOREIGN_IDS, &written, ForeignIds::WORDS));
    let ttl_s = table.optional(report, IDS_TTL_S);
    let ttl_s = ttl_s
        .and_then(|written| whole_number(report, table.label, IDS_TTL_S, &written, TTL_SECONDS));
    Ids {
        foreign: foreign.unwrap_or(default.foreign),
        ttl_s: ttl_s.unwrap_or(default.ttl_s),
        shared: shared(report, table),
    }
}

fn shared(report: &mut Report<'_>, table: &mut Table<'_>) -> Vec<String> {
    let Some(list) = table.optional::<Vec<Spanned<&str>>>(report, SHARED_IDS) else {
        return Vec::new();
    };
    at_least_one(report, table.label, SHARED_IDS, &list);
    let mut seen = Seen::default();
    let mut shared = Vec::with_capacity(list.get_ref().len());
    for id in list.get_ref() {
        let text = *id.get_ref();
        seen.note(report, table.label, id, &format!("the id {}", shown(text)), "remove");
        match wrong(text) {
            None => shared.push(text.to_owned()),
            Some(wrong) => {
                let message = format!("`{}` has {}, {wrong}", SHARED_IDS.name, shown(text));
                report.problem(table.label, id.span(), message);
            }
        }
    }
    shared
}

/// Why a text is neither an id nor a prefix of ids, and what to write; `None` if it is one.
fn wrong(text: &str) -> Option<&'static str> {
    let id = text.strip_suffix('*').unwrap_or(text);
    match () {
        () if text == "*" => {
            Some(r#"which is every id; write foreign_ids = "allow" if that is meant"#)
        }
        () if id.is_empty() => Some("which is no id; remove it"),
        () if id.contains('*') => {
            Some("in which a `*` stands before the end; write it behind the beginning of ids")
        }
        () if id.len() > MAX_ID_BYTES => Some("which is longer than any id; shorten it"),
        () if id.chars().any(|c| c.is_control() || c.is_whitespace()) => {
            Some("which has a space or a control character; write the id as the vendor gave it")
        }
        () => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_an_id_and_what_begins_like_one() {
        let shared = vec!["file-1".to_owned(), "vs_*".to_owned()];
        let ids = Ids { shared, ..Ids::default() };
        for (id, is_shared) in
            [("file-1", true), ("file-12", false), ("vs_1", true), ("vs_", true), ("xvs_1", false)]
        {
            assert_eq!(ids.is_shared(id), is_shared, "{id}");
        }
        assert!(!Ids::default().is_shared("file-1"));
    }
}
