//! Placeholders and originals as they are kept for the next turn of a conversation.

use super::{Entry, Vault, key};
use postern_detect::Detector;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The version of the form. Another one is not read.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Kept<'t> {
    version: u32,
    /// The last number of each detector: a number is not given twice in a conversation.
    counts: Vec<(Cow<'t, str>, u32)>,
    /// Detector, placeholder and original, in the order in which they occurred.
    entries: Vec<(Cow<'t, str>, Cow<'t, str>, Cow<'t, str>)>,
}

impl Vault {
    /// All of it as text, for [`Vault::from_kept`]; `None` if it is empty.
    pub fn to_kept(&self) -> Option<String> {
        let mut numbered: Vec<(usize, Detector)> =
            self.by_original.iter().map(|((detector, _), at)| (*at, *detector)).collect();
        numbered.sort_unstable_by_key(|(at, _)| *at);
        let entries = numbered.into_iter().filter_map(|(at, detector)| {
            let Entry { placeholder, original } = self.entries.get(at)?;
            Some((detector.as_str().into(), placeholder.into(), original.into()))
        });
        let mut counts: Vec<(Cow<'_, str>, u32)> =
            self.counts.iter().map(|(one, count)| (one.as_str().into(), *count)).collect();
        counts.sort_unstable();
        let kept = Kept { version: VERSION, counts, entries: entries.collect() };
        if kept.entries.is_empty() { None } else { serde_json::to_string(&kept).ok() }
    }

    /// Reads what [`Vault::to_kept`] wrote; `None` if it is something else.
    pub fn from_kept(text: &str) -> Option<Vault> {
        let Kept { version: VERSION, counts, entries } = serde_json::from_str(text).ok()? else {
            return None;
        };
        let mut vault = Vault::default();
        for (detector, count) in counts {
            vault.counts.insert(Detector::from_name(&detector)?, count);
        }
        for (detector, placeholder, original) in entries {
            let detector = Detector::from_name(&detector)?;
            vault.by_original.insert((detector, key(detector, &original)), vault.entries.len());
            vault.known.insert(placeholder.to_ascii_lowercase());
            let (placeholder, original) = (placeholder.into_owned(), original.into_owned());
            vault.entries.push(Entry { placeholder, original });
        }
        vault.earlier.clone_from(&vault.known);
        Some(vault)
    }
}

#[cfg(test)]
mod tests;
