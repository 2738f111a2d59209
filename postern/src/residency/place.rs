//! Where hosts are: the values of variables, and what names say.

use crate::provisions;
use postern_policy::{Credential, Provider, Transport};
use std::collections::{BTreeMap, BTreeSet};

/// The values of variables, as far as they are known before the gateway runs.
pub(super) struct Places(BTreeMap<String, String>);

impl Places {
    pub(super) fn of(manifest: &toml::Table, variables: &[String]) -> Self {
        let declared = manifest.get("variables").and_then(toml::Value::as_table);
        let default = |(name, variable): (&String, &toml::Value)| {
            Some((name.clone(), variable.get("default")?.as_str()?.to_owned()))
        };
        let mut values: BTreeMap<String, String> =
            declared.into_iter().flatten().filter_map(default).collect();
        let given = variables.iter().filter_map(|one| one.split_once('='));
        values.extend(given.map(|(name, value)| (name.to_owned(), value.to_owned())));
        Self(values)
    }

    /// The hosts of a provider, with the values of their variables.
    pub(super) fn hosts(&self, provider: &Provider) -> BTreeSet<String> {
        provisions::origins(provider).iter().map(|origin| self.filled(origin)).collect()
    }

    /// A text in which each `{{ name }}` that is known is replaced by its value.
    fn filled(&self, text: &str) -> String {
        let (mut filled, mut rest) = (String::new(), text);
        while let Some((before, after)) = rest.split_once("{{") {
            let Some((name, after)) = after.split_once("}}") else { break };
            filled.push_str(before);
            match self.0.get(name.trim()).filter(|value| !value.is_empty()) {
                Some(value) => filled.push_str(value.trim_end_matches('/')),
                None => filled.push_str(&format!("{{{{ {} }}}}", name.trim())),
            }
            rest = after;
        }
        filled + rest
    }

    /// The place that a provider's signing region or host names, and what says so.
    pub(super) fn said_of(&self, provider: &Provider) -> Option<(String, String)> {
        let Transport::Upstream { credential, base_url, .. } = &provider.transport else {
            return None;
        };
        // The endpoint follows the region in which requests are signed.
        if let Some(Credential::Sigv4(key)) = credential {
            let region = self.0.get(&key.region).filter(|value| !value.is_empty())?;
            return Some((
                region.clone(),
                format!("the variable {}, in which it is signed,", key.region),
            ));
        }
        let host = self.filled(&base_url.origin());
        let name = host.split_once("://").map_or(host.as_str(), |(_, name)| name);
        let label = name.split(['.', '-', ':']).find(|label| continent(label).is_some())?;
        // "us" and "eu" are words of a name only where they stand alone or before a direction, as in us-east-1 or europe-west4.
        Some((label.to_owned(), format!("its host {host}")))
    }
}

/// The beginnings of cloud regions, and the continent of each.
const CONTINENTS: &[(&str, &str)] = &[
    ("us", "america"),
    ("ca", "america"),
    ("sa", "america"),
    ("northamerica", "america"),
    ("southamerica", "america"),
    ("eu", "europe"),
    ("europe", "europe"),
    ("eea", "europe"),
    ("uk", "europe"),
    ("de", "europe"),
    ("fr", "europe"),
    ("ap", "asia"),
    ("asia", "asia"),
    ("jp", "asia"),
    ("in", "asia"),
    ("au", "australia"),
    ("australia", "australia"),
    ("me", "middle east"),
    ("af", "africa"),
    ("africa", "africa"),
];

fn continent(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    let without_number = word.trim_end_matches(|c: char| c.is_ascii_digit());
    CONTINENTS.iter().find(|(name, _)| *name == without_number).map(|(_, continent)| *continent)
}

/// Whether two names of regions are surely of different continents. A name of the operator's own says nothing.
pub(super) fn differ(declared: &str, said: &str) -> bool {
    let of = |name: &str| name.split(['-', '_']).next().and_then(continent);
    matches!((of(declared), of(said)), (Some(one), Some(other)) if one != other)
}

/// Whether a text has `{{ name }}`.
pub(super) fn names(text: &str, name: &str) -> bool {
    text.split("{{").skip(1).any(|part| part.split("}}").next().is_some_and(|it| it.trim() == name))
}
