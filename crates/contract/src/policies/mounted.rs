//! The mounted folder, with its compiled policies.

use super::files::wasi::filesystem::types::{Descriptor, PathFlags};
use super::{DIRECTORY, at, open, read};
use postern_policy::{COMPILED_FILE, Compiled, Folder, Unused};

/// Nanoseconds of a second.
const SECOND_NS: u64 = 1_000_000_000;

/// The folder of policies, with the compiled file open.
pub struct Mounted {
    compiled: Option<Descriptor>,
}

impl Folder for Mounted {
    fn compiled(&self, offset: u64, bytes: usize) -> Vec<u8> {
        let mut found = Vec::new();
        let Some(file) = &self.compiled else { return found };
        while found.len() < bytes {
            let (at, rest) = (found.len() as u64, bytes.saturating_sub(found.len()) as u64);
            match file.read(rest, offset.saturating_add(at)) {
                Ok((part, end)) => {
                    found.extend_from_slice(&part);
                    if end || part.is_empty() {
                        break;
                    }
                }
                Err(_) => break,
            }
        }
        found
    }

    fn stat(&self, file: &str) -> Option<(u64, u64)> {
        let stat = at(file, |folder, below| folder.stat_at(PathFlags::SYMLINK_FOLLOW, below));
        let stat = stat.ok()?;
        let time = stat.data_modification_timestamp;
        let ns = time.map(|time| {
            time.seconds.saturating_mul(SECOND_NS).saturating_add(time.nanoseconds.into())
        });
        Some((stat.size, ns.unwrap_or_default()))
    }

    fn content(&self, file: &str) -> Option<Vec<u8>> {
        read(file).ok()
    }
}

/// Policies as they were compiled, if `files` are still those; else as the files say.
///
/// If the files are wrong, the last right ones serve, provided that they were compiled for that.
///
/// # Errors
///
/// The problems of the files.
pub fn compiled_or<T>(
    files: &[&str],
    compiled: impl Fn(Compiled<Mounted>) -> Result<Result<T, String>, Unused>,
    read: impl FnOnce() -> Result<T, String>,
) -> Result<T, String> {
    let mounted = || Compiled::open(Mounted { compiled: open(COMPILED_FILE).ok() });
    let used = mounted().and_then(|found| {
        found.is_of(files)?;
        compiled(found)
    });
    let unused = match used {
        Ok(policies) => return policies,
        Err(unused) => unused,
    };
    if unused != Unused::Absent {
        eprintln!(
            "warning: {unused}; {} are read in {DIRECTORY}, `postern compile` compiles them",
            files.join(", ")
        );
    }
    read().or_else(|problems| {
        let last = mounted().ok().filter(Compiled::outlives_its_files).map(compiled);
        match last {
            Some(Ok(policies)) => {
                eprintln!("error: the last right policies serve, for these are wrong: {problems}");
                policies
            }
            _ => Err(problems),
        }
    })
}
