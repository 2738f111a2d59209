//! Consumers and keys, found where they lie: an instance that serves one caller reads that one.
//!
//! The directory is the places of its groups, and the groups of entries, sorted by the hash of their names. A look-up reads two
//! places, a group and a record, and each has its digest: a damaged part must not look like a caller who is not there. A small
//! section is read once, as a whole.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use super::header::{CONSUMERS, Directory, RECORDS, number};
use super::{Compiled, Folder, Unused};
use crate::consumers::{Consumer, ConsumerKey, Consumers, ConsumersUnreadable, Lookup};

/// Entries of a group, on average.
const GROUP: usize = 64;
/// Number of the first entry, and the digest of the entries.
const PLACE: u64 = 16;
/// Hash, offset, length and digest of a record.
const ENTRY: usize = 32;

/// Up to so many bytes, directory and records are read at once: that takes less time than a few reads.
const SMALL: u64 = 64 * 1024;

#[derive(Serialize, Deserialize)]
enum Record {
    Consumer(#[serde(with = "super::shared")] Arc<Consumer>),
    Key(#[serde(with = "super::shared")] Arc<ConsumerKey>),
}

impl Record {
    /// A consumer's name and a key's hash cannot be taken for each other.
    fn hash(&self) -> u64 {
        match self {
            Self::Consumer(consumer) => of_consumer(&consumer.name),
            Self::Key(key) => of_key(&key.sha256),
        }
    }
}

fn of_consumer(name: &str) -> u64 {
    xxh3_64(format!("consumer {name}").as_bytes())
}

fn of_key(sha256: &str) -> u64 {
    xxh3_64(format!("key {sha256}").as_bytes())
}

/// What the header says of the directory, the directory, and the records.
pub fn write(consumers: &Consumers) -> Result<(Directory, Vec<u8>, Vec<u8>), postcard::Error> {
    let all = consumers.iter().map(Arc::clone).map(Record::Consumer);
    let keys = consumers.keys().map(Arc::clone).map(Record::Key);
    let (mut entries, mut records) = (Vec::new(), Vec::new());
    for record in all.chain(keys) {
        let bytes = postcard::to_allocvec(&record)?;
        let (offset, length) = (records.len() as u64, bytes.len() as u64);
        entries.push([record.hash(), offset, length, xxh3_64(&bytes)]);
        records.extend(bytes);
    }
    entries.sort_unstable();
    let groups = entries.len().div_ceil(GROUP).max(1) as u64;
    let (mut places, mut grouped) = (Vec::new(), Vec::new());
    let mut rest = entries.as_slice();
    for group in 0..=groups {
        let own = rest.partition_point(|entry| group_of(entry[0], groups) <= group);
        let (own, after) = rest.split_at(own);
        let bytes: Vec<u8> = own.iter().flatten().flat_map(|number| number.to_le_bytes()).collect();
        places.extend(((entries.len() - rest.len()) as u64).to_le_bytes());
        places.extend(digest(group, &bytes).to_le_bytes());
        grouped.extend(bytes);
        rest = after;
    }
    places.extend(grouped);
    let directory = Directory { groups, have_tenants: consumers.have_tenants() };
    Ok((directory, places, records))
}

/// The digest of a group's entries. Those of another group are as wrong as damaged ones.
fn digest(group: u64, entries: &[u8]) -> u64 {
    xxh3_64_with_seed(entries, group)
}

/// Hashes are spread evenly, so equal ranges of them are groups of like size.
fn group_of(hash: u64, groups: u64) -> u64 {
    let group = (u128::from(hash) * u128::from(groups)) >> 64;
    u64::try_from(group).unwrap_or(u64::MAX)
}

/// The section of a folder.
pub struct Section<F> {
    compiled: Compiled<F>,
    /// Directory and records, if they are few.
    small: Option<[Vec<u8>; 2]>,
    /// Read in their place where a part of the section is damaged.
    otherwise: OnceLock<Consumers>,
}

/// A part of the section.
#[derive(Clone, Copy)]
enum Part {
    Directory,
    Records,
}

impl<F: Folder> Section<F> {
    pub fn open(compiled: Compiled<F>) -> Result<Self, Unused> {
        let bytes = |name| compiled.header.section(name).map(|section| section.bytes);
        let all = bytes(CONSUMERS).zip(bytes(RECORDS)).ok_or(Unused::Damaged)?;
        let small = match all.0.saturating_add(all.1) <= SMALL {
            true => Some([compiled.section(CONSUMERS)?, compiled.section(RECORDS)?]),
            false => None,
        };
        let otherwise = OnceLock::new();
        let section = Self { compiled, small, otherwise };
        // The last record is there: half a file is not.
        let last = all.1.checked_sub(1);
        let is_whole = last.is_none_or(|last| section.part(Part::Records, last, 1).is_some());
        is_whole.then_some(section).ok_or(Unused::Damaged)
    }

    /// So many bytes of a part.
    fn part(&self, part: Part, offset: u64, bytes: u64) -> Option<Vec<u8>> {
        let length = usize::try_from(bytes).ok()?;
        let end = offset.checked_add(bytes)?;
        let (name, index) = match part {
            Part::Directory => (CONSUMERS, 0),
            Part::Records => (RECORDS, 1),
        };
        if let Some(small) = &self.small {
            let range = usize::try_from(offset).ok()?..usize::try_from(end).ok()?;
            return small.get(index)?.get(range).map(<[u8]>::to_vec);
        }
        let section = self.compiled.header.section(name)?;
        if end > section.bytes {
            return None;
        }
        let read = self.compiled.folder.compiled(section.offset.checked_add(offset)?, length);
        (read.len() == length).then_some(read)
    }

    /// The records with this hash; an error if a part is damaged.
    fn find(&self, hash: u64) -> Result<Vec<Record>, Unused> {
        let entries = self.entries(hash).ok_or(Unused::Damaged)?;
        let mut records = Vec::new();
        for entry in entries.chunks_exact(ENTRY) {
            let mut numbers = entry.chunks_exact(8).map(number);
            let mut next = || numbers.next().flatten().ok_or(Unused::Damaged);
            if next()? != hash {
                continue;
            }
            let bytes = self.part(Part::Records, next()?, next()?).ok_or(Unused::Damaged)?;
            if xxh3_64(&bytes) != next()? {
                return Err(Unused::Damaged);
            }
            records.push(postcard::from_bytes(&bytes).map_err(|_| Unused::Damaged)?);
        }
        Ok(records)
    }

    /// The entries of a hash's group, if they are what was written.
    fn entries(&self, hash: u64) -> Option<Vec<u8>> {
        let groups = self.compiled.header.directory.groups;
        let group = group_of(hash, groups);
        let places = self.part(Part::Directory, group.checked_mul(PLACE)?, 2 * PLACE)?;
        let mut numbers = places.chunks_exact(8).map(number);
        let (from, written, to) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let begin = groups.checked_add(1)?.checked_mul(PLACE)?;
        let offset = begin.checked_add(from.checked_mul(ENTRY as u64)?)?;
        let bytes = to.checked_sub(from)?.checked_mul(ENTRY as u64)?;
        let entries = self.part(Part::Directory, offset, bytes)?;
        (digest(group, &entries) == written).then_some(entries)
    }

    /// All consumers of the file, as the files are read without compiled policies.
    fn otherwise(&self) -> Result<&Consumers, ConsumersUnreadable> {
        if let Some(read) = self.otherwise.get() {
            return Ok(read);
        }
        eprintln!("error: {}; {} is read", Unused::Damaged, crate::CONSUMERS_FILE);
        let text = self.compiled.folder.content(crate::CONSUMERS_FILE);
        let text = text.and_then(|text| String::from_utf8(text).ok());
        let read = text.and_then(|text| Consumers::from_toml(&text).ok());
        let read = read.ok_or(ConsumersUnreadable)?;
        Ok(self.otherwise.get_or_init(|| read))
    }
}

impl<F: Folder + Send + Sync> Lookup for Section<F> {
    fn by_name(&self, name: &str) -> Result<Option<Arc<Consumer>>, ConsumersUnreadable> {
        let Ok(found) = self.find(of_consumer(name)) else {
            return self.otherwise()?.by_name(name);
        };
        Ok(found.into_iter().find_map(|record| match record {
            Record::Consumer(consumer) if consumer.name == name => Some(consumer),
            _ => None,
        }))
    }

    fn key_by_sha256(&self, sha256: &str) -> Result<Option<Arc<ConsumerKey>>, ConsumersUnreadable> {
        let Ok(found) = self.find(of_key(sha256)) else {
            return self.otherwise()?.key_by_sha256(sha256);
        };
        Ok(found.into_iter().find_map(|record| match record {
            Record::Key(key) if key.sha256 == sha256 => Some(key),
            _ => None,
        }))
    }

    fn have_tenants(&self) -> bool {
        self.compiled.header.directory.have_tenants
    }
}
