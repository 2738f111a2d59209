//! Consumers and keys, found where they lie: an instance that serves one caller reads that one.
//!
//! The directory is a head, the places of its groups, and the groups of entries, sorted by the hash of their names. A look-up
//! reads two places, a group and a record. A small section is read once, as a whole.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::header::{CONSUMERS, RECORDS, number};
use super::{Compiled, Folder, Unused};
use crate::consumers::{Consumer, ConsumerKey, Consumers, Lookup};

/// Entries of a group, on average.
const GROUP: usize = 64;
/// Number of groups, and of a place: 8 bytes.
const PLACE: u64 = 8;
/// The number of groups, and whether a consumer has a tenant.
const HEAD: u64 = 2 * PLACE;
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

/// The directory and the records.
pub fn write(consumers: &Consumers) -> Result<(Vec<u8>, Vec<u8>), postcard::Error> {
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
    let groups = entries.len().div_ceil(GROUP).max(1);
    let has_tenants = consumers.have_tenants();
    let mut directory = Vec::new();
    let mut push = |number: u64| directory.extend(number.to_le_bytes());
    push(groups as u64);
    push(u64::from(has_tenants));
    for group in 0..=groups as u64 {
        let before = entries.partition_point(|entry| group_of(entry[0], groups as u64) < group);
        push(before as u64);
    }
    entries.into_iter().flatten().for_each(push);
    Ok((directory, records))
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
    groups: u64,
    has_tenants: bool,
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
        let mut section = Self { compiled, small, groups: 0, has_tenants: false, otherwise };
        let head = section.part(Part::Directory, 0, HEAD).ok_or(Unused::Damaged)?;
        let mut numbers = head.chunks_exact(8).map(number);
        section.groups = numbers.next().flatten().ok_or(Unused::Damaged)?;
        section.has_tenants = numbers.next().flatten() == Some(1);
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

    /// The entries of a hash's group.
    fn entries(&self, hash: u64) -> Option<Vec<u8>> {
        let group = group_of(hash, self.groups);
        let at = HEAD.checked_add(group.checked_mul(PLACE)?)?;
        let places = self.part(Part::Directory, at, 2 * PLACE)?;
        let mut places = places.chunks_exact(8).map(number);
        let (from, to) = (places.next()??, places.next()??);
        let begin = HEAD.checked_add(self.groups.checked_add(1)?.checked_mul(PLACE)?)?;
        let offset = begin.checked_add(from.checked_mul(ENTRY as u64)?)?;
        self.part(Part::Directory, offset, to.checked_sub(from)?.checked_mul(ENTRY as u64)?)
    }

    /// All consumers of the file, as the files are read without compiled policies. Without them, no caller is known.
    fn otherwise(&self) -> &Consumers {
        self.otherwise.get_or_init(|| {
            eprintln!("error: {}; {} is read", Unused::Damaged, crate::CONSUMERS_FILE);
            let text = self.compiled.folder.content(crate::CONSUMERS_FILE);
            let text = text.and_then(|text| String::from_utf8(text).ok());
            text.and_then(|text| Consumers::from_toml(&text).ok()).unwrap_or_default()
        })
    }
}

impl<F: Folder + Send + Sync> Lookup for Section<F> {
    fn by_name(&self, name: &str) -> Option<Arc<Consumer>> {
        let Ok(found) = self.find(of_consumer(name)) else { return self.otherwise().by_name(name) };
        found.into_iter().find_map(|record| match record {
            Record::Consumer(consumer) if consumer.name == name => Some(consumer),
            _ => None,
        })
    }

    fn key_by_sha256(&self, sha256: &str) -> Option<Arc<ConsumerKey>> {
        let Ok(found) = self.find(of_key(sha256)) else {
            return self.otherwise().key_by_sha256(sha256);
        };
        found.into_iter().find_map(|record| match record {
            Record::Key(key) if key.sha256 == sha256 => Some(key),
            _ => None,
        })
    }

    fn have_tenants(&self) -> bool {
        self.has_tenants
    }
}
