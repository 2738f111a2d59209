//! Compiled policies: what stages read in the place of files whose reading grows with what they hold.
//!
//! One file, `compiled.bin`, is written beside the files ([`compile`]) when all of them are right, and names what it was made
//! from ([`Source`]). A stage opens it ([`Compiled::open`]), asks whether its own files are still those, and reads its section:
//! models as a whole, consumers and keys one at a time, where they lie. Whatever is wrong with it, the files are read instead;
//! nothing in it is believed that has not its digest.
//!
//! Digests find accidents, such as half a file or a file of another day. They are no signature: who can write this file can
//! write the policies.

mod consumers;
mod header;
mod models;
pub(crate) mod named;
pub(crate) mod shared;
mod write;

use std::fmt;
use std::sync::Arc;

use xxhash_rust::xxh3::xxh3_128;

use header::Header;
pub use header::Source;
pub use write::compile;

use crate::catalogue::Catalogue;
use crate::consumers::Consumers;
use crate::problem::Problems;

/// The name of the file with compiled policies; it may be absent.
pub const COMPILED_FILE: &str = "compiled.bin";

/// The version of what is compiled: that of the sources of this crate and of the contract.
const FORM: &str = env!("POSTERN_POLICY_FORM");

/// Whether a file's time tells its versions apart. Tools that make archives and images give all files the same time, of whole
/// seconds (`tar --mtime`, `SOURCE_DATE_EPOCH`); a file system without parts of seconds has no other either.
fn is_own_time(modified_ns: u64) -> bool {
    !modified_ns.is_multiple_of(1_000_000_000)
}

/// Where a file of a policy folder is read.
pub trait Folder {
    /// A part of the compiled file; fewer bytes at its end, and none if it cannot be read.
    fn compiled(&self, offset: u64, bytes: usize) -> Vec<u8>;
    /// The size and the time of the latest change of a file, in nanoseconds since 1970; none if it is not there.
    fn stat(&self, file: &str) -> Option<(u64, u64)>;
    /// The content of a file.
    fn content(&self, file: &str) -> Option<Vec<u8>>;
}

/// Why compiled policies are not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unused {
    /// There are none.
    Absent,
    /// Another version of Postern has made them.
    OtherVersion,
    /// A part of them is missing, or is not what was written.
    Damaged,
    /// This file has changed since.
    Stale(String),
}

impl fmt::Display for Unused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("there are no compiled policies"),
            Self::OtherVersion => f.write_str("the compiled policies are of another version"),
            Self::Damaged => f.write_str("the compiled policies are damaged"),
            Self::Stale(file) => write!(f, "the compiled policies are older than {file}"),
        }
    }
}

impl std::error::Error for Unused {}

/// Compiled policies that are whole, as far as their header says.
pub struct Compiled<F> {
    folder: F,
    header: Header,
}

impl<F: Folder> Compiled<F> {
    /// Reads the header.
    ///
    /// # Errors
    ///
    /// If there is none, or not one of this version.
    pub fn open(folder: F) -> Result<Self, Unused> {
        let header = Header::read(&folder)?;
        Ok(Self { folder, header })
    }

    /// Whether these files are those that were compiled. An equal size and time suffice; where the time differs, as in a copy
    /// of the folder, or has whole seconds, the content is read.
    ///
    /// # Errors
    ///
    /// The first file that has changed.
    pub fn is_of(&self, files: &[&str]) -> Result<(), Unused> {
        let changed = files.iter().find(|file| !self.is_unchanged(file));
        changed.map_or(Ok(()), |file| Err(Unused::Stale((*file).to_owned())))
    }

    fn is_unchanged(&self, file: &str) -> bool {
        let source = self.header.sources.iter().find(|source| source.file == file);
        match (source, self.folder.stat(file)) {
            (None, None) => true,
            (Some(source), Some((bytes, modified_ns))) => {
                source.bytes == bytes
                    && (is_own_time(modified_ns) && source.modified_ns == modified_ns
                        || self.folder.content(file).is_some_and(|content| source.is_of(&content)))
            }
            _ => false,
        }
    }

    /// Whether the last right policies serve while the files are wrong, as was asked for when they were compiled.
    #[must_use]
    pub fn outlives_its_files(&self) -> bool {
        self.header.outlives_its_files
    }

    /// The models, and the aliases of `routes.toml`, whose text this is.
    ///
    /// # Errors
    ///
    /// If the section is damaged; else the problems of the aliases.
    pub fn catalogue(&self, routes: Option<&str>) -> Result<Result<Catalogue, Problems>, Unused> {
        let section = self.section(header::MODELS)?;
        let declared = models::read(&section).ok_or(Unused::Damaged)?;
        Ok(Catalogue::with_routes(declared, routes))
    }

    /// The consumers and their keys, which are read when they are asked for.
    ///
    /// # Errors
    ///
    /// If the section is damaged.
    pub fn consumers(self) -> Result<Consumers, Unused>
    where
        F: Send + Sync + 'static,
    {
        let found = consumers::Section::open(self)?;
        Ok(Consumers::compiled(Arc::new(found)))
    }

    /// A section, if it is what was written.
    fn section(&self, name: &str) -> Result<Vec<u8>, Unused> {
        let section = self.header.section(name).ok_or(Unused::Damaged)?;
        let length = usize::try_from(section.bytes).map_err(|_| Unused::Damaged)?;
        let bytes = self.folder.compiled(section.offset, length);
        let is_whole = bytes.len() == length && xxh3_128(&bytes) == section.digest;
        is_whole.then_some(bytes).ok_or(Unused::Damaged)
    }
}
