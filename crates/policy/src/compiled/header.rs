//! The beginning of compiled policies: what they are of, and where each section is.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

use super::{FORM, Folder, Unused};

/// The first bytes of the file, whatever its version.
const MAGIC: &[u8; 8] = b"postern\0";
/// Magic, the header's length and its digest, 8 bytes each.
const PREFIX: usize = 24;
/// Prefix and header in one read: they take a few hundred bytes.
const FIRST_READ: usize = 4096;
/// More than this is no header of ours.
const MAX_HEADER: usize = 1024 * 1024;

/// The section of providers and models.
pub const MODELS: &str = "models";
/// The sections of consumers: the directory of what follows, and the records.
pub const CONSUMERS: &str = "consumers";
pub const RECORDS: &str = "records";

/// A file that was compiled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name in the folder.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// Its latest change, in nanoseconds since 1970.
    pub modified_ns: u64,
    /// The digest of its content.
    pub digest: u128,
}

impl Source {
    /// A file of this content.
    #[must_use]
    pub fn new(file: &str, modified_ns: u64, content: &[u8]) -> Self {
        let (bytes, digest) = (content.len() as u64, xxh3_128(content));
        Self { file: file.to_owned(), bytes, modified_ns, digest }
    }

    /// Whether the file had this content.
    #[must_use]
    pub fn is_of(&self, content: &[u8]) -> bool {
        self.bytes == content.len() as u64 && self.digest == xxh3_128(content)
    }
}

/// A part of the file.
#[derive(Serialize, Deserialize)]
pub struct Section {
    pub name: String,
    pub offset: u64,
    pub bytes: u64,
    pub digest: u128,
}

/// The directory of consumers, as a whole: a look-up reads a part of it only.
#[derive(Serialize, Deserialize)]
pub struct Directory {
    pub groups: u64,
    /// Whether a consumer has a tenant.
    pub have_tenants: bool,
}

#[derive(Serialize, Deserialize)]
pub struct Header {
    /// The version of what follows; first, so that it is read whatever follows.
    form: String,
    pub sources: Vec<Source>,
    pub sections: Vec<Section>,
    pub directory: Directory,
    pub outlives_its_files: bool,
}

impl Header {
    /// A header for these sections, which follow it in their order, and its bytes.
    pub fn write(
        sources: Vec<Source>,
        sections: &[(&str, Vec<u8>)],
        directory: Directory,
        outlives_its_files: bool,
    ) -> Result<Vec<u8>, postcard::Error> {
        let (form, all) = (FORM.to_owned(), Vec::with_capacity(sections.len()));
        let mut header = Self { form, sources, sections: all, directory, outlives_its_files };
        let mut offset = 0;
        for (name, content) in sections {
            let bytes = content.len() as u64;
            let digest = xxh3_128(content);
            header.sections.push(Section { name: (*name).to_owned(), offset, bytes, digest });
            offset += bytes;
        }
        let body = postcard::to_allocvec(&header)?;
        let mut bytes = MAGIC.to_vec();
        bytes.extend((body.len() as u64).to_le_bytes());
        bytes.extend(xxh3_64(&body).to_le_bytes());
        bytes.extend(body);
        Ok(bytes)
    }

    pub fn read(folder: &impl Folder) -> Result<Self, Unused> {
        let first = folder.compiled(0, FIRST_READ);
        if first.is_empty() {
            return Err(Unused::Absent);
        }
        let prefix = first.get(..PREFIX).ok_or(Unused::Damaged)?;
        let (magic, numbers) = prefix.split_at_checked(MAGIC.len()).ok_or(Unused::Damaged)?;
        let (length, digest) = numbers.split_at_checked(8).ok_or(Unused::Damaged)?;
        let length = number(length).and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| magic == MAGIC && *length <= MAX_HEADER);
        let length = length.ok_or(Unused::Damaged)?;
        let end = PREFIX.saturating_add(length);
        let digest = number(digest);
        let whole = if end <= first.len() { first } else { folder.compiled(0, end) };
        let body = whole.get(PREFIX..end).ok_or(Unused::Damaged)?;
        if digest != Some(xxh3_64(body)) {
            return Err(Unused::Damaged);
        }
        let (form, _) = postcard::take_from_bytes::<&str>(body).map_err(|_| Unused::Damaged)?;
        if form != FORM {
            return Err(Unused::OtherVersion);
        }
        let mut header: Self = postcard::from_bytes(body).map_err(|_| Unused::Damaged)?;
        // Written before its own length was known.
        for section in &mut header.sections {
            section.offset = section.offset.saturating_add(end as u64);
        }
        Ok(header)
    }

    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }
}

/// A number of eight bytes.
pub fn number(bytes: &[u8]) -> Option<u64> {
    bytes.try_into().ok().map(u64::from_le_bytes)
}
