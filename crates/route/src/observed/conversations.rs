//! The deployment that has served a conversation last: its prompt is cached there.

use super::reader::Reader;
use super::shared::Corrupt;
use crate::hash;

/// Vendors keep a prompt for 5 to 10 minutes after its last use (<https://platform.openai.com/docs/guides/prompt-caching>,
/// <https://docs.anthropic.com/en/docs/build-with-claude/prompt-caching>).
const CACHED_MS: u64 = 300_000;

/// One that is remembered is written again only after so long.
const FRESH_MS: u64 = 60_000;

/// The conversations of one value in the store: at 20 bytes, 5 KB.
const MAX_SHARED: usize = 256;

/// The conversations that an instance remembers.
const MAX_KNOWN: usize = 4_096;

const VERSION: u8 = 1;

/// Where conversations are, sorted by their hash.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Conversations(Vec<Conversation>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Conversation {
    hash: u64,
    /// The hash of the deployment's name, in 32 bits: a wrong one costs a wrong estimate of a price.
    deployment: u32,
    at_ms: u64,
}

fn of_name(name: &str) -> u32 {
    // Half of a mixed hash is a hash.
    (hash::of([name.as_bytes()]) >> 32) as u32
}

impl Conversations {
    fn place(&self, hash: u64) -> Result<usize, usize> {
        self.0.binary_search_by_key(&hash, |one| one.hash)
    }

    fn get(&self, hash: u64) -> Option<&Conversation> {
        self.0.get(self.place(hash).ok()?)
    }

    pub(super) fn is_at(&self, hash: u64, name: &str, now_ms: u64) -> bool {
        let is_it = |one: &&Conversation| now_ms < one.at_ms.saturating_add(CACHED_MS);
        self.get(hash).filter(is_it).is_some_and(|one| one.deployment == of_name(name))
    }

    /// Whether others have to be told that it is served there now.
    pub(crate) fn is_news(&self, hash: u64, name: &str, now_ms: u64) -> bool {
        let known = self.get(hash).filter(|one| one.deployment == of_name(name));
        known.is_none_or(|one| now_ms >= one.at_ms.saturating_add(FRESH_MS))
    }

    pub(super) fn put(&mut self, hash: u64, name: &str, now_ms: u64) {
        self.insert(Conversation { hash, deployment: of_name(name), at_ms: now_ms });
        self.bound(MAX_KNOWN);
    }

    fn insert(&mut self, one: Conversation) {
        match self.place(one.hash) {
            Ok(place) => {
                if let Some(known) = self.0.get_mut(place).filter(|known| known.at_ms <= one.at_ms)
                {
                    *known = one;
                }
            }
            Err(place) => self.0.insert(place, one),
        }
    }

    /// Forgets the oldest half if there are too many, so that this is rare.
    fn bound(&mut self, most: usize) {
        if self.0.len() <= most {
            return;
        }
        let mut times: Vec<u64> = self.0.iter().map(|one| one.at_ms).collect();
        times.sort_unstable();
        let from_ms = times.get(times.len() - most / 2).copied().unwrap_or(0);
        self.0.retain(|one| one.at_ms >= from_ms);
        self.0.truncate(most);
    }

    /// Takes what another knows into this: the later place of each.
    pub(crate) fn merge(&mut self, other: &Conversations) {
        other.0.iter().for_each(|one| self.insert(*one));
        self.bound(MAX_KNOWN);
    }

    /// Those of a shard that are still cached, as a value for the store.
    pub(crate) fn to_bytes(&self, is_in: impl Fn(u64) -> bool, now_ms: u64) -> Vec<u8> {
        let is_kept =
            |one: &&Conversation| is_in(one.hash) && now_ms < one.at_ms.saturating_add(CACHED_MS);
        let mut kept = Conversations(self.0.iter().filter(is_kept).copied().collect());
        kept.bound(MAX_SHARED);
        let mut bytes = vec![VERSION];
        for one in &kept.0 {
            bytes.extend(one.hash.to_le_bytes());
            bytes.extend(one.deployment.to_le_bytes());
            bytes.extend(one.at_ms.to_le_bytes());
        }
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, Corrupt> {
        let Some((&VERSION, rest)) = bytes.split_first() else { return Err(Corrupt) };
        let (mut reader, mut read) = (Reader(rest), Conversations::default());
        while !reader.is_at_end() && read.0.len() < MAX_SHARED {
            read.insert(Conversation::read(&mut reader).ok_or(Corrupt)?);
        }
        Ok(read)
    }
}

impl Conversation {
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Conversation {
            hash: u64::from_le_bytes(reader.array()?),
            deployment: u32::from_le_bytes(reader.array()?),
            at_ms: u64::from_le_bytes(reader.array()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_where_a_conversation_was_while_its_prompt_is_cached() {
        let mut known = Conversations::default();
        known.put(7, "p/a", 1_000);
        assert!(known.is_at(7, "p/a", 300_999) && !known.is_at(7, "p/b", 2_000));
        assert!(!known.is_at(7, "p/a", 301_000) && !known.is_at(8, "p/a", 1_000));
        assert!(!known.is_news(7, "p/a", 60_999) && known.is_news(7, "p/b", 1_001));
        let mut later = Conversations::default();
        later.put(7, "p/b", 2_000);
        for merged in [&mut known, &mut later.clone()] {
            merged.merge(&later);
            assert!(merged.is_at(7, "p/b", 3_000));
        }
    }

    #[test]
    fn is_bounded_and_the_same_after_it_was_stored() {
        let mut known = Conversations::default();
        (0..10_000).for_each(|at| known.put(hash::mixed(at), "p/a", at));
        assert!(known.0.len() <= MAX_KNOWN && known.is_at(hash::mixed(9_999), "p/a", 10_000));
        let bytes = known.to_bytes(|_| true, 10_000);
        assert!(bytes.len() <= 1 + 20 * MAX_SHARED, "{}", bytes.len());
        let read = Conversations::from_bytes(&bytes).unwrap();
        assert!(read.is_at(hash::mixed(9_999), "p/a", 10_000));
        assert_eq!(read.to_bytes(|_| true, 10_000), bytes);
        for cut in 0..bytes.len() {
            let is_whole = cut % 20 == 1;
            assert_eq!(Conversations::from_bytes(&bytes[..cut]).is_ok(), is_whole, "{cut}");
        }
    }
}
