//! The sources of a text: `GroundingMetadata` and `CitationMetadata` of <https://ai.google.dev/api/generate-content>.

use super::wire::{CitationMetadata, GroundingMetadata, Page};
use crate::chat::Annotation;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// The sources of `text`. Google counts bytes, the hub counts characters. Unreadable sources are ignored, as the answer does
/// not depend on them.
pub(super) fn sources(
    text: &str,
    grounding: Option<&RawValue>,
    citations: Option<&RawValue>,
) -> Vec<Annotation> {
    let grounding = grounding.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let citations = citations.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let mut found = Vec::new();
    if let Some(grounding) = grounding {
        grounded(grounding, &mut found);
    }
    if let Some(CitationMetadata { citations }) = citations {
        found.extend(citations.into_iter().map(|citation| Found {
            url: citation.uri,
            title: citation.title,
            words: None,
            bytes: citation.end_index.map(|end| (citation.start_index, end)),
        }));
    }
    let places = found.iter().filter_map(|found| found.bytes).flat_map(|(from, to)| [from, to]);
    let characters = characters(text, places);
    found.into_iter().map(|found| found.into_annotation(text, &characters)).collect()
}

struct Found {
    url: Option<String>,
    title: Option<String>,
    words: Option<String>,
    bytes: Option<(u64, u64)>,
}

fn grounded(grounding: GroundingMetadata, found: &mut Vec<Found>) {
    let chunks = grounding.grounding_chunks.into_iter();
    let pages: Vec<Option<Page>> =
        chunks.map(|chunk| chunk.web.or(chunk.retrieved_context).or(chunk.maps)).collect();
    for support in grounding.grounding_supports {
        let Some(segment) = support.segment else { continue };
        for index in support.grounding_chunk_indices {
            let Some(Some(page)) = pages.get(index) else { continue };
            found.push(Found {
                url: page.uri.clone(),
                title: page.title.clone(),
                words: segment.text.clone(),
                bytes: segment.end_index.map(|end| (segment.start_index, end)),
            });
        }
    }
}

impl Found {
    fn into_annotation(self, text: &str, characters: &BTreeMap<u64, u64>) -> Annotation {
        let Found { url, title, words, bytes } = self;
        let of_text = || {
            let (from, to) = bytes?;
            let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to).ok()?);
            text.get(from..to).map(str::to_owned)
        };
        let cited_text = words.or_else(of_text);
        let range = bytes.and_then(|(from, to)| {
            Some((*characters.get(&from)?, *characters.get(&to)?)).filter(|(from, to)| from <= to)
        });
        Annotation { url, title, cited_text, range, raw: None }
    }
}

/// The number of characters before each of these bytes; none for a byte within a character or past the end.
fn characters(text: &str, places: impl Iterator<Item = u64>) -> BTreeMap<u64, u64> {
    let mut characters: BTreeMap<u64, u64> = places.map(|place| (place, u64::MAX)).collect();
    if characters.is_empty() {
        return characters;
    }
    let bytes = text.char_indices().map(|(byte, _)| byte).chain([text.len()]);
    let mut counted = bytes.zip(0_u64..).peekable();
    for (place, characters) in &mut characters {
        while counted.next_if(|(byte, _)| (*byte as u64) < *place).is_some() {}
        if let Some((byte, count)) = counted.peek().copied()
            && byte as u64 == *place
        {
            *characters = count;
        }
    }
    characters.retain(|_, count| *count != u64::MAX);
    characters
}
