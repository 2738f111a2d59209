//! Writes compiled policies.

use super::header::{CONSUMERS, Header, MODELS, RECORDS, Source};
use super::{consumers, models};
use crate::check::Policies;

/// The bytes of [`COMPILED_FILE`](super::COMPILED_FILE), for policies that were read from these files. If they outlive their
/// files, stages serve them while the files are wrong; else a stage without right files does not serve.
///
/// # Errors
///
/// Never, unless a type cannot be written.
pub fn compile(
    policies: &Policies,
    sources: Vec<Source>,
    outlives_its_files: bool,
) -> Result<Vec<u8>, postcard::Error> {
    let (directory, entries, records) = consumers::write(&policies.consumers)?;
    let sections =
        [(MODELS, models::write(&policies.catalogue)?), (CONSUMERS, entries), (RECORDS, records)];
    let mut bytes = Header::write(sources, &sections, directory, outlives_its_files)?;
    sections.iter().for_each(|(_, section)| bytes.extend(section));
    Ok(bytes)
}
